//! What an organization asks of its members, from when, and what that means for one of them.

use chrono::{DateTime, Utc};

use super::membership::Membership;
use crate::domain::instant::{after, whole_micros};
use crate::domain::policy_terms::PolicyTerms;

/// What an organization asks of its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "policy", rename_all = "snake_case"))]
pub enum OrgPolicy {
    /// Nothing: setting MFA up is up to each member.
    #[default]
    Voluntary,
    /// MFA.
    Required {
        /// Since when. Changing the terms keeps it; off and on again starts anew.
        since: DateTime<Utc>,
        /// Since when the period is as long as it is: `since`, until somebody changes it.
        changed: DateTime<Utc>,
        /// How.
        terms: PolicyTerms,
    },
}

/// What an administrator proposes to ask of an organization's members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProposedPolicy {
    /// Nothing: setting MFA up is up to each member.
    Voluntary,
    /// MFA, on these terms.
    Required(PolicyTerms),
}

/// Where one member stands with one organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The organization asks nothing.
    Voluntary,
    /// It asks for MFA, and the member has it.
    Compliant,
    /// The member has none yet and may go on, before the deadline. At the deadline itself the
    /// period is over.
    InGrace {
        /// When the period is over.
        deadline: DateTime<Utc>,
    },
    /// The member has none, and the period is over.
    Lapsed {
        /// Since when.
        since: DateTime<Utc>,
    },
    /// The member has none and needs none, before this instant.
    Exempt {
        /// When the exemption ends; `None` when it does not.
        until: Option<DateTime<Utc>>,
    },
}

impl Standing {
    /// The instant at which it changes by itself; `None` when only a change of facts can.
    pub fn until(&self) -> Option<DateTime<Utc>> {
        match *self {
            Self::InGrace { deadline } => Some(deadline),
            Self::Exempt { until } => until,
            Self::Voluntary | Self::Compliant | Self::Lapsed { .. } => None,
        }
    }

    /// Whether the organization asks the member for MFA now, met or not.
    pub fn asks(&self) -> bool {
        matches!(self, Self::Compliant | Self::InGrace { .. } | Self::Lapsed { .. })
    }
}

impl OrgPolicy {
    /// The terms, when MFA is required.
    pub fn terms(&self) -> Option<PolicyTerms> {
        match self {
            Self::Voluntary => None,
            Self::Required { terms, .. } => Some(*terms),
        }
    }

    /// Since when MFA is required, when it is.
    pub fn since(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Voluntary => None,
            Self::Required { since, .. } => Some(*since),
        }
    }

    /// Since when the period is as long as it is, when MFA is required.
    pub fn changed(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Voluntary => None,
            Self::Required { changed, .. } => Some(*changed),
        }
    }

    /// Requires MFA from an instant on.
    pub fn required_from(now: DateTime<Utc>, terms: PolicyTerms) -> Self {
        Self::Required { since: now, changed: now, terms }
    }

    /// The same policy on other terms: its deadlines keep their start.
    pub(super) fn on_terms(&self, terms: PolicyTerms, now: DateTime<Utc>) -> Self {
        match *self {
            Self::Voluntary => Self::required_from(now, terms),
            Self::Required { since, changed, terms: from } => {
                let changed = if from.grace == terms.grace { changed } else { now };
                Self::Required { since, changed, terms }
            }
        }
    }

    pub(super) fn in_whole_micros(self) -> Self {
        match self {
            Self::Voluntary => Self::Voluntary,
            Self::Required { since, changed, terms } => {
                Self::Required { since: whole_micros(since), changed: whole_micros(changed), terms }
            }
        }
    }

    /// Decides where a member stands. `protected` says whether the member's account has MFA on.
    ///
    /// A function of these facts and nothing else: no visit starts a clock, and no "later" that a
    /// member once clicked is kept. At exactly the deadline the period is over, as at exactly the
    /// end of an exemption that ends: a period of so many days covers so many days and not an
    /// instant more.
    pub fn decide(&self, member: &Membership, protected: bool, now: DateTime<Utc>) -> Standing {
        let Some(deadline) = self.deadline(member) else { return Standing::Voluntary };
        if protected {
            return Standing::Compliant;
        }
        let exempted = member.exemption().map(|exemption| exemption.until);
        let ended = match exempted {
            Some(None) => return Standing::Exempt { until: None },
            Some(Some(until)) if now < until => return Standing::Exempt { until: Some(until) },
            Some(Some(until)) => until,
            None => deadline,
        };
        if now < deadline {
            Standing::InGrace { deadline }
        } else {
            Standing::Lapsed { since: deadline.max(ended) }
        }
    }

    /// When a member's period is over: the grace period counted from when MFA became required or
    /// when the member first joined, whichever is later; or a personal extension of this period
    /// that ends later still. `None` when the policy is voluntary, or the member has left.
    pub fn deadline(&self, member: &Membership) -> Option<DateTime<Utc>> {
        let (deadline, since) = (self.common_deadline(member)?, self.since()?);
        let extension = member.extension().filter(|extension| extension.policy_since == since);
        Some(extension.map_or(deadline, |extension| extension.until.max(deadline)))
    }

    /// The deadline without a personal extension.
    pub(super) fn common_deadline(&self, member: &Membership) -> Option<DateTime<Utc>> {
        match self {
            Self::Required { since, terms, .. } if member.is_member() => {
                // The end of time is no whole microsecond, and a roster's cursor is written in those.
                let end = after(member.first_joined().max(*since), terms.grace.span());
                Some(whole_micros(end))
            }
            Self::Voluntary | Self::Required { .. } => None,
        }
    }

    /// When a member without MFA is behind the wall: the deadline, or the end of an exemption that
    /// ends later. `None` when that never comes.
    ///
    /// Rosters are sorted by it, and reminders count back from it.
    pub fn walled_from(&self, member: &Membership) -> Option<DateTime<Utc>> {
        let deadline = self.deadline(member)?;
        match member.exemption().map(|exemption| exemption.until) {
            None => Some(deadline),
            Some(until) => Some(until?.max(deadline)),
        }
    }
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
