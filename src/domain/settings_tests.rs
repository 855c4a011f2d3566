use super::*;
use crate::domain::factor::totp::{Algorithm, Digits};

#[test]
fn the_defaults_are_worth_one_in_seven_thousand() {
    let chance = Settings::default().yearly_break_in_chance();
    assert!((chance - 46.0 * 3.0 / 1e6).abs() < 1e-12, "{chance}");
    assert!(Settings::builder().build().is_ok());
}

#[test]
fn settings_that_do_not_protect_are_refused_unless_the_host_says_so_by_name() {
    let lavish = Throttle::Budget { guesses: 200, regrow: TimeDelta::days(1) };
    let builder = Settings::builder().throttle(lavish);
    let refused = builder.clone().build().unwrap_err();
    assert!(matches!(refused, SettingsError::BreakInTooLikely { .. }), "{refused}");
    assert!(builder.accept_break_ins_likelier_than_one_in_a_thousand().build().is_ok());

    let strict = Settings::builder().throttle(Throttle::SuspendAfter { failures: 100 });
    assert!(strict.build().is_err(), "an owner who signs in daily resets the count");
}

#[test]
fn eight_digits_buy_a_hundredfold() {
    let eight = TotpParams::new(Algorithm::Sha256, Digits::Eight, 30).unwrap();
    let settings = Settings::builder().totp(eight).build().unwrap();
    let ratio = Settings::default().yearly_break_in_chance() / settings.yearly_break_in_chance();
    assert!((ratio - 100.0).abs() < 1e-6);
}

#[test]
fn numbers_outside_their_bounds_are_named() {
    let error = Settings::builder().window(3).build().unwrap_err();
    assert_eq!(error.to_string(), "window in steps must be 0 to 2, not 3");
    let error = Settings::builder().fresh(TimeDelta::days(400)).build().unwrap_err();
    assert!(error.to_string().starts_with("minutes that evidence stays fresh must be 1 to 60"));
    assert!(Settings::builder().confirm_within(TimeDelta::seconds(-1)).build().is_err());
    let recheck = |millis| Settings::builder().recheck(TimeDelta::milliseconds(millis)).build();
    assert!(recheck(0).is_ok() && recheck(300_000).is_ok());
    assert!(recheck(-1).is_err() && recheck(300_001).is_err(), "parts of a second count");
}

#[test]
fn every_number_is_taken_at_its_bounds_and_refused_beyond_them() {
    fn holds<T>(set: impl Fn(SettingsBuilder, T) -> SettingsBuilder, good: [T; 2], bad: [T; 2]) {
        let build = |value| {
            let builder = set(Settings::builder(), value);
            builder.accept_break_ins_likelier_than_one_in_a_thousand().build()
        };
        for value in good {
            build(value).unwrap();
        }
        for value in bad {
            assert!(matches!(build(value), Err(SettingsError::Invalid(_))));
        }
    }
    let spans = |least: TimeDelta, most: TimeDelta| {
        let bit = TimeDelta::microseconds(1);
        ([least, most], [least - bit, most + bit])
    };
    let hour = TimeDelta::hours(1);

    holds(SettingsBuilder::confirm_tries, [1, 20], [0, 21]);
    holds(SettingsBuilder::answers_per_challenge, [1, 10], [0, 11]);
    holds(SettingsBuilder::recovery_codes, [4, 32], [3, 33]);
    holds(SettingsBuilder::low_stock, [1, 32], [0, 33]);
    let (good, bad) = spans(TimeDelta::minutes(1), hour);
    holds(SettingsBuilder::confirm_within, good, bad);
    holds(SettingsBuilder::challenge_lifetime, good, bad);
    holds(SettingsBuilder::fresh, good, bad);
    let (good, bad) = spans(TimeDelta::minutes(1), hour * 24);
    holds(SettingsBuilder::finish_within, good, bad);
    let (good, bad) = spans(hour, hour * 24 * 14);
    holds(SettingsBuilder::enrollment_lifetime, good, bad);
    let seconds = [0, 300, -1, 301].map(TimeDelta::seconds);
    holds(SettingsBuilder::recheck, [seconds[0], seconds[1]], [seconds[2], seconds[3]]);

    let failures = [1, 100, 0, 101].map(|failures| Throttle::SuspendAfter { failures });
    holds(SettingsBuilder::throttle, [failures[0], failures[1]], [failures[2], failures[3]]);
    let regrow = TimeDelta::minutes(1);
    let guesses = [1, 1_000, 0, 1_001].map(|guesses| Throttle::Budget { guesses, regrow });
    holds(SettingsBuilder::throttle, [guesses[0], guesses[1]], [guesses[2], guesses[3]]);
    let short = Throttle::Budget { guesses: 20, regrow: TimeDelta::seconds(59) };
    holds(SettingsBuilder::throttle, [guesses[0]; 2], [short; 2]);
}

#[test]
fn one_in_a_thousand_is_accepted_and_a_refusal_tells_the_odds() {
    let years = TimeDelta::days(366);
    let builder = |window, guesses| {
        let throttle = Throttle::Budget { guesses, regrow: years };
        Settings::builder().window(window).throttle(throttle)
    };
    assert!(builder(0, 1_000).build().is_ok(), "exactly one in a thousand");
    for (window, odds) in [(1, "1 in 333;"), (2, "1 in 200;")] {
        let refused = builder(window, 1_000).build().unwrap_err();
        assert!(refused.to_string().contains(odds), "{refused}");
    }
    // 250 sign-ins of the owner a year, each of which resets the count.
    let strict = Throttle::SuspendAfter { failures: 4 };
    let refused = Settings::builder().throttle(strict).build().unwrap_err();
    assert!(refused.to_string().contains("1 in 333;"), "{refused}");
}

#[test]
fn settings_say_what_was_asked_of_their_builder() {
    let throttle = Throttle::Budget { guesses: 7, regrow: TimeDelta::days(3) };
    let totp = TotpParams::new(Algorithm::Sha512, Digits::Eight, 60).unwrap();
    let settings = Settings::builder()
        .throttle(throttle)
        .totp(totp)
        .fresh(TimeDelta::minutes(3))
        .recheck(TimeDelta::seconds(4))
        .recovery_codes(5)
        .build()
        .unwrap();
    assert_eq!((*settings.throttle(), settings.totp()), (throttle, totp));
    assert_eq!(settings.fresh(), TimeDelta::minutes(3));
    assert_eq!((settings.recheck(), settings.recovery_codes()), (TimeDelta::seconds(4), 5));
}
