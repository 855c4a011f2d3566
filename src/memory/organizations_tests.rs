use pollster::block_on;

use super::*;
use crate::domain::org_sample::{row as stored_row, *};
use crate::domain::{
    Access, Account, CommitId, Context, Exemption, Extension, Gate, OrgPolicy, OrgTransition,
    PolicyTerms, ProposedPolicy, RosterCursor, RosterFilter, Settings, Stamp, StoredMembership,
    Strength, Transition,
};
use crate::ports::{AccountStore, EventLog};

/// One organization on a store.
pub(super) struct Acme {
    pub(super) store: MemoryStore,
    settings: Settings,
}

impl Acme {
    pub(super) fn new() -> Self {
        Self { store: MemoryStore::new(), settings: Settings::default() }
    }

    pub(super) fn context(&self, now: DateTime<Utc>) -> Context<'_> {
        Context::new(&self.settings, now).unwrap()
    }

    pub(super) fn commit<T>(&self, transition: OrgTransition<T>) {
        assert_eq!(self.try_commit(transition), CommitOutcome::Committed);
    }

    pub(super) fn try_commit<T>(&self, transition: OrgTransition<T>) -> CommitOutcome {
        let (commit, _) = transition.into_commit(CommitId::from_random([7; 16]));
        block_on(OrgStore::commit(&self.store, &commit)).unwrap()
    }

    pub(super) fn organization(&self) -> Organization {
        let stored = block_on(self.store.organization(&org("acme"))).unwrap();
        stored.map_or_else(|| Organization::absent(org("acme"), version()), |o| (*o).clone())
    }

    pub(super) fn membership(&self, name: &str) -> Option<Arc<Membership>> {
        block_on(self.store.membership(&org("acme"), &subject(name))).unwrap()
    }

    pub(super) fn join(&self, of: &str, name: &str, at: DateTime<Utc>) {
        assert_eq!(self.try_join(of, name, at), CommitOutcome::Committed);
    }

    pub(super) fn try_join(&self, of: &str, name: &str, at: DateTime<Utc>) -> CommitOutcome {
        let context = self.context(day(1_000));
        let joined = Membership::join(org(of), subject(name), at, version(), context).unwrap();
        self.try_commit(joined)
    }

    pub(super) fn require(&self, terms: PolicyTerms, now: DateTime<Utc>) {
        self.set_policy(propose(terms), now);
    }

    pub(super) fn require_strength(
        &self,
        strength: Strength,
        terms: PolicyTerms,
        now: DateTime<Utc>,
    ) {
        self.set_policy(ProposedPolicy::Required(strength, terms), now);
    }

    pub(super) fn make_voluntary(&self, now: DateTime<Utc>) {
        self.set_policy(VOLUNTARY, now);
    }

    /// Sets a policy unless nothing would change, by somebody who may.
    pub(super) fn set_policy(&self, proposed: ProposedPolicy, now: DateTime<Utc>) {
        let before = self.organization();
        let policy = before.proposed(proposed, now).unwrap();
        if policy != *before.policy() {
            self.commit(set_to(&before, policy, now));
        }
    }

    /// Switches MFA on or off as an account's commit does.
    pub(super) fn set_mfa(&self, name: &str, on: bool) {
        let stored = block_on(self.store.load(&subject(name))).unwrap();
        let account = if on { protected_account(name) } else { plain_account(name) };
        let account = match stored {
            Some(stored) => Account { version: stored.version(), stored: true, ..account },
            None => account,
        };
        let transition: Transition<_> = account
            .password_changed(None, Stamp::from_random([3; 8]), self.context(day(0)))
            .unwrap();
        let (commit, _) = transition.into_commit(CommitId::from_random([8; 16]));
        let outcome = block_on(AccountStore::commit(&self.store, &commit)).unwrap();
        assert_eq!(outcome, CommitOutcome::Committed);
    }

    /// Makes an account this strong. What no factor of this release gives is written past it.
    pub(super) fn set_strength(&self, name: &str, strength: Option<Strength>) {
        self.set_mfa(name, strength.is_some());
        self.is_as_strong_as(name, strength);
    }

    pub(super) fn is_as_strong_as(&self, name: &str, strength: Option<Strength>) {
        lock(&self.store.state).organizations.set_strength(&subject(name), strength);
    }

    pub(super) fn counts(&self, now: DateTime<Utc>) -> RosterCounts {
        block_on(self.store.counts(&org("acme"), now)).unwrap()
    }

    /// Every row of a roster, read by pages of this size, each from the text of the last cursor.
    pub(super) fn roster(
        &self,
        filter: RosterFilter,
        limit: usize,
        now: DateTime<Utc>,
    ) -> Vec<RosterRow> {
        let (acme, mut rows, mut cursor) = (self.organization(), Vec::new(), None);
        loop {
            let after = cursor.map(|text: String| text.parse::<RosterCursor>().unwrap());
            let query =
                acme.roster_query(filter, after.as_ref(), limit, self.context(now)).unwrap();
            let page = block_on(self.store.roster(&query)).unwrap();
            assert!(page.rows.len() <= limit);
            cursor = acme.roster_page(&query, page.clone()).next.map(|next| next.to_string());
            rows.extend(page.rows);
            assert!(rows.len() <= 20_000, "it never ends");
            if cursor.is_none() {
                return rows;
            }
        }
    }
}

