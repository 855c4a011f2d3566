//! Raising a session spends the proof.

use mfakit::Assurance;
use mfakit::domain::{Context, Proof};

fn twice(one: &Assurance, other: &Assurance, proof: Proof, context: Context<'_>) {
    let _ = one.raise(proof, context);
    let _ = other.raise(proof, context);
}

fn main() {}
