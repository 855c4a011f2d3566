//! A guard and what wants a full session do not take a limited one.

use mfakit::organization::OrgId;
use mfakit::{FactorId, Limited, Mfa, StepUpRule};

async fn half_way(mfa: &Mfa, limited: &Limited, org: &OrgId, factor: FactorId) {
    let any = StepUpRule::signed_in();
    let _ = mfa.guard(limited, &any).await;
    let _ = mfa.guard_now(limited, &any).await;
    let _ = mfa.guard_organization(org, limited, &any).await;
    let _ = mfa.remove_factor(limited, factor).await;
    let _ = mfa.disable(limited).await;
}

fn main() {}
