//! A proof raises one session once: it cannot be copied.

use mfakit::domain::Proof;

fn twice(proof: &Proof) -> Proof {
    proof.clone()
}

fn main() {}
