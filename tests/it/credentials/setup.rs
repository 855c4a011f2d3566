//! Setting a credential up.

use mfakit::domain::webauthn::Unverified;
use mfakit::{
    Answer, Confirmed, EmailStatus, EventKind, FactorKind, Mfa, NewFactor, Refusal,
    SetupRejectionReason, Strength, Subject,
};
use serde_json::{Value, json};

use super::{
    ORIGIN, RP_ID, begin, confirm, credentials, elsewhere, key, new_key, protect, registration,
    sign_in, stored, world,
};
use crate::world::{World, block_on, full, hasher, keyring, refused};

#[test]
fn a_credential_can_be_the_first_factor_and_brings_recovery_codes() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        assert_eq!(ada.codes.as_slice().len(), 10);
        let account = stored(&world, &ada.subject).await;
        assert_eq!(account.strength(), Some(Strength::PhishingResistant));
        assert_eq!(account.factors()[0].kind(), FactorKind::WebAuthn);
        let status = world.mfa.status(&ada.subject).await.unwrap();
        assert_eq!((status.enabled, status.recovery_left), (true, Some(10)));

        let session = sign_in(&world, &mut ada).await;
        assert!(session.has_second_factor());
        world.wait(30);
        let recovery = Answer::recovery(&ada.codes.as_slice()[0].reveal());
        world.sign_in_with(&ada.subject, recovery).await;
    });
}

#[test]
fn a_setup_asks_the_browser_for_a_new_credential_of_one_random_user() {
    block_on(async {
        let world = world();
        let subject = Subject::new("ada").unwrap();
        let session = world.sign_in_plain(&subject).await;
        let setup = begin(&world, &session, new_key("Key")).await;
        let shown = setup.webauthn().unwrap().to_json();
        let options: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(options["rp"], json!({"id": RP_ID, "name": "Scrivio"}));
        assert_eq!(options["user"]["name"], "ada@example.org");
        assert_eq!(options["user"]["id"].as_str().unwrap().len(), 86, "64 bytes");
        assert_eq!(options["excludeCredentials"], json!([]));
        let nonce = mfakit::domain::webauthn::Nonce::from(setup.id()).to_string();
        assert_eq!(options["challenge"], nonce, "the setup's ID");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "preferred");

        // Everyone who shows it again shows the same: a reload, another process.
        for mfa in [&world.mfa, &elsewhere(&world)] {
            let again = mfa.show_setup(&session, setup.id()).await.unwrap();
            assert_eq!(again.webauthn().unwrap().to_json(), shown);
            assert_eq!(again.confirm_by(), setup.confirm_by());
        }
    });
}

#[test]
fn a_further_credential_is_of_the_same_user_and_excludes_those_there_are() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let session = sign_in(&world, &mut ada).await;
        let setup = begin(&world, &session, new_key("Spare key")).await;
        let options: Value = serde_json::from_str(&setup.webauthn().unwrap().to_json()).unwrap();
        let account = stored(&world, &ada.subject).await;
        let first = credentials(&account)[0];
        assert_eq!(options["user"]["id"], first.user_handle().to_string());
        let excluded = options["excludeCredentials"].as_array().unwrap();
        assert_eq!(excluded.len(), 1);
        assert_eq!(excluded[0]["id"], first.id().to_string());
        assert_eq!(ada.key.register(&options.to_string(), ORIGIN), None, "its browser refuses");

        let added = confirm(&world, &session, &setup, &mut key(2)).await;
        assert!(matches!(added, Confirmed::Added(_)), "{added:?}");
        let account = stored(&world, &ada.subject).await;
        let [one, other] = credentials(&account)[..] else { panic!("two") };
        assert_eq!(one.user_handle(), other.user_handle());
        assert_eq!(account.export().recovery.unwrap().left, 10, "the codes stay");
    });
}

/// Excluding is the browser's part: a client that does not do it is refused here.
#[test]
fn a_credential_that_the_account_has_is_not_set_up_again() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let session = sign_in(&world, &mut ada).await;
        for new in [new_key("Again"), new_key("In its own place").replacing(first(&world).await)] {
            let setup = begin(&world, &session, new).await;
            let shown = setup.webauthn().unwrap().to_json();
            let mut options: Value = serde_json::from_str(&shown).unwrap();
            options["excludeCredentials"] = json!([]);
            let json = ada.key.register(&options.to_string(), ORIGIN).unwrap();
            let before = stored(&world, &ada.subject).await;
            let again = world.mfa.confirm_setup(&session, setup.id(), Answer::webauthn(&json));
            let Confirmed::Rejected(why) = again.await.unwrap() else { panic!("set up twice") };
            assert_eq!(why.reason, SetupRejectionReason::AlreadyRegistered);
            assert_eq!(stored(&world, &ada.subject).await, before);
        }
    });
}

async fn first(world: &World) -> mfakit::FactorId {
    stored(world, &Subject::new("ada").unwrap()).await.factors()[0].id()
}

