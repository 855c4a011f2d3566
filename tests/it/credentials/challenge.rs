//! Answering a challenge with a credential.

use mfakit::domain::EvidenceKind;
use mfakit::domain::webauthn::{RelyingParty, Unverified};
use mfakit::{
    Answer, EventKind, FactorKind, Mfa, Prompt, Purpose, Refusal, RejectionReason, SignIn, Strength,
};
use serde_json::{Value, json};

use super::{
    ORIGIN, assertion, begin, confirm, credentials, elsewhere, key, new_key, protect, sign_in,
    stored, world,
};
use crate::world::{World, any_code, block_on, hasher, keyring, passed, raised, refused, rejected};

#[test]
fn all_credentials_are_one_prompt_in_the_preferred_ones_place() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let session = sign_in(&world, &mut ada).await;
        let _ = world.add_phone(&session, "Phone").await;
        let session = fresh(&world, &mut ada).await;
        let setup = begin(&world, &session, new_key("Spare key")).await;
        let _ = confirm(&world, &session, &setup, &mut key(2)).await;
        let account = stored(&world, &ada.subject).await;

        let challenge = world.challenge(&ada.subject).await;
        let ask = world.mfa.ask(&challenge).await.unwrap();
        let [Prompt::WebAuthn(options), Prompt::Totp { label, .. }, Prompt::Recovery] =
            &ask.prompts[..]
        else {
            panic!("{ask:?}")
        };
        assert_eq!(label.as_str(), "Phone");
        assert!(!ask.unaskable && !ask.suspended && !ask.three_codes);
        let options: Value = serde_json::from_str(&options.to_json()).unwrap();
        let nonce = mfakit::domain::webauthn::Nonce::from(challenge.id()).to_string();
        assert_eq!(options["challenge"], nonce, "the challenge's ID");
        assert_eq!(options["rpId"], "scrivio.example");
        assert_eq!(options["userVerification"], "discouraged");
        let allowed: Vec<_> = options["allowCredentials"].as_array().unwrap().iter().collect();
        let ids: Vec<Value> = allowed.iter().map(|one| one["id"].clone()).collect();
        let known: Vec<Value> =
            credentials(&account).iter().map(|one| json!(one.id().to_string())).collect();
        assert_eq!(ids, known);
        assert_eq!(allowed[0]["transports"], json!(["usb"]));

        let phone = account.factors()[1].id();
        let session = fresh(&world, &mut ada).await;
        world.mfa.prefer_factor(&session, phone).await.unwrap();
        let ask = world.mfa.ask(&world.challenge(&ada.subject).await).await.unwrap();
        assert!(matches!(ask.prompts[0], Prompt::Totp { .. }), "{ask:?}");
        assert!(matches!(ask.prompts[1], Prompt::WebAuthn(_)), "{ask:?}");
    });
}

/// A session of the key, a while later.
async fn fresh(world: &World, ada: &mut super::Holder) -> mfakit::Assurance {
    world.wait(30);
    sign_in(world, ada).await
}

#[test]
fn an_assertion_passes_and_is_evidence_of_its_strength() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let before = stored(&world, &ada.subject).await;
        world.wait(30);
        let session = sign_in(&world, &mut ada).await;
        let account = stored(&world, &ada.subject).await;
        let id = account.factors()[0].id();
        let evidence = session
            .evidence()
            .iter()
            .find(|e| e.at() == world.now() && { matches!(e.kind(), EvidenceKind::Factor { .. }) });
        assert_eq!(
            evidence.unwrap().kind(),
            &EvidenceKind::Factor {
                id,
                kind: FactorKind::WebAuthn,
                strength: Strength::PhishingResistant,
                user_verified: false,
            }
        );
        assert_eq!(account.factors()[0].last_used_at(), world.now());
        assert_eq!(credentials(&before)[0].counter() + 1, credentials(&account)[0].counter());
        let events = world.mfa.recent_events(&ada.subject, 1).await.unwrap();
        let accepted = EventKind::CredentialAccepted { factor: id, purpose: Purpose::SignIn };
        assert_eq!(events[0].kind(), &accepted);
    });
}

#[test]
fn a_step_up_is_passed_by_a_credential() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let session = sign_in(&world, &mut ada).await;
        world.wait(3_600);
        let challenge = world.mfa.step_up(&session, "payout", &any_code()).await.unwrap();
        let json = assertion(&world, &challenge, &mut ada.key).await;
        let raised = raised(elsewhere(&world).answer(&challenge, Answer::webauthn(&json)).await);
        assert_eq!(raised.session(), session.session());
        world.mfa.guard(&raised, &any_code()).await.unwrap();
    });
}

