//! One organization's members, sorted for its overview.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::calendar::{Calendar, NEVER, Place, behind};
use crate::domain::{
    Membership, OrgPolicy, Organization, RosterCounts, RosterFilter, RosterQuery, RosterRow,
    Strength, Subject,
};

/// One organization: its policy, and each member on the list that the member belongs on.
///
/// Grace turns into lapse without a write, because both are one list and the time divides it. An
/// exemption that ends moves its member from one list to the other; that is done when somebody
/// asks about a later time, once for each exemption.
pub(super) struct OrgIndex {
    pub(super) organization: Option<Arc<Organization>>,
    /// Everybody, also those who left.
    members: BTreeMap<Subject, RosterRow>,
    /// The members by the strength of their accounts.
    lists: BTreeMap<Option<Strength>, Lists>,
    /// The ends of everybody's exemptions.
    ends: BTreeSet<Place>,
    /// The time at which exemptions were last told from ended ones.
    settled: DateTime<Utc>,
}

/// Members of one strength, by when they are walled.
#[derive(Default)]
struct Lists {
    open: Calendar,
    /// On the list of the exempt.
    exempt: Calendar,
}

impl Default for OrgIndex {
    fn default() -> Self {
        Self {
            organization: None,
            members: BTreeMap::new(),
            lists: BTreeMap::new(),
            ends: BTreeSet::new(),
            settled: DateTime::UNIX_EPOCH,
        }
    }
}

impl OrgIndex {
    pub(super) fn policy(&self) -> OrgPolicy {
        self.organization.as_ref().map(|organization| *organization.policy()).unwrap_or_default()
    }

    /// Takes a new policy. It costs a walk over the members, unless only the scope changed.
    pub(super) fn set_organization(&mut self, organization: Arc<Organization>) {
        let old = self.policy();
        self.organization = Some(organization);
        if same_deadlines(&old, &self.policy()) {
            return;
        }
        self.lists.clear();
        self.ends.clear();
        let rows: Vec<RosterRow> = self.members.values().cloned().collect();
        for row in rows {
            self.enlist(&row);
        }
    }

    /// Puts a membership in place of the one that was there.
    pub(super) fn put(&mut self, membership: Arc<Membership>, strength: Option<Strength>) {
        self.remove(membership.subject());
        let row = RosterRow { membership, strength, last_signed_in: None };
        self.enlist(&row);
        self.members.insert(row.membership.subject().clone(), row);
    }

    /// Removes a membership.
    pub(super) fn remove(&mut self, subject: &Subject) {
        let Some(row) = self.members.remove(subject) else { return };
        let at = row.key(&self.policy()).walled_from.unwrap_or(NEVER);
        if let Some(lists) = self.lists.get_mut(&row.strength) {
            lists.open.remove(at, subject);
            lists.exempt.remove(at, subject);
        }
        if let Some(until) = end_of(&row) {
            self.ends.remove(&(until, Some(subject.clone())));
        }
    }

    fn enlist(&mut self, row: &RosterRow) {
        if !row.membership.is_member() {
            return;
        }
        let (policy, subject) = (self.policy(), row.membership.subject());
        let at = row.key(&policy).walled_from.unwrap_or(NEVER);
        let lists = self.lists.entry(row.strength).or_default();
        if RosterFilter::Exempt.admits(row, &policy, self.settled) {
            lists.exempt.insert(at, subject);
        } else {
            lists.open.insert(at, subject);
        }
        if let Some(until) = end_of(row) {
            self.ends.insert((until, Some(subject.clone())));
        }
    }

    /// Moves those whose exemption has ended by `now`, and back when the clock ran backwards.
    fn settle(&mut self, now: DateTime<Utc>) {
        let (from, before) = (behind(self.settled.min(now)), behind(self.settled.max(now)));
        self.settled = now;
        let policy = self.policy();
        for (_, subject) in self.ends.range(from..before) {
            let Some(row) = subject.as_ref().and_then(|subject| self.members.get(subject)) else {
                continue;
            };
            let Some(lists) = self.lists.get_mut(&row.strength) else { continue };
            let at = row.key(&policy).walled_from.unwrap_or(NEVER);
            let (out_of, into) = if RosterFilter::Exempt.admits(row, &policy, now) {
                (&mut lists.open, &mut lists.exempt)
            } else {
                (&mut lists.exempt, &mut lists.open)
            };
            out_of.remove(at, row.membership.subject());
            into.insert(at, row.membership.subject());
        }
    }

    pub(super) fn counts(&mut self, now: DateTime<Utc>) -> RosterCounts {
        self.settle(now);
        let policy = self.policy();
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let mut counts = RosterCounts::default();
        for (strength, lists) in &self.lists {
            let all = number(lists.open.len() + lists.exempt.len());
            counts.members += all;
            match strength {
                None => {}
                Some(Strength::Standard) => counts.standard += all,
                Some(Strength::PhishingResistant) => counts.phishing_resistant += all,
            }
            counts.exempt += number(lists.exempt.len());
            if policy.owed(*strength).next().is_some() {
                let lapsed = lists.open.up_to(now);
                counts.lapsed += number(lapsed);
                counts.in_grace += number(lists.open.len() - lapsed);
            }
        }
        counts
    }

    /// The subjects of a page, and one more when there is more.
    pub(super) fn page(&mut self, query: &RosterQuery) -> Vec<Subject> {
        self.settle(query.now());
        let (filter, policy) = (query.filter(), self.policy());
        let (mut from, mut before) = match query.walled_within() {
            Some((lo, hi)) => (behind(lo), Some(behind(hi))),
            None => ((DateTime::<Utc>::MIN_UTC, None), None),
        };
        let passed = behind(query.now());
        match filter {
            RosterFilter::Lapsed => {
                before = Some(before.map_or(passed.clone(), |before| before.min(passed)));
            }
            RosterFilter::InGrace => from = from.max(passed),
            RosterFilter::WithoutMfa | RosterFilter::Exempt | RosterFilter::With(_) => {}
        }
        let after =
            query.after().map(|key| (key.walled_from.unwrap_or(NEVER), Some(key.subject.clone())));
        let from = after.clone().map_or(from.clone(), |after| from.max(after));
        let wanted = query.limit().saturating_add(1);
        let mut places: Vec<&Place> = Vec::new();
        for (strength, lists) in &self.lists {
            let asked = policy.owed(*strength).next().is_some();
            let (open, exempt) = match filter {
                RosterFilter::WithoutMfa | RosterFilter::With(_) => {
                    let listed = RosterFilter::of(*strength) == filter;
                    (listed, listed)
                }
                RosterFilter::InGrace | RosterFilter::Lapsed => (asked, false),
                RosterFilter::Exempt => (false, true),
            };
            for (listed, calendar) in [(open, &lists.open), (exempt, &lists.exempt)] {
                if listed {
                    let found = calendar.between(&from, before.as_ref());
                    places
                        .extend(found.filter(|place| after.as_ref() != Some(*place)).take(wanted));
                }
            }
        }
        places.sort_unstable();
        places.into_iter().filter_map(|(_, subject)| subject.clone()).take(wanted).collect()
    }
}

fn same_deadlines(one: &OrgPolicy, other: &OrgPolicy) -> bool {
    let starts = |policy: &OrgPolicy| -> Vec<_> {
        policy.requirements().map(|one| (one.required, one.since, one.terms.grace)).collect()
    };
    starts(one) == starts(other)
}

fn end_of(row: &RosterRow) -> Option<DateTime<Utc>> {
    row.membership.exemption().and_then(|exemption| exemption.until)
}
