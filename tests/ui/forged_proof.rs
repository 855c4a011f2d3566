//! A proof is made by this crate alone.

use mfakit::{Purpose, Subject};
use mfakit::domain::{ChallengeId, Proof, ProvenBy, SessionId};

fn forge(challenge: ChallengeId, subject: Subject, session: SessionId) -> Proof {
    Proof {
        challenge,
        subject,
        session,
        stamp: mfakit::domain::Stamp::NONE,
        purpose: Purpose::SignIn,
        by: ProvenBy::Recovery,
        at: chrono::Utc::now(),
        facts: todo!(),
    }
}

fn construct() -> Proof {
    Proof::new(todo!(), ProvenBy::Recovery, chrono::Utc::now(), todo!())
}

fn main() {}
