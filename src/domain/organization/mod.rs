//! What organizations ask of their members, and from when.
//!
//! Every answer is a function of the policy, the membership, whether the account has MFA on, and
//! the time. Nothing about a member's "later" is stored, so a changed policy is in force at the
//! next decision and a shorter period shortens.

mod access;
mod aggregate;
mod authority;
mod cursor;
mod event;
mod forecast;
mod id;
mod member_change;
mod membership;

mod policy;
#[cfg(test)]
mod properties;
mod refusal;
mod reminder;
#[cfg(test)]
mod reminder_properties;
mod roster;
#[cfg(test)]
pub(crate) mod sample;
mod transition;

pub use access::{Access, Demand, Gate, Reminded, Walled, check_may_disable};
pub use aggregate::{Organization, PolicyChange};
pub use authority::{Acknowledgement, Actor, OrgAuthority};
pub use cursor::RosterCursor;
pub use event::OrgChange;
pub use forecast::{ActorOutlook, Forecast, Forecasting};
pub use id::OrgId;
pub use membership::{Affiliation, Exemption, Extension, Membership, StoredMembership};
pub use policy::{GracePeriod, OrgPolicy, PolicyScope, PolicyTerms, ProposedPolicy, Standing};
pub use refusal::OrgRefusal;
pub use reminder::{Reminder, ReminderRange, ReminderSchedule};
pub use roster::{
    RosterCounts, RosterFilter, RosterKey, RosterMember, RosterPage, RosterQuery, RosterRow,
    RosterRows,
};
pub use transition::{OrgCommit, OrgRow, OrgTransition};
