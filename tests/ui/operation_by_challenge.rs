//! A sign-in that waits for its second factor is no session: it can change nothing.

use mfakit::{Challenge, FactorId, Mfa};

async fn half_way(mfa: &Mfa, challenge: &Challenge, factor: FactorId) {
    let _ = mfa.remove_factor(challenge, factor).await;
    let _ = mfa.regenerate_codes(challenge).await;
}

fn main() {}
