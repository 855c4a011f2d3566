//! No host looks into a limited session for the full one that it is not.

use mfakit::{Assurance, Limited, Session};

fn look_into(limited: &Limited) -> Assurance {
    limited.held().evidence.clone()
}

fn by_a_bound(session: &impl Session) -> Assurance {
    session.held().evidence.clone()
}

fn main() {}
