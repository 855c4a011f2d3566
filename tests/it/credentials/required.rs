//! Credentials where a policy or a rule requires a phishing-resistant factor.

use chrono::TimeDelta;
use mfakit::step_up::{Level, Needed};
use mfakit::{Answer, Confirmed, LimitedTo, NewFactor, Prompt, Refusal, StepUpRule, Subject};

use super::{Holder, assertion, begin, confirm, key, new_key, protect, sign_in, world};
use crate::organizations::{acme, office, whole};
use crate::strengths::require_keys;
use crate::world::{World, block_on, full, limited, raised, refused};

/// Ada, with a key and a phone beside it, and the code that the phone shows next.
async fn key_and_phone(world: &World) -> (Holder, Answer) {
    let mut ada = protect(world, "ada", key(1)).await;
    let session = sign_in(world, &mut ada).await;
    let (phone, _) = world.add_phone(&session, "Phone").await;
    world.wait(90);
    let code = Answer::code(&phone.code_at(world.now() + TimeDelta::seconds(30)));
    (ada, code)
}

#[test]
fn a_member_without_mfa_gets_through_the_wall_by_a_key_and_by_no_app() {
    block_on(async {
        let world = world();
        let (admin, ada) = office(&world).await;
        require_keys(&world, &admin, whole(0)).await;
        let session = world.sign_in_limited(&ada).await;
        assert!(matches!(session.next_step(), LimitedTo::SetUp(_)), "{session:?}");
        let setup = begin(&world, &session, new_key("Key")).await;
        let mut key = key(1);
        let confirmed = confirm(&world, &session, &setup, &mut key).await;
        assert!(matches!(confirmed, Confirmed::FirstFactor(_)), "{confirmed:?}");
        let session = full(world.mfa.finish_setup(&session, setup.id()).await.unwrap());
        world.mfa.guard(&session, &StepUpRule::signed_in()).await.unwrap();

        let eve = Subject::new("eve").unwrap();
        world.mfa.join_organization(&acme(), &eve, world.now()).await.unwrap();
        world.wait(30);
        let session = world.sign_in_limited(&eve).await;
        let app = NewFactor::totp("Phone", "eve@example.org").unwrap();
        let setup = begin(&world, &session, app).await;
        let code = Answer::code(&mfakit::testing::code_for(&setup, world.now()));
        let _ = world.mfa.confirm_setup(&session, setup.id(), code).await.unwrap();
        let session = limited(world.mfa.finish_setup(&session, setup.id()).await.unwrap());
        assert!(matches!(session.next_step(), LimitedTo::SetUp(_)), "{session:?}");
    });
}

#[test]
fn a_rule_for_phishing_resistance_is_met_by_a_key_alone() {
    block_on(async {
        let world = world();
        let (mut ada, code) = key_and_phone(&world).await;
        let challenge = world.challenge(&ada.subject).await;
        let session = raised(world.mfa.answer(&challenge, code).await);
        let rule = StepUpRule::level(Level::PhishingResistant, TimeDelta::minutes(5));
        let stopped = refused(world.mfa.guard(&session, &rule).await);
        let Refusal::StepUp(unmet) = &stopped else { panic!("{stopped:?}") };
        assert!(unmet.sentence().contains("a passkey or a security key"), "{}", unmet.sentence());
        let challenge = world.mfa.step_up(&session, "payout", &rule).await.unwrap();
        let ask = world.mfa.ask(&challenge).await.unwrap();
        assert!(matches!(&ask.prompts[..], [Prompt::WebAuthn(_)]), "{ask:?}");
        let json = assertion(&world, &challenge, &mut ada.key).await;
        let session = raised(world.mfa.answer(&challenge, Answer::webauthn(&json)).await);
        world.mfa.guard(&session, &rule).await.unwrap();
    });
}

/// Decision 18: a key that was registered without is not asked, however it answers.
#[test]
fn a_key_that_was_registered_without_user_verification_is_not_asked_for_it() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        world.wait(30);
        let session = sign_in(&world, &mut ada).await;
        let rule = StepUpRule::fresh(Needed::UserVerifiedFactor, TimeDelta::minutes(5));
        let challenge = world.mfa.step_up(&session, "payout", &rule).await.unwrap();
        assert!(world.mfa.ask(&challenge).await.unwrap().prompts.is_empty());
        let other = world.challenge(&ada.subject).await;
        let stolen = assertion(&world, &other, &mut ada.key.clone().user_verified(true)).await;
        let answered = world.mfa.answer(&challenge, Answer::webauthn(&stolen)).await;
        assert_eq!(refused(answered), Refusal::WrongAnswerKind);
    });
}
