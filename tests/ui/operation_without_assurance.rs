//! A sensitive operation takes the session's assurance: forgetting to ask does not compile.

use mfakit::{FactorId, Mfa, Subject};

async fn forgets(mfa: &Mfa, subject: &Subject, factor: FactorId) {
    let _ = mfa.remove_factor(factor).await;
    let _ = mfa.disable(subject).await;
    let _ = mfa.regenerate_codes().await;
}

fn main() {}
