//! An assurance comes from a sign-in, not from a literal.

use mfakit::{Assurance, SessionId, Stamp, Subject};

fn forge(subject: Subject, session: SessionId) -> Assurance {
    Assurance { subject, session, stamp: Stamp::NONE, evidence: Vec::new() }
}

fn main() {}
