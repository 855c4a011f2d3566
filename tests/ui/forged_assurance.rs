//! An assurance comes from a sign-in, not from a literal.

use mfakit::{Assurance, Subject};
use mfakit::domain::{SessionId, Stamp};

fn forge(subject: Subject, session: SessionId) -> Assurance {
    let (stamp, evidence) = (Stamp::NONE, Vec::new());
    Assurance { subject, session, stamp, epoch: 0, account: 40, evidence }
}

fn main() {}
