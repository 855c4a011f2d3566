//! What organizations ask of their members, and from when.
//!
//! Every answer is a function of the policy, the membership, the strength of the account, and the
//! time. Nothing about a member's "later" is stored, so a changed policy is in force at the
//! next decision and a shorter period shortens.

mod access;
mod affiliation;
mod aggregate;
mod authority;
mod cursor;
mod forecast;
mod joining;
mod member_change;
mod membership;
mod page;
mod policy;
mod policy_change;
#[cfg(test)]
mod properties;
mod reminder;
#[cfg(test)]
mod reminder_properties;
mod roster;
#[cfg(test)]
pub(crate) mod sample;
mod standing;
mod transition;

pub use access::{Access, Gate, check_may_weaken};
pub use affiliation::Affiliation;
pub use aggregate::Organization;
pub use authority::{Acknowledgement, Actor, OrgAuthority};
pub use cursor::RosterCursor;
pub use forecast::{ActorOutlook, Forecast, Forecasting, Prospects};
pub use membership::{Exemption, Extension, Membership, StoredMembership};
pub use page::{RosterMember, RosterPage, RosterQuery};
pub use policy::{OrgPolicy, OrgRequirement, ProposedPolicy};
pub use policy_change::PolicyChange;
pub use reminder::{Reminder, ReminderRange, ReminderSchedule};
pub use roster::{RosterCounts, RosterFilter, RosterKey, RosterRow, RosterRows};
pub use standing::Standing;
pub use transition::{OrgCommit, OrgRow, OrgTransition};
