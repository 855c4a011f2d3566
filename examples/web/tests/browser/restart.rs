//! The process is killed in the middle of everything. It goes on or starts over, and nothing is ever
//! half switched on.

use crate::world::{PASSWORD, Phone, Process};

const SOMEBODY: &str = "practitioner@example.org";

#[test]
fn it_says_where_it_is_and_who_may_sign_in() {
    let Some(process) = Process::start() else { return };
    let said = process.said.join("\n");
    assert!(said.contains(&process.address()), "{said}");
    assert!(said.contains(PASSWORD), "{said}");
    let names = ["practitioner", "second", "unverified", "both", "admin", "owner"];
    for name in names {
        assert!(said.contains(&format!("{name}@example.org")), "{name} in {said}");
        process.signs_in(&format!("{name}@example.org")).is_at("/dashboard", "Dashboard");
    }
}

#[test]
fn a_setup_survives_being_killed_between_any_two_steps() {
    let Some(mut process) = Process::start() else { return };
    let mut visitor = process.signs_in(SOMEBODY);
    process.is_killed_and_starts_again();
    visitor.visit("/mfa/setup").is_at("/mfa/setup", "Set up two-factor authentication");
    process.is_killed_and_starts_again();
    visitor.press("Start setup").is_at("/mfa/setup", "Scan the QR code");
    let phone = Phone::scan(&visitor);
    process.is_killed_and_starts_again();
    visitor.press("Next");
    process.is_killed_and_starts_again();
    visitor.press("Back");
    assert_eq!(Phone::scan(&visitor).secret(), phone.secret());
    visitor.press("Next");
    process.is_killed_and_starts_again();
    visitor.type_code(&phone.wrong_code_at(Process::now()));
    process.is_killed_and_starts_again();
    visitor.type_code(&phone.code_at(Process::now()));
    let codes = visitor.list("Recovery codes");
    process.is_killed_and_starts_again();
    // Confirmed, and not switched on: the password alone signs in.
    process.signs_in(SOMEBODY).is_at("/dashboard", "Dashboard");
    visitor.press("I have saved my codes");
    process.is_killed_and_starts_again();
    visitor.press("Done").is_at("/profile", "Profile").visit("/mfa/factors");
    visitor.shows("10 recovery codes left");

    let mut visitor = process.signs_in(SOMEBODY);
    visitor.is_at("/mfa/challenge", "Enter your verification code");
    visitor.press("Use a recovery code").fill("Recovery code", &codes[0]).press("Verify");
    visitor.is_at("/dashboard", "Dashboard");
}

#[test]
fn codes_lost_to_a_crash_are_replaced_before_anything_is_switched_on() {
    let Some(mut process) = Process::start() else { return };
    let mut visitor = process.signs_in(SOMEBODY);
    let phone = visitor.start_setup();
    visitor.press("Next").type_code(&phone.code_at(Process::now()));
    let lost = visitor.list("Recovery codes");
    process.is_killed_and_starts_again();
    visitor.visit("/mfa/setup");
    assert_eq!(visitor.heading(), "Your codes were shown once");
    process.is_killed_and_starts_again();
    visitor.press("Show new codes");
    let kept = visitor.list("Recovery codes");
    process.is_killed_and_starts_again();
    visitor.press("I have saved my codes").press("Done");

    let mut visitor = process.signs_in(SOMEBODY);
    visitor.press("Use a recovery code").fill("Recovery code", &lost[0]).press("Verify");
    assert!(visitor.alert().is_some());
    visitor.fill("Recovery code", &kept[0]).press("Verify").is_at("/dashboard", "Dashboard");
}

