//! Rules by the name of their action, and names of levels: what is taken and what is refused.

use chrono::TimeDelta;
use mfakit::step_up::{AcrNames, Level, Needed};
use mfakit::{FactorId, StepUpRule, StepUpRules};

use crate::step_up::{first, of, second, two};

#[test]
fn names_that_could_end_a_header_or_be_two_are_refused() {
    let long = "a".repeat(129);
    for bad in ["", "a b", "a\"b", "a\\b", "a\rb", "a\nb", "a\tb", "\u{e9}", "a\u{7f}", &long] {
        assert!(AcrNames::new(bad, "two", "strong").is_err(), "{bad:?}");
        assert!(AcrNames::new("one", bad, "strong").is_err(), "{bad:?}");
        assert!(AcrNames::new("one", "two", bad).is_err(), "{bad:?}");
    }
    for [one, two, strong] in [
        ["same", "same", "strong"],
        ["same", "two", "same"],
        ["one", "same", "same"],
        ["phr", "two", "strong"],
        ["one", "phr", "strong"],
        ["phrh", "two", "strong"],
        ["one", "phrh", "strong"],
        ["one", "two", "phrh"],
    ] {
        assert!(AcrNames::new(one, two, strong).is_err(), "{one} {two} {strong}");
    }
    let silver = "urn:mace:incommon:iap:silver";
    assert!(AcrNames::new(silver, "https://refeds.org/profile/mfa", "phr").is_ok());
}

#[test]
fn a_client_asks_for_a_level_by_the_name_that_the_host_gave_it_and_for_the_third_by_phr() {
    let names = AcrNames::new("one", "two", "strong").unwrap();
    for (asked, level) in [
        ("one", Some(Level::OneFactor)),
        ("two", Some(Level::TwoFactors)),
        ("strong", Some(Level::PhishingResistant)),
        ("phr", Some(Level::PhishingResistant)),
        ("phrh", None),
        ("Strong", None),
        ("", None),
    ] {
        assert_eq!(names.level(asked), level, "{asked:?}");
    }
    for level in Level::ALL {
        assert_eq!(names.level(names.name(level)), Some(level));
    }
}

#[test]
fn an_action_without_a_rule_is_refused() {
    let rules = StepUpRules::new().with("payout", two(300)).unwrap();
    assert_eq!(rules.require("payout"), Ok(&two(300)));
    for unknown in ["Payout", "payout ", "pay", "api_keys.create"] {
        let refusal = rules.require(unknown).unwrap_err();
        assert_eq!(refusal.code(), "unknown_action", "{unknown:?}");
        assert_eq!(refusal.to_string(), format!("no step-up rule is named `{unknown}`"));
    }
    for garbled in ["", "pay\nout", &"a".repeat(65)] {
        assert_eq!(rules.require(garbled).unwrap_err().code(), "invalid", "{garbled:?}");
    }
    assert!(StepUpRules::new().require("payout").is_err());
}

#[test]
fn a_set_refuses_what_no_one_can_have_meant_and_names_the_rule() {
    let deep = first(1).and(second(2).or(first(3).and(second(4).or(first(5)))));
    let wide = (0..32).fold(first(1), |rule, _| rule.or(first(1)));
    let half = StepUpRule::fresh(Needed::FirstFactor, TimeDelta::milliseconds(1_500));
    for (name, rule, complaint) in [
        ("payout", first(0), "step-up rule `payout`: seconds must be 1 to 2592000, not 0"),
        ("payout", first(-5), "step-up rule `payout`: seconds must be 1 to 2592000, not -5"),
        ("payout", two(2_592_001), "step-up rule `payout`: seconds must be 1 to 2592000"),
        ("payout", half, "step-up rule `payout`: the greatest age must be in whole seconds"),
        ("payout", deep, "step-up rule `payout`: levels of nesting must be 1 to 4, not 5"),
        ("payout", wide, "step-up rule `payout`: rule must have 1 to 32 requirements, not 33"),
        ("payout", of(FactorId::from_random([1; 16]), 60), "step-up rule `payout`: a named rule"),
        ("login", first(60), "step-up rule `login` is given twice"),
        ("", first(60), "a step-up rule's action name must have 1 to 64 bytes, not 0"),
    ] {
        let rules = StepUpRules::new().with("login", first(60)).unwrap();
        let error = rules.with(name, rule).unwrap_err().to_string();
        assert!(error.starts_with(complaint), "{error}");
    }
}
