//! Passkeys and security keys in an account: set up, asked for, attacked.

mod attacks;
mod challenge;
mod enrolling;
mod levels;
mod required;
mod setup;
mod throttled;

use std::sync::Arc;

use mfakit::domain::Account;
use mfakit::domain::webauthn::{Credential, RelyingParty, SignatureAlgorithm};
use mfakit::store::AccountStore;
use mfakit::testing::SoftwareKey;
use mfakit::{
    Answer, Assurance, Challenge, Confirmed, EmailStatus, Mfa, NewFactor, RecoveryCodes, Session,
    Setup, Subject,
};

use crate::world::{World, full, hasher, keyring};

const RP_ID: &str = "scrivio.example";
const ORIGIN: &str = "https://app.scrivio.example";

fn relying_party() -> RelyingParty {
    RelyingParty::new(RP_ID, [ORIGIN]).unwrap()
}

fn world() -> World {
    World::built(|builder| builder.relying_party(relying_party()))
}

/// Another process of the same application.
fn elsewhere(world: &World) -> Mfa {
    Mfa::builder(world.memory.clone())
        .issuer("Scrivio")
        .keyring(keyring("k1"))
        .hasher(hasher())
        .clock(world.clock.clone())
        .relying_party(relying_party())
        .build()
        .unwrap()
}

fn key(seed: u64) -> SoftwareKey {
    SoftwareKey::seeded(seed, SignatureAlgorithm::Es256)
}

fn new_key(label: &str) -> NewFactor {
    NewFactor::webauthn(label, "ada@example.org").unwrap()
}

/// A user whose only factor is a credential, and what is in her hands.
struct Holder {
    subject: Subject,
    key: SoftwareKey,
    codes: RecoveryCodes,
}

/// Takes a user from nothing to an account that a key protects.
async fn protect(world: &World, subject: &str, mut key: SoftwareKey) -> Holder {
    let subject = Subject::new(subject).unwrap();
    let session = world.sign_in_plain(&subject).await;
    let setup = begin(world, &session, new_key("Key")).await;
    let codes = match confirm(world, &session, &setup, &mut key).await {
        Confirmed::FirstFactor(codes) => codes,
        other => panic!("not confirmed: {other:?}"),
    };
    let _ = full(world.mfa.finish_setup(&session, setup.id()).await.unwrap());
    Holder { subject, key, codes }
}

async fn begin(world: &World, session: &dyn Session, new: NewFactor) -> Setup {
    world.mfa.begin_setup(session, new, EmailStatus::Verified).await.unwrap()
}

/// What the browser answers to a setup, on our page.
fn registration(setup: &Setup, key: &mut SoftwareKey) -> String {
    key.register(&setup.webauthn().unwrap().to_json(), ORIGIN).unwrap()
}

async fn confirm(
    world: &World,
    session: &dyn Session,
    setup: &Setup,
    key: &mut SoftwareKey,
) -> Confirmed {
    let answer = Answer::webauthn(&registration(setup, key));
    world.mfa.confirm_setup(session, setup.id(), answer).await.unwrap()
}

/// What the browser answers to a challenge, on our page.
async fn assertion(world: &World, challenge: &Challenge, key: &mut SoftwareKey) -> String {
    assertion_on(ORIGIN, world, challenge, key).await
}

async fn assertion_on(
    origin: &str,
    world: &World,
    challenge: &Challenge,
    key: &mut SoftwareKey,
) -> String {
    let ask = world.mfa.ask(challenge).await.unwrap();
    key.assert(&ask.webauthn().unwrap().to_json(), origin).unwrap()
}

/// Signs in with the password and the key.
async fn sign_in(world: &World, holder: &mut Holder) -> Assurance {
    let challenge = world.challenge(&holder.subject).await;
    let json = assertion(world, &challenge, &mut holder.key).await;
    crate::world::raised(world.mfa.answer(&challenge, Answer::webauthn(&json)).await)
}

async fn stored(world: &World, subject: &Subject) -> Arc<Account> {
    world.memory.load(subject).await.unwrap().unwrap()
}

/// The credentials of an account, in the order they were added.
fn credentials(account: &Account) -> Vec<&Credential> {
    let factors = account.factors().iter();
    factors
        .filter_map(|factor| match factor.state() {
            mfakit::domain::FactorState::WebAuthn(state) => Some(state.credential()),
            _ => None,
        })
        .collect()
}
