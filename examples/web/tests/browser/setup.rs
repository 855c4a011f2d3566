//! The setup screen.

use chrono::TimeDelta;

use crate::world::{Phone, Role, World};

const SOMEBODY: &str = "practitioner@example.org";

#[test]
fn the_setup_goes_from_the_profile_through_qr_code_and_recovery_codes_back_to_the_profile() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.signs_in(SOMEBODY);
    visitor.is_at("/dashboard", "Dashboard").look("dashboard");
    visitor.follow("Profile").is_at("/profile", "Profile").look("profile");
    visitor.follow("Set up two-factor authentication");
    visitor.is_at("/mfa/setup", "Set up two-factor authentication").look("setup-1-start");

    visitor.press("Start setup").is_at("/mfa/setup", "Scan the QR code").look("setup-2-scan");
    assert!(visitor.has(Role::Image, "QR code"));
    let phone = Phone::scan(&visitor);
    assert_eq!(phone.label(), "Scrivio:practitioner%40example.org");
    assert_eq!(phone.parameter("issuer"), Some("Scrivio"));
    let typed = Phone::typed(&visitor.value("Manual code"));
    assert_eq!(typed.secret(), phone.secret());

    visitor.press("Next").is_at("/mfa/setup/confirm", "Enter the code from your app");
    visitor.look("setup-3-confirm").press("Back").is_at("/mfa/setup", "Scan the QR code");
    assert_eq!(Phone::scan(&visitor).secret(), phone.secret());

    visitor.press("Next").type_code(&phone.code_at(world.now()));
    visitor.shows("Save your recovery codes").look("setup-4-codes");
    let codes = visitor.list("Recovery codes");
    assert_eq!(codes.len(), 10, "{codes:?}");
    // Not before the last step.
    visitor.visit("/profile");
    visitor
        .follow("Go on with the setup")
        .shows("Your codes were shown once")
        .look("setup-4-codes-lost");
    visitor
        .press("I have saved my codes")
        .is_at("/mfa/setup/done", "Two-factor authentication is on");
    visitor.look("setup-5-done").press("Done").is_at("/profile", "Profile").look("profile-on");
}

#[test]
fn a_wrong_code_at_setup_shows_a_message_and_an_empty_field_that_has_the_focus() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.signs_in(SOMEBODY);
    let phone = visitor.start_setup();
    visitor.press("Next").type_code(&phone.wrong_code_at(world.now()));
    visitor.is_at("/mfa/setup/confirm", "Enter the code from your app");
    let alert = visitor.alert().expect("a message");
    assert!(alert.starts_with("That code is not right."), "{alert}");
    assert_eq!(visitor.value("Verification code"), "");
    assert_eq!(visitor.focused(), "Verification code");
    visitor.look("setup-3-wrong-code");
    // The QR code is still the same, and so is the right answer.
    visitor.press("Back").press("Next").type_code(&phone.code_at(world.now()));
    assert_eq!(visitor.list("Recovery codes").len(), 10);
}

#[test]
fn a_phone_whose_clock_is_four_minutes_slow_is_told_so() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.signs_in(SOMEBODY);
    let phone = visitor.start_setup();
    visitor.press("Next").type_code(&phone.code_at(world.now() - TimeDelta::minutes(4)));
    let alert = visitor.alert().expect("a message");
    assert_eq!(
        alert,
        "Your phone’s clock is 4 minutes slow. Set it to the right time and try again."
    );
    visitor.look("setup-3-clock-slow").type_code(&phone.code_at(world.now()));
    assert_eq!(visitor.list("Recovery codes").len(), 10);
}

#[test]
fn cancel_at_every_step_of_the_setup_returns_to_the_profile_with_nothing_switched_on() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.signs_in(SOMEBODY);
    visitor.visit("/mfa/setup").press("Cancel").is_at("/profile", "Profile");
    let first = visitor.start_setup();
    visitor.press("Cancel").is_at("/profile", "Profile");
    let second = visitor.start_setup();
    assert_ne!(second.secret(), first.secret());
    visitor.press("Next").press("Cancel").is_at("/profile", "Profile");
    let third = visitor.start_setup();
    visitor.press("Next").type_code(&third.code_at(world.now()));
    visitor.press("Cancel").is_at("/profile", "Profile");
    // The password alone signs in, as before.
    visitor.press("Sign out");
    world.signs_in(SOMEBODY).is_at("/dashboard", "Dashboard");
}

#[test]
fn a_setup_that_needs_a_fresh_sign_in_resumes_by_itself_after_it() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.signs_in(SOMEBODY);
    world.minutes_pass(60);
    visitor.visit("/mfa/setup").press("Start setup");
    assert_eq!(visitor.heading(), "Sign in again");
    visitor.look("sign-in-again").fill("Password", "not the password").press("Sign in");
    assert!(visitor.alert().is_some());
    visitor.fill("Password", crate::world::PASSWORD).press("Sign in");
    // Nothing else is clicked.
    visitor.is_at("/mfa/setup", "Scan the QR code");
    let phone = Phone::scan(&visitor);
    visitor.press("Next").type_code(&phone.code_at(world.now()));
    assert_eq!(visitor.list("Recovery codes").len(), 10);
}

#[test]
fn a_setup_that_is_left_for_too_long_starts_again() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.signs_in(SOMEBODY);
    let old = visitor.start_setup();
    visitor.press("Next");
    world.minutes_pass(11);
    visitor.type_code(&old.code_at(world.now()));
    assert_eq!(visitor.alert().as_deref(), Some("This setup has expired. Start again."));
    visitor.look("setup-1-expired");
}

#[test]
fn two_factor_authentication_waits_for_a_verified_email_address() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.signs_in("unverified@example.org");
    visitor.visit("/profile").shows("Not verified").look("profile-unverified");
    visitor.follow("Set up two-factor authentication").look("setup-1-unverified");
    visitor.shows("Verify your email address first.");
    assert!(!visitor.has(Role::Button, "Start setup"));
    // Nor by a form that the page does not show.
    let answers = visitor.post("/mfa/setup", "", 1);
    assert_eq!(answers[0].status, 422, "{answers:?}");
    visitor.press("Cancel").press("Verify e-mail address").is_at("/profile", "Profile");
    visitor.start_setup();
}
