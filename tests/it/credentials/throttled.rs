//! A credential where codes are throttled.

use mfakit::domain::Throttle;
use mfakit::{Answer, Refusal, RejectionReason, Settings};

use super::{Holder, assertion, key, protect, relying_party, sign_in, stored, world};
use crate::world::{World, block_on, passed, refused, rejected};

/// Signs in so many times with the password, and guesses five codes each time.
async fn guess(world: &World, ada: &Holder, sign_ins: usize) {
    for _ in 0..sign_ins {
        let challenge = world.challenge(&ada.subject).await;
        for _ in 0..5 {
            let _ = world.mfa.answer(&challenge, Answer::code("000000")).await;
        }
    }
}

#[test]
fn a_credential_is_the_way_out_where_three_codes_are_wanted() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let session = sign_in(&world, &mut ada).await;
        let _ = world.add_phone(&session, "Phone").await;
        guess(&world, &ada, 4).await;
        let challenge = world.challenge(&ada.subject).await;
        assert!(world.mfa.ask(&challenge).await.unwrap().three_codes);
        let stronger = challenge.needing(Some(mfakit::Strength::PhishingResistant));
        assert!(!world.mfa.ask(&stronger).await.unwrap().three_codes, "no code is asked for");
        let _ = sign_in(&world, &mut ada).await;
    });
}

#[test]
fn in_strict_mode_a_credential_passes_where_every_code_is_suspended() {
    block_on(async {
        let strict = Settings::builder()
            .throttle(Throttle::SuspendAfter { failures: 5 })
            .accept_break_ins_likelier_than_one_in_a_thousand()
            .build()
            .unwrap();
        let world = World::built(|builder| builder.settings(strict).relying_party(relying_party()));
        let mut ada = protect(&world, "ada", key(1)).await;
        let session = sign_in(&world, &mut ada).await;
        let (phone, _) = world.add_phone(&session, "Phone").await;
        guess(&world, &ada, 3).await;
        let challenge = world.challenge(&ada.subject).await;
        let code = Answer::code(&phone.code_at(world.now()));
        let suspended = rejected(world.mfa.answer(&challenge, code).await);
        assert_eq!(suspended.reason, RejectionReason::Suspended);
        let ask = world.mfa.ask(&challenge).await.unwrap();
        assert!(!ask.suspended && ask.webauthn().is_some(), "{ask:?}");
        let json = assertion(&world, &challenge, &mut ada.key).await;
        passed(world.mfa.answer(&challenge, Answer::webauthn(&json)).await);
    });
}

#[test]
fn a_factor_of_the_account_refills_the_budget_after_a_new_password_whatever_its_kind() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let session = sign_in(&world, &mut ada).await;
        let _ = world.add_phone(&session, "Phone").await;
        guess(&world, &ada, 4).await;
        world.mfa.password_changed(&ada.subject, None).await.unwrap();
        world.wait(30);
        let _ = sign_in(&world, &mut ada).await;
        let account = stored(&world, &ada.subject).await;
        assert_eq!(account.guesses_left(world.context()), 20);
    });
}

#[test]
fn a_challenge_that_has_taken_its_codes_still_takes_a_key() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let session = sign_in(&world, &mut ada).await;
        let _ = world.add_phone(&session, "Phone").await;
        world.wait(60);
        let challenge = world.challenge(&ada.subject).await;
        let json = assertion(&world, &challenge, &mut ada.key).await;
        for _ in 0..5 {
            let _ = rejected(world.mfa.answer(&challenge, Answer::code("000000")).await);
        }
        assert_eq!(refused(world.mfa.ask(&challenge).await), Refusal::ChallengeSpent);
        passed(world.mfa.answer(&challenge, Answer::webauthn(&json)).await);
    });
}
