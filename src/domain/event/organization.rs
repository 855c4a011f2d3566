//! What happened to an organization's policy or to one member's deadline.

use chrono::{DateTime, Utc};

use crate::domain::policy_terms::PolicyTerms;
use crate::domain::strength::Strength;

/// One change, as the audit trail keeps it. Who made it and why is in the event around it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "change", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum OrgChange {
    /// A strength became required.
    MadeRequired {
        /// The required strength.
        strength: Strength,
        /// How.
        terms: PolicyTerms,
        /// Whether the actor's own account was that strong.
        actor_complies: bool,
    },
    /// The period or the scope of a requirement was changed.
    TermsChanged {
        /// Of which requirement.
        strength: Strength,
        /// Before.
        from: PolicyTerms,
        /// After.
        to: PolicyTerms,
    },
    /// A strength is no longer required.
    MadeVoluntary {
        /// The required strength.
        strength: Strength,
    },
    /// A member was given longer than the others.
    MemberExtended {
        /// For which requirement.
        strength: Strength,
        /// How long.
        until: DateTime<Utc>,
    },
    /// A member was exempted.
    MemberExempted {
        /// The lowest strength that the member does not need.
        strength: Strength,
        /// Until when; `None` when it does not end.
        until: Option<DateTime<Utc>>,
    },
    /// A member's exemption was ended.
    ExemptionEnded,
}