/// Decision 18: one who sets a PIN on a stolen key is not its owner.
#[test]
fn user_verification_counts_only_from_a_credential_that_was_registered_with_it() {
    block_on(async {
        for (registered, asserted, counts) in
            [(false, false, false), (false, true, false), (true, false, false), (true, true, true)]
        {
            let world = world();
            let mut ada = protect(&world, "ada", key(1).user_verified(registered)).await;
            world.wait(30);
            ada.key = ada.key.user_verified(asserted);
            let session = sign_in(&world, &mut ada).await;
            let verified = session.evidence().iter().any(|e| {
                e.at() == world.now()
                    && matches!(e.kind(), EvidenceKind::Factor { user_verified: true, .. })
            });
            assert_eq!(verified, counts, "registered {registered}, asserted {asserted}");
        }
    });
}

#[test]
fn a_counter_that_does_not_rise_is_accepted_noted_and_never_stored() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1).counter(40)).await;
        let id = stored(&world, &ada.subject).await.factors()[0].id();
        world.wait(30);
        let _ = sign_in(&world, &mut ada).await;
        assert_eq!(credentials(&*stored(&world, &ada.subject).await)[0].counter(), 42);
        for found in [42, 7, 1] {
            world.wait(30);
            ada.key = ada.key.counter(found - 1);
            let _ = sign_in(&world, &mut ada).await;
            let events = world.mfa.recent_events(&ada.subject, 1).await.unwrap();
            let noted = EventKind::CredentialCounterDidNotRise { factor: id, stored: 42, found };
            assert_eq!(events[0].kind(), &noted);
            assert!(events[0].concerns_owner());
            assert_eq!(credentials(&*stored(&world, &ada.subject).await)[0].counter(), 42);
        }
    });
}

#[test]
fn a_synchronized_credential_that_never_counts_is_nothing_to_note() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1).uncounted().backup(true, true)).await;
        world.wait(30);
        let _ = sign_in(&world, &mut ada).await;
        let events = world.mfa.recent_events(&ada.subject, 1).await.unwrap();
        assert!(matches!(events[0].kind(), EventKind::CredentialAccepted { .. }), "{events:?}");
    });
}

#[test]
fn a_credential_that_becomes_copyable_is_noted_once() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let id = stored(&world, &ada.subject).await.factors()[0].id();
        ada.key = ada.key.backup(true, true);
        for _ in 0..2 {
            world.wait(30);
            let _ = sign_in(&world, &mut ada).await;
            let events = world.mfa.recent_events(&ada.subject, 20).await.unwrap();
            let became = EventKind::CredentialBecameBackupEligible { factor: id };
            let found = events.iter().filter(|event| *event.kind() == became).count();
            assert_eq!(found, 1);
        }
        let account = stored(&world, &ada.subject).await;
        assert!(!credentials(&account)[0].is_device_bound());
    });
}

#[test]
fn a_failed_assertion_commits_nothing_and_spends_no_guess() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let session = sign_in(&world, &mut ada).await;
        let (phone, _) = world.add_phone(&session, "Phone").await;
        world.wait(30);
        let challenge = world.challenge(&ada.subject).await;
        let options = world.mfa.ask(&challenge).await.unwrap().webauthn().unwrap().to_json();
        // Another device that claims to be hers.
        let own = credentials(&*stored(&world, &ada.subject).await)[0].id().as_bytes().to_vec();
        let forged = key(9).credential_id(own).assert(&options, ORIGIN).unwrap();
        let (before, commits) = (stored(&world, &ada.subject).await, world.store.commits());
        for _ in 0..50 {
            let why = rejected(world.mfa.answer(&challenge, Answer::webauthn(&forged)).await);
            assert_eq!(why.reason, RejectionReason::CredentialNotVerified);
            assert_eq!((why.unverified, why.answers_left), (Some(Unverified::Signature), None));
        }
        assert_eq!(world.store.commits(), commits);
        assert_eq!(stored(&world, &ada.subject).await, before);
        let code = Answer::code(&phone.code_at(world.now()));
        passed(world.mfa.answer(&challenge, code).await);
    });
}

