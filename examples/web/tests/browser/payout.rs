//! An action behind a step-up rule: both factors, within five minutes.

use crate::world::{PASSWORD, World};

const SOMEBODY: &str = "practitioner@example.org";
const STEP_UP: &str = "Confirm that it’s you";

#[test]
fn a_payout_asks_for_both_factors_again_after_five_minutes() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    visitor.visit("/payout").is_at("/payout", "Payout").look("payout");
    visitor.fill("Receiver", "Ada").fill("Amount in euros", "much").press("Pay out");
    assert!(visitor.alert().is_some());
    visitor.fill("Amount in euros", "250").press("Pay out").shows("€ 250.00 to Ada");
    visitor.look("payout-paid");

    world.minutes_pass(6);
    visitor.visit("/payout");
    assert_eq!(visitor.heading(), "Sign in again");
    visitor.fill("Password", PASSWORD).press("Sign in").is_at("/mfa/challenge", STEP_UP);
    visitor.look("step-up").type_code(&owner.phone.wrong_code_at(world.now()));
    assert!(visitor.alert().is_some());
    visitor.type_code(&owner.phone.code_at(world.now())).is_at("/payout", "Payout");
}

#[test]
fn canceling_a_step_up_leaves_the_session_as_it_was() {
    let Some(world) = World::start() else { return };
    let (_, mut visitor) = world.protects(SOMEBODY);
    world.minutes_pass(6);
    visitor.visit("/payout").fill("Password", PASSWORD).press("Sign in");
    visitor.is_at("/mfa/challenge", STEP_UP).press("Cancel").is_at("/profile", "Profile");
    visitor.visit("/payout").is_at("/mfa/challenge", STEP_UP);
}

#[test]
fn a_recovery_code_signs_in_and_is_not_enough_for_a_payout() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    visitor.forgets().signs_in(SOMEBODY);
    visitor.press("Use a recovery code").fill("Recovery code", &owner.codes[0]).press("Verify");
    visitor.is_at("/dashboard", "Dashboard").visit("/payout").is_at("/mfa/challenge", STEP_UP);
    visitor.lacks("Use a recovery code").visit("/mfa/challenge/recovery");
    visitor.is_at("/mfa/challenge", STEP_UP).type_code(&owner.phone.code_at(world.now()));
    visitor.is_at("/payout", "Payout");
}

#[test]
fn somebody_without_a_second_factor_is_led_to_the_setup() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.signs_in(SOMEBODY);
    visitor.visit("/payout").is_at("/mfa/setup", "Set up two-factor authentication");
}
