//! Code that takes a limited session for a full one does not compile: there is no pattern for both.

use mfakit::{Assurance, SignedIn};

fn enter(signed_in: SignedIn) -> Assurance {
    let (SignedIn::Full(session, _) | SignedIn::Limited(session)) = signed_in;
    session
}

fn main() {}
