//! What configuration may say, and what it is told when it may not.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::properties::of_any_kind;
use super::properties::rule;
use super::*;
use crate::domain::first_factor::FirstFactorName;
use crate::domain::requirement::{AcrNames, Level, Needed};

fn read(config: &str) -> Result<StepUpRules, String> {
    serde_json::from_str(config).map_err(|error| error.to_string())
}

fn write(rules: &StepUpRules) -> String {
    serde_json::to_string(rules).unwrap()
}

/// What the only rule of a configuration says.
fn says(rule: &str) -> String {
    let rules = read(&format!(r#"{{ "payout": {rule} }}"#)).unwrap();
    rules.require("payout").unwrap().to_string()
}

#[test]
fn a_rule_says_what_is_written() {
    for (written, said) in [
        (r#"{ "first_factor": 600 }"#, "a first factor within 600 s"),
        (r#"{ "first_factor": 600, "by": "password" }"#, "password within 600 s"),
        (r#"{ "first_factor": 600, "by": "oidc" }"#, "oidc within 600 s"),
        (r#"{ "second_factor": 300 }"#, "a second factor within 300 s"),
        (
            r#"{ "second_factor": 300, "or_recovery": true }"#,
            "a second factor or a recovery code within 300 s",
        ),
        (r#"{ "level": "one_factor", "within": 60 }"#, "a first factor within 60 s"),
        (
            r#"{ "level": "two_factors", "within": 60 }"#,
            "a first factor within 60 s and a second factor within 60 s",
        ),
        (
            r#"{ "level": "phishing_resistant", "within": 60 }"#,
            "a first factor within 60 s and a phishing-resistant factor within 60 s",
        ),
        (
            r#"{ "all": [ { "first_factor": 600 }, { "second_factor": 300 } ], "or_recovery": true }"#,
            "a first factor within 600 s and a second factor or a recovery code within 300 s",
        ),
        (
            r#"{ "any": [ { "level": "two_factors", "within": 60 }, { "second_factor": 1 } ] }"#,
            "(a first factor within 60 s and a second factor within 60 s) \
             or a second factor within 1 s",
        ),
        (r#"{ "second_factor": 300, "strength": "standard" }"#, "a standard factor within 300 s"),
        (
            r#"{ "second_factor": 300, "strength": "phishing_resistant" }"#,
            "a phishing-resistant factor within 300 s",
        ),
        (
            r#"{ "second_factor": 300, "strength": "standard", "or_recovery": true }"#,
            "a second factor or a recovery code within 300 s",
        ),
        (r#"{ "as_strong_as_account": 300 }"#, "a factor as strong as the account within 300 s"),
        (r#"{ "user_verified_factor": 300 }"#, "a factor that verifies its user within 300 s"),
        (r#"{ "second_factor": 2592000 }"#, "a second factor within 2592000 s"),
    ] {
        assert_eq!(says(written), said, "{written}");
    }
}

#[test]
fn what_cannot_be_a_rule_is_refused_and_the_rule_is_named() {
    for (written, complaint) in [
        (r#"{ "first_facter": 600 }"#, "unknown field `first_facter`"),
        (r#"{ "second_factor": 300, "scope": "x" }"#, "unknown field `scope`"),
        (r#"{ "first_factor": 0 }"#, "seconds must be 1 to 2592000, not 0"),
        (r#"{ "first_factor": -600 }"#, "seconds must be 1 to 2592000, not -600"),
        (r#"{ "first_factor": 2592001 }"#, "seconds must be 1 to 2592000, not 2592001"),
        (r#"{ "first_factor": 9223372036854775807 }"#, "seconds must be fewer"),
        (r#"{ "first_factor": 18446744073709551615 }"#, "invalid value"),
        (r#"{ "first_factor": 1.5 }"#, "invalid type"),
        (r#"{ "first_factor": "600" }"#, "invalid type"),
        (r#"{ "first_factor": 600, "second_factor": 300 }"#, "a rule must be one of `all`"),
        (r#"{ "first_factor": 600, "first_factor": 6 }"#, "duplicate field"),
        (r#"{ "first_factor": 600, "by": "Single sign-on" }"#, "first-factor name must be"),
        (r#"{ "first_factor": null }"#, "invalid type: null"),
        (r#"{ "second_factor": 600, "by": "password" }"#, "`by` must be written beside"),
        (r#"{ "second_factor": 600, "within": 600 }"#, "`within` must be written beside"),
        (r#"{ "first_factor": 9, "strength": "standard" }"#, "`strength` must be written beside"),
        (r#"{ "second_factor": 9, "strength": "strong" }"#, "unknown variant `strong`"),
        (r#"{ "as_strong_as_account": 9, "second_factor": 9 }"#, "a rule must be one of `all`"),
        (r#"{ "as_strong_as_account": 9, "or_recovery": true }"#, "`or_recovery` must be written"),
        (r#"{ "user_verified_factor": 9, "or_recovery": true }"#, "`or_recovery` must be written"),
        (r#"{ "user_verified_factor": 9, "strength": "standard" }"#, "`strength` must be written"),
        (r#"{ "user_verified_factor": true }"#, "invalid type"),
        (r#"{ "second_factor": 9, "strength": null }"#, "expected value"),
        (
            r#"{ "second_factor": 9, "strength": "phishing_resistant", "or_recovery": true }"#,
            "`or_recovery` must be written where any second factor is asked for",
        ),
        (r#"{ "level": "two_factors" }"#, "`level` must be written with `within`"),
        (r#"{ "level": "aal3", "within": 60 }"#, "unknown variant `aal3`"),
        (
            r#"{ "level": "phishing_resistant", "within": 60, "or_recovery": true }"#,
            "`or_recovery` must be written where",
        ),
        (r#"{ "first_factor": 600, "or_recovery": true }"#, "`or_recovery` must be written where"),
        (r#"{ "all": [] }"#, "lists of at least one rule"),
        (r#"{ "any": [ { "all": [] } ] }"#, "lists of at least one rule"),
        ("{}", "a rule must be one of `all`"),
        ("[]", "invalid type: sequence, expected a step-up rule, which is a map"),
        ("[null, null, 600, null, null, null, null]", "invalid type: sequence"),
        ("true", "invalid type"),
        ("null", "invalid type"),
    ] {
        let error = read(&format!(r#"{{ "payout": {written} }}"#)).unwrap_err();
        assert!(error.contains(complaint), "{written}: {error}");
        assert!(error.contains("payout"), "{written}: {error}");
    }
}

#[test]
fn a_name_that_is_none_or_is_given_twice_is_refused() {
    let rule = r#"{ "second_factor": 300 }"#;
    for (config, complaint) in [
        (format!(r#"{{ "": {rule} }}"#), "action name must have 1 to 64 bytes, not 0"),
        (format!(r#"{{ "a\nb": {rule} }}"#), "action name must not contain control characters"),
        (format!(r#"{{ "{}": {rule} }}"#, "a".repeat(65)), "action name must have 1 to 64 bytes"),
        (format!(r#"{{ "payout": {rule}, "payout": {rule} }}"#), "`payout` is given twice"),
        (format!("[{rule}]"), "a map of action names to step-up rules"),
    ] {
        let error = read(&config).unwrap_err();
        assert!(error.contains(complaint), "{config}: {error}");
    }
}

#[test]
fn depth_width_and_number_are_bounded() {
    let nested = |times: usize| {
        let (open, close) = (r#"{ "all": [ "#.repeat(times), "]}".repeat(times));
        format!(r#"{{ "payout": {open} {{ "second_factor": 300 }} {close} }}"#)
    };
    assert!(read(&nested(3)).is_ok());
    for times in [4, 5, 100] {
        let error = read(&nested(times)).unwrap_err();
        assert!(error.contains("nested at most 4 deep"), "{error}");
    }
    let wide = |times: usize| {
        let rules = vec![r#"{ "second_factor": 300 }"#; times].join(",");
        format!(r#"{{ "payout": {{ "any": [{rules}] }} }}"#)
    };
    assert!(read(&wide(32)).is_ok());
    let error = read(&wide(33)).unwrap_err();
    assert!(error.contains("rule must have 1 to 32 requirements, not 33"), "{error}");

    let many = |times: usize| {
        let rules = (0..times).map(|n| format!(r#""a{n}": {{ "second_factor": 300 }}"#));
        format!("{{ {} }}", rules.collect::<Vec<_>>().join(","))
    };
    assert!(read(&many(256)).is_ok());
    assert!(read(&many(257)).unwrap_err().contains("at most 256 step-up rules"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_set_that_is_written_reads_the_same(rules in prop::collection::vec(rule(of_any_kind()), 0..4)) {
        let mut set = StepUpRules::new();
        for (number, rule) in rules.into_iter().enumerate() {
            // Rules for one user's factor, or nested too deep, are in no set.
            set = set.clone().with(&format!("action.{number}"), rule).unwrap_or(set);
        }
        prop_assert_eq!(read(&write(&set)), Ok(set));
    }

    #[test]
    fn whatever_is_read_can_be_written_and_never_panics(text in r#"[\[\]{}:, a-z_"0-9-]{0,60}"#) {
        if let Ok(set) = read(&text) {
            prop_assert_eq!(read(&write(&set)), Ok(set));
        }
    }
}

#[test]
fn what_is_written_has_a_value_and_contradicts_nothing() {
    for (rule, complaint) in [
        (r#"{ "second_factor": 300, "level": null }"#, "expected value"),
        (r#"{ "all": null, "second_factor": 300 }"#, "invalid type: null"),
        (r#"{ "second_factor": 300, "or_recovery": null }"#, "invalid type: null"),
        (r#"{ "second_factor": 300, "or_recovery": false }"#, "left out otherwise"),
        (
            r#"{ "any": [{ "second_factor": 9, "or_recovery": false }], "or_recovery": true }"#,
            "left out",
        ),
    ] {
        let error = read(&format!(r#"{{ "payout": {rule} }}"#)).unwrap_err();
        assert!(error.contains(complaint) && error.contains("payout"), "{rule}: {error}");
    }
}

#[test]
fn a_level_is_written_as_such() {
    let level = StepUpRule::level(Level::TwoFactors, TimeDelta::hours(1));
    let rules = StepUpRules::new().with("payout", level.or_recovery()).unwrap();
    let written = r#"{"payout":{"level":"two_factors","within":3600,"or_recovery":true}}"#;
    assert_eq!(write(&rules), written);
    let level = StepUpRule::level(Level::PhishingResistant, TimeDelta::hours(1));
    let rules = StepUpRules::new().with("payout", level).unwrap();
    assert_eq!(write(&rules), r#"{"payout":{"level":"phishing_resistant","within":3600}}"#);
}

#[test]
fn claims_are_written_as_a_token_holds_them() {
    let names = AcrNames::new("one", "two", "strong").unwrap();
    let session = super::properties::password_and_code();
    let current =
        session.current(session.stamp(), super::properties::context(super::properties::now()));
    let claims = serde_json::to_string(&current.unwrap().claims(&names)).unwrap();
    assert_eq!(claims, r#"{"acr":"two","amr":["pwd","otp","mfa"],"auth_time":1799999940}"#);
}

#[test]
fn only_a_level_is_written_as_a_level() {
    let fresh = |needed, seconds| StepUpRule::fresh(needed, TimeDelta::seconds(seconds));
    let (first, second) = (Needed::FirstFactor, Needed::SecondFactor);
    let password = Needed::FirstFactorBy(FirstFactorName::PASSWORD);
    for (one, other) in [
        (fresh(first.clone(), 60), fresh(second.clone(), 61)),
        (fresh(first.clone(), 60), fresh(password.clone(), 60)),
        (fresh(password, 60), fresh(second.clone(), 60)),
        (fresh(second.clone(), 60), fresh(second, 60)),
        (fresh(first.clone(), 60), fresh(first, 60)),
    ] {
        let rule = one.and(other);
        let rules = StepUpRules::new().with("payout", rule.clone()).unwrap();
        assert!(write(&rules).contains(r#"{"all":"#), "{rule}: {}", write(&rules));
        assert_eq!(read(&write(&rules)).unwrap(), rules);
    }
}

#[test]
fn a_level_is_no_deeper_than_any_other_single_rule() {
    let level = r#"{ "level": "two_factors", "within": 60 }"#;
    let nested = |times: usize| {
        let (open, close) = (r#"{ "any": [ "#.repeat(times), "]}".repeat(times));
        read(&format!(r#"{{ "payout": {open} {level} {close} }}"#))
    };
    assert!(nested(3).is_ok());
    assert!(nested(4).is_err());
}
