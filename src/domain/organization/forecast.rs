//! What a policy would do, before it is set.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::aggregate::Organization;
use super::policy::{OrgPolicy, ProposedPolicy};
use super::roster::RosterRow;
use super::standing::Standing;
use crate::domain::id::Subject;
use crate::domain::invalid::Invalid;
use crate::domain::strength::Strength;

/// How many of those who would be hit are named.
const NAMED: usize = 100;

/// The effect that a policy would have on the members of an organization if it were set now and nobody set
/// anything up. It decides by the same function that will decide then.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Forecast {
    /// The policy as it would be.
    pub policy: OrgPolicy,
    /// The instant at which it would be set.
    pub at: DateTime<Utc>,
    /// Its effect on all members.
    pub all: Prospects,
    /// What it would do to the members by the strength of their accounts, `None` for those without
    /// MFA. Where there are no members of a strength, it is not listed.
    pub by_strength: BTreeMap<Option<Strength>, Prospects>,
    /// How many more would be behind the wall from some time of each day on, in UTC.
    pub lapsing: BTreeMap<NaiveDate, u64>,
    /// How many of those who would be hit, now or some day, have signed in recently.
    pub recently_active: u64,
    /// The latest hundred of them, the latest first.
    pub recently_active_named: Vec<(DateTime<Utc>, Subject)>,
    /// What it would mean for the one who sets it; `None` for somebody who is no member.
    pub actor: Option<ActorOutlook>,
}

/// The numbers of members that a policy would put at each standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prospects {
    /// Nothing would be asked of them that they do not have.
    pub unaffected: u64,
    /// They would be exempt.
    pub exempt: u64,
    /// Their period would run.
    pub in_grace: u64,
    /// They would be behind the wall at once.
    pub lapsed: u64,
}

impl Prospects {
    fn count(&mut self, standing: Standing, members: u64) {
        let counter = match standing {
            Standing::Voluntary | Standing::Compliant => &mut self.unaffected,
            Standing::Exempt { .. } => &mut self.exempt,
            Standing::InGrace { .. } => &mut self.in_grace,
            Standing::Lapsed { .. } => &mut self.lapsed,
        };
        *counter = counter.saturating_add(members);
    }
}

/// The effect of a policy on the one who sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActorOutlook {
    /// The actor's standing at once.
    pub standing: Standing,
    /// When the actor would be behind the wall, still having what they have.
    pub walled_from: Option<DateTime<Utc>>,
}

impl ActorOutlook {
    /// Whether setting the policy would lock out the one who sets it.
    pub fn locked_out(&self) -> bool {
        matches!(self.standing, Standing::Lapsed { .. })
    }
}

/// Reads a roster and forecasts. Give it every member of whose strength something would be
/// [asked](Self::asks), in any order, page by page; the others are only counted.
#[derive(Debug, Clone)]
pub struct Forecasting {
    forecast: Forecast,
    actor: Subject,
    active_since: DateTime<Utc>,
    named: BTreeSet<(DateTime<Utc>, Subject)>,
}

impl Organization {
    /// The policy as it would be if this were set at `now`: a requirement in force keeps its start.
    ///
    /// # Errors
    /// [`Invalid`] when there would be more than 4 requirements, some of a newer release.
    pub fn proposed(
        &self,
        proposed: ProposedPolicy,
        now: DateTime<Utc>,
    ) -> Result<OrgPolicy, Invalid> {
        self.policy.on(proposed, now)
    }

    /// Begins a forecast for one who would set this now. Who signed in within `recently` counts as
    /// active.
    ///
    /// # Errors
    /// As [`proposed`](Self::proposed).
    pub fn forecast(
        &self,
        proposed: ProposedPolicy,
        actor: &Subject,
        recently: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Forecasting, Invalid> {
        let active_since = now.checked_sub_signed(recently).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let forecast = Forecast {
            policy: self.proposed(proposed, now)?,
            at: now,
            all: Prospects::default(),
            by_strength: BTreeMap::new(),
            lapsing: BTreeMap::new(),
            recently_active: 0,
            recently_active_named: Vec::new(),
            actor: None,
        };
        Ok(Forecasting { forecast, actor: actor.clone(), active_since, named: BTreeSet::new() })
    }
}

impl Forecasting {
    /// Whether something would be asked of members whose account has this strength.
    pub fn asks(&self, strength: Option<Strength>) -> bool {
        self.forecast.policy.owed(strength).next().is_some()
    }

    /// Counts members of a strength of whom nothing would be [asked](Self::asks).
    pub fn unaffected(&mut self, strength: Option<Strength>, members: u64) {
        self.count(strength, Standing::Compliant, members);
    }

    /// Says where the actor would stand. Only needed for one of whom nothing would be asked: the
    /// others are found among the rows.
    pub fn actor(&mut self, row: &RosterRow) {
        let (policy, now) = (self.forecast.policy, self.forecast.at);
        let (standing, walled_from) = (row.standing(&policy, now), row.key(&policy).walled_from);
        self.forecast.actor = Some(ActorOutlook { standing, walled_from });
    }

    /// Adds one member. Those of whom nothing would be asked may be left out and
    /// [counted](Self::unaffected).
    pub fn add(&mut self, row: &RosterRow) {
        if !row.membership.is_member() {
            return;
        }
        if *row.membership.subject() == self.actor {
            self.actor(row);
        }
        let (policy, now) = (self.forecast.policy, self.forecast.at);
        self.count(row.strength, row.standing(&policy, now), 1);
        let Some(walled_from) = row.key(&policy).walled_from else { return };
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

    fn count(&mut self, strength: Option<Strength>, standing: Standing, members: u64) {
        if members > 0 {
            self.forecast.all.count(standing, members);
            self.forecast.by_strength.entry(strength).or_default().count(standing, members);
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
        self.all.lapsed + self.lapsing.range(..=day).map(|(_, members)| members).sum::<u64>()
    }
}

#[cfg(test)]
#[path = "forecast_tests.rs"]
mod tests;
