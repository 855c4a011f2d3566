//! An organization's policy: a list of independent requirements of its members.

use chrono::{DateTime, Utc};

use super::membership::Membership;
use super::standing::Standing;
use crate::domain::instant::{after, whole_micros};
use crate::domain::invalid::Invalid;
use crate::domain::policy_terms::PolicyTerms;
use crate::domain::strength::{Required, Strength};

/// An organization's policy: at most one requirement of its members for each strength.
///
/// Each requirement stands by itself, with its own start and period. A member owes those above the
/// strength of their account, and stands where the worst of them puts them. So raising what is
/// required, lowering it and raising it again need no rule of their own: a requirement that is taken
/// away and set again starts over, and the others keep their dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Written", into = "Written"))]
pub struct OrgPolicy {
    /// Ascending by strength, and `None` behind the last one.
    requirements: [Option<OrgRequirement>; OrgPolicy::MAX_REQUIREMENTS],
}

/// One requirement: how strong accounts must be, since when, and on which terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OrgRequirement {
    /// The strength that an account must have.
    #[cfg_attr(feature = "serde", serde(rename = "strength"))]
    pub required: Required,
    /// Since when. Changing the terms keeps it; off and on again starts over.
    pub since: DateTime<Utc>,
    /// Since when the period is as long as it is: `since`, until somebody changes it.
    pub changed: DateTime<Utc>,
    /// How.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub terms: PolicyTerms,
}

/// An administrator's proposal for an organization's policy. The requirements of other
/// strengths stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProposedPolicy {
    /// Nothing of this strength.
    NotRequired(Strength),
    /// This strength, on these terms.
    Required(Strength, PolicyTerms),
}

/// The policy as it is stored.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct Written {
    requirements: Vec<OrgRequirement>,
}

impl OrgPolicy {
    /// The most requirements that a policy has.
    pub const MAX_REQUIREMENTS: usize = 4;

    /// Nothing is asked: setting MFA up is up to each member.
    pub const VOLUNTARY: Self = Self { requirements: [None; Self::MAX_REQUIREMENTS] };

    /// A policy of these requirements, in any order.
    ///
    /// # Errors
    /// [`Invalid`] when there are more than 4, or two of the same strength.
    pub fn of(requirements: impl IntoIterator<Item = OrgRequirement>) -> Result<Self, Invalid> {
        let most = Self::MAX_REQUIREMENTS;
        let mut given: Vec<_> = requirements.into_iter().take(most + 1).collect();
        if given.len() > most {
            let (what, unit) = ("policy", "requirements");
            return Err(Invalid::Length { what, min: 0, max: most, found: given.len(), unit });
        }
        given.sort_by_key(|requirement| requirement.required);
        if given.windows(2).any(|pair| matches!(pair, [a, b] if a.required == b.required)) {
            return Err(Invalid::Form { what: "policy", form: "one requirement a strength" });
        }
        let mut policy = Self::VOLUNTARY;
        for (place, requirement) in policy.requirements.iter_mut().zip(given) {
            *place = Some(requirement);
        }
        Ok(policy)
    }

    /// Requires one strength from an instant on, and nothing else.
    pub fn requiring(strength: Strength, since: DateTime<Utc>, terms: PolicyTerms) -> Self {
        let mut policy = Self::VOLUNTARY;
        let [first, ..] = &mut policy.requirements;
        *first = Some(OrgRequirement::from_now(strength, since, terms));
        policy
    }

    /// The requirements, the weakest first.
    pub fn requirements(&self) -> impl DoubleEndedIterator<Item = &OrgRequirement> {
        self.requirements.iter().flatten()
    }

    /// The requirement of one strength.
    pub fn requirement(&self, strength: Strength) -> Option<&OrgRequirement> {
        self.requirements().find(|requirement| requirement.required == strength.into())
    }

    /// Whether nothing is asked.
    pub fn is_voluntary(&self) -> bool {
        *self == Self::VOLUNTARY
    }

    /// The strongest of what is required.
    pub fn strongest(&self) -> Option<Required> {
        self.requirements().next_back().map(|requirement| requirement.required)
    }

    /// The requirements above the strength of an account, the weakest first. `None` is an account
    /// without a factor.
    pub fn owed(&self, strength: Option<Strength>) -> impl Iterator<Item = &OrgRequirement> {
        self.requirements().filter(move |requirement| !requirement.required.met_by(strength))
    }

    /// The policy as it is when a proposal is set at `now`: a requirement in force keeps its start.
    pub(super) fn on(&self, proposed: ProposedPolicy, now: DateTime<Utc>) -> Result<Self, Invalid> {
        let (strength, terms) = match proposed {
            ProposedPolicy::NotRequired(strength) => (strength, None),
            ProposedPolicy::Required(strength, terms) => (strength, Some(terms)),
        };
        let others = self.requirements().filter(|other| other.required != strength.into());
        let set = terms.map(|terms| match self.requirement(strength) {
            Some(requirement) => requirement.on_terms(terms, now),
            None => OrgRequirement::from_now(strength, now, terms),
        });
        Self::of(others.copied().chain(set))
    }

