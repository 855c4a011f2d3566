//! Proofs, which only the engine hands out: what one is good for, and for how long.

use mfakit::domain::{Decision, Judgment, Proof, ProvenBy, Question, Receipt};
use mfakit::ports::SecretCipher;
use mfakit::store::{AccountStore, CommitId};
use mfakit::{Answer, Challenge, Refusal};
use serde_json::json;

use super::stored;
use crate::world::{User, World, any_code, block_on, keyring};

/// Passes a challenge with the phone's current code, as a host does that calls the engine itself.
async fn proof(world: &World, user: &User, challenge: &Challenge) -> Proof {
    let account = stored(world, &user.subject);
    let context = world.mfa.context().unwrap();
    let answer = Answer::code(&user.phone.code_at(world.now()));
    let question = account.question(challenge, &answer, context).unwrap();
    let Question::Totp(asked) = question else { panic!("{question:?}") };
    let secret = keyring("k1").open(asked.sealed(), asked.context()).await.unwrap();
    let Decision::Change(judged) = asked.judge(&secret, None) else { panic!("not charged") };
    let id = CommitId::from_random(*challenge.id().as_bytes());
    let (commit, closed) = judged.into_commit(id);
    let _ = AccountStore::commit(&world.memory, &commit).await.unwrap();
    let judgment = closed.open(&Receipt::vouch_that_these_are_durable([id])).unwrap();
    let Judgment::Passed(passed) = judgment else { panic!("{judgment:?}") };
    assert!(matches!(passed.proof.proven_by(), ProvenBy::Factor { .. }));
    passed.proof
}

/// A copy of a challenge, with one field written over.
fn forged(challenge: &Challenge, field: &str, value: serde_json::Value) -> Challenge {
    let mut written = serde_json::to_value(challenge).unwrap();
    *written.pointer_mut(field).expect("a field") = value;
    serde_json::from_value(written).unwrap()
}

/// Attack 13: A proof of one user, one session or one purpose is worth nothing to another.
#[test]
fn a_proof_raises_only_the_session_of_its_own_challenge() {
    block_on(async {
        let world = World::new();
        let (ada, bob) = (world.protect("ada").await, world.protect("bob").await);
        let of_bob = world.challenge(&bob.subject).await;
        let other = world.challenge(&ada.subject).await;
        let step_up = world.mfa.step_up(&ada.session, "payout", &any_code()).await.unwrap();
        let elsewhere = [of_bob, other, step_up];
        for elsewhere in &elsewhere {
            let proof = proof(&world, &ada, &world.challenge(&ada.subject).await).await;
            world.next_code();
            let raised = elsewhere.raise(proof, world.mfa.context().unwrap());
            assert_eq!(raised, Err(Refusal::ProofMismatch));
        }
    });
}

/// A challenge with one field forged is another one, whatever its id says.
#[test]
fn a_proof_is_checked_for_its_user_its_session_its_purpose_and_its_stamp() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        for (field, value, refusal) in [
            ("/held/subject", json!("bob"), Refusal::ProofMismatch),
            ("/held/session", json!("0".repeat(32)), Refusal::ProofMismatch),
            ("/purpose", json!({ "step_up": "payout" }), Refusal::ProofMismatch),
            ("/held/stamp", json!(7), Refusal::SignInAgain),
        ] {
            let challenge = world.challenge(&ada.subject).await;
            let proof = proof(&world, &ada, &challenge).await;
            world.next_code();
            let forged = forged(&challenge, field, value);
            let raised = forged.raise(proof, world.mfa.context().unwrap());
            assert_eq!(raised, Err(refusal), "{field}");
        }
    });
}

/// A proof is for the request that gained it, and a clock that was set back makes it last no longer.
#[test]
fn a_proof_is_worth_nothing_after_a_minute_or_from_the_future() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        for (seconds, fresh) in [(60, true), (61, false), (-30, true), (-31, false)] {
            let challenge = world.challenge(&ada.subject).await;
            let proof = proof(&world, &ada, &challenge).await;
            world.wait(seconds);
            let raised = challenge.raise(proof, world.mfa.context().unwrap());
            assert_eq!(raised.is_ok(), fresh, "after {seconds} s: {raised:?}");
            world.wait(60);
        }
    });
}
