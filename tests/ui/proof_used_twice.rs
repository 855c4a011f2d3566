//! Raising a session spends the proof.

use mfakit::Challenge;
use mfakit::domain::{Context, Proof};

fn twice(one: &Challenge, other: &Challenge, proof: Proof, context: Context<'_>) {
    let _ = one.raise(proof, context);
    let _ = other.raise(proof, context);
}

fn main() {}