#[test]
fn what_does_not_register_a_credential_costs_no_try_and_changes_nothing() {
    block_on(async {
        let world = world();
        let subject = Subject::new("ada").unwrap();
        let session = world.sign_in_plain(&subject).await;
        let former = begin(&world, &session, new_key("Key")).await;
        let replayed = registration(&former, &mut key(1));
        let setup = begin(&world, &session, new_key("Key")).await;
        let shown = setup.webauthn().unwrap().to_json();
        let elsewhere = key(1).register(&shown, "https://app.scrivio.example.evil.example");
        let before = stored(&world, &subject).await;
        for (json, step) in [
            (replayed, Unverified::Nonce),
            (elsewhere.unwrap(), Unverified::Origin),
            (
                key(1).user_present(false).register(&shown, ORIGIN).unwrap(),
                Unverified::UserPresence,
            ),
            (String::new(), Unverified::Response),
            ("[]".to_owned(), Unverified::Response),
            (
                "x".repeat(70_000),
                Unverified::TooLarge { what: "response", max: 65_536, found: 65_540 },
            ),
        ] {
            for _ in 0..3 {
                let answer = Answer::webauthn(&json);
                let judged = world.mfa.confirm_setup(&session, setup.id(), answer).await.unwrap();
                let Confirmed::Rejected(why) = judged else { panic!("set up: {json}") };
                assert_eq!(why.reason, SetupRejectionReason::CredentialNotVerified);
                assert_eq!((why.unverified, why.tries_left), (Some(step), 10));
            }
        }
        assert_eq!(stored(&world, &subject).await, before);
        let right = confirm(&world, &session, &setup, &mut key(1)).await;
        assert!(matches!(right, Confirmed::FirstFactor(_)));
    });
}

#[test]
fn a_setup_takes_answers_of_its_own_kind_alone() {
    block_on(async {
        let world = world();
        let session = world.sign_in_plain(&Subject::new("ada").unwrap()).await;
        let setup = begin(&world, &session, new_key("Key")).await;
        let json = registration(&setup, &mut key(1));
        for answer in [
            Answer::code("000000"),
            Answer::three_codes(["000000", "111111", "222222"]),
            Answer::recovery("0000-0000"),
            Answer::enrollment("0000-0000"),
        ] {
            let wrong = world.mfa.confirm_setup(&session, setup.id(), answer).await;
            assert_eq!(refused(wrong), Refusal::WrongAnswerKind);
        }
        let app = NewFactor::totp("Phone", "ada@example.org").unwrap();
        let setup = begin(&world, &session, app).await;
        let wrong = world.mfa.confirm_setup(&session, setup.id(), Answer::webauthn(&json)).await;
        assert_eq!(refused(wrong), Refusal::WrongAnswerKind);
    });
}

#[test]
fn without_a_relying_party_no_credential_is_set_up_or_shown() {
    block_on(async {
        let world = world();
        let session = world.sign_in_plain(&Subject::new("ada").unwrap()).await;
        let setup = begin(&world, &session, new_key("Key")).await;
        let json = registration(&setup, &mut key(1));
        let plain = Mfa::builder(world.memory.clone())
            .issuer("Scrivio")
            .keyring(keyring("k1"))
            .hasher(hasher())
            .clock(world.clock.clone())
            .build()
            .unwrap();
        let unavailable = Refusal::FactorKindUnavailable;
        let begun = plain.begin_setup(&session, new_key("Key"), EmailStatus::Verified).await;
        assert_eq!(refused(begun), unavailable);
        assert_eq!(refused(plain.show_setup(&session, setup.id()).await), unavailable);
        let confirmed = plain.confirm_setup(&session, setup.id(), Answer::webauthn(&json)).await;
        assert_eq!(refused(confirmed), unavailable);
        assert_eq!(unavailable.code(), "factor_kind_unavailable");
        // What was begun is not lost by it, and the owner can give it up there.
        plain.cancel_setup(&session, setup.id()).await.unwrap();
    });
}

#[test]
fn a_confirmed_credential_waits_until_its_codes_are_saved() {
    block_on(async {
        let world = world();
        let subject = Subject::new("ada").unwrap();
        let session = world.sign_in_plain(&subject).await;
        let setup = begin(&world, &session, new_key("Key")).await;
        let _ = confirm(&world, &session, &setup, &mut key(1)).await;
        assert!(!stored(&world, &subject).await.enabled());
        let status = world.mfa.status(&subject).await.unwrap().setup.unwrap();
        assert_eq!((status.kind, status.confirmed), (FactorKind::WebAuthn, true));
        assert_eq!(
            refused(world.mfa.show_setup(&session, setup.id()).await),
            Refusal::SetupConfirmed
        );
        let second = world.mfa.reissue_codes(&session, setup.id()).await.unwrap();
        world.wait(59 * 60);
        let session = full(elsewhere(&world).finish_setup(&session, setup.id()).await.unwrap());
        assert!(session.has_second_factor());
        world.wait(30);
        let code = Answer::recovery(&second.as_slice()[0].reveal());
        world.sign_in_with(&subject, code).await;
    });
}

