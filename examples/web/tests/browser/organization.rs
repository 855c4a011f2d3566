//! An organization makes it required: what its members see, and what its administrator does.

use crate::world::{Browser, Owner, Role, World};

const ADMIN: &str = "admin@example.org";
const MEMBER: &str = "practitioner@example.org";
const OTHER: &str = "second@example.org";
const BOTH: &str = "both@example.org";
const SETUP: &str = "Set up two-factor authentication";

/// An administrator with a second factor makes it required, with so many days.
#[track_caller]
fn requires_it(world: &World, days: &str) -> (Owner, Browser) {
    let (owner, mut admin) = world.protects(ADMIN);
    admin.visit("/organization").fill("Transition period in days", days).press("Make it required");
    admin.fill("Reason", "Health records").press("Make it required");
    admin.shows("Two-factor authentication has been required since");
    (owner, admin)
}

/// A page of a member, from the overview.
#[track_caller]
fn of_member<'a>(admin: &'a mut Browser, show: &str, email: &str) -> &'a mut Browser {
    admin.visit(&format!("/organization?show={show}")).follow(email)
}

#[test]
fn an_administrator_sees_what_a_policy_would_do_before_confirming_it() {
    let Some(world) = World::start() else { return };
    let mut member = world.signs_in(MEMBER);
    let (_, mut admin) = world.protects(ADMIN);
    admin.visit("/dashboard").follow("Organization").shows("voluntary").look("organization");
    admin.fill("Transition period in days", "soon").press("Make it required");
    assert!(admin.alert().is_some_and(|alert| alert.contains("whole number of days")));
    admin.fill("Transition period in days", "14").press("Make it required");
    admin.shows("1 member protected already").shows("3 members with a transition period");
    admin.shows("Of those without it, these have signed in during the last 30 days: practitioner");
    admin.look("organization-forecast");
    // Nothing has changed yet, for anybody.
    member.visit("/dashboard").lacks("left to set up two-factor authentication");
    admin.follow("Cancel").shows("voluntary");

    admin.fill("Transition period in days", "14").press("Make it required");
    admin.fill("Reason", "Health records").press("Make it required");
    assert_eq!(
        admin.links("Members by state"),
        [
            "Without 3",
            "In transition period 3",
            "Lapsed 0",
            "Exempt 0",
            "With an app only 1",
            "With a passkey or security key 0"
        ]
    );
    admin.look("organization-required");
    member.visit("/dashboard").shows("14 days left to set up two-factor authentication");
    admin.visit("/audit").shows("Health records").look("audit");
}

#[test]
fn members_are_reminded_during_the_transition_period_and_stand_before_a_wall_after_it() {
    let Some(world) = World::start() else { return };
    requires_it(&world, "14");
    let mut member = world.signs_in(MEMBER);
    member.is_at("/dashboard", "Dashboard").shows("14 days left").shows("Northwind requires it");
    member.look("dashboard-reminder");
    world.days_pass(13);
    let mut member = world.signs_in(MEMBER);
    member.is_at("/dashboard", "Dashboard").shows("1 day left");

    world.days_pass(2);
    let mut member = world.browser();
    member.visit("/audit").type_password(MEMBER).is_at("/mfa/setup", SETUP).look("wall");
    let demand = "Northwind requires two-factor authentication. Set it up to continue.";
    member.shows(demand);
    for path in ["/dashboard", "/audit", "/payout", "/organization"] {
        member.visit(path).is_at("/mfa/setup", SETUP).shows(demand);
    }
    // What stays reachable: the profile, the password, signing out, and the setup.
    member.press("Cancel").is_at("/profile", "Profile").look("profile-wall");
    member.follow("Change password").visit("/profile").press("Sign out").type_password(MEMBER);
    world.protects_here(MEMBER, &mut member);
    member.visit("/dashboard").is_at("/dashboard", "Dashboard").lacks("left to set up");
    // Nor can it be switched off now.
    member.visit("/mfa/factors").follow("Turn off").look("turn-off").press("Turn off");
    assert!(member.alert().is_some_and(|alert| alert.starts_with("Northwind requires")));
    member.look("turn-off-refused");
}

