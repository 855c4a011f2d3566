//! What must hold for every rule and every session.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::domain::assurance::Assurance;
use crate::domain::context::Context;
use crate::domain::evidence::EvidenceKind;
use crate::domain::factor_kind::FactorKind;
use crate::domain::first_factor::{FirstFactor, FirstFactorKind, FirstFactorName};
use crate::domain::id::{FactorId, SessionId, Stamp, Subject};
use crate::domain::refusal::Refusal;
use crate::domain::requirement::{AcrNames, Needed, NextStep, Unmet};
use crate::domain::settings::Settings;
use crate::domain::strength::Strength;

/// Evidence and how old it is, in milliseconds; negative: ahead of the clock.
type Held = (EvidenceKind, i64);

pub(super) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn ago(age: i64) -> DateTime<Utc> {
    now() - TimeDelta::milliseconds(age)
}

pub(super) fn session(held: &[Held]) -> Assurance {
    let first = FirstFactor::password(Subject::from(1_u64), now());
    let mut session = Assurance::begin(first, SessionId::from_random([1; 16]), Stamp::NONE, 0);
    session.evidence.clear();
    // Each under the clock of its own time, as sign-ins and challenges add it.
    held.iter()
        .fold(session, |session, (kind, age)| session.with(kind.clone(), ago(*age), ago(*age)))
}

/// A password a minute ago and a code just now.
#[cfg(feature = "serde")]
pub(super) fn password_and_code() -> Assurance {
    let factor = FactorId::from_random([1; 16]);
    session(&[(EvidenceKind::PASSWORD, 60_000), (EvidenceKind::code_of(factor), 0)])
}

fn method() -> impl Strategy<Value = FirstFactorName> {
    prop_oneof![Just(FirstFactorName::PASSWORD), Just(FirstFactorName::new("oidc").unwrap())]
}

fn issuer(name: FirstFactorName) -> EvidenceKind {
    EvidenceKind::First { name, kind: FirstFactorKind::Issuer }
}

fn factor() -> impl Strategy<Value = FactorId> {
    (1..3_u8).prop_map(|n| FactorId::from_random([n; 16]))
}

/// Of whatever strength: rules ask for a factor and not for what it is.
fn proven_factor() -> impl Strategy<Value = EvidenceKind> {
    let strengths = prop::sample::select(vec![Strength::Standard, Strength::PhishingResistant]);
    (factor(), strengths, any::<bool>()).prop_map(|(id, strength, user_verified)| {
        EvidenceKind::Factor { id, kind: FactorKind::Totp, strength, user_verified }
    })
}

fn kind() -> impl Strategy<Value = EvidenceKind> {
    prop_oneof![
        3 => method().prop_map(issuer),
        3 => proven_factor(),
        1 => Just(EvidenceKind::Recovery),
    ]
}

/// Up to half a minute ahead: what a sign-in or a proof lets in.
fn held() -> impl Strategy<Value = Vec<Held>> {
    prop::collection::vec((kind(), -30_000..900_000_i64), 0..6)
}

/// Up to an hour ahead: what a clock that was set back leaves behind.
fn held_by_any_clock() -> impl Strategy<Value = Vec<Held>> {
    prop::collection::vec((kind(), -3_600_000..900_000_i64), 0..6)
}

fn leaf(needed: BoxedStrategy<Needed>) -> BoxedStrategy<StepUpRule> {
    (needed, 1..900_i64)
        .prop_map(|(needed, s)| StepUpRule::fresh(needed, TimeDelta::seconds(s)))
        .boxed()
}

fn of_levels() -> BoxedStrategy<Needed> {
    let standard = Needed::FactorOf(Strength::Standard);
    let strong = Needed::FactorOf(Strength::PhishingResistant);
    let second = [Needed::SecondFactor, Needed::SecondFactorOrRecovery, standard, strong];
    prop_oneof![Just(Needed::FirstFactor), prop::sample::select(second.to_vec())].boxed()
}

pub(super) fn of_any_kind() -> BoxedStrategy<Needed> {
    prop_oneof![
        of_levels(),
        method().prop_map(Needed::FirstFactorBy),
        factor().prop_map(Needed::Factor),
        prop::sample::select(vec![Needed::AsStrongAsAccount, Needed::UserVerifiedFactor]),
    ]
    .boxed()
}

pub(super) fn rule(needed: BoxedStrategy<Needed>) -> impl Strategy<Value = StepUpRule> {
    leaf(needed).prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.and(b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.or(b)),
            inner.prop_map(StepUpRule::or_recovery),
        ]
    })
}

fn any_rule() -> impl Strategy<Value = StepUpRule> {
    rule(of_any_kind())
}

pub(super) fn context(now: DateTime<Utc>) -> Context<'static> {
    static SETTINGS: LazyLock<Settings> = LazyLock::new(Settings::default);
    Context::new(&SETTINGS, now).unwrap()
}

fn until(rule: &StepUpRule, session: &Assurance, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    rule.check(session, Stamp::NONE, context(now)).ok().map(|satisfied| satisfied.until)
}

fn unmet(rule: &StepUpRule, session: &Assurance) -> Option<Unmet> {
    match rule.check(session, Stamp::NONE, context(now())) {
        Ok(_) => None,
        Err(Refusal::StepUp(unmet)) => Some(unmet),
        Err(other) => panic!("{other}"),
    }
}

/// A factor of this strength that no rule names.
fn factor_of(strength: Strength) -> EvidenceKind {
    let (id, kind) = (FactorId::from_random([9; 16]), FactorKind::Totp);
    EvidenceKind::Factor { id, kind, strength, user_verified: false }
}