/// Anyone who knows a password must not learn by it which credentials the account has.
#[test]
fn an_unknown_a_foreign_and_a_wrong_credential_are_told_alike() {
    block_on(async {
        let world = world();
        let ada = protect(&world, "ada", key(1)).await;
        let mut eve = protect(&world, "eve", key(2)).await;
        world.wait(30);
        let challenge = world.challenge(&ada.subject).await;
        let shown = world.mfa.ask(&challenge).await.unwrap().webauthn().unwrap().to_json();
        let mut options: Value = serde_json::from_str(&shown).unwrap();
        let answer = |mut key: mfakit::testing::SoftwareKey, id: &[u8], options: &mut Value| {
            let id = mfakit::domain::webauthn::CredentialId::new(id).unwrap();
            options["allowCredentials"] = json!([{"type": "public-key", "id": id.to_string()}]);
            key.assert(&options.to_string(), ORIGIN).unwrap()
        };
        let own = credentials(&*stored(&world, &ada.subject).await)[0].id().as_bytes().to_vec();
        let foreign = credentials(&*stored(&world, &eve.subject).await)[0].id().as_bytes().to_vec();
        let wrong = answer(key(9).credential_id(own.clone()), &own, &mut options);
        let unknown = answer(key(9).credential_id([7; 20]), &[7; 20], &mut options);
        // The user's name is the device's to give, and not all do: without it, it goes by the key.
        options["allowCredentials"] = json!([{"type": "public-key", "id": mfakit::domain::webauthn::CredentialId::new(foreign).unwrap().to_string()}]);
        let text = eve.key.assert(&options.to_string(), ORIGIN).unwrap();
        let mut eves: Value = serde_json::from_str(&text).unwrap();
        eves["response"]["userHandle"] = Value::Null;
        let said: Vec<_> = [wrong, unknown, eves.to_string()]
            .map(|json| {
                block_on(async {
                    rejected(world.mfa.answer(&challenge, Answer::webauthn(&json)).await)
                })
            })
            .into();
        assert_eq!(said[0].unverified, Some(Unverified::Signature));
        assert!(said.iter().all(|why| *why == said[0]), "{said:?}");
        let named = rejected(world.mfa.answer(&challenge, Answer::webauthn(&text)).await);
        assert_eq!(named.unverified, Some(Unverified::UserHandle), "she named herself");
    });
}

/// Decision 17: a credential of another site is what a kind of a later release is.
#[test]
fn a_credential_of_another_rp_id_protects_and_is_never_asked() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let moved = |relying_party: Option<RelyingParty>| {
            let builder = Mfa::builder(world.memory.clone())
                .issuer("Scrivio")
                .keyring(keyring("k1"))
                .hasher(hasher())
                .clock(world.clock.clone());
            match relying_party {
                Some(relying_party) => builder.relying_party(relying_party),
                None => builder,
            }
            .build()
            .unwrap()
        };
        let other = RelyingParty::new("scrivio.com", ["https://scrivio.com"]).unwrap();
        for (number, mfa) in [moved(Some(other)), moved(None)].into_iter().enumerate() {
            world.wait(30);
            let SignIn::Challenge(challenge) =
                mfa.sign_in(world.password(&ada.subject)).await.unwrap()
            else {
                panic!("it is protected")
            };
            let ask = mfa.ask(&challenge).await.unwrap();
            assert_eq!(ask.prompts, [Prompt::Recovery]);
            assert!(ask.unaskable);
            let json = assertion(&world, &challenge, &mut ada.key).await;
            let answered = mfa.answer(&challenge, Answer::webauthn(&json)).await;
            assert_eq!(refused(answered), Refusal::WrongAnswerKind);
            let code = Answer::recovery(&ada.codes.as_slice()[number].reveal());
            passed(mfa.answer(&challenge, code).await);
        }
        let account = stored(&world, &ada.subject).await;
        assert_eq!(account.strength(), Some(Strength::PhishingResistant));
        let _ = sign_in(&world, &mut ada).await;
    });
}

#[test]
fn an_account_of_apps_takes_no_assertion_and_one_of_keys_takes_no_code() {
    block_on(async {
        let world = world();
        let ada = world.protect("ada").await;
        let eve = protect(&world, "eve", key(2)).await;
        world.wait(30);
        let challenge = world.challenge(&eve.subject).await;
        let json = assertion(&world, &challenge, &mut eve.key.clone()).await;
        let code = world.mfa.answer(&challenge, Answer::code("000000")).await;
        assert_eq!(refused(code), Refusal::WrongAnswerKind);
        let challenge = world.challenge(&ada.subject).await;
        let foreign = world.mfa.answer(&challenge, Answer::webauthn(&json)).await;
        assert_eq!(refused(foreign), Refusal::WrongAnswerKind);
    });
}

#[test]
fn racing_assertions_of_two_devices_are_each_judged_by_what_is_stored_then() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        world.wait(30);
        // A copy of the key signs in between the first one's load and its commit.
        let one = world.challenge(&ada.subject).await;
        let other = world.challenge(&ada.subject).await;
        let copy = assertion(&world, &one, &mut ada.key.clone()).await;
        let own = assertion(&world, &other, &mut ada.key).await;
        world.store.yield_around_calls();
        std::thread::scope(|scope| {
            for (challenge, json) in [(&one, &copy), (&other, &own)] {
                let answer = world.mfa.answer(challenge, Answer::webauthn(json));
                scope.spawn(|| raised(block_on(answer)));
            }
        });
        let events = world.mfa.recent_events(&ada.subject, 10).await.unwrap();
        let noted =
            |e: &&mfakit::Event| matches!(e.kind(), EventKind::CredentialCounterDidNotRise { .. });
        assert_eq!(events.iter().filter(noted).count(), 1, "{events:?}");
    });
}
