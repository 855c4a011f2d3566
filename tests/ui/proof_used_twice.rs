//! Raising a session spends the proof.

use mfakit::{Assurance, Moment, Proof};

fn twice(one: &Assurance, other: &Assurance, proof: Proof, moment: Moment<'_>) {
    let _ = one.raise(proof, moment);
    let _ = other.raise(proof, moment);
}

fn main() {}