#[test]
fn an_administrator_sees_who_is_late_and_extends_or_exempts() {
    let Some(world) = World::start() else { return };
    let (owner, _) = requires_it(&world, "14");
    world.days_pass(15);
    let mut admin = world.enters(&owner);
    admin.visit("/organization?show=lapsed").look("organization-lapsed");
    assert_eq!(
        admin.links("Members by state"),
        [
            "Without 3",
            "In transition period 0",
            "Lapsed 3",
            "Exempt 0",
            "With an app only 1",
            "With a passkey or security key 0"
        ]
    );
    for email in [MEMBER, OTHER, BOTH] {
        assert!(admin.has(Role::Link, email), "{email}");
    }

    of_member(&mut admin, "lapsed", OTHER).look("organization-member");
    admin.follow("Extend the transition period").look("organization-extend");
    admin.choose_date("Until the end of", world.now() + chrono::TimeDelta::days(7));
    admin.fill("Reason", "On leave").press("Extend");
    of_member(&mut admin, "lapsed", BOTH).follow("Exempt from the policy");
    admin.look("organization-exempt").fill("Reason", "A service account").press("Exempt");
    admin.visit("/organization");
    assert_eq!(
        admin.links("Members by state"),
        [
            "Without 3",
            "In transition period 1",
            "Lapsed 1",
            "Exempt 1",
            "With an app only 1",
            "With a passkey or security key 0"
        ]
    );
    world.signs_in(MEMBER).is_at("/mfa/setup", SETUP);
    world.signs_in(OTHER).is_at("/dashboard", "Dashboard").shows("8 days left to set up");
    world.signs_in(BOTH).is_at("/dashboard", "Dashboard").lacks("left to set up");

    of_member(&mut admin, "exempt", BOTH).follow("End the exemption");
    admin.fill("Reason", "It is a person").press("End exemption");
    world.signs_in(BOTH).is_at("/mfa/setup", SETUP);

    admin.visit("/organization").follow("Make it voluntary").look("organization-voluntary");
    admin.fill("Reason", "A mistake").press("Make it voluntary").shows("voluntary");
    world.signs_in(MEMBER).is_at("/dashboard", "Dashboard");
}

#[test]
fn a_reset_hands_out_an_enrollment_code_without_which_the_password_opens_nothing() {
    let Some(world) = World::start() else { return };
    let (lost, mut member) = world.protects(MEMBER);
    let (_, mut admin) = world.protects(ADMIN);
    of_member(&mut admin, "app", MEMBER).follow("Reset two-factor authentication");
    admin.look("organization-reset").fill("Reason", "Lost the phone").press("Reset");
    let code = admin.value("Enrollment code");
    admin.look("organization-enrollment-code").follow("Done").lacks(&code);

    member.visit("/dashboard");
    assert!(member.heading().starts_with("Sign in"), "{member:?}");
    let mut member = world.signs_in(MEMBER);
    member.is_at("/mfa/challenge", "Enter your enrollment code").look("enrollment");
    for path in ["/dashboard", "/mfa/setup", "/profile"] {
        member.visit(path).is_at("/mfa/challenge", "Enter your enrollment code");
    }
    // Neither the old phone nor an old recovery code does.
    for wrong in [&lost.codes[0], &lost.phone.code_at(world.now())] {
        member.fill("Enrollment code", wrong).press("Verify");
        assert!(member.alert().is_some());
    }
    member.fill("Enrollment code", &code).press("Verify").is_at("/mfa/setup", SETUP);
    member.visit("/dashboard").is_at("/mfa/setup", SETUP);
    let new = world.protects_here(MEMBER, &mut member);
    assert_ne!(new.phone.secret(), lost.phone.secret());
    member.visit("/dashboard").is_at("/dashboard", "Dashboard").press("Sign out");
    member.type_password(MEMBER).type_code(&lost.phone.code_at(world.now()));
    assert!(member.alert().is_some());
    member.type_code(&new.phone.code_at(world.now())).is_at("/dashboard", "Dashboard");
    assert!(world.messages().iter().any(|message| message.contains(MEMBER)));
}

#[test]
fn an_administrator_who_has_not_set_it_up_himself_has_to_say_so() {
    let Some(world) = World::start() else { return };
    let mut owner = world.signs_in("owner@example.org");
    owner.visit("/organization").shows("Contoso").shows("You have not set it up for yourself.");
    owner.fill("Transition period in days", "0").press("Make it required");
    owner.shows("You yourself would have to set it up at once.").look("organization-unprotected");
    owner.fill("Reason", "All of us").press_here("Make it required");
    // The browser asks for the tick.
    assert_eq!(owner.path(), "/organization/proposal?days=0");
    owner.tick("I have not set it up for myself, and require it all the same.");
    owner.press("Make it required").is_at("/mfa/setup", SETUP).shows("Contoso requires");
    // Contoso's policy is nothing to Northwind alone, and holds for a member of both.
    world.signs_in(OTHER).is_at("/dashboard", "Dashboard");
    world.signs_in(BOTH).is_at("/mfa/setup", SETUP).shows("Contoso requires");
}

#[test]
fn only_an_administrator_reaches_the_organization_and_only_his_own() {
    let Some(world) = World::start() else { return };
    let mut member = world.signs_in(MEMBER);
    member.visit("/organization").is_at("/organization", "This page is not for you");
    member.look("forbidden");
    assert!(!member.has(Role::Link, "Organization"));
    let (_, mut owner) = world.protects("owner@example.org");
    // A member of Northwind, by his identifier.
    owner.visit("/organization/members/u-1001/reset");
    assert!(!owner.has(Role::Button, "Reset"), "{owner:?}");
}
