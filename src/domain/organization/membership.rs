//! One user in one organization.

use chrono::{DateTime, Utc};

use crate::domain::id::{CommitId, OrgId, Subject, Version};
use crate::domain::instant::whole_micros;
use crate::domain::refusal::OrgRefusal;
use crate::domain::strength::Required;

/// One user's membership of one organization, and what was granted to that member alone.
///
/// A value, stored whole under its [`version`](Self::version). Leaving keeps it: whoever rejoins
/// finds the day of first joining, and no new grace period.
#[derive(Debug, Clone, PartialEq)]
pub struct Membership {
    pub(super) org: OrgId,
    pub(super) subject: Subject,
    pub(super) first_joined: DateTime<Utc>,
    pub(super) left_at: Option<DateTime<Utc>>,
    pub(super) exemption: Option<Box<Exemption>>,
    pub(super) extension: Option<Box<Extension>>,
    pub(super) version: Version,
    pub(super) stored: bool,
    pub(super) recent: Vec<CommitId>,
}

/// That a member does not need what is required: a service account, somebody on leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// Why.
    pub reason: String,
    /// The lowest strength that it covers: the member is exempt from requirements of this strength
    /// and above.
    pub from: Required,
    /// The instant at which it ends; `None` if it does not.
    pub until: Option<DateTime<Utc>>,
}

/// That a member has longer than the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// Why.
    pub reason: String,
    /// How long.
    pub until: DateTime<Utc>,
    /// The instant at which it was given.
    pub granted: DateTime<Utc>,
    /// The start of the requirement that it was given for. It counts for a requirement with this
    /// very start and for no other: one that was taken away and set again has another one. Compared
    /// for equality, so that no two servers' clocks decide it.
    pub policy_since: DateTime<Utc>,
}

/// What a stored column or row says about a membership. Turn it into one with
/// [`Membership::from_stored`].
#[derive(Debug, Clone)]
pub struct StoredMembership {
    /// The organization.
    pub org: OrgId,
    /// The user.
    pub subject: Subject,
    /// The instant at which the user first joined, whatever came after.
    pub first_joined: DateTime<Utc>,
    /// The instant at which the user left; `None` for a member.
    pub left_at: Option<DateTime<Utc>>,
    /// An exemption, ended or not.
    pub exemption: Option<Exemption>,
    /// A personal extension, over or not.
    pub extension: Option<Extension>,
    /// The row's version.
    pub version: Version,
    /// What [`recent_commits`](Membership::recent_commits) gave.
    pub recent: Vec<CommitId>,
}

impl Membership {
    /// Reads a membership back from where it is stored.
    pub fn from_stored(row: StoredMembership) -> Self {
        Self {
            org: row.org,
            subject: row.subject,
            first_joined: whole_micros(row.first_joined),
            left_at: row.left_at.map(whole_micros),
            exemption: row.exemption.map(|exemption| Box::new(exemption.in_whole_micros())),
            extension: row.extension.map(|extension| Box::new(extension.in_whole_micros())),
            version: row.version,
            stored: true,
            recent: row.recent,
        }
    }

    /// Of which organization.
    pub fn org(&self) -> &OrgId {
        &self.org
    }

    /// Whose.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The instant at which the user first joined.
    pub fn first_joined(&self) -> DateTime<Utc> {
        self.first_joined
    }

    /// Whether the user has not left.
    pub fn is_member(&self) -> bool {
        self.left_at.is_none()
    }

    /// The instant at which the user left.
    pub fn left_at(&self) -> Option<DateTime<Utc>> {
        self.left_at
    }

    /// The exemption, ended or not.
    pub fn exemption(&self) -> Option<&Exemption> {
        self.exemption.as_deref()
    }

    /// The personal extension, over or not.
    pub fn extension(&self) -> Option<&Extension> {
        self.extension.as_deref()
    }

    /// The version it is stored under.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The last eight commits, the newest last: a commit whose reply was lost is found here, also
    /// behind another administrator's.
    pub fn recent_commits(&self) -> &[CommitId] {
        &self.recent
    }

    pub(super) fn check_member(&self) -> Result<(), OrgRefusal> {
        if self.is_member() { Ok(()) } else { Err(OrgRefusal::NotAMember(self.org.clone())) }
    }
}

impl Exemption {
    /// Whether it has not ended.
    pub fn runs(&self, now: DateTime<Utc>) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    fn in_whole_micros(self) -> Self {
        Self { until: self.until.map(whole_micros), ..self }
    }
}

impl Extension {
    fn in_whole_micros(self) -> Self {
        Self {
            until: whole_micros(self.until),
            granted: whole_micros(self.granted),
            policy_since: whole_micros(self.policy_since),
            ..self
        }
    }
}

#[cfg(test)]
#[path = "membership_tests.rs"]
mod tests;
