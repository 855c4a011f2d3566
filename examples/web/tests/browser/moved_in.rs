//! Somebody who came from another system signs in with what they had there.

use crate::world::World;

/// The one of whom the job knows only the identifier.
const SOMEBODY: &str = "practitioner@example.org";
const THEIR_ID: &str = "u-1001";

#[test]
fn a_token_of_eight_digits_is_asked_for_as_many_and_checked_when_they_are_there() {
    let Some(world) = World::start_on_a_database() else { return };
    let token = world.moves_in_with_eight_digits(THEIR_ID);
    let mut visitor = world.signs_in(SOMEBODY);
    visitor.is_at("/mfa/challenge", "Enter your verification code");
    visitor.shows("enter the 8-digit code it shows").look("challenge-eight-digits");
    let code = token.code_at(world.now());
    assert_eq!(code.len(), 8);
    // Six of them are no code yet, and nothing is sent.
    visitor.type_here(&code[..6]);
    assert_eq!(visitor.value("Verification code"), code[..6]);
    visitor.leads_on(|visitor| visitor.type_keys(&code[6..]));
    assert_ne!(visitor.path(), "/mfa/challenge", "{visitor:?}");
    visitor.visit("/mfa/factors").shows("Old token");
}
