//! Why a decision about an organization was "no".

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::domain::id::OrgId;
use crate::domain::strength::Required;

/// What the rules of organizations do not allow. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OrgRefusal {
    /// The account cannot be made weaker than these organizations require.
    #[error("two-factor authentication is required by {}", list(.0))]
    PolicyRequires(Vec<OrgId>),
    /// The actor has no MFA. Only making it required for the first time can be done without, and
    /// only by saying so.
    #[error("the person who changes the policy must have two-factor authentication enabled")]
    ActorNotEnrolled,
    /// The actor's account is weaker than what the organization requires, or is about to: that is
    /// done only by saying so, and undone only by somebody who has it.
    #[error("the person who changes the policy needs a factor of the strength it requires: {0}")]
    ActorTooWeak(Required),
    /// The authority is over another organization.
    #[error("the authority is over another organization")]
    ForeignOrganization,
    /// The user is no member of this organization, or it is unknown.
    #[error("no member of the organization {0}")]
    NotAMember(OrgId),
    /// A strength is not required: there is no deadline to change.
    #[error("that strength is not required in this organization")]
    NotRequired,
    /// It is like that already.
    #[error("nothing would change")]
    NothingToChange,
    /// An extension that would shorten the period, has ended already, or is absurd.
    #[error("an extension must end after {after} and no later than {up_to}")]
    ExtensionOutOfRange {
        /// It must end later: than the deadline, and than now.
        after: DateTime<Utc>,
        /// It must not end later: 365 days from now, or from the deadline.
        up_to: DateTime<Utc>,
    },
    /// An exemption that has ended already.
    #[error("an exemption must end in the future")]
    ExemptionOver,
    /// Somebody else has changed the policy since the actor was shown it.
    #[error("the policy has been changed by somebody else: look at it again")]
    ChangedSince,
    /// There is no exemption to end.
    #[error("the member is not exempt")]
    NotExempt,
    /// A member who joins tomorrow.
    #[error("the day of joining lies in the future")]
    JoinedInTheFuture,
    /// A roster cursor that is none.
    #[error("the roster cursor is garbled")]
    CursorGarbled,
    /// A roster cursor of another organization or another filter.
    #[error("the roster cursor belongs to another roster")]
    CursorForeign,
    /// A roster cursor from before the policy changed: the deadlines it sorts by have moved.
    #[error("the policy has changed since: read the roster from its beginning")]
    CursorOutdated,
}

impl OrgRefusal {
    /// A stable name for APIs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PolicyRequires(_) => "policy_requires",
            Self::ActorNotEnrolled => "actor_not_enrolled",
            Self::ActorTooWeak(_) => "actor_too_weak",
            Self::ForeignOrganization => "foreign_organization",
            Self::NotAMember(_) => "not_a_member",
            Self::NotRequired => "not_required",
            Self::NothingToChange => "nothing_to_change",
            Self::ExtensionOutOfRange { .. } => "extension_out_of_range",
            Self::ExemptionOver => "exemption_over",
            Self::ChangedSince => "changed_since",
            Self::NotExempt => "not_exempt",
            Self::JoinedInTheFuture => "joined_in_the_future",
            Self::CursorGarbled => "cursor_garbled",
            Self::CursorForeign => "cursor_foreign",
            Self::CursorOutdated => "cursor_outdated",
        }
    }
}

/// The first few by name, the others by number: somebody may belong to thousands.
fn list(orgs: &[OrgId]) -> String {
    const NAMED: usize = 3;
    let named: Vec<&str> = orgs.iter().take(NAMED).map(OrgId::as_str).collect();
    match orgs.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        others => format!("{} and {others} more", named.join(", ")),
    }
}
