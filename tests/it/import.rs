//! Moving in from another system.

mod attacks;
mod codes;
#[cfg(feature = "webauthn")]
pub(crate) mod credentials;
#[cfg(feature = "webauthn")]
mod mixed;
mod programs;

use mfakit::import::{Import, ImportReport, Imported, ImportedFactor, ImportedTotp, Seed};
use mfakit::{Answer, Challenge, HostAuthority, Rejection, SignIn, SignedIn, Subject, Verdict};

use crate::world::{World, hasher};

/// 20 bytes, as RFC 6238 appendix B has them.
const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// An application that can take imported codes.
fn world() -> World {
    World::built(|builder| builder.argon2(hasher()))
}

fn ada() -> Subject {
    Subject::new("ada").unwrap()
}

fn authority() -> HostAuthority {
    HostAuthority::grant(ada(), Subject::new("migration").unwrap(), "moved in").unwrap()
}

fn phone(seed: &str) -> ImportedTotp {
    ImportedFactor::totp("Phone", Seed::from_base32(seed).unwrap()).unwrap()
}

/// A phone and nothing else.
fn one_phone() -> Import {
    Import::new().factor(phone(SEED))
}

async fn moved_in(world: &World, import: Import) -> ImportReport {
    match world.mfa.import(&authority(), import).await.unwrap() {
        Imported::Now(report) => report,
        Imported::Before(at) => panic!("imported before, at {at}"),
    }
}

async fn challenged(world: &World) -> Challenge {
    match world.mfa.sign_in(world.password(&ada())).await.unwrap() {
        SignIn::Challenge(challenge) => challenge,
        other => panic!("no challenge: {other:?}"),
    }
}

/// Signs in with an answer that has to pass.
async fn sign_in(world: &World, answer: Answer) -> SignedIn {
    let challenge = challenged(world).await;
    crate::world::passed(world.mfa.answer(&challenge, answer).await).signed_in
}

/// Tries to sign in with a recovery code.
async fn recover(world: &World, typed: &str) -> Result<usize, Rejection> {
    let challenge = challenged(world).await;
    match world.mfa.answer(&challenge, Answer::recovery(typed)).await.unwrap() {
        Verdict::Passed(passed) => Ok(passed.recovery_left.unwrap()),
        Verdict::Rejected(rejection) => Err(rejection),
    }
}
