//! A membership together with the policy of its organization.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::aggregate::Organization;
use super::membership::Membership;
use super::policy::{OrgPolicy, Standing};
use crate::domain::id::OrgId;
use crate::domain::policy_terms::PolicyScope;

/// A membership together with the policy of its organization.
#[derive(Debug, Clone)]
pub struct Affiliation {
    /// The organization.
    pub organization: Arc<Organization>,
    /// The membership of it.
    pub membership: Arc<Membership>,
}

impl Affiliation {
    /// Which organization.
    pub fn org(&self) -> &OrgId {
        self.membership.org()
    }

    /// What it asks.
    pub fn policy(&self) -> &OrgPolicy {
        self.organization.policy()
    }

    /// Where the member stands.
    pub fn standing(&self, protected: bool, now: DateTime<Utc>) -> Standing {
        self.policy().decide(&self.membership, protected, now)
    }

    /// What its organization puts behind the wall.
    pub(super) fn scope(&self) -> PolicyScope {
        self.policy().terms().map(|terms| terms.scope).unwrap_or_default()
    }
}
