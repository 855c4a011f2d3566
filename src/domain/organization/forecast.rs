//! What a policy would do, before it is set.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::aggregate::Organization;
use super::policy::{OrgPolicy, Standing};
use super::roster::RosterRow;
use crate::domain::id::Subject;
use crate::domain::policy_terms::PolicyTerms;

/// How many of those who would be hit are named.
const NAMED: usize = 100;

/// What a policy would do to the members of an organization if it were set now and nobody set MFA
/// up. It decides by the same function that will decide then.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Forecast {
    /// The policy as it would be.
    pub policy: OrgPolicy,
    /// When it would be set.
    pub at: DateTime<Utc>,
    /// Members who have MFA: nothing changes for them.
    pub protected: u64,
    /// Members who would be exempt.
    pub exempt: u64,
    /// Members whose period would run.
    pub in_grace: u64,
    /// Members who would be behind the wall at once.
    pub lapsed_at_once: u64,
    /// How many more would be behind it from some time of each day on, in UTC.
    pub lapsing: BTreeMap<NaiveDate, u64>,
    /// How many of those who would be hit, now or some day, have signed in recently.
    pub recently_active: u64,
    /// The latest hundred of them, the latest first.
    pub recently_active_named: Vec<(DateTime<Utc>, Subject)>,
    /// What it would mean for the one who sets it; `None` for somebody who is no member.
    pub actor: Option<ActorOutlook>,
}

/// What a policy would mean for the one who sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActorOutlook {
    /// Where the actor would stand at once.
    pub standing: Standing,
    /// When the actor would be behind the wall, still having no MFA.
    pub walled_from: Option<DateTime<Utc>>,
}

impl ActorOutlook {
    /// Whether setting the policy would lock out the one who sets it.
    pub fn locked_out(&self) -> bool {
        matches!(self.standing, Standing::Lapsed { .. })
    }
}

/// Reads a roster and forecasts. Give it every member without MFA, in any order, page by page; the
/// others are only counted.
#[derive(Debug, Clone)]
pub struct Forecasting {
    forecast: Forecast,
    actor: Subject,
    active_since: DateTime<Utc>,
    named: BTreeSet<(DateTime<Utc>, Subject)>,
}

impl Organization {
    /// The policy as it would be if these terms were set at `now`: a policy in force keeps its
    /// start.
    pub fn proposed(&self, terms: PolicyTerms, now: DateTime<Utc>) -> OrgPolicy {
        self.policy.on_terms(terms, now)
    }

    /// Begins a forecast for one who would set these terms now. Who signed in within `recently`
    /// counts as active.
    pub fn forecast(
        &self,
        terms: PolicyTerms,
        actor: &Subject,
        recently: TimeDelta,
        now: DateTime<Utc>,
    ) -> Forecasting {
        let active_since = now.checked_sub_signed(recently).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let forecast = Forecast {
            policy: self.proposed(terms, now),
            at: now,
            protected: 0,
            exempt: 0,
            in_grace: 0,
            lapsed_at_once: 0,
            lapsing: BTreeMap::new(),
            recently_active: 0,
            recently_active_named: Vec::new(),
            actor: None,
        };
        Forecasting { forecast, actor: actor.clone(), active_since, named: BTreeSet::new() }
    }
}

impl Forecasting {
    /// Counts members who have MFA.
    pub fn protected(&mut self, members: u64) {
        self.forecast.protected += members;
    }

    /// Says where the actor would stand. Only needed for one who has MFA: who has none is found
    /// among the rows.
    pub fn actor(&mut self, row: &RosterRow) {
        let (policy, now) = (self.forecast.policy, self.forecast.at);
        let standing = policy.decide(&row.membership, row.protected, now);
        let walled_from = row.key(&policy).walled_from;
        self.forecast.actor = Some(ActorOutlook { standing, walled_from });
    }

    /// Adds one member. Those with MFA may be left out and [counted](Self::protected).
    pub fn add(&mut self, row: &RosterRow) {
        if !row.membership.is_member() {
            return;
        }
        if *row.membership.subject() == self.actor {
            self.actor(row);
        }
        let (policy, now) = (self.forecast.policy, self.forecast.at);
        match policy.decide(&row.membership, row.protected, now) {
            Standing::Compliant => return self.protected(1),
            Standing::Exempt { .. } => self.forecast.exempt += 1,
            Standing::InGrace { .. } => self.forecast.in_grace += 1,
            Standing::Lapsed { .. } => self.forecast.lapsed_at_once += 1,
            Standing::Voluntary => {}
        }
        let Some(walled_from) = policy.walled_from(&row.membership) else { return };
        if walled_from > now {
            *self.forecast.lapsing.entry(walled_from.date_naive()).or_default() += 1;
        }
        if let Some(at) = row.last_signed_in.filter(|at| *at >= self.active_since) {
            self.forecast.recently_active += 1;
            self.named.insert((at, row.membership.subject().clone()));
            if self.named.len() > NAMED {
                self.named.pop_first();
            }
        }
    }

    /// The forecast.
    pub fn finish(mut self) -> Forecast {
        self.forecast.recently_active_named = self.named.into_iter().rev().collect();
        self.forecast
    }
}

impl Forecast {
    /// How many would be behind the wall when a day is over, in UTC.
    pub fn lapsed_by_the_end_of(&self, day: NaiveDate) -> u64 {
        self.lapsed_at_once + self.lapsing.range(..=day).map(|(_, members)| members).sum::<u64>()
    }
}

#[cfg(test)]
#[path = "forecast_tests.rs"]
mod tests;
