//! The browser's own button for going back.

use crate::world::World;

const SOMEBODY: &str = "practitioner@example.org";

#[test]
fn going_back_shows_no_secret_again() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.signs_in(SOMEBODY);
    let phone = visitor.start_setup();
    let secret = visitor.value("Manual code");
    visitor.press("Next").type_code(&phone.code_at(world.now()));
    let codes = visitor.list("Recovery codes");
    visitor.press("I have saved my codes").back();
    visitor.lacks(&codes[0]).visit("/profile").press("Sign out");
    for _ in 0..8 {
        visitor.back();
        visitor.lacks(&codes[0]).lacks(&secret);
    }
}

#[test]
fn a_cancelled_sign_in_is_not_resumed_by_going_back() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    visitor.forgets().signs_in(SOMEBODY);
    visitor.press("Cancel").is_at("/sign-in", "Sign in").back();
    // The page may still be there, as the browser kept it; what is typed into it is worth nothing.
    if visitor.heading() == "Enter your verification code" {
        visitor.type_code(&owner.phone.code_at(world.now()));
    }
    assert_eq!(visitor.heading(), "Sign in");
    visitor.visit("/dashboard");
    assert_eq!(visitor.heading(), "Sign in");
}