/// Does what a step says, now.
fn take(session: &Assurance, step: &NextStep) -> Assurance {
    let kind = match step {
        NextStep::SignIn(Some(name)) => issuer(name.clone()),
        // Any will do, so take one that no rule names.
        NextStep::SignIn(None) | NextStep::SignInOtherwise => {
            issuer(FirstFactorName::new("saml").unwrap())
        }
        NextStep::Code(Some(factor)) => EvidenceKind::code_of(*factor),
        NextStep::Code(None) | NextStep::SetUp => factor_of(Strength::Standard),
        NextStep::FactorOf(strength) | NextStep::SetUpOf(strength) => factor_of(*strength),
        NextStep::UserVerified | NextStep::SetUpUserVerified => {
            EvidenceKind::credential_of(FactorId::from_random([9; 16]), true)
        }
        NextStep::CodeOrRecovery => EvidenceKind::Recovery,
    };
    session.with(kind, now(), now())
}

/// An instant between now and then, so many thousandths of the way.
fn before(end: DateTime<Utc>, part: i32) -> DateTime<Utc> {
    now() + (end - now()) / 1000 * part
}

/// The value of a header's parameter.
fn parameter<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = header.split_once(&format!(", {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn more_evidence_never_takes_anything_away(
        rule in any_rule(),
        held in held_by_any_clock(),
        kind in kind(),
        age in -30_000..900_000_i64,
    ) {
        let before = session(&held);
        let after = before.with(kind, ago(age), now());
        prop_assert!(until(&rule, &before, now()) <= until(&rule, &after, now()));
    }

    #[test]
    fn until_is_the_last_instant_that_is_satisfied(
        rule in any_rule(),
        held in held(),
        part in 0..1000_i32,
    ) {
        let session = session(&held);
        if let Some(end) = until(&rule, &session, now()) {
            let between = before(end, part);
            prop_assert_eq!(until(&rule, &session, between), Some(end));
            prop_assert_eq!(until(&rule, &session, end), Some(end));
            prop_assert_eq!(until(&rule, &session, end + TimeDelta::microseconds(1)), None);
        }
    }

    #[test]
    fn it_stays_satisfied_until_then_whatever_the_clocks_did(
        rule in any_rule(),
        held in held_by_any_clock(),
        part in 0..1000_i32,
    ) {
        let session = session(&held);
        if let Some(end) = until(&rule, &session, now()) {
            let between = before(end, part);
            prop_assert!(until(&rule, &session, between) >= Some(end));
        }
    }

    #[test]
    fn and_is_as_strong_as_both_and_or_as_weak_as_either(
        a in any_rule(),
        b in any_rule(),
        held in held_by_any_clock(),
    ) {
        let session = session(&held);
        let (of_a, of_b) = (until(&a, &session, now()), until(&b, &session, now()));
        let both = of_a.zip(of_b).map(|(a, b)| a.min(b));
        prop_assert_eq!(until(&a.clone().and(b.clone()), &session, now()), both);
        prop_assert_eq!(until(&a.or(b), &session, now()), of_a.max(of_b));
    }

    #[test]
    fn letting_a_recovery_code_count_never_takes_anything_away(
        rule in any_rule(),
        held in held_by_any_clock(),
    ) {
        let session = session(&held);
        let before = until(&rule, &session, now());
        prop_assert!(before <= until(&rule.or_recovery(), &session, now()));
    }

    #[test]
    fn every_way_out_satisfies_the_rule_and_none_asks_for_more_than_it_needs(
        rule in any_rule(),
        held in held_by_any_clock(),
        account in prop::sample::select(vec![20, 39, 40, 255]),
    ) {
        let session = session(&held);
        // Where MFA is on a current session has a second factor, and where it is off none has.
        let account = if session.has_second_factor() { account } else { 0 };
        let session = Assurance { account, ..session };
        if let Some(unmet) = unmet(&rule, &session) {
            prop_assert!(unmet.missing.len() + unmet.expired.len() > 0);
            // No way out has only who is asked for a certain factor while MFA is off.
            let can = session.has_second_factor() || !rule.to_string().contains("a code of");
            prop_assert!((usize::from(can)..=8).contains(&unmet.ways().count()));
            for way in unmet.ways() {
                let after = way.iter().fold(session.clone(), |session, step| take(&session, step));
                prop_assert!(until(&rule, &after, now()).is_some(), "{way:?} for {rule}");
                for left_out in way {
                    let others = way.iter().filter(|step| *step != left_out);
                    let short = others.fold(session.clone(), |session, step| take(&session, step));
                    prop_assert!(until(&rule, &short, now()).is_none(), "{left_out:?} for {rule}");
                }
            }
        }
    }

    #[test]
    fn a_session_of_an_offered_level_within_max_age_satisfies_the_rule(
        rule in rule(of_levels()),
        held in held(),
        others in held(),
    ) {
        let names = AcrNames::new("one", "two", "strong").unwrap();
        if let Some(unmet) = unmet(&rule, &session(&held)) {
            let header = unmet.www_authenticate(&names);
            let max_age: i64 = parameter(&header, "max_age").unwrap().parse().unwrap();
            let acrs = parameter(&header, "acr_values").unwrap();
            let other = session(&others);
            let current = other.current(Stamp::NONE, context(now())).unwrap();
            let claims = current.claims(&names);
            let (Some(acr), Some(auth_time)) = (claims.acr, claims.auth_time) else { return Ok(()) };
            if acrs.split(' ').any(|offered| offered == acr)
                && now().timestamp() - auth_time <= max_age
            {
                prop_assert!(until(&rule, &other, now()).is_some(), "{header} for {rule}");
            }
        }
    }
}
