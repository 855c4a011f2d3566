//! A proof is made by this crate alone.

use mfakit::{Proof, ProvenBy, Purpose, SessionId, Subject};

fn forge(subject: Subject, session: SessionId) -> Proof {
    Proof {
        subject,
        session,
        stamp: mfakit::Stamp::NONE,
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
        mfakit::Stamp::NONE,
        Purpose::SignIn,
        ProvenBy::Recovery,
        chrono::Utc::now(),
    )
}

fn main() {}
