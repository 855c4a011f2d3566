//! Reminders: from deadlines alone.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::aggregate::Organization;
use super::membership::Membership;
use super::page::RosterQuery;
use super::policy::OrgRequirement;
use super::roster::{RosterFilter, RosterRow};
use crate::domain::id::{OrgId, Subject};
use crate::domain::instant::after;
use crate::domain::invalid::{Invalid, within};
use crate::domain::strength::{Required, Strength};

/// When members who lack something are reminded: so many days before the deadline, and when it
/// lapses.
/// By default 7 days before, 1 day before, and when lapsed.
///
/// ```
/// use mfakit::organization::ReminderSchedule;
///
/// assert_eq!(ReminderSchedule::default(), ReminderSchedule::days_before([7, 1, 0])?);
/// # Ok::<(), mfakit::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderSchedule {
    /// Descending, each once.
    days: Vec<u16>,
}

/// A reminder that has fallen due: of the first wall that is ahead of a member, whatever number of
/// requirements the member lacks. A member who has what is required by the time it is sent needs none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reminder {
    /// When it fell due: so many days before the deadline, or when the period was shortened to
    /// end before now.
    pub due: DateTime<Utc>,
    /// The organization whose wall it is about.
    pub org: OrgId,
    /// The member who is to be reminded.
    pub subject: Subject,
    /// The deadline.
    pub deadline: DateTime<Utc>,
    /// How many days before the deadline; 0 when it has lapsed. These five name a reminder: a relay
    /// that delivers at least once drops repeats by them. A deadline that was moved away and back
    /// falls due again.
    pub days_before: u16,
    /// The strength that is required from the deadline on.
    pub required: Required,
}

impl Default for ReminderSchedule {
    fn default() -> Self {
        Self { days: vec![7, 1, 0] }
    }
}

impl ReminderSchedule {
    /// Reminds so many days before a deadline: 0 to 365 each, 0 being the deadline itself; at most
    /// 16 of them.
    ///
    /// # Errors
    /// [`Invalid`] with the bound that was missed.
    pub fn days_before(days: impl IntoIterator<Item = u16>) -> Result<Self, Invalid> {
        const MOST: usize = 16;
        let mut days: Vec<u16> = days.into_iter().take(MOST + 1).collect();
        if days.len() > MOST || days.is_empty() {
            let (what, unit) = ("reminder schedule", "entries");
            return Err(Invalid::Length { what, min: 1, max: MOST, found: days.len(), unit });
        }
        for before in &days {
            within("days before a deadline", i64::from(*before), 0, 365)?;
        }
        days.sort_unstable_by(|one, other| other.cmp(one));
        days.dedup();
        Ok(Self { days })
    }

    /// What to read from the store for the reminders that fall due after one instant and not after
    /// the other: one range of deadlines for each entry, and for each strength of which something is
    /// asked. Their rows are exactly the reminders.
    ///
    /// The ranges of adjoining spans adjoin, whatever their lengths, so that a reminder falls due
    /// in one of them. When a deadline moves, the reminders of the new one fall due in their turn.
    /// Where a period was shortened so that it is over at once, the reminder that it has lapsed falls
    /// due with the change; those of the days before are past and do not.
    pub fn due(
        &self,
        organization: &Organization,
        after_instant: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Vec<ReminderRange> {
        let policy = organization.policy();
        let mut ranges = Vec::new();
        let asked = std::iter::once(None).chain(Strength::ALL.map(Some));
        for strength in asked.filter(|strength| policy.owed(*strength).next().is_some()) {
            let mut range = |days_before, changed, walled| {
                let query = RosterQuery {
                    org: organization.id().clone(),
                    policy: *policy,
                    filter: RosterFilter::of(strength),
                    walled: Some(walled),
                    after: None,
                    limit: Organization::MAX_PAGE,
                    now: until,
                };
                ranges.push(ReminderRange { days_before, query, changed });
            };
            for days_before in &self.days {
                let ahead = TimeDelta::days(i64::from(*days_before));
                range(*days_before, None, (after(after_instant, ahead), after(until, ahead)));
            }
            if self.days.last() != Some(&0) {
                continue;
            }
            let changes: BTreeSet<DateTime<Utc>> =
                policy.owed(strength).map(|requirement| requirement.changed).collect();
            for changed in changes.into_iter().filter(|at| after_instant < *at && *at <= until) {
                range(0, Some(changed), (DateTime::UNIX_EPOCH, after_instant));
            }
        }
        ranges
    }
}

/// The deadlines that one entry of a schedule counts back from.
#[derive(Debug, Clone)]
pub struct ReminderRange {
    days_before: u16,
    query: RosterQuery,
    /// For those whose period was over when it was changed at this instant.
    changed: Option<DateTime<Utc>>,
}

impl ReminderRange {
    /// The query for the organization store, page after page.
    pub fn query(&self) -> &RosterQuery {
        &self.query
    }

    /// The reminder that a row of the answer is. `None` when the row is not of this range.
    pub fn reminder(&self, row: &RosterRow) -> Option<Reminder> {
        let (policy, membership) = (self.query.policy(), &row.membership);
        let deadline = row.key(policy).walled_from?;
        let (behind, last) = self.query.walled?;
        // What puts the member behind this very wall: often one, seldom several.
        let owed = policy.owed(row.strength);
        let walls: Vec<&OrgRequirement> =
            owed.filter(|one| one.walled_from(membership) == Some(deadline)).collect();
        let required = walls.iter().map(|one| one.required).max()?;
        let due = match self.changed {
            Some(changed) => {
                // An extension or an exemption has its own end, which did not move; and what stood
                // at this wall before was told of it.
                let common =
                    |one: &&OrgRequirement| one.common_deadline(membership) == Some(deadline);
                let first = walls.iter().map(|one| one.changed).min();
                if first != Some(changed) || !walls.iter().all(common) {
                    return None;
                }
                changed
            }
            None => deadline.checked_sub_signed(TimeDelta::days(i64::from(self.days_before)))?,
        };
        // A day before the deadline that had passed when there came to be such a deadline was none.
        let made = walls.iter().filter_map(|one| deadline_made(one, membership)).min()?;
        let never_was = self.days_before > 0 && due < made;
        (behind < deadline && deadline <= last && !never_was).then(|| Reminder {
            due,
            org: self.query.org().clone(),
            subject: membership.subject().clone(),
            deadline,
            days_before: self.days_before,
            required,
        })
    }
}

/// Since when a member has had the deadline of a requirement: since the member joined, and what made
/// it. A common one is as old as the period; an end of the member's own is none the younger for a
/// change of the period, which does not move it.
fn deadline_made(requirement: &OrgRequirement, membership: &Membership) -> Option<DateTime<Utc>> {
    let wall = requirement.walled_from(membership)?;
    let deadline = requirement.deadline(membership)?;
    let extended = requirement.common_deadline(membership)? != deadline;
    let made = match membership.extension().filter(|_| extended) {
        _ if wall != deadline => requirement.since,
        Some(extension) => extension.granted,
        None => requirement.changed,
    };
    Some(made.max(membership.first_joined()))
}

#[cfg(test)]
#[path = "reminder_tests.rs"]
mod tests;
