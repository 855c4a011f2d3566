//! Sensitive operations on accounts that hold a credential.

use mfakit::organization::OrgRefusal;
use mfakit::{
    Answer, Confirmed, EmailStatus, FactorId, Mfa, NewFactor, Refusal, SignedIn, Strength,
};
use serde_json::json;

use crate::kinds::{Rows, credential, ring, stored_state};
use crate::organizations::{acme, days, office, whole};
use crate::strengths::require_keys;
use crate::world::{User, World, block_on, hasher, keyring, passed, refused};

/// A world on rows that a test can write, and a user in it who has an app.
async fn with_an_app() -> (World, Rows, User) {
    let (rows, mut world) = (Rows::default(), World::new());
    world.mfa = Mfa::builder((rows.clone(), world.memory.clone()))
        .issuer("Scrivio")
        .keyring(keyring("k1"))
        .hasher(hasher())
        .clock(world.clock.clone())
        .build()
        .unwrap();
    let ada = world.protect("ada").await;
    (world, rows, ada)
}

/// Gives a user a credential, beside the app or in its place.
fn give_credential(rows: &Rows, ada: &User, beside: bool) -> FactorId {
    let mut document = rows.document(&ada.subject);
    let factors = document["factors"].as_array_mut().unwrap();
    if !beside {
        factors.clear();
    }
    factors.push(credential(&stored_state()));
    if !beside {
        document["preferred"] = json!(ring().to_string());
    }
    rows.put(&ada.subject, document);
    ring()
}

async fn recover(world: &World, ada: &User, number: usize) -> SignedIn {
    let challenge = world.challenge(&ada.subject).await;
    passed(world.mfa.answer(&challenge, Answer::recovery(&ada.recovery(number))).await).signed_in
}

fn phone() -> NewFactor {
    NewFactor::totp("New phone", "ada@example.org").unwrap()
}

/// The attack that a policy of keys is there to stop: recovery codes off a piece of paper, and an
/// app in the place of the key.
#[test]
fn a_recovery_code_replaces_no_last_credential_by_an_app_where_keys_are_required() {
    block_on(async {
        for (grace, beside) in [(14, false), (14, true), (0, false), (0, true)] {
            let (world, rows, ada) = with_an_app().await;
            let (admin, _) = office(&world).await;
            let app = world.mfa.status(&ada.subject).await.unwrap().factors[0].factor;
            let key = give_credential(&rows, &ada, beside);
            let asked = || Refusal::from(OrgRefusal::PolicyRequires(vec![acme()]));

            let session = recover(&world, &ada, 0).await;
            let begun = world.mfa.begin_setup(
                session.session(),
                phone().replacing(key),
                EmailStatus::Verified,
            );
            let begun = begun.await.expect("nobody requires anything yet");
            require_keys(&world, &admin, whole(grace)).await;
            let code =
                mfakit::testing::Authenticator::scan(begun.totp().unwrap().otpauth_uri()).unwrap();
            let code = code.code_at(world.now());
            let before = rows.document(&ada.subject);
            let late =
                world.mfa.confirm_setup(session.session(), begun.id(), Answer::code(&code)).await;
            assert_eq!(refused(late), asked(), "the policy came in between");
            assert_eq!(rows.document(&ada.subject), before);

            let session = recover(&world, &ada, 1).await;
            let early = world.mfa.begin_setup(
                session.session(),
                phone().replacing(key),
                EmailStatus::Verified,
            );
            assert_eq!(refused(early.await), asked());
            if beside {
                let other = phone().replacing(app);
                let same = world.mfa.begin_setup(session.session(), other, EmailStatus::Verified);
                same.await.expect("the account is no weaker with another app");
            }
            assert_eq!(rows.account(&ada.subject).strength(), Some(Strength::PhishingResistant));
        }
    });
}

/// Without a policy of keys it is what recovery codes are for.
#[test]
fn a_recovery_code_replaces_a_lost_credential_where_nobody_requires_one() {
    block_on(async {
        let (world, rows, ada) = with_an_app().await;
        let key = give_credential(&rows, &ada, false);
        days(&world, 1);
        let session = recover(&world, &ada, 0).await;
        let begun =
            world.mfa.begin_setup(session.session(), phone().replacing(key), EmailStatus::Verified);
        let begun = begun.await.unwrap();
        let code =
            mfakit::testing::Authenticator::scan(begun.totp().unwrap().otpauth_uri()).unwrap();
        let code = code.code_at(world.now());
        let replaced =
            world.mfa.confirm_setup(session.session(), begun.id(), Answer::code(&code)).await;
        assert!(matches!(replaced, Ok(Confirmed::Replaced(..))), "{replaced:?}");
        let account = rows.account(&ada.subject);
        assert_eq!(account.strength(), Some(Strength::Standard));
        assert_eq!(account.factors().len(), 1);
    });
}
