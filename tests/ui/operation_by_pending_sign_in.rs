//! A sign-in that waits for its second factor is no session: it can change nothing.

use mfakit::{FactorId, Mfa, PendingSignIn};

async fn half_way(mfa: &Mfa, pending: &PendingSignIn, factor: FactorId) {
    let _ = mfa.remove_factor(pending, factor).await;
    let _ = mfa.regenerate_codes(pending).await;
}

fn main() {}
