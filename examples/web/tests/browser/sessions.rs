//! Two sessions, of one owner or of an owner and a thief.

use crate::world::{PASSWORD, Phone, World};

const SOMEBODY: &str = "practitioner@example.org";

#[test]
fn a_stolen_cookie_is_worth_nothing_once_its_owner_has_removed_a_factor() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    visitor.visit("/mfa/setup").fill("Name of this method", "Tablet").press("Start setup");
    let tablet = Phone::scan(&visitor);
    visitor.press("Next").type_code(&tablet.code_at(world.now())).press("Done");
    world.next_code();
    let mut elsewhere = world.enters(&owner);

    // The same session as the owner's, and another of his.
    let (mut thief, mut second_thief) = (world.browser(), world.browser());
    thief.steal_cookies(&visitor).visit("/mfa/factors").shows("Tablet");
    second_thief.steal_cookies(&elsewhere).visit("/mfa/factors").shows("Tablet");

    visitor.visit("/mfa/factors").follow("Remove: Tablet").look("factor-sure").press("Remove");
    visitor.is_at("/mfa/factors", "Two-factor authentication").lacks("Tablet");
    for path in ["/dashboard", "/profile", "/mfa/factors", "/mfa/setup", "/payout"] {
        for browser in [&mut thief, &mut second_thief, &mut elsewhere] {
            browser.visit(path);
            assert!(browser.heading().starts_with("Sign in"), "{path}: {browser:?}");
        }
    }
    visitor.visit("/dashboard").is_at("/dashboard", "Dashboard");
}

#[test]
fn a_session_that_only_had_the_password_is_void_once_a_second_factor_is_on() {
    let Some(world) = World::start() else { return };
    let mut old = world.signs_in(SOMEBODY);
    old.visit("/profile").is_at("/profile", "Profile");
    world.protects(SOMEBODY);
    old.visit("/profile");
    assert!(old.heading().starts_with("Sign in"), "{old:?}");
}

#[test]
fn a_setup_that_one_session_began_is_not_confirmed_by_another() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.signs_in(SOMEBODY);
    let phone = visitor.start_setup();
    visitor.press("Next");
    let form = visitor.form("/mfa/setup/confirm", &[("code", &phone.code_at(world.now()))]);

    // Somebody else with the password, who has read the code over a shoulder.
    let mut other = world.signs_in(SOMEBODY);
    other.visit("/mfa/setup").is_at("/mfa/setup", "Set up two-factor authentication");
    let answers = other.post("/mfa/setup/confirm", &form, 1);
    assert!(!answers[0].text.contains("Save your recovery codes"), "{answers:?}");
    other.visit("/mfa/setup").is_at("/mfa/setup", "Set up two-factor authentication");

    // The session that began it goes on.
    visitor.type_code(&phone.code_at(world.now()));
    assert_eq!(visitor.list("Recovery codes").len(), 10);
    let finish = visitor.form("/mfa/setup/finish", &[]);
    other.post("/mfa/setup/finish", &finish, 1);
    world.signs_in(SOMEBODY).is_at("/dashboard", "Dashboard");
    visitor.press("I have saved my codes").press("Done");
    world.signs_in(SOMEBODY).is_at("/mfa/challenge", "Enter your verification code");
}

#[test]
fn a_cookie_of_before_the_second_factor_is_worth_nothing_after_it() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    visitor.forgets().signs_in(SOMEBODY);
    let mut thief = world.browser();
    thief.steal_cookies(&visitor).visit("/dashboard");
    thief.is_at("/mfa/challenge", "Enter your verification code");
    world.answers(&owner, &mut visitor);
    visitor.is_at("/dashboard", "Dashboard");
    thief.visit("/dashboard");
    assert_eq!(thief.heading(), "Sign in");
    thief.visit("/mfa/challenge");
    assert_eq!(thief.heading(), "Sign in");
}

#[test]
fn a_stolen_cookie_is_worth_nothing_once_its_owner_has_changed_the_password() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    let mut elsewhere = world.enters(&owner);
    let (mut thief, mut second_thief) = (world.browser(), world.browser());
    thief.steal_cookies(&visitor).visit("/profile").is_at("/profile", "Profile");
    second_thief.steal_cookies(&elsewhere).visit("/profile").is_at("/profile", "Profile");

    let new = "a rather different battery";
    visitor.visit("/profile").follow("Change password").look("password");
    visitor.fill("Current password", PASSWORD).fill("New password", new).press("Change password");
    for browser in [&mut thief, &mut second_thief, &mut elsewhere] {
        browser.visit("/profile");
        assert!(browser.heading().starts_with("Sign in"), "{browser:?}");
    }
    visitor.visit("/profile").is_at("/profile", "Profile").press("Sign out");
    visitor.fill("E-mail address", SOMEBODY).fill("Password", new).press("Sign in");
    visitor.is_at("/mfa/challenge", "Enter your verification code");
}
