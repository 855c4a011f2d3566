//! Reminders of a policy whose period is changed at random, polled at random.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::sample::*;
use super::{
    Membership, OrgPolicy, ProposedPolicy, Reminder, ReminderRange, ReminderSchedule, RosterRow,
};
use crate::domain::strength::Strength;

/// A policy, and from when on it is the one that is stored.
type Era = (DateTime<Utc>, OrgPolicy);

/// When somebody joined, and until when the member is extended and exempt.
type Facts =
    (DateTime<Utc>, Option<DateTime<Utc>>, Option<DateTime<Utc>>, Strength, Option<Strength>);

fn instants() -> impl Strategy<Value = DateTime<Utc>> {
    // Whole days and odd microseconds, so that instants often coincide.
    (1_i64..120, prop_oneof![Just(0_i64), Just(1), Just(-1), 0..86_400_000_000_i64])
        .prop_map(|(days, micros)| day(days) + TimeDelta::microseconds(micros))
}

/// MFA required on day 0, and then on other and other terms; now and then keys as well, for a while.
fn eras() -> impl Strategy<Value = Vec<Era>> {
    let change = prop_oneof![
        3 => (0..60_i64).prop_map(|grace| propose(terms(grace))),
        2 => (0..60_i64)
            .prop_map(|grace| ProposedPolicy::Required(Strength::PhishingResistant, terms(grace))),
        1 => Just(ProposedPolicy::NotRequired(Strength::PhishingResistant)),
    ];
    let changes = prop::collection::vec((instants(), change), 0..6);
    (0..60_i64, changes).prop_map(|(grace, mut changes)| {
        changes.sort_by_key(|(at, _)| *at);
        let mut eras = vec![(day(0), required(0, terms(grace)))];
        for (at, proposed) in changes {
            let (began, policy) = eras[eras.len() - 1];
            let next = policy.on(proposed, at).unwrap();
            if at > began && next != policy {
                eras.push((at, next));
            }
        }
        eras
    })
}

fn rows() -> impl Strategy<Value = Vec<RosterRow>> {
    let joined = prop_oneof![Just(day(-400)), instants()];
    let ends = || prop::option::of(instants());
    let from = prop::sample::select(Strength::ALL.to_vec());
    let facts = (joined, ends(), ends(), from, prop::sample::select(vec![NONE, APP, KEY]));
    prop::collection::vec(facts, 1..5).prop_map(|members| {
        let row = |(n, (first_joined, extension, exemption, from, strength)): (usize, Facts)| {
            let mut member = Membership { first_joined, ..member("acme", &format!("user-{n}"), 0) };
            if let Some(until) = extension {
                member = extended(member, until);
            }
            if exemption.is_some() {
                member = exempt_from(from, member, exemption);
            }
            roster_row(member, strength)
        };
        members.into_iter().enumerate().map(row).collect()
    })
}

/// What one poll finds: only those who have joined by then are in the store.
fn poll(
    policy: OrgPolicy,
    rows: &[RosterRow],
    after: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Vec<Reminder> {
    let ranges = ReminderSchedule::default().due(&organization("acme", policy), after, until);
    let of = |range: &ReminderRange| -> Vec<Reminder> {
        let there = rows.iter().filter(|row| row.membership.first_joined() <= until);
        let admitted = there.filter(|row| range.query().filter().admits(row, &policy, until));
        admitted.filter_map(|row| range.reminder(row)).collect()
    };
    ranges.iter().flat_map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_024, failure_persistence: None, ..Default::default() })]

    /// However the time is cut into polls and whatever becomes of the period, no reminder comes
    /// twice. While a policy is stored, what falls due after it was made is what one poll at the
    /// end of its time finds; and whose period it has ended at once is told by the first poll.
    #[test]
    fn no_reminder_is_lost_or_told_twice_when_the_period_changes_between_polls(
        eras in eras(), rows in rows(), mut polls in prop::collection::vec(instants(), 0..40),
    ) {
        polls.push(day(300));
        polls.sort();
        let spans: Vec<_> =
            std::iter::once(day(-1)).chain(polls.iter().copied()).zip(polls.iter().copied()).collect();
        let stored_at = |at: DateTime<Utc>| eras.iter().rposition(|(began, _)| *began <= at).unwrap();
        let told: Vec<Vec<Reminder>> = spans
            .iter()
            .map(|(after, until)| poll(eras[stored_at(*until)].1, &rows, *after, *until))
            .collect();

        let mut all: Vec<&Reminder> = told.iter().flatten().collect();
        all.sort();
        let count = all.len();
        all.dedup();
        prop_assert_eq!(all.len(), count, "one came twice: {:?}", told);

        for (number, (began, policy)) in eras.iter().enumerate() {
            let seen = |(_, until): &(_, DateTime<Utc>)| stored_at(*until) == number;
            let Some(first) = spans.iter().position(seen) else { continue };
            let last = spans.iter().rfind(|span| seen(span)).unwrap().1;

            let falls_due = |reminder: &&Reminder| *began < reminder.due && reminder.due <= last;
            let piecewise: Vec<&Reminder> = all.iter().copied().filter(falls_due).collect();
            let at_once = poll(*policy, &rows, day(-1), last);
            let mut at_once: Vec<&Reminder> = at_once.iter().filter(falls_due).collect();
            at_once.sort();
            prop_assert_eq!(piecewise, at_once, "under {:?}", policy);

            for row in &rows {
                let (member, wall) = (&row.membership, row.key(policy).walled_from);
                let here = policy.owed(row.strength);
                let walls: Vec<_> = here.filter(|one| one.walled_from(member) == wall).collect();
                let common = walls.iter().all(|one| one.common_deadline(member) == wall);
                let moved = walls.iter().map(|one| one.changed).min() == Some(*began);
                if wall.is_none() || !common || !moved || wall > Some(*began) {
                    continue;
                }
                let lapsed = |reminder: &&Reminder| {
                    let of = (&reminder.subject, Some(reminder.deadline), reminder.days_before);
                    of == (member.subject(), wall, 0)
                };
                prop_assert_eq!(told[first].iter().filter(lapsed).count(), 1, "{:?}", row);
            }
        }
    }
}
