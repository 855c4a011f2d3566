//! The fixture of this directory's tests: organizations, members, administrators, days.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Acknowledgement, Actor, Affiliation, Exemption, Extension, Membership, OrgAuthority, OrgPolicy,
    OrgRequirement, OrgTransition, Organization, PolicyChange, ProposedPolicy, RosterRow,
    StoredMembership,
};
use crate::domain::account::Account;
use crate::domain::assurance::Assurance;
use crate::domain::context::Context;
use crate::domain::event::OrgChange;
use crate::domain::evidence::EvidenceKind;
use crate::domain::factor::totp::{TotpParams, TotpState};
use crate::domain::factor::{Factor, FactorState, UnknownState};
use crate::domain::first_factor::FirstFactor;
use crate::domain::id::{CommitId, FactorId, KeyId, OrgId, SessionId, Subject, Version};
use crate::domain::label::Label;
use crate::domain::policy_terms::{GracePeriod, PolicyScope, PolicyTerms};
use crate::domain::receipt::CommitOutcome;
use crate::domain::refusal::Refusal;
use crate::domain::sealed::SealedSecret;
use crate::domain::settings::Settings;
use crate::domain::strength::{Required, Strength};
use crate::domain::unknown_fields::{Extra, Value};

/// So many days after a day like any other.
pub(crate) fn day(days: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::days(days)
}

pub(crate) const MICRO: TimeDelta = TimeDelta::microseconds(1);

pub(crate) fn org(name: &str) -> OrgId {
    OrgId::new(name).unwrap()
}

pub(crate) fn subject(name: &str) -> Subject {
    Subject::new(name).unwrap()
}

pub(crate) fn terms(grace: i64) -> PolicyTerms {
    PolicyTerms {
        grace: GracePeriod::days(grace).unwrap(),
        scope: PolicyScope::OrganizationResources,
    }
}

pub(crate) fn whole(grace: i64) -> PolicyTerms {
    PolicyTerms { scope: PolicyScope::WholeAccount, ..terms(grace) }
}

pub(crate) fn required(since: i64, terms: PolicyTerms) -> OrgPolicy {
    OrgPolicy::requiring(Strength::Standard, day(since), terms)
}

/// The same, with periods that were changed on a day.
pub(crate) fn changed_on(on: i64, policy: OrgPolicy) -> OrgPolicy {
    let changed = day(on);
    OrgPolicy::of(policy.requirements().map(|one| OrgRequirement { changed, ..*one })).unwrap()
}

/// Phishing-resistant factors, since a day.
pub(crate) fn keys(since: i64, terms: PolicyTerms) -> OrgPolicy {
    OrgPolicy::requiring(Strength::PhishingResistant, day(since), terms)
}

/// What both policies require.
pub(crate) fn both(one: OrgPolicy, other: OrgPolicy) -> OrgPolicy {
    OrgPolicy::of(one.requirements().chain(other.requirements()).copied()).unwrap()
}

/// The policy, and a strength that this release does not know.
pub(crate) fn and_newer(policy: OrgPolicy, rank: u8) -> OrgPolicy {
    let required = Required::from_rank(rank).unwrap();
    let newer = policy.requirements().copied().map(|one| OrgRequirement { required, ..one });
    OrgPolicy::of(policy.requirements().copied().chain(newer.take(1))).unwrap()
}

/// The period and the scope of MFA itself.
pub(crate) fn terms_of(policy: &OrgPolicy) -> Option<PolicyTerms> {
    policy.requirement(Strength::Standard).map(|requirement| requirement.terms)
}

/// Proposes MFA on these terms.
pub(crate) fn propose(terms: PolicyTerms) -> ProposedPolicy {
    ProposedPolicy::Required(Strength::Standard, terms)
}

/// Proposes to require MFA no longer.
pub(crate) const VOLUNTARY: ProposedPolicy = ProposedPolicy::NotRequired(Strength::Standard);

/// The strength of an account without a factor, with an app, with a key.
pub(crate) const NONE: Option<Strength> = None;
pub(crate) const APP: Option<Strength> = Some(Strength::Standard);
pub(crate) const KEY: Option<Strength> = Some(Strength::PhishingResistant);

pub(crate) fn version() -> Version {
    Version::first([1; 8])
}

pub(crate) fn organization(name: &str, policy: OrgPolicy) -> Organization {
    Organization::from_stored(org(name), version(), policy, Vec::new())
}

/// A member who joined on a day, and has neither exemption nor extension.
pub(crate) fn member(of: &str, name: &str, joined: i64) -> Membership {
    Membership::from_stored(row(of, name, joined))
}

pub(crate) fn row(of: &str, name: &str, joined: i64) -> StoredMembership {
    StoredMembership {
        org: org(of),
        subject: subject(name),
        first_joined: day(joined),
        left_at: None,
        exemption: None,
        extension: None,
        version: version(),
        recent: Vec::new(),
    }
}

pub(crate) fn exempt(member: Membership, until: Option<DateTime<Utc>>) -> Membership {
    exempt_from(Strength::Standard, member, until)
}

pub(crate) fn exempt_from(
    strength: Strength,
    member: Membership,
    until: Option<DateTime<Utc>>,
) -> Membership {
    let exemption = Exemption { reason: "on leave".into(), from: strength.into(), until };
    Membership { exemption: Some(Box::new(exemption)), ..member }
}

/// Extended under a policy that has required MFA since day 0.
pub(crate) fn extended(member: Membership, until: DateTime<Utc>) -> Membership {
    extended_under(day(0), member, until)
}

