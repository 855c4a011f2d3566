//! One user in one organisation.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::aggregate::Organisation;
use super::id::OrgId;
use super::policy::{OrgPolicy, Standing};
use super::refusal::OrgRefusal;
use super::transition::OrgTransition;
use crate::domain::id::{CommitId, Subject, Version};
use crate::domain::refusal::Refusal;
use crate::domain::settings::CLOCK_SKEW;
use crate::domain::time::{Moment, after, whole_micros};

/// One user's membership of one organisation, and what was granted to that member alone.
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
    pub(super) commit: Option<CommitId>,
}

/// That a member needs no MFA: a service account, somebody on leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// Why.
    pub reason: String,
    /// When it ends; `None` when it does not.
    pub until: Option<DateTime<Utc>>,
}

/// That a member has longer than the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// Why.
    pub reason: String,
    /// How long.
    pub until: DateTime<Utc>,
}

/// What a stored column or row says about a membership. Turn it into one with
/// [`Membership::from_stored`].
#[derive(Debug, Clone)]
pub struct StoredMembership {
    /// Which organisation.
    pub org: OrgId,
    /// Which user.
    pub subject: Subject,
    /// When the user joined for the first time, whatever came after.
    pub first_joined: DateTime<Utc>,
    /// When the user left; `None` for a member.
    pub left_at: Option<DateTime<Utc>>,
    /// An exemption, ended or not.
    pub exemption: Option<Exemption>,
    /// A personal extension, over or not.
    pub extension: Option<Extension>,
    /// The row's version.
    pub version: Version,
    /// The commit that wrote the row, when there was one.
    pub commit: Option<CommitId>,
}

impl Membership {
    /// Lets a user join. `first` is a random first version.
    ///
    /// # Errors
    /// [`OrgRefusal::JoinedInTheFuture`] when `at` is more than 30 seconds ahead of the clock.
    pub fn join(
        org: OrgId,
        subject: Subject,
        at: DateTime<Utc>,
        first: Version,
        moment: Moment<'_>,
    ) -> Result<OrgTransition<Self>, Refusal> {
        if at > after(moment.now, CLOCK_SKEW) {
            return Err(OrgRefusal::JoinedInTheFuture.into());
        }
        let new = Self {
            org,
            subject,
            first_joined: whole_micros(at),
            left_at: None,
            exemption: None,
            extension: None,
            version: first,
            stored: false,
            commit: None,
        };
        Ok(new.change(Vec::new(), moment))
    }

    /// Lets a member leave. The row stays, and with it the day of first joining.
    ///
    /// # Errors
    /// [`OrgRefusal::NotAMember`].
    pub fn leave(&self, moment: Moment<'_>) -> Result<OrgTransition<Self>, Refusal> {
        self.check_member()?;
        let mut next = self.clone();
        next.left_at = Some(moment.now);
        Ok(next.change(Vec::new(), moment))
    }

    /// Lets somebody who left join again: with the old day of first joining, so with the old
    /// deadline.
    ///
    /// # Errors
    /// [`OrgRefusal::NothingToChange`] for a member.
    pub fn rejoin(&self, moment: Moment<'_>) -> Result<OrgTransition<Self>, Refusal> {
        if self.is_member() {
            return Err(OrgRefusal::NothingToChange.into());
        }
        let mut next = self.clone();
        next.left_at = None;
        Ok(next.change(Vec::new(), moment))
    }

    /// Reads a membership back from where it is stored.
    pub fn from_stored(row: StoredMembership) -> Self {
        Self {
            org: row.org,
            subject: row.subject,
            first_joined: whole_micros(row.first_joined),
            left_at: row.left_at,
            exemption: row.exemption.map(Box::new),
            extension: row.extension.map(Box::new),
            version: row.version,
            stored: true,
            commit: row.commit,
        }
    }

    /// Of which organisation.
    pub fn org(&self) -> &OrgId {
        &self.org
    }

    /// Whose.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// When the user joined for the first time.
    pub fn first_joined(&self) -> DateTime<Utc> {
        self.first_joined
    }

    /// Whether the user has not left.
    pub fn is_member(&self) -> bool {
        self.left_at.is_none()
    }

    /// When the user left.
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

    /// The commit that wrote it.
    pub fn last_commit(&self) -> Option<CommitId> {
        self.commit
    }

    pub(super) fn check_member(&self) -> Result<(), OrgRefusal> {
        if self.is_member() { Ok(()) } else { Err(OrgRefusal::NotAMember(self.org.clone())) }
    }
}

/// A membership together with the policy of its organisation.
#[derive(Debug, Clone)]
pub struct Affiliation {
    /// The organisation.
    pub organisation: Arc<Organisation>,
    /// The membership of it.
    pub membership: Arc<Membership>,
}

impl Affiliation {
    /// Which organisation.
    pub fn org(&self) -> &OrgId {
        self.membership.org()
    }

    /// What it asks.
    pub fn policy(&self) -> &OrgPolicy {
        self.organisation.policy()
    }

    /// Where the member stands.
    pub fn standing(&self, protected: bool, now: DateTime<Utc>) -> Standing {
        self.policy().decide(&self.membership, protected, now)
    }
}
