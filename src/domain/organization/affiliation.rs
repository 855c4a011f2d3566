//! A membership together with the policy of its organization.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::aggregate::Organization;
use super::membership::Membership;
use super::policy::OrgPolicy;
use super::standing::Standing;
use crate::domain::id::OrgId;
use crate::domain::strength::Strength;

/// A membership together with the policy of its organization.
#[derive(Debug, Clone)]
pub struct Affiliation {
    /// The organization.
    pub organization: Arc<Organization>,
    /// The membership of it.
    pub membership: Arc<Membership>,
}

impl Affiliation {
    /// The organization.
    pub fn org(&self) -> &OrgId {
        self.membership.org()
    }

    /// Its policy.
    pub fn policy(&self) -> &OrgPolicy {
        self.organization.policy()
    }

    /// Where the member stands, with an account of this strength.
    pub fn standing(&self, strength: Option<Strength>, now: DateTime<Utc>) -> Standing {
        self.policy().decide(&self.membership, strength, now)
    }
}
