//! The verification screen, when signing in.

use crate::world::{Role, World};

const SOMEBODY: &str = "practitioner@example.org";
const TITLE: &str = "Enter your verification code";

#[test]
fn every_sign_in_asks_for_a_code_and_goes_on_to_the_dashboard() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    visitor.forgets();
    visitor.visit("/sign-in").look("sign-in");
    visitor.type_password(SOMEBODY).is_at("/mfa/challenge", TITLE).look("challenge");
    visitor.type_code(&owner.phone.code_at(world.now())).is_at("/dashboard", "Dashboard");
    // It was asked for once.
    visitor.visit("/mfa/challenge").is_at("/dashboard", "Dashboard");
    visitor.press("Sign out").type_password(SOMEBODY).is_at("/mfa/challenge", TITLE);
}

#[test]
fn a_visitor_goes_on_to_the_page_that_he_was_heading_to() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    visitor.forgets();
    visitor.visit("/audit?from=a%20link").type_password(SOMEBODY).is_at("/mfa/challenge", TITLE);
    // Neither a wrong code nor a detour forgets it.
    visitor.type_code(&owner.phone.wrong_code_at(world.now())).press("Use a recovery code");
    visitor.press("Back to verification").type_code(&owner.phone.code_at(world.now()));
    assert_eq!(visitor.path(), "/audit?from=a%20link");
}

#[test]
fn a_visitor_is_never_sent_to_another_site() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    visitor.forgets();
    visitor.visit("/sign-in?to=//evil.example/phish").type_password(SOMEBODY);
    visitor.type_code(&owner.phone.code_at(world.now())).is_at("/dashboard", "Dashboard");
}

#[test]
fn a_wrong_code_shows_a_message_and_an_empty_field_that_has_the_focus() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    visitor.forgets().signs_in(SOMEBODY);
    visitor.type_code(&owner.phone.wrong_code_at(world.now())).is_at("/mfa/challenge", TITLE);
    let wrong = "That code is not right. Wait for the next one and try again.";
    assert_eq!(visitor.alert().as_deref(), Some(wrong));
    assert_eq!(visitor.value("Verification code"), "");
    assert_eq!(visitor.focused(), "Verification code");
    visitor.look("challenge-wrong-code");
    // What is too short waits for "Verify", and is said to be no code.
    visitor.fill("Verification code", "1234").press("Verify");
    let malformed = "That is not a code of 6 digits. Check it and try again.";
    assert_eq!(visitor.alert().as_deref(), Some(malformed));
    visitor.type_code(&owner.phone.code_at(world.now())).is_at("/dashboard", "Dashboard");
}

#[test]
fn a_pasted_code_may_have_a_space_in_it() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    visitor.forgets().signs_in(SOMEBODY);
    let code = owner.phone.code_at(world.now());
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    visitor.leads_on(|visitor| visitor.paste(&spaced)).is_at("/dashboard", "Dashboard");
}

#[test]
fn a_recovery_code_signs_in_once() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    visitor.forgets().signs_in(SOMEBODY);
    visitor.press("Use a recovery code").is_at("/mfa/challenge/recovery", "Enter a recovery code");
    visitor.look("recovery").press("Back to verification").is_at("/mfa/challenge", TITLE);
    visitor.press("Use a recovery code").fill("Recovery code", &owner.codes[3]).press("Verify");
    visitor.is_at("/dashboard", "Dashboard").visit("/mfa/factors").shows("9 recovery codes left");

    let mut again = world.signs_in(SOMEBODY);
    again.press("Use a recovery code").fill("Recovery code", &owner.codes[3]).press("Verify");
    let spent =
        "That recovery code was not accepted. Check it and try again; each code works only once.";
    assert_eq!(again.alert().as_deref(), Some(spent));
    assert_eq!(again.value("Recovery code"), "");
    assert_eq!(again.focused(), "Recovery code");
    again.look("recovery-spent");
    let sloppy = owner.codes[4].to_lowercase().replace('-', " ");
    again.fill("Recovery code", &sloppy).press("Verify").is_at("/dashboard", "Dashboard");
}

#[test]
fn cancel_on_the_challenge_returns_to_the_sign_in_page_with_nothing_left_of_the_sign_in() {
    let Some(world) = World::start() else { return };
    let (_, mut visitor) = world.protects(SOMEBODY);
    visitor.forgets().signs_in(SOMEBODY);
    visitor.is_at("/mfa/challenge", TITLE).press("Cancel").is_at("/sign-in", "Sign in");
    assert_eq!(visitor.cookies(), Vec::<String>::new());
    for path in ["/mfa/challenge", "/dashboard", "/profile", "/mfa/setup", "/mfa/factors"] {
        visitor.visit(path);
        assert_eq!(visitor.heading(), "Sign in", "{path}");
    }
}

#[test]
fn a_pending_sign_in_reaches_nothing_but_the_challenge() {
    let Some(world) = World::start() else { return };
    let (_, mut visitor) = world.protects(SOMEBODY);
    visitor.forgets().signs_in(SOMEBODY);
    for path in ["/", "/dashboard", "/profile", "/mfa/setup", "/mfa/factors", "/payout", "/audit"] {
        visitor.visit(path).is_at("/mfa/challenge", TITLE);
    }
}

#[test]
fn a_challenge_that_is_left_for_too_long_asks_to_sign_in_again() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    visitor.forgets();
    visitor.visit("/audit").type_password(SOMEBODY);
    world.minutes_pass(11);
    visitor.type_code(&owner.phone.code_at(world.now()));
    assert_eq!(visitor.heading(), "Please sign in again");
    visitor.look("challenge-ended").follow("Sign in again").type_password(SOMEBODY);
    visitor.type_code(&owner.phone.code_at(world.now()));
    assert_eq!(visitor.path(), "/audit");
}

#[test]
fn several_factors_are_listed_the_preferred_one_first_and_another_can_be_picked() {
    let Some(world) = World::start() else { return };
    let (owner, mut browser) = world.protects(SOMEBODY);
    browser.visit("/mfa/factors").look("factors-one").follow("Add a method");
    browser.look("setup-another").fill("Name of this method", "Tablet").press("Start setup");
    let tablet = crate::world::Phone::scan(&browser);
    browser.press("Next").type_code(&tablet.code_at(world.now()));
    browser.is_at("/mfa/setup/done", "Two-factor authentication is on").press("Done");
    world.next_code();

    let mut visitor = world.signs_in(SOMEBODY);
    visitor.look("challenge-two-factors").shows("Open “Authenticator app”");
    assert_eq!(visitor.links("Your methods"), ["Authenticator app asked now", "Tablet"]);
    // A code of one factor is not one of the other.
    visitor.type_code(&tablet.code_at(world.now()));
    assert!(visitor.alert().is_some());
    visitor.follow("Tablet").shows("Open “Tablet”").type_code(&tablet.code_at(world.now()));
    visitor.is_at("/dashboard", "Dashboard").visit("/mfa/factors").look("factors-two");
    visitor.press("Make preferred: Tablet");
    world.next_code();

    let mut visitor = world.signs_in(SOMEBODY);
    assert_eq!(visitor.links("Your methods"), ["Tablet asked now", "Authenticator app"]);
    visitor.follow("Authenticator app").type_code(&owner.phone.code_at(world.now()));
    visitor.is_at("/dashboard", "Dashboard");
    assert!(visitor.has(Role::Link, "Profile"));
}