#[test]
fn reminders_are_read_by_their_deadlines_alone() {
    let acme = Acme::new();
    for n in 0..50 {
        acme.join("acme", &format!("user-{n:02}"), day(n));
    }
    acme.require(terms(14), day(0));
    let due = |after, until| {
        let ranges =
            crate::domain::ReminderSchedule::default().due(&acme.organization(), after, until);
        let mut found = Vec::new();
        for range in &ranges {
            let page = block_on(acme.store.roster(range.query())).unwrap();
            let reminders: Vec<_> = page.rows.iter().map(|row| range.reminder(row)).collect();
            assert!(reminders.iter().all(Option::is_some), "a row that is no reminder was read");
            found.extend(reminders.into_iter().flatten());
        }
        found
    };
    let all = due(day(-100), day(200));
    assert_eq!(all.len(), 150);
    let daily: Vec<_> = (-100..200).flat_map(|n| due(day(n), day(n + 1))).collect();
    assert_eq!(daily.len(), 150);
}

#[test]
fn of_two_administrators_the_second_is_told_and_decides_again() {
    let acme = Acme::new();
    let (one, other) = (Admin::of("acme", day(0)), Admin::of("acme", day(0)));
    let seen = acme.organization();
    let first = one.set_policy(&seen, propose(terms(14)), None).unwrap();
    let second = other.set_policy(&seen, propose(terms(0)), None).unwrap();
    acme.commit(first);
    assert_eq!(acme.try_commit(second), CommitOutcome::Conflict);
    assert_eq!(*acme.organization().policy(), required(0, terms(14)), "nothing of the second");
    let again = other.set_policy(&acme.organization(), propose(terms(0)), None);
    let (_, again) = changed(again.unwrap());
    let decided = (terms_of(&again.from), terms_of(&again.to));
    assert_eq!(decided, (Some(terms(14)), Some(terms(0))), "on what the first one left");
    let log = block_on(acme.store.read(None, 10)).unwrap();
    assert_eq!(log.events.len(), 1, "one change, one event");
}

#[test]
fn of_two_changes_of_one_member_the_second_is_told() {
    let acme = Acme::new();
    acme.join("acme", "ada", day(-400));
    assert_eq!(acme.try_join("acme", "ada", day(0)), CommitOutcome::Conflict, "joined already");
    acme.require(terms(14), day(0));
    let (admin, ada) = (Admin::of("acme", day(1)), acme.membership("ada").unwrap());
    let acme_now = acme.organization();
    let longer =
        acme_now.extend(&ada, Strength::Standard, day(20), admin.actor(), admin.context()).unwrap();
    let exempted =
        acme_now.exempt(&ada, Strength::Standard, None, admin.actor(), admin.context()).unwrap();
    acme.commit(longer);
    assert_eq!(acme.try_commit(exempted), CommitOutcome::Conflict);
    assert_eq!(
        acme.organization().policy().deadline(&acme.membership("ada").unwrap(), NONE),
        Some(day(20))
    );
}

#[test]
fn stamps_change_with_everything_that_decides_access() {
    let acme = Acme::new();
    let read = |name: &str| block_on(acme.store.stamps(&subject(name))).unwrap();
    assert_eq!(read("ada"), CurrentStamps::default());
    let mut seen = vec![read("ada")];
    let mut changed = |what: &str| {
        let now = read("ada");
        assert!(!seen.contains(&now), "{what} left the stamps as they were");
        let revision = block_on(acme.store.revision(&subject("ada"))).unwrap();
        assert_eq!(revision, now.policies);
        seen.push(now);
    };
    acme.join("acme", "ada", day(-400));
    changed("joining");
    acme.require(terms(14), day(0));
    changed("a policy");
    acme.require(terms(7), day(1));
    changed("a shorter period");
    let (admin, ada) = (Admin::of("acme", day(1)), acme.membership("ada").unwrap());
    let longer = acme.organization().extend(
        &ada,
        Strength::Standard,
        day(20),
        admin.actor(),
        admin.context(),
    );
    acme.commit(longer.unwrap());
    changed("an extension");
    acme.set_mfa("ada", true);
    changed("enabling MFA");
    acme.make_voluntary(day(2));
    changed("a voluntary policy");
    let left = acme.membership("ada").unwrap().leave(acme.context(day(3))).unwrap();
    acme.commit(left);
    changed("leaving");
    block_on(acme.store.forget(&subject("ada"))).unwrap();
    changed("being forgotten");

    let before = read("bob");
    acme.join("acme", "eve", day(0));
    assert_eq!(read("bob"), before, "somebody else's membership is nothing to him");
}