#[test]
fn a_credential_setup_expires_and_can_be_canceled() {
    block_on(async {
        let world = world();
        let subject = Subject::new("ada").unwrap();
        let session = world.sign_in_plain(&subject).await;
        let setup = begin(&world, &session, new_key("Key")).await;
        let json = registration(&setup, &mut key(1));
        world.wait(601);
        let late = world.mfa.confirm_setup(&session, setup.id(), Answer::webauthn(&json)).await;
        assert_eq!(refused(late), Refusal::SetupExpired);
        let session = world.sign_in_plain(&subject).await;
        let setup = begin(&world, &session, new_key("Key")).await;
        let json = registration(&setup, &mut key(1));
        world.mfa.cancel_setup(&session, setup.id()).await.unwrap();
        let gone = world.mfa.confirm_setup(&session, setup.id(), Answer::webauthn(&json)).await;
        assert_eq!(refused(gone), Refusal::UnknownSetup);
        let other = world.sign_in_plain(&subject).await;
        let setup = begin(&world, &session, new_key("Key")).await;
        let json = registration(&setup, &mut key(1));
        let foreign = world.mfa.confirm_setup(&other, setup.id(), Answer::webauthn(&json)).await;
        assert_eq!(refused(foreign), Refusal::SetupElsewhere);
    });
}

#[test]
fn a_lost_credential_is_replaced_with_new_codes_in_one_commit() {
    block_on(async {
        let world = world();
        let ada = protect(&world, "ada", key(1)).await;
        let lost = first(&world).await;
        world.wait(30);
        let recovery = Answer::recovery(&ada.codes.as_slice()[0].reveal());
        let session = world.sign_in_with(&ada.subject, recovery).await;
        let setup = begin(&world, &session, new_key("New key").replacing(lost)).await;
        let mut new = key(2);
        let replaced = confirm(&world, &session, &setup, &mut new).await;
        let Confirmed::Replaced(_, codes) = replaced else { panic!("{replaced:?}") };
        let account = stored(&world, &ada.subject).await;
        assert_eq!(account.factors().len(), 1);
        assert_ne!(account.factors()[0].id(), lost);
        assert_eq!(account.preferred().unwrap().id(), account.factors()[0].id());
        world.wait(30);
        let challenge = world.challenge(&ada.subject).await;
        let ask = world.mfa.ask(&challenge).await.unwrap();
        let mut old = ada.key;
        assert_eq!(old.assert(&ask.webauthn().unwrap().to_json(), ORIGIN), None);
        let old_code = Answer::recovery(&ada.codes.as_slice()[1].reveal());
        crate::world::rejected(world.mfa.answer(&challenge, old_code).await);
        let code = Answer::recovery(&codes.as_slice()[0].reveal());
        crate::world::passed(world.mfa.answer(&challenge, code).await);
    });
}

#[test]
fn ten_factors_of_any_mix_are_the_most() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let mut session = sign_in(&world, &mut ada).await;
        for n in 2..=10 {
            let label = format!("Factor {n}");
            if n % 2 == 0 {
                session = world.add_phone(&session, &label).await.1;
            } else {
                let setup = begin(&world, &session, new_key(&label)).await;
                match confirm(&world, &session, &setup, &mut key(n)).await {
                    Confirmed::Added(added) => session = full(added),
                    other => panic!("{other:?}"),
                }
            }
        }
        for new in [new_key("One more"), NewFactor::totp("One more", "ada").unwrap()] {
            let begun = world.mfa.begin_setup(&session, new, EmailStatus::Verified).await;
            assert_eq!(refused(begun), Refusal::TooManyFactors);
        }
        let account = stored(&world, &ada.subject).await;
        assert_eq!((account.factors().len(), credentials(&account).len()), (10, 5));
    });
}

#[test]
fn a_credential_moves_with_its_account_to_another_subject() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let to = Subject::new("ada.lovelace").unwrap();
        let admin = mfakit::HostAuthority::grant(ada.subject.clone(), to.clone(), "married");
        let before = stored(&world, &ada.subject).await.stamp();
        world.mfa.rename(&admin.unwrap(), &to).await.unwrap();
        ada.subject = to;
        assert_ne!(stored(&world, &ada.subject).await.stamp(), before, "a stamp of its own");
        let _ = sign_in(&world, &mut ada).await;
    });
}

#[test]
fn the_owner_is_told_of_a_credential_as_of_any_factor() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let session = sign_in(&world, &mut ada).await;
        let setup = begin(&world, &session, new_key("Spare key")).await;
        let _ = confirm(&world, &session, &setup, &mut key(2)).await;
        let events = world.mfa.recent_events(&ada.subject, 20).await.unwrap();
        let told = events.iter().filter(|event| event.concerns_owner()).map(|e| e.kind().clone());
        let [first, second] =
            stored(&world, &ada.subject).await.factors().iter().map(|f| f.id()).collect::<Vec<_>>()
                [..]
        else {
            panic!("two")
        };
        assert_eq!(
            told.collect::<Vec<_>>(),
            [EventKind::FactorAdded { factor: second }, EventKind::MfaEnabled { factor: first }]
        );
    });
}
