//! There is no way to ask for a sign-in's challenge without a first factor.

use mfakit::{Mfa, Subject};

async fn second_factor_alone(mfa: &Mfa, subject: Subject) {
    let _ = mfa.sign_in(subject).await;
    let _ = mfa.challenge(subject).await;
}

fn main() {}
