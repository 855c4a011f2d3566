//! What happened to an organization's policy or to one member's deadline.

use chrono::{DateTime, Utc};

use crate::domain::policy_terms::PolicyTerms;

/// One change, as the audit trail keeps it. Who made it and why is in the event around it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "change", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum OrgChange {
    /// MFA became required.
    MadeRequired {
        /// How.
        terms: PolicyTerms,
        /// Whether whoever did it had MFA on.
        actor_enrolled: bool,
    },
    /// The period or the scope was changed.
    TermsChanged {
        /// Before.
        from: PolicyTerms,
        /// After.
        to: PolicyTerms,
    },
    /// MFA became voluntary.
    MadeVoluntary,
    /// A member was given longer than the others.
    MemberExtended {
        /// How long.
        until: DateTime<Utc>,
    },
    /// A member was exempted.
    MemberExempted {
        /// Until when; `None` when it does not end.
        until: Option<DateTime<Utc>>,
    },
    /// A member's exemption was ended.
    ExemptionEnded,
}
