//! One thing is not counted twice: first factors by what they are, beside every second one.

use chrono::TimeDelta;

use super::StepUpRule;
use super::properties::{context, now, session};
use crate::domain::evidence::EvidenceKind;
use crate::domain::factor_kind::FactorKind;
use crate::domain::first_factor::FirstFactorKind::{
    self, Device, Issuer, Knowledge, Mailbox, VerifyingDevice,
};
use crate::domain::first_factor::FirstFactorName;
use crate::domain::id::{FactorId, Stamp};
use crate::domain::refusal::Refusal;
use crate::domain::requirement::{AcrNames, Level, Needed, Unmet};
use crate::domain::strength::Strength;

fn first(kind: FirstFactorKind) -> EvidenceKind {
    match kind {
        Knowledge => EvidenceKind::PASSWORD,
        Device | VerifyingDevice | Mailbox | Issuer => EvidenceKind::first_by("way", kind),
    }
}

fn app() -> EvidenceKind {
    EvidenceKind::code_of(FactorId::from_random([1; 16]))
}

fn key() -> EvidenceKind {
    EvidenceKind::credential_of(FactorId::from_random([2; 16]), true)
}

fn later() -> EvidenceKind {
    let (id, kind) = (FactorId::from_random([3; 16]), FactorKind::Unknown);
    EvidenceKind::Factor { id, kind, strength: Strength::PhishingResistant, user_verified: false }
}

fn within(needed: Needed, seconds: i64) -> StepUpRule {
    StepUpRule::fresh(needed, TimeDelta::seconds(seconds))
}

fn level(level: Level, seconds: i64) -> StepUpRule {
    StepUpRule::level(level, TimeDelta::seconds(seconds))
}

/// What a rule says to evidence that is so many seconds old.
fn check(rule: &StepUpRule, held: &[(EvidenceKind, i64)]) -> Result<i64, Unmet> {
    let held: Vec<_> = held.iter().map(|(kind, s)| (kind.clone(), s * 1_000)).collect();
    match rule.check(&session(&held), Stamp::NONE, context(now())) {
        Ok(satisfied) => Ok((satisfied.until - now()).num_seconds()),
        Err(Refusal::StepUp(unmet)) => Err(unmet),
        Err(other) => panic!("{other}"),
    }
}

/// One case a row: the first factor; what is held beside it; whether that is a second one; `acr` and
/// `amr`; and whether the levels of two factors, without and with recovery, and of phishing
/// resistance are met.
#[test]
fn one_thing_is_not_counted_twice() {
    type Row<'a> = (FirstFactorKind, EvidenceKind, bool, &'a str, &'a [&'a str], [bool; 3]);
    let (two, both, strong) = ([true, true, false], [false, true, false], [true; 3]);
    let (none, code) = ([false; 3], EvidenceKind::Recovery);
    let table: &[Row<'_>] = &[
        (Knowledge, app(), true, "two", &["pwd", "otp", "mfa"], two),
        (Knowledge, key(), true, "strong", &["pwd", "pop", "user", "mfa"], strong),
        (Knowledge, later(), true, "strong", &["pwd", "mfa"], strong),
        (Knowledge, code.clone(), true, "one", &["pwd", "mfa", "recovery"], both),
        (Mailbox, app(), true, "two", &["otp", "mfa"], two),
        (Mailbox, key(), true, "strong", &["pop", "user", "mfa"], strong),
        (Mailbox, later(), true, "strong", &["mfa"], strong),
        (Mailbox, code.clone(), true, "one", &["mfa", "recovery"], both),
        (Issuer, app(), true, "two", &["otp", "mfa"], two),
        (Issuer, key(), true, "strong", &["pop", "user", "mfa"], strong),
        (Issuer, later(), true, "strong", &["mfa"], strong),
        (Issuer, code.clone(), true, "one", &["mfa", "recovery"], both),
        (VerifyingDevice, app(), true, "two", &["otp", "pop", "user", "mfa"], two),
        (VerifyingDevice, key(), false, "one", &["pop", "user"], none),
        (VerifyingDevice, later(), false, "one", &["pop", "user"], none),
        (VerifyingDevice, code.clone(), true, "one", &["pop", "user", "mfa", "recovery"], both),
        (Device, app(), false, "one", &["otp", "pop", "user"], none),
        (Device, key(), false, "one", &["pop", "user"], none),
        (Device, later(), false, "one", &["pop", "user"], none),
        (Device, code, false, "one", &["pop", "user", "recovery"], none),
    ];
    let names = AcrNames::new("one", "two", "strong").unwrap();
    let rules = [
        level(Level::TwoFactors, 60),
        level(Level::TwoFactors, 60).or_recovery(),
        level(Level::PhishingResistant, 60),
    ];
    for (kind, beside, second, acr, amr, met) in table {
        let what = format!("{kind:?} and {beside:?}");
        assert_eq!(beside.is_second_to(*kind), *second, "{what}");
        let held = [(first(*kind), 9), (beside.clone(), 5)];
        let proven = session(&held.clone().map(|(kind, s)| (kind, s * 1_000)));
        let current = proven.current(Stamp::NONE, context(now())).unwrap();
        let claims = current.claims(&names);
        assert_eq!((claims.acr, claims.amr.as_slice()), (Some(*acr), *amr), "{what}");
        assert_eq!([0, 1, 2].map(|n| check(&rules[n], &held).is_ok()), *met, "{what}");
        // Asked for alone, a factor of the account is one, whatever the sign-in was by.
        let alone = check(&within(Needed::SecondFactor, 60), &held).is_ok();
        assert_eq!(alone, beside.is_factor(), "{what}");
    }
}