#[test]
fn a_sign_in_survives_being_killed_between_any_two_steps() {
    let Some(mut process) = Process::start() else { return };
    let mut visitor = process.signs_in(SOMEBODY);
    let phone = visitor.start_setup();
    visitor.press("Next").type_code(&phone.code_at(Process::now()));
    let codes = visitor.list("Recovery codes");
    visitor.press("I have saved my codes").press("Done").press("Sign out");

    visitor.visit("/audit").type_password(SOMEBODY);
    process.is_killed_and_starts_again();
    visitor.type_code(&phone.wrong_code_at(Process::now()));
    assert!(visitor.alert().is_some());
    process.is_killed_and_starts_again();
    visitor.type_code(&phone.code_at(Process::soon()));
    assert_eq!(visitor.path(), "/audit");
    process.is_killed_and_starts_again();
    visitor.visit("/dashboard").is_at("/dashboard", "Dashboard").press("Sign out");

    visitor.type_password(SOMEBODY).press("Use a recovery code");
    process.is_killed_and_starts_again();
    visitor.fill("Recovery code", &codes[0]).press("Verify").is_at("/dashboard", "Dashboard");
    process.is_killed_and_starts_again();
    visitor.press("Sign out").type_password(SOMEBODY).press("Use a recovery code");
    visitor.fill("Recovery code", &codes[0]).press("Verify");
    assert!(visitor.alert().is_some());
    // What was pending can be left, and is gone.
    process.is_killed_and_starts_again();
    visitor.press("Cancel").is_at("/sign-in", "Sign in");
}

#[test]
fn a_step_up_survives_being_killed() {
    let Some(mut process) = Process::start() else { return };
    let mut visitor = process.signs_in(SOMEBODY);
    let phone = visitor.start_setup();
    visitor.press("Next").type_code(&phone.code_at(Process::now()));
    let codes = visitor.list("Recovery codes");
    visitor.press("I have saved my codes").press("Done").press("Sign out");
    // A recovery code signs in, and is not enough for a payout.
    visitor.type_password(SOMEBODY).press("Use a recovery code");
    visitor.fill("Recovery code", &codes[0]).press("Verify");
    process.is_killed_and_starts_again();
    visitor.visit("/payout").is_at("/mfa/challenge", "Confirm that it’s you");
    process.is_killed_and_starts_again();
    visitor.type_code(&phone.code_at(Process::soon())).is_at("/payout", "Payout");
    process.is_killed_and_starts_again();
    visitor.visit("/payout").is_at("/payout", "Payout");
}

#[test]
fn a_policy_and_a_reset_survive_being_killed_between_any_two_steps() {
    let Some(mut process) = Process::start() else { return };
    let mut admin = process.signs_in("admin@example.org");
    let phone = admin.start_setup();
    admin.press("Next").type_code(&phone.code_at(Process::now()));
    admin.press("I have saved my codes").press("Done");
    let mut member = process.signs_in(SOMEBODY);
    let phone = member.start_setup();
    member.press("Next").type_code(&phone.code_at(Process::now()));
    member.press("I have saved my codes").press("Done");

    admin.visit("/organization").fill("Transition period in days", "14").press("Make it required");
    process.is_killed_and_starts_again();
    process.signs_in("second@example.org").lacks("left to set up");
    admin.fill("Reason", "Health records").press("Make it required");
    process.is_killed_and_starts_again();
    process.signs_in("second@example.org").shows("14 days left to set up");

    admin.visit("/organization?show=app").follow(SOMEBODY);
    admin.follow("Reset two-factor authentication").fill("Reason", "Lost the phone");
    process.is_killed_and_starts_again();
    admin.press("Reset");
    let code = admin.value("Enrollment code");
    process.is_killed_and_starts_again();
    let mut member = process.signs_in(SOMEBODY);
    member.is_at("/mfa/challenge", "Enter your enrollment code");
    process.is_killed_and_starts_again();
    member.fill("Enrollment code", &code).press("Verify");
    process.is_killed_and_starts_again();
    let phone = member.start_setup();
    member.press("Next").type_code(&phone.code_at(Process::now()));
    process.is_killed_and_starts_again();
    member.press("I have saved my codes").press("Done").is_at("/profile", "Profile");
}
