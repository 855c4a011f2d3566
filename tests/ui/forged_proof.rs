//! A proof is made by this crate alone.

use mfakit::{Purpose, Subject};
use mfakit::domain::{Proof, ProvenBy, SessionId};

fn forge(subject: Subject, session: SessionId) -> Proof {
    Proof {
        subject,
        session,
        stamp: mfakit::domain::Stamp::NONE,
        purpose: Purpose::SignIn,
        by: ProvenBy::Recovery,
        at: chrono::Utc::now(),
        regenerate_first: false,
    }
}

fn construct(subject: Subject, session: SessionId) -> Proof {
    Proof::new(
        subject,
        session,
        mfakit::domain::Stamp::NONE,
        Purpose::SignIn,
        ProvenBy::Recovery,
        chrono::Utc::now(),
    )
}

fn main() {}