pub(crate) fn extended_under(
    policy_since: DateTime<Utc>,
    member: Membership,
    until: DateTime<Utc>,
) -> Membership {
    let (reason, granted) = ("lost a phone".into(), policy_since);
    let extension = Extension { reason, until, granted, policy_since };
    Membership { extension: Some(Box::new(extension)), ..member }
}

pub(crate) fn affiliation(name: &str, policy: OrgPolicy, membership: Membership) -> Affiliation {
    Affiliation {
        organization: Arc::new(organization(name, policy)),
        membership: Arc::new(membership),
    }
}

pub(crate) fn roster_row(membership: Membership, strength: Option<Strength>) -> RosterRow {
    RosterRow { membership: Arc::new(membership), strength, last_signed_in: None }
}

/// An account with MFA on.
pub(crate) fn protected_account(name: &str) -> Account {
    let sealed = SealedSecret::new(1, KeyId::new("k1").unwrap(), &[1]).unwrap();
    let totp = TotpState {
        params: TotpParams::default(),
        sealed,
        last_step: 0,
        drift: 0,
        extra: Extra::default(),
    };
    let factor = Factor {
        id: FactorId::from_random([1; 16]),
        label: Label::new("Phone").unwrap(),
        added_at: day(-100),
        last_used_at: day(-100),
        suspended: false,
        weak: false,
        failures: 0,
        enrolled_by: Default::default(),
        state: FactorState::Totp(totp),
        extra: Default::default(),
    };
    Account { factors: vec![factor], ..plain_account(name) }
}

/// An account of this strength, `None` with MFA off.
pub(crate) fn account_of(strength: Option<Strength>) -> Account {
    let Some(strength) = strength else { return plain_account("ada") };
    let mut account = protected_account("ada");
    if strength > Strength::Standard {
        let (kind, rank, raw) = ("ring".into(), strength.rank(), Value::Null);
        let state = FactorState::Unknown(Box::new(UnknownState { kind, rank, raw }));
        let id = FactorId::from_random([2; 16]);
        account.factors.push(Factor { id, state, ..account.factors[0].clone() });
    }
    account
}

/// An account with MFA off.
pub(crate) fn plain_account(name: &str) -> Account {
    Account::absent(subject(name), version())
}

/// A session whose first factor was proven at `at`.
pub(crate) fn password_session(account: &Account, at: DateTime<Utc>) -> Assurance {
    let first = FirstFactor::password(account.subject().clone(), at);
    Assurance::begin(first, SessionId::from_random([1; 16]), account.stamp(), 0)
}

/// A session whose second factor was proven at `at` as well.
pub(crate) fn full_session(account: &Account, at: DateTime<Utc>) -> Assurance {
    password_session(account, at).with(
        EvidenceKind::code_of(FactorId::from_random([1; 16])),
        at,
        at,
    )
}

/// Somebody who may change an organization's policy, and when.
pub(crate) struct Admin {
    pub(crate) account: Account,
    pub(crate) session: Assurance,
    pub(crate) authority: OrgAuthority,
    pub(crate) settings: Settings,
    pub(crate) now: DateTime<Utc>,
}

impl Admin {
    /// Enrolled and fresh.
    pub(crate) fn of(name: &str, now: DateTime<Utc>) -> Self {
        let account = protected_account("admin");
        let session = full_session(&account, now);
        let authority = OrgAuthority::grant(org(name), subject("admin"), "audit finding").unwrap();
        Self { account, session, authority, settings: Settings::default(), now }
    }

    /// Without MFA, freshly signed in.
    pub(crate) fn unenrolled(name: &str, now: DateTime<Utc>) -> Self {
        let account = plain_account("admin");
        let session = password_session(&account, now);
        Self { account, session, ..Self::of(name, now) }
    }

    pub(crate) fn actor(&self) -> Actor<'_> {
        Actor::new(&self.account, &self.session, &self.authority)
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context::new(&self.settings, self.now).unwrap()
    }

    pub(crate) fn set_policy(
        &self,
        organization: &Organization,
        proposed: ProposedPolicy,
        acknowledged: Option<Acknowledgement>,
    ) -> Result<OrgTransition<PolicyChange>, Refusal> {
        organization.set_policy(self.actor(), proposed, acknowledged, self.context())
    }
}

/// A change to any policy, past who may make it.
pub(crate) fn set_to(
    organization: &Organization,
    policy: OrgPolicy,
    now: DateTime<Utc>,
) -> OrgTransition<PolicyChange> {
    let admin = Admin::of(organization.id().as_str(), now);
    let change = OrgChange::MadeVoluntary { strength: Strength::Standard };
    organization.set_to(policy, change, admin.actor(), admin.context())
}

/// Commits to a store that always says yes, and returns the row it would hold.
pub(crate) fn committed<T>(transition: OrgTransition<T>) -> (super::OrgRow, T) {
    let mut row = None;
    let answer = transition.commit_with(CommitId::from_random([9; 16]), |commit| {
        row = Some(commit.row().clone());
        Ok::<_, std::convert::Infallible>(CommitOutcome::Committed)
    });
    let Ok(Some(answer)) = answer else { panic!("a commit that was accepted") };
    (row.unwrap(), answer)
}

pub(crate) fn changed(transition: OrgTransition<PolicyChange>) -> (Organization, PolicyChange) {
    match committed(transition) {
        (super::OrgRow::Organization(row), change) => ((*row).clone(), change),
        (other, _) => panic!("not an organization's row: {other:?}"),
    }
}
