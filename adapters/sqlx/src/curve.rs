//! The wall of members without personal terms, as a line over the day of joining.

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::Strength;
use mfakit::organization::{OrgPolicy, OrgRequirement};

/// The instant at which members without personal terms are walled, by when they joined: the first of
/// the deadlines of all that they owe.
///
/// One requirement that began at `since` with a period of `grace` walls a member who joined at `j` at
/// `max(since, j) + grace`: at one instant for all who were there, and then ever later. The first of
/// several such lines is made of their stretches in turn: each requirement that ends later counts only
/// from where its shorter period ends before the others' do.
pub(crate) struct Curve {
    /// `since + grace` and `grace`, the former ascending and the latter descending.
    pub(crate) steps: Vec<(i64, i64)>,
}

impl Curve {
    pub(crate) fn of(policy: &OrgPolicy, strength: Option<Strength>) -> Self {
        let mut ends: Vec<(i64, i64)> = policy
            .owed(strength)
            .map(|requirement| {
                let (since, grace) = start(requirement);
                (since.saturating_add(grace), grace)
            })
            .collect();
        ends.sort_unstable();
        let mut steps: Vec<(i64, i64)> = Vec::new();
        for (end, grace) in ends {
            if steps.last().is_none_or(|(_, shortest)| grace < *shortest) {
                steps.push((end, grace));
            }
        }
        Self { steps }
    }

    /// The last joining of those that are walled at an instant; `None` when nobody is.
    pub(crate) fn walled_at(&self, now: i64) -> Option<i64> {
        let passed = self.steps.iter().rev().find(|(end, _)| *end <= now);
        passed.map(|(_, grace)| now.saturating_sub(*grace))
    }
}

/// Since when something is required, and the period, in microseconds.
pub(crate) fn start(requirement: &OrgRequirement) -> (i64, i64) {
    let days = TimeDelta::days(i64::from(requirement.terms.grace.as_days()));
    (micros(requirement.since), days.num_microseconds().unwrap_or(i64::MAX))
}

pub(crate) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

#[cfg(test)]
mod tests {
    use mfakit::organization::{GracePeriod, PolicyScope, PolicyTerms};

    use super::*;

    /// One requirement since a day, with a period of so many.
    fn requirement(strength: Strength, since: i64, grace: i64) -> OrgRequirement {
        let since = DateTime::UNIX_EPOCH + TimeDelta::days(since);
        let grace = GracePeriod::days(grace).unwrap();
        let terms = PolicyTerms { grace, scope: PolicyScope::WholeAccount };
        OrgRequirement::from_now(strength, since, terms)
    }

    const DAY: i64 = 86_400_000_000;

    /// One case a row: when MFA and keys are required and with which period; and the steps, in days.
    #[test]
    fn a_requirement_counts_from_where_its_shorter_period_ends_first() {
        let table = [
            ((0, 14), (20, 7), vec![(14, 14), (27, 7)]),
            ((0, 14), (20, 14), vec![(14, 14)]),
            ((0, 14), (20, 30), vec![(14, 14)]),
            ((10, 30), (20, 0), vec![(20, 0)]),
            ((10, 30), (40, 0), vec![(40, 0)]),
            ((10, 30), (41, 0), vec![(40, 30), (41, 0)]),
        ];
        for (mfa, keys, steps) in table {
            let each = [
                requirement(Strength::Standard, mfa.0, mfa.1),
                requirement(Strength::PhishingResistant, keys.0, keys.1),
            ];
            let curve = Curve::of(&OrgPolicy::of(each).unwrap(), None);
            let days: Vec<_> = curve.steps.iter().map(|(at, by)| (at / DAY, by / DAY)).collect();
            assert_eq!(days, steps, "{mfa:?} {keys:?}");
            // And the last who is walled at an instant is the last whose first deadline has come.
            for now in 0..100 {
                let walled = |joined: i64| {
                    let end = |(since, grace): (i64, i64)| joined.max(since) + grace;
                    end(mfa).min(end(keys)) <= now
                };
                let last = (-400..100).rev().find(|joined| walled(*joined));
                assert_eq!(curve.walled_at(now * DAY).map(|joined| joined / DAY), last, "{now}");
            }
        }
    }

    #[test]
    fn nobody_is_walled_who_has_what_is_required() {
        let policy = OrgPolicy::of([requirement(Strength::Standard, 0, 14)]).unwrap();
        let curve = Curve::of(&policy, Some(Strength::Standard));
        assert_eq!((curve.steps.len(), curve.walled_at(i64::MAX)), (0, None));
    }
}