#[test]
fn ten_thousand_memberships_of_one_user_are_kept_and_decided() {
    let acme = Acme::new();
    for n in 0..10_000 {
        acme.join(&format!("org-{n:05}"), "ada", day(-400));
    }
    acme.join("acme", "ada", day(-400));
    acme.require(whole(0), day(0));
    let affiliations = block_on(acme.store.affiliations(&subject("ada"))).unwrap();
    assert_eq!(affiliations.len(), 10_001);
    let gate = Access::to_account(&affiliations, NONE, day(0)).gate;
    assert!(matches!(gate, Gate::SetUpFirst(_)), "{gate:?}");
    acme.set_mfa("ada", true);
    assert_eq!(acme.counts(day(0)).protected(), 1);
    assert_eq!(block_on(acme.store.forget(&subject("ada"))).unwrap(), 10_001);
    assert_eq!(acme.counts(day(0)), RosterCounts::default());
}

#[test]
fn who_has_left_is_on_no_list_and_is_still_known() {
    let acme = Acme::new();
    for (of, name) in [("acme", "ada"), ("other", "ada"), ("acme", "bob")] {
        acme.join(of, name, day(-400));
    }
    acme.require(whole(0), day(0));
    let left = acme.membership("ada").unwrap().leave(acme.context(day(1))).unwrap();
    acme.commit(left);
    let affiliations = block_on(acme.store.affiliations(&subject("ada"))).unwrap();
    let orgs: Vec<&OrgId> = affiliations.iter().map(|affiliation| affiliation.org()).collect();
    assert_eq!(orgs, [&org("other")], "one that was left asks for nothing");
    assert_eq!(block_on(acme.store.memberships(&subject("ada"))).unwrap().len(), 2);
    assert_eq!(block_on(acme.store.roster_row(&org("acme"), &subject("ada"))).unwrap(), None);
    let counts = acme.counts(day(2));
    assert_eq!((counts.members, counts.lapsed), (1, 1), "bob");
}

#[test]
fn an_unknown_organization_has_an_empty_roster() {
    let acme = Acme::new();
    assert_eq!(acme.counts(day(0)), RosterCounts::default());
    for filter in RosterFilter::ALL {
        assert_eq!(acme.roster(filter, 10, day(0)), []);
    }
    assert!(block_on(acme.store.affiliations(&subject("ada"))).unwrap().is_empty());
}

#[test]
fn a_sign_in_is_noted_for_the_overview() {
    let acme = Acme::new();
    acme.join("acme", "ada", day(-400));
    acme.store.signed_in(&subject("ada"), day(2));
    acme.store.signed_in(&subject("ada"), day(1));
    let rows = acme.roster(RosterFilter::WithoutMfa, 10, day(3));
    assert_eq!(rows[0].last_signed_in, Some(day(2)), "the latest");
}

/// An instant at the end of time is no whole microsecond, and a cursor is written in those.
#[test]
fn a_roster_is_read_to_its_end_whatever_instants_were_stored() {
    let ends = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, day(0)];
    let odd = |number: usize| ends[number % 3];
    for since in ends {
        let acme = Acme::new();
        let policy = OrgPolicy::requiring(Strength::Standard, since, terms(365));
        let row = Arc::new(organization("acme", policy));
        let put = lock(&acme.store.state).organizations.put_organization(None, &row);
        assert_eq!(put, CommitOutcome::Committed);
        for number in 0..27 {
            let (reason, until) = ("odd".to_owned(), odd(number / 3));
            let extension = Extension { reason, until, granted: since, policy_since: since };
            let member = Membership::from_stored(StoredMembership {
                first_joined: odd(number),
                extension: Some(extension),
                exemption: Some(Exemption {
                    reason: "odd".into(),
                    from: Strength::Standard.into(),
                    until: Some(odd(number / 9)),
                }),
                ..stored_row("acme", &format!("user-{number:02}"), 0)
            });
            let put = lock(&acme.store.state).put_membership(None, &Arc::new(member));
            assert_eq!(put, CommitOutcome::Committed);
        }
        for now in [day(-1), day(0), day(400)] {
            let mut listed = acme.roster(RosterFilter::WithoutMfa, 1, now);
            assert_eq!(listed.len(), 27, "since {since}");
            listed.dedup();
            assert_eq!((listed.len(), acme.counts(now).members), (27, 27), "since {since}");
        }
    }
}
