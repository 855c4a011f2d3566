//! Reminders: from deadlines alone.

use chrono::{DateTime, TimeDelta, Utc};

use super::aggregate::Organization;
use super::page::RosterQuery;
use super::policy::OrgPolicy;
use super::roster::{RosterFilter, RosterRow};
use crate::domain::id::{OrgId, Subject};
use crate::domain::instant::after;
use crate::domain::invalid::{Invalid, within};

/// When members without MFA are reminded: so many days before the deadline, and when it lapses.
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

/// A reminder that has fallen due. Whoever has MFA by the time it is sent needs none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reminder {
    /// When it fell due: so many days before the deadline, or when the period was shortened to
    /// end before now.
    pub due: DateTime<Utc>,
    /// Whose wall it is about.
    pub org: OrgId,
    /// Who is to be reminded.
    pub subject: Subject,
    /// The deadline.
    pub deadline: DateTime<Utc>,
    /// How many days before the deadline; 0 when it has lapsed. All five name a reminder: a relay
    /// that delivers at least once drops repeats by them. A deadline that was moved away and back
    /// falls due anew.
    pub days_before: u16,
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
    /// the other: one range of deadlines for each entry, whose rows are exactly the reminders.
    ///
    /// The ranges of adjoining spans adjoin, whatever their lengths, so that a reminder falls due
    /// in one of them. When a deadline moves, the reminders of the new one fall due in their turn.
    /// Where the period was shortened so that it is over at once, the reminder that it has lapsed
    /// falls due with the change; those of the days before are past and do not.
    pub fn due(
        &self,
        organization: &Organization,
        after_instant: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Vec<ReminderRange> {
        let range = |days_before: &u16| {
            let ahead = TimeDelta::days(i64::from(*days_before));
            let query = RosterQuery {
                org: organization.id().clone(),
                policy: *organization.policy(),
                filter: RosterFilter::WithoutMfa,
                walled: Some((after(after_instant, ahead), after(until, ahead))),
                after: None,
                limit: Organization::MAX_PAGE,
                now: until,
            };
            ReminderRange { days_before: *days_before, query, changed: None }
        };
        let mut ranges: Vec<ReminderRange> = self.days.iter().map(range).collect();
        let lapsed = ranges.last().filter(|range| range.days_before == 0).cloned();
        let changed = organization.policy().changed();
        let changed = changed.filter(|at| after_instant < *at && *at <= until);
        if let (Some(mut range), Some(_)) = (lapsed, changed) {
            range.changed = changed;
            range.query.walled = Some((DateTime::UNIX_EPOCH, after_instant));
            ranges.push(range);
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
    /// What to ask the organization store, page after page.
    pub fn query(&self) -> &RosterQuery {
        &self.query
    }

    /// The reminder that a row of the answer is. `None` when the row is not of this range.
    pub fn reminder(&self, row: &RosterRow) -> Option<Reminder> {
        let policy = self.query.policy();
        let deadline = row.key(policy).walled_from?;
        let (behind, last) = self.query.walled?;
        let due = match self.changed {
            // An extension or an exemption has its own end, which did not move.
            Some(_) if policy.common_deadline(&row.membership) != Some(deadline) => return None,
            Some(changed) => changed,
            None => deadline.checked_sub_signed(TimeDelta::days(i64::from(self.days_before)))?,
        };
        // A day before the deadline that had passed when there came to be such a deadline was none.
        let never_was = self.days_before > 0 && due < deadline_made(policy, row)?;
        (behind < deadline && deadline <= last && !never_was).then(|| Reminder {
            due,
            org: self.query.org().clone(),
            subject: row.membership.subject().clone(),
            deadline,
            days_before: self.days_before,
        })
    }
}

/// Since when a member has had the deadline: since the member joined, and what made it. A common one
/// is as old as the period; an end of the member's own is none the younger for a change of the
/// period, which does not move it.
fn deadline_made(policy: &OrgPolicy, row: &RosterRow) -> Option<DateTime<Utc>> {
    let membership = &row.membership;
    let (wall, deadline) = (policy.walled_from(membership)?, policy.deadline(membership)?);
    let extended = policy.common_deadline(membership)? != deadline;
    let made = match membership.extension().filter(|_| extended) {
        _ if wall != deadline => policy.since()?,
        Some(extension) => extension.granted,
        None => policy.changed()?,
    };
    Some(made.max(membership.first_joined()))
}

#[cfg(test)]
#[path = "reminder_tests.rs"]
mod tests;
