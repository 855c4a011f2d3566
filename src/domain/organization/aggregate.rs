//! The aggregate: one organization's policy.

use super::policy::OrgPolicy;
use crate::domain::id::{CommitId, OrgId, Version};

/// One organization's policy, stored whole under its [`version`](Self::version).
///
/// The version is what two administrators race for: whoever commits second decides again on what
/// the first one left, or is refused when the authority names the version that was
/// [seen](super::OrgAuthority::having_seen).
#[derive(Debug, Clone, PartialEq)]
pub struct Organization {
    pub(super) id: OrgId,
    pub(super) version: Version,
    pub(super) stored: bool,
    pub(super) policy: OrgPolicy,
    pub(super) recent: Vec<CommitId>,
}

impl Organization {
    /// An organization that has never had a policy, which asks nothing. `first` is a random
    /// first version.
    pub fn absent(id: OrgId, first: Version) -> Self {
        Self { id, version: first, stored: false, policy: OrgPolicy::VOLUNTARY, recent: Vec::new() }
    }

    /// Reads an organization back from where it is stored. `recent` is what
    /// [`recent_commits`](Self::recent_commits) gave.
    pub fn from_stored(
        id: OrgId,
        version: Version,
        policy: OrgPolicy,
        recent: Vec<CommitId>,
    ) -> Self {
        Self { id, version, stored: true, policy: policy.in_whole_micros(), recent }
    }

    /// The organization.
    pub fn id(&self) -> &OrgId {
        &self.id
    }

    /// Its policy: what it asks of its members.
    pub fn policy(&self) -> &OrgPolicy {
        &self.policy
    }

    /// The version it is stored under, or will first be stored under.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The version it is stored under; `None` when it never had a policy. What an administrator was
    /// shown, for [`OrgAuthority::having_seen`](super::OrgAuthority::having_seen).
    pub fn stored_version(&self) -> Option<Version> {
        self.stored.then_some(self.version)
    }

    /// The last eight commits, the newest last: a commit whose reply was lost is found here.
    pub fn recent_commits(&self) -> &[CommitId] {
        &self.recent
    }
}
