//! Members in the order of their deadlines, and how many of them are before an instant.

use std::collections::btree_set::Range;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::Subject;

/// A place in the order: an instant, and a member, or the place in front of all members of that
/// instant.
pub(super) type Place = (DateTime<Utc>, Option<Subject>);

/// The place of those without a deadline.
pub(super) const NEVER: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;

/// Members sorted by instant, then subject.
///
/// A page costs its rows and one search. A count costs the days that hold a deadline, which are few
/// where a policy gives everybody a period of whole days, and the different instants of one day.
#[derive(Default)]
pub(super) struct Calendar {
    places: BTreeSet<Place>,
    days: BTreeMap<i64, Day>,
}

#[derive(Default)]
struct Day {
    members: usize,
    instants: BTreeMap<DateTime<Utc>, usize>,
}

impl Calendar {
    pub(super) fn insert(&mut self, at: DateTime<Utc>, subject: &Subject) {
        if self.places.insert((at, Some(subject.clone()))) {
            let day = self.days.entry(day_of(at)).or_default();
            day.members += 1;
            *day.instants.entry(at).or_default() += 1;
        }
    }

    pub(super) fn remove(&mut self, at: DateTime<Utc>, subject: &Subject) {
        if !self.places.remove(&(at, Some(subject.clone()))) {
            return;
        }
        let Some(day) = self.days.get_mut(&day_of(at)) else { return };
        day.members = day.members.saturating_sub(1);
        if let Some(members) = day.instants.get_mut(&at) {
            *members = members.saturating_sub(1);
            if *members == 0 {
                day.instants.remove(&at);
            }
        }
        if day.members == 0 {
            self.days.remove(&day_of(at));
        }
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The number of those that are not after an instant.
    pub(super) fn up_to(&self, at: DateTime<Utc>) -> usize {
        let before: usize = self.days.range(..day_of(at)).map(|(_, day)| day.members).sum();
        let today = self.days.get(&day_of(at)).into_iter();
        let today = today.flat_map(|day| day.instants.range(..=at)).map(|(_, members)| members);
        before + today.sum::<usize>()
    }

    /// Those from a place on, and before another if there is one; none when the two are the wrong
    /// way round.
    pub(super) fn between(&self, from: &Place, before: Option<&Place>) -> Range<'_, Place> {
        match before {
            Some(before) => self.places.range(from..before.max(from)),
            None => self.places.range(from..),
        }
    }
}

fn day_of(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(86_400)
}

/// The place right behind an instant, in front of the next one.
pub(super) fn behind(at: DateTime<Utc>) -> Place {
    (at.checked_add_signed(TimeDelta::nanoseconds(1)).unwrap_or(NEVER), None)
}