    pub(super) fn in_whole_micros(self) -> Self {
        Self { requirements: self.requirements.map(|one| one.map(OrgRequirement::in_whole_micros)) }
    }

    /// Decides where a member stands. `strength` is that of the member's account, `None` for one
    /// without a factor.
    ///
    /// A function of these facts and nothing else: no visit starts a clock, and no "later" that a
    /// member once clicked is kept. At exactly the deadline the period is over, as at exactly the
    /// end of an exemption that ends: a period of so many days covers so many days and not an
    /// instant more.
    pub fn decide(
        &self,
        member: &Membership,
        strength: Option<Strength>,
        now: DateTime<Utc>,
    ) -> Standing {
        let each = self.requirements().map(|one| one.decide(member, strength, now));
        each.fold(Standing::Voluntary, Standing::worse)
    }

    /// When a member's period is over: the first of the [deadlines](OrgRequirement::deadline) of
    /// what the member owes. `None` when nothing is owed, or the member has left.
    pub fn deadline(
        &self,
        member: &Membership,
        strength: Option<Strength>,
    ) -> Option<DateTime<Utc>> {
        self.owed(strength).filter_map(|one| one.deadline(member)).min()
    }

    /// When a member is behind the wall: the first of the [walls](OrgRequirement::walled_from) of
    /// what the member owes. `None` when that never comes.
    ///
    /// Rosters are sorted by it, and reminders count back from it.
    pub fn walled_from(
        &self,
        member: &Membership,
        strength: Option<Strength>,
    ) -> Option<DateTime<Utc>> {
        self.owed(strength).filter_map(|one| one.walled_from(member)).min()
    }
}

impl OrgRequirement {
    /// Requires a strength from an instant on.
    pub fn from_now(strength: Strength, now: DateTime<Utc>, terms: PolicyTerms) -> Self {
        Self { required: strength.into(), since: now, changed: now, terms }
    }

    /// The same requirement on other terms: its deadlines keep their start.
    fn on_terms(&self, terms: PolicyTerms, now: DateTime<Utc>) -> Self {
        let changed = if self.terms.grace == terms.grace { self.changed } else { now };
        Self { changed, terms, ..*self }
    }

    fn in_whole_micros(self) -> Self {
        Self { since: whole_micros(self.since), changed: whole_micros(self.changed), ..self }
    }

    /// Decides where a member stands with this requirement alone.
    pub fn decide(
        &self,
        member: &Membership,
        strength: Option<Strength>,
        now: DateTime<Utc>,
    ) -> Standing {
        let Some(deadline) = self.deadline(member) else { return Standing::Voluntary };
        if self.required.met_by(strength) {
            return Standing::Compliant;
        }
        let ended = match self.exempted(member) {
            Some(None) => return Standing::Exempt { until: None },
            Some(Some(until)) if now < until => return Standing::Exempt { until: Some(until) },
            Some(Some(until)) => until,
            None => deadline,
        };
        let required = self.required;
        if now < deadline {
            Standing::InGrace { deadline, required }
        } else {
            Standing::Lapsed { since: deadline.max(ended), required }
        }
    }

    /// When a member's period is over: the grace period counted from when the strength became
    /// required or when the member first joined, whichever is later; or a personal extension of this
    /// period that ends later still. `None` when the member has left.
    pub fn deadline(&self, member: &Membership) -> Option<DateTime<Utc>> {
        let deadline = self.common_deadline(member)?;
        let extension = member.extension().filter(|extension| extension.policy_since == self.since);
        Some(extension.map_or(deadline, |extension| extension.until.max(deadline)))
    }

    /// The deadline without a personal extension.
    pub(super) fn common_deadline(&self, member: &Membership) -> Option<DateTime<Utc>> {
        // The end of time is no whole microsecond, and a roster's cursor is written in those.
        let end = after(member.first_joined().max(self.since), self.terms.grace.span());
        member.is_member().then(|| whole_micros(end))
    }

    /// When a member who lacks the strength is behind the wall: the deadline, or the end of an
    /// exemption that ends later. `None` when that never comes.
    pub fn walled_from(&self, member: &Membership) -> Option<DateTime<Utc>> {
        let deadline = self.deadline(member)?;
        match self.exempted(member) {
            None => Some(deadline),
            Some(until) => Some(until?.max(deadline)),
        }
    }

    /// The end of an exemption from this requirement, `Some(None)` for one that does not end.
    fn exempted(&self, member: &Membership) -> Option<Option<DateTime<Utc>>> {
        let covers = |of: Required| of <= self.required;
        member.exemption().filter(|exemption| covers(exemption.from)).map(|e| e.until)
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Written> for OrgPolicy {
    type Error = Invalid;
    fn try_from(written: Written) -> Result<Self, Invalid> {
        Self::of(written.requirements)
    }
}

#[cfg(feature = "serde")]
impl From<OrgPolicy> for Written {
    fn from(policy: OrgPolicy) -> Self {
        Self { requirements: policy.requirements().copied().collect() }
    }
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
