//! Every attack that hit others and concerns the core, as a test named after what it prevents.
//! The numbers are those of the table in `SECURITY.md`.
//!
//! What cannot be written down at all is in `compile_fail`; what concerns many requests at once is in
//! `concurrency`; what guesses cost is in `throttle`.

mod around;
mod guessing;
mod proofs;
mod replay;
mod sessions;
mod setups;
mod spent;
mod window;

use std::sync::Arc;

use mfakit::domain::{Account, Throttle};
use mfakit::store::AccountStore;
use mfakit::testing::Authenticator;
use mfakit::{Answer, Assurance, Confirmed, EmailStatus, FactorId, NewFactor, Setup, Subject};

use crate::world::{User, World, block_on, rejected};

/// The account as it is stored.
pub(crate) fn stored(world: &World, subject: &Subject) -> Arc<Account> {
    block_on(world.memory.load(subject)).expect("the store").expect("an account")
}

/// How many guesses an account has left under the default settings.
pub(crate) fn left(world: &World, subject: &Subject) -> u16 {
    stored(world, subject).budget().left(&Throttle::default(), world.now())
}

/// A code that none of the phones shows within minutes of now.
pub(crate) fn wrong_code<'a>(
    world: &World,
    phones: impl IntoIterator<Item = &'a Authenticator>,
) -> String {
    let mut near: Vec<String> = Vec::new();
    for phone in phones {
        near.extend((-12..=12).map(|periods| phone.code_after(world.now(), periods)));
    }
    let all = (0..1_000_000).map(|number| format!("{number:06}"));
    all.into_iter().find(|code| !near.contains(code)).expect("a wrong code")
}

/// Three codes as the phone showed them over the last minute.
pub(crate) fn three_codes(world: &World, phone: &Authenticator) -> Answer {
    let codes = [-2, -1, 0].map(|periods| phone.code_after(world.now(), periods));
    Answer::three_codes(codes.each_ref().map(String::as_str))
}

/// Spends guesses of an account, as somebody does who knows the password and nothing else.
pub(crate) async fn guess(world: &World, ada: &User, count: usize) {
    for guesses in (0..count).collect::<Vec<_>>().chunks(5) {
        let challenge = world.challenge(&ada.subject).await;
        for _ in guesses {
            let wrong = wrong_code(world, [&ada.phone]);
            rejected(world.mfa.answer(&challenge, Answer::code(&wrong)).await);
        }
    }
}

/// The id of the factor of this label.
pub(crate) async fn factor(world: &World, subject: &Subject, label: &str) -> FactorId {
    let status = world.mfa.status(subject).await.expect("status");
    let factor = status.factors.iter().find(|factor| factor.label.as_str() == label);
    factor.expect("a factor of this label").factor
}

/// Begins a setup and scans it.
pub(crate) async fn begin(
    world: &World,
    session: &Assurance,
    new: NewFactor,
) -> (Setup, Authenticator) {
    let setup = world.mfa.begin_setup(session, new, EmailStatus::Verified).await.expect("begin");
    let phone = Authenticator::scan(setup.totp().unwrap().otpauth_uri()).expect("scan");
    (setup, phone)
}

pub(crate) fn new_factor(label: &str) -> NewFactor {
    NewFactor::totp(label, "ada@example.org").expect("a new factor")
}

/// Whether a code confirms a setup.
async fn confirms(world: &World, session: &Assurance, setup: &Setup, code: &str) -> bool {
    match world.mfa.confirm_setup(session, setup.id(), Answer::code(code)).await {
        Ok(Confirmed::Rejected(_)) => false,
        Ok(_) => true,
        Err(error) => panic!("{error}"),
    }
}
