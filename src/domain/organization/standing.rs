//! The standing of one member with one organization.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use crate::domain::strength::Required;

/// The standing of one member with one organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The organization asks nothing.
    Voluntary,
    /// The member has all that it asks for.
    Compliant,
    /// The member lacks something and may go on, before the deadline. At the deadline itself the
    /// period is over.
    InGrace {
        /// The instant at which the first period is over.
        deadline: DateTime<Utc>,
        /// The strength that is required then.
        required: Required,
    },
    /// The member lacks something, and its period is over.
    Lapsed {
        /// Since when.
        since: DateTime<Utc>,
        /// The strongest of what is missing: with it the wall is gone.
        required: Required,
    },
    /// The member lacks something and does not need it, before this instant.
    Exempt {
        /// The instant at which the exemption ends; `None` if it does not.
        until: Option<DateTime<Utc>>,
    },
}

impl Standing {
    /// Whether the organization asks the member for something now, met or not.
    pub fn asks(&self) -> bool {
        matches!(self, Self::Compliant | Self::InGrace { .. } | Self::Lapsed { .. })
    }

    /// When the standing with one requirement changes by itself; `None` when only a change of facts
    /// can.
    pub(super) fn until(&self) -> Option<DateTime<Utc>> {
        match *self {
            Self::InGrace { deadline, .. } => Some(deadline),
            Self::Exempt { until } => until,
            Self::Voluntary | Self::Compliant | Self::Lapsed { .. } => None,
        }
    }

    /// The worse of the standings with two requirements.
    pub(super) fn worse(self, other: Self) -> Self {
        match (self, other) {
            (
                Self::Lapsed { since, required },
                Self::Lapsed { since: earlier, required: stronger },
            ) => Self::Lapsed { since: since.min(earlier), required: required.max(stronger) },
            _ if other.severity() > self.severity() => other,
            _ => self,
        }
    }

    /// In the order of severity; among alike the one that ends first, then the stronger one.
    fn severity(&self) -> (u8, Reverse<DateTime<Utc>>, Option<Required>) {
        let end = |at: Option<DateTime<Utc>>| Reverse(at.unwrap_or(DateTime::<Utc>::MAX_UTC));
        match *self {
            Self::Voluntary => (0, end(None), None),
            Self::Compliant => (1, end(None), None),
            Self::Exempt { until } => (2, end(until), None),
            Self::InGrace { deadline, required } => (3, end(Some(deadline)), Some(required)),
            Self::Lapsed { since, required } => (4, end(Some(since)), Some(required)),
        }
    }
}