/// Nothing that is no factor and no recovery code is a second one to anything.
#[test]
fn a_first_factor_and_an_enrollment_code_are_second_to_nothing() {
    for kind in FirstFactorKind::ALL {
        assert!(
            !first(Knowledge).is_second_to(kind) && !EvidenceKind::Enrollment.is_second_to(kind)
        );
    }
}

/// One case a row: the rule; what is held since how many seconds; and for how many more it is met.
#[test]
fn what_is_asked_for_together_has_to_be_two_things_and_both_recent() {
    let any_first = |s| within(Needed::FirstFactor, s);
    let second = |s| within(Needed::SecondFactor, s);
    let (password, device) = (|| first(Knowledge), || first(Device));
    let by = |name: &str| within(Needed::FirstFactorBy(FirstFactorName::new(name).unwrap()), 60);
    type Row<'a> = (StepUpRule, &'a [(EvidenceKind, i64)], Option<i64>);
    let table: &[Row<'_>] = &[
        (level(Level::TwoFactors, 60), &[(password(), 9), (device(), 5), (app(), 1)], Some(51)),
        // A password of yesterday lends no freshness to a device and a device.
        (level(Level::TwoFactors, 60), &[(password(), 99), (device(), 5), (app(), 1)], None),
        (any_first(60).and(second(30)), &[(password(), 99), (device(), 5), (app(), 1)], None),
        (second(30).and(any_first(60)), &[(password(), 40), (device(), 5), (app(), 1)], Some(20)),
        (any_first(60).and(second(30).or(second(9))), &[(device(), 5), (app(), 1)], None),
        (by("way").or(by("oidc")).and(second(30)), &[(device(), 5), (app(), 1)], None),
        (by("way").and(second(30)), &[(password(), 5), (device(), 5), (app(), 1)], None),
        (
            any_first(60).and(within(Needed::UserVerifiedFactor, 60)),
            &[(device(), 5), (key(), 1)],
            None,
        ),
        // An alternative asks for one of the two.
        (any_first(60).or(second(30)), &[(device(), 5), (app(), 1)], Some(55)),
        (any_first(60), &[(device(), 5)], Some(55)),
        // Within what is asked for together, whatever stands in it.
        (
            any_first(60).and(second(9).or(level(Level::TwoFactors, 60))),
            &[(device(), 5), (app(), 1)],
            None,
        ),
    ];
    for (rule, held, met) in table {
        assert_eq!(check(rule, held).ok(), *met, "{rule} by {held:?}");
    }
}

/// One case a row: the rule; what is held; what is lacking; and what to do.
#[test]
fn whoever_has_a_device_twice_is_told_to_sign_in_otherwise() {
    let otherwise = "Sign in again in another way than by a device";
    let two = || level(Level::TwoFactors, 60);
    let password = || within(Needed::FirstFactorBy(FirstFactorName::PASSWORD), 60);
    type Row<'a> = (StepUpRule, &'a [(EvidenceKind, i64)], &'a str, String);
    let (missing, expired) =
        ("a second factor within 60 s (missing)", "a second factor within 60 s (expired)");
    let table: &[Row<'_>] = &[
        (two(), &[(first(Device), 5), (app(), 1)], missing, format!("{otherwise} to continue.")),
        (
            two(),
            &[(first(VerifyingDevice), 5), (key(), 1)],
            missing,
            format!("{otherwise} to continue."),
        ),
        (
            two(),
            &[(first(Device), 5), (app(), 99)],
            expired,
            format!("{otherwise} and enter a code from your authenticator app to continue."),
        ),
        (
            two(),
            &[(first(VerifyingDevice), 5), (app(), 99)],
            expired,
            "Enter a code from your authenticator app to continue.".to_owned(),
        ),
        (
            two(),
            &[(first(Device), 99), (app(), 1)],
            "a first factor within 60 s (expired)",
            "Sign in again to continue.".to_owned(),
        ),
        // Signing in otherwise is signing in.
        (
            two().and(within(Needed::FirstFactor, 3)),
            &[(first(Device), 5), (app(), 1)],
            "a first factor within 3 s (expired)",
            format!("{otherwise} to continue."),
        ),
        // First factors alone are not counted.
        (
            within(Needed::FirstFactor, 60).and(password()),
            &[(first(Device), 5)],
            "password within 60 s (missing)",
            "Sign in again with your password to continue.".to_owned(),
        ),
    ];
    for (rule, held, lacking, sentence) in table {
        let unmet = check(rule, held).unwrap_err();
        let said = (unmet.to_string(), unmet.sentence());
        assert_eq!(said, ((*lacking).to_owned(), sentence.clone()), "{rule} by {held:?}");
    }
}
