//! Credentials where a policy or a rule requires a phishing-resistant factor.

use chrono::TimeDelta;
use mfakit::domain::webauthn::Unverified;
use mfakit::organization::OrgRefusal;
use mfakit::step_up::{Level, Needed};
use mfakit::testing::SoftwareKey;
use mfakit::{
    Answer, Assurance, Confirmed, EmailStatus, LimitedTo, NewFactor, Prompt, Refusal, SignedIn,
    StepUpRule, Strength, Subject,
};

use super::{Holder, assertion, begin, confirm, key, new_key, protect, sign_in, stored, world};
use crate::organizations::{acme, office, whole};
use crate::strengths::require_keys;
use crate::world::{World, block_on, full, limited, passed, raised, refused, rejected};

/// Ada, a member of an organization, with a key and a phone beside it.
async fn key_and_phone(world: &World) -> (crate::world::User, Holder, Answer) {
    let (admin, _) = office(world).await;
    let mut ada = protect(world, "ada", key(1)).await;
    let session = sign_in(world, &mut ada).await;
    let (phone, _) = world.add_phone(&session, "Phone").await;
    world.wait(90);
    let code = Answer::code(&phone.code_at(world.now() + TimeDelta::seconds(30)));
    (admin, ada, code)
}

/// The full session, once the key has answered a challenge where that comes first.
async fn prove(world: &World, signed_in: SignedIn, key: &mut SoftwareKey) -> Assurance {
    let limited = match signed_in {
        SignedIn::Full(session, _) => return session,
        SignedIn::Limited(limited) => limited,
    };
    assert!(matches!(limited.next_step(), LimitedTo::StepUp(_)), "{limited:?}");
    let rule = StepUpRule::signed_in();
    let challenge = world.mfa.step_up(&limited, "sign_in", &rule).await.unwrap();
    let json = assertion(world, &challenge, key).await;
    raised(world.mfa.answer(&challenge, Answer::webauthn(&json)).await)
}

#[test]
fn a_member_who_has_a_key_is_asked_for_it_and_not_for_the_app() {
    block_on(async {
        let world = world();
        let (admin, mut ada, code) = key_and_phone(&world).await;
        require_keys(&world, &admin, whole(0)).await;
        let challenge = world.challenge(&ada.subject).await;
        assert_eq!(challenge.needed(), Strength::PhishingResistant);
        let ask = world.mfa.ask(&challenge).await.unwrap();
        assert!(matches!(&ask.prompts[..], [Prompt::WebAuthn(_), Prompt::Recovery]), "{ask:?}");
        assert_eq!(refused(world.mfa.answer(&challenge, code).await), Refusal::WrongAnswerKind);
        let json = assertion(&world, &challenge, &mut ada.key).await;
        let session = raised(world.mfa.answer(&challenge, Answer::webauthn(&json)).await);
        world.mfa.guard(&session, &StepUpRule::signed_in()).await.unwrap();
        world.mfa.guard_organization(&acme(), &session, &StepUpRule::signed_in()).await.unwrap();
    });
}

/// The challenge was opened for any factor; then the policy lapsed.
#[test]
fn a_code_that_is_not_enough_any_more_leads_to_the_key() {
    block_on(async {
        let world = world();
        let (admin, mut ada, code) = key_and_phone(&world).await;
        let challenge = world.challenge(&ada.subject).await;
        require_keys(&world, &admin, whole(0)).await;
        let signed_in = passed(world.mfa.answer(&challenge, code).await).signed_in;
        assert!(matches!(signed_in, SignedIn::Limited(_)));
        let session = prove(&world, signed_in, &mut ada.key).await;
        world.mfa.guard(&session, &StepUpRule::signed_in()).await.unwrap();
    });
}

#[test]
fn a_recovery_code_replaces_the_lost_key_by_another_and_by_no_app() {
    block_on(async {
        let world = world();
        let (admin, ada, _) = key_and_phone(&world).await;
        require_keys(&world, &admin, whole(0)).await;
        let challenge = world.challenge(&ada.subject).await;
        let recovery = Answer::recovery(&ada.codes.as_slice()[0].reveal());
        let session = limited(passed(world.mfa.answer(&challenge, recovery).await).signed_in);
        assert!(matches!(session.next_step(), LimitedTo::Replace(_)), "{session:?}");

        let lost = stored(&world, &ada.subject).await.factors()[0].id();
        let app = NewFactor::totp("New phone", "ada@example.org").unwrap().replacing(lost);
        let begun = world.mfa.begin_setup(&session, app, EmailStatus::Verified).await;
        let requires = OrgRefusal::PolicyRequires(vec![acme()]);
        assert_eq!(refused(begun), Refusal::Organization(requires));

        let setup = begin(&world, &session, new_key("New key").replacing(lost)).await;
        let mut new = key(2);
        let replaced = confirm(&world, &session, &setup, &mut new).await;
        let Confirmed::Replaced(signed_in, _) = replaced else { panic!("{replaced:?}") };
        let session = prove(&world, signed_in, &mut new).await;
        world.mfa.guard(&session, &StepUpRule::signed_in()).await.unwrap();
    });
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
fn a_member_with_an_app_adds_a_first_key_and_proves_it() {
    block_on(async {
        let world = world();
        let (admin, ada) = office(&world).await;
        let ada = world.protect(ada.as_str()).await;
        require_keys(&world, &admin, whole(0)).await;
        world.next_code();
        let challenge = world.challenge(&ada.subject).await;
        let code = Answer::code(&ada.phone.code_at(world.now()));
        let session = limited(passed(world.mfa.answer(&challenge, code).await).signed_in);
        assert!(matches!(session.next_step(), LimitedTo::SetUp(_)), "{session:?}");
        let setup = begin(&world, &session, new_key("Key")).await;
        let mut key = key(1);
        let added = confirm(&world, &session, &setup, &mut key).await;
        let Confirmed::Added(signed_in) = added else { panic!("{added:?}") };
        let session = prove(&world, signed_in, &mut key).await;
        world.mfa.guard(&session, &StepUpRule::signed_in()).await.unwrap();
    });
}

#[test]
fn a_rule_for_phishing_resistance_is_met_by_a_key_alone() {
    block_on(async {
        let world = world();
        let (_, mut ada, code) = key_and_phone(&world).await;
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

#[test]
fn a_rule_for_user_verification_asks_the_device_for_it() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1).user_verified(true)).await;
        world.wait(30);
        ada.key = ada.key.user_verified(false);
        let session = sign_in(&world, &mut ada).await;
        let rule = StepUpRule::fresh(Needed::UserVerifiedFactor, TimeDelta::minutes(5));
        let challenge = world.mfa.step_up(&session, "payout", &rule).await.unwrap();
        let ask = world.mfa.ask(&challenge).await.unwrap();
        let options = ask.webauthn().unwrap().to_json();
        assert!(options.contains("\"userVerification\":\"required\""), "{options}");
        let before = stored(&world, &ada.subject).await;
        let json = assertion(&world, &challenge, &mut ada.key).await;
        let why = rejected(world.mfa.answer(&challenge, Answer::webauthn(&json)).await);
        assert_eq!(why.unverified, Some(Unverified::UserVerification));
        assert_eq!(stored(&world, &ada.subject).await, before);
        ada.key = ada.key.user_verified(true);
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
