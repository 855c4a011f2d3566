//! Somebody who knows the password guesses codes.

use chrono::TimeDelta;

use crate::world::World;

const SOMEBODY: &str = "practitioner@example.org";

#[test]
fn when_the_guesses_are_used_up_three_codes_in_a_row_are_asked_for_and_they_work() {
    let Some(world) = World::start() else { return };
    let (owner, _) = world.protects(SOMEBODY);
    let wrong = owner.phone.wrong_codes_at(world.now());
    let mut attacker = world.browser();
    attacker.visit("/sign-in");
    for (number, code) in wrong[..20].iter().enumerate() {
        if number % 5 == 0 {
            attacker.signs_in(SOMEBODY);
        }
        attacker.type_code(code);
    }

    let mut visitor = world.signs_in(SOMEBODY);
    visitor.is_at("/mfa/challenge", "Enter three codes in a row").look("challenge-three-codes");
    visitor.shows("Somebody has been guessing codes for your account");
    visitor.shows("It takes about a minute.").shows("Then change your password");
    let codes =
        [0, 30, 60].map(|seconds| owner.phone.code_at(world.now() + TimeDelta::seconds(seconds)));
    // One code alone is not judged, right as it is.
    visitor.fill("First code", &codes[0]).fill("Second code", &wrong[0]);
    visitor.fill_and_go("Third code", &wrong[1]);
    assert!(visitor.alert().is_some());
    visitor.look("challenge-three-codes-wrong");

    world.wait(TimeDelta::seconds(60));
    assert_eq!(visitor.focused(), "First code");
    visitor.type_here(&codes[0]);
    assert_eq!(visitor.focused(), "Second code");
    visitor.type_here(&codes[1]);
    assert_eq!(visitor.focused(), "Third code");
    visitor.leads_on(|visitor| visitor.type_keys(&codes[2])).is_at("/dashboard", "Dashboard");
    let told = world.messages();
    assert!(told.iter().any(|message| message.contains("may be guessing")), "{told:#?}");
}

#[test]
fn recovery_codes_stay_open_while_three_codes_are_asked_for() {
    let Some(world) = World::start() else { return };
    let (owner, _) = world.protects(SOMEBODY);
    let wrong = owner.phone.wrong_codes_at(world.now());
    let mut visitor = world.browser();
    for (number, code) in wrong[..20].iter().enumerate() {
        if number % 5 == 0 {
            visitor.signs_in(SOMEBODY);
        }
        visitor.type_code(code);
    }
    visitor.signs_in(SOMEBODY).press("Use a recovery code");
    visitor.fill("Recovery code", &owner.codes[0]).press("Verify").is_at("/dashboard", "Dashboard");
}
