//! One organization's members, sorted for its overview.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::calendar::{Calendar, NEVER, Place, behind};
use crate::domain::{
    Membership, OrgPolicy, Organization, RosterCounts, RosterFilter, RosterQuery, Subject,
};

/// One organization: its policy, and each member on the list that the member belongs on.
///
/// Grace turns into lapse without a write, because both are one list and the time divides it. An
/// exemption that ends moves its member from one list to the other; that is done when somebody
/// asks about a later time, once for each exemption.
pub(super) struct OrgIndex {
    pub(super) organization: Option<Arc<Organization>>,
    /// Everybody, also those who left.
    pub(super) members: BTreeMap<Subject, Arc<Membership>>,
    protected: BTreeSet<Subject>,
    /// Without MFA and not exempt, by when they are walled.
    open: Calendar,
    /// Without MFA and exempt, by when they are walled.
    exempt: Calendar,
    /// The ends of the exemptions of everybody without MFA.
    ends: BTreeSet<Place>,
    /// The time at which exemptions were last told from ended ones.
    settled: DateTime<Utc>,
}

impl Default for OrgIndex {
    fn default() -> Self {
        Self {
            organization: None,
            members: BTreeMap::new(),
            protected: BTreeSet::new(),
            open: Calendar::default(),
            exempt: Calendar::default(),
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
        if same_deadlines(old, self.policy()) {
            return;
        }
        self.open = Calendar::default();
        self.exempt = Calendar::default();
        self.ends.clear();
        let members: Vec<Arc<Membership>> = self.members.values().cloned().collect();
        for member in members {
            let protected = self.protected.contains(member.subject());
            self.enlist(&member, protected);
        }
    }

    /// Puts a membership in place of the one that was there.
    pub(super) fn put(&mut self, membership: Arc<Membership>, protected: bool) {
        self.remove(membership.subject());
        self.enlist(&membership, protected);
        self.members.insert(membership.subject().clone(), membership);
    }

    /// Removes a membership.
    pub(super) fn remove(&mut self, subject: &Subject) {
        let Some(member) = self.members.remove(subject) else { return };
        self.protected.remove(subject);
        let at = self.policy().walled_from(&member).unwrap_or(NEVER);
        self.open.remove(at, subject);
        self.exempt.remove(at, subject);
        if let Some(until) = end_of(&member) {
            self.ends.remove(&(until, Some(subject.clone())));
        }
    }

    fn enlist(&mut self, member: &Membership, protected: bool) {
        let subject = member.subject();
        if !member.is_member() {
            return;
        }
        if protected {
            self.protected.insert(subject.clone());
            return;
        }
        let at = self.policy().walled_from(member).unwrap_or(NEVER);
        if exempt_at(member, self.settled) {
            self.exempt.insert(at, subject);
        } else {
            self.open.insert(at, subject);
        }
        if let Some(until) = end_of(member) {
            self.ends.insert((until, Some(subject.clone())));
        }
    }

    /// Moves those whose exemption has ended by `now`, and back when the clock ran backwards.
    fn settle(&mut self, now: DateTime<Utc>) {
        let (from, before) = (behind(self.settled.min(now)), behind(self.settled.max(now)));
        let ended = now > self.settled;
        self.settled = now;
        let policy = self.policy();
        for (_, subject) in self.ends.range(from..before) {
            let Some(member) = subject.as_ref().and_then(|subject| self.members.get(subject))
            else {
                continue;
            };
            let at = policy.walled_from(member).unwrap_or(NEVER);
            let (out_of, into) = if ended {
                (&mut self.exempt, &mut self.open)
            } else {
                (&mut self.open, &mut self.exempt)
            };
            out_of.remove(at, member.subject());
            into.insert(at, member.subject());
        }
    }

    pub(super) fn counts(&mut self, now: DateTime<Utc>) -> RosterCounts {
        self.settle(now);
        let required = self.policy() != OrgPolicy::Voluntary;
        let lapsed = if required { self.open.up_to(now) } else { 0 };
        let in_grace = if required { self.open.len() - lapsed } else { 0 };
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        RosterCounts {
            members: number(self.protected.len() + self.open.len() + self.exempt.len()),
            protected: number(self.protected.len()),
            in_grace: number(in_grace),
            lapsed: number(lapsed),
            exempt: number(self.exempt.len()),
        }
    }

    /// The subjects of a page, and one more when there is more.
    pub(super) fn page(&mut self, query: &RosterQuery) -> Vec<Subject> {
        self.settle(query.now());
        let wanted = query.limit().saturating_add(1);
        let after = query.after();
        if query.filter() == RosterFilter::Protected {
            use std::ops::Bound::{Excluded, Unbounded};
            let from = after.map_or(Unbounded, |key| Excluded(&key.subject));
            let listed = self.protected.range((from, Unbounded)).take(wanted).cloned().collect();
            return if query.walled_within().is_none() { listed } else { Vec::new() };
        }
        let (mut from, mut before) = match query.walled_within() {
            Some((lo, hi)) => (behind(lo), Some(behind(hi))),
            None => ((DateTime::<Utc>::MIN_UTC, None), None),
        };
        let required = self.policy() != OrgPolicy::Voluntary;
        let (open, exempt) = match query.filter() {
            RosterFilter::Lapsed => {
                let passed = behind(query.now());
                before = Some(before.map_or(passed.clone(), |before| before.min(passed)));
                (required, false)
            }
            RosterFilter::InGrace => {
                from = from.max(behind(query.now()));
                (required, false)
            }
            RosterFilter::Exempt => (false, true),
            _ => (true, true),
        };
        let after = after.map(|key| (key.walled_from.unwrap_or(NEVER), Some(key.subject.clone())));
        let from = after.clone().map_or(from.clone(), |after| from.max(after));
        let none = || self.open.between(&from, Some(&from));
        let open = if open { self.open.between(&from, before.as_ref()) } else { none() };
        let exempt = if exempt { self.exempt.between(&from, before.as_ref()) } else { none() };
        let places = Merged { one: open.peekable(), other: exempt.peekable() };
        let behind_cursor = places.filter(|place| after.as_ref() != Some(*place));
        behind_cursor.filter_map(|(_, subject)| subject.clone()).take(wanted).collect()
    }
}

fn same_deadlines(one: OrgPolicy, other: OrgPolicy) -> bool {
    let start = |policy: OrgPolicy| policy.since().zip(policy.terms().map(|terms| terms.grace));
    start(one) == start(other)
}

fn exempt_at(member: &Membership, now: DateTime<Utc>) -> bool {
    member.exemption().is_some_and(|exemption| exemption.until.is_none_or(|until| now < until))
}

fn end_of(member: &Membership) -> Option<DateTime<Utc>> {
    member.exemption().and_then(|exemption| exemption.until)
}

/// Two sorted rows of places as one.
struct Merged<'a, I: Iterator<Item = &'a Place>> {
    one: Peekable<I>,
    other: Peekable<I>,
}

impl<'a, I: Iterator<Item = &'a Place>> Iterator for Merged<'a, I> {
    type Item = &'a Place;

    fn next(&mut self) -> Option<&'a Place> {
        match (self.one.peek(), self.other.peek()) {
            (Some(one), Some(other)) if other < one => self.other.next(),
            (Some(_), _) => self.one.next(),
            (None, _) => self.other.next(),
        }
    }
}
