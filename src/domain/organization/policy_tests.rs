use super::super::sample::*;
use super::*;
use crate::domain::policy_terms::GracePeriod;
use crate::domain::strength::{Required, Strength};

use Standing::{Compliant, Exempt, InGrace, Voluntary};

fn in_grace(deadline: DateTime<Utc>) -> Standing {
    InGrace { deadline, required: Strength::Standard.into() }
}

fn lapsed(since: DateTime<Utc>) -> Standing {
    Standing::Lapsed { since, required: Strength::Standard.into() }
}

/// One case a row: what the organization asks, who the member is, how strong the account is, when; and
/// where the member then stands. Days count from one instant; the member of the case joined long
/// before unless the row says otherwise.
#[test]
fn a_member_stands_where_the_table_says() {
    let old = || member("acme", "ada", -400);
    let asks = required(0, terms(14));
    let on_leave = |until: Option<i64>| exempt(old(), until.map(day));
    let mut left = old();
    left.left_at = Some(day(3));

    #[rustfmt::skip]
    let table = [
        // "As long as your organization does not require MFA, setting it up stays voluntary."
        ("voluntary, off",              OrgPolicy::VOLUNTARY, old(), NONE, day(0),  Voluntary),
        ("voluntary, on",               OrgPolicy::VOLUNTARY, old(), APP,  day(0),  Voluntary),
        ("voluntary, years later",      OrgPolicy::VOLUNTARY, old(), NONE, day(999), Voluntary),
        // "From the moment MFA becomes required, a preset number of days runs during which
        // enabling is still optional."
        ("the moment itself",           asks, old(), NONE, day(0),          in_grace(day(14))),
        ("before it, on a slow clock",  asks, old(), NONE, day(-1),         in_grace(day(14))),
        ("in the middle",               asks, old(), NONE, day(7),          in_grace(day(14))),
        ("a microsecond before",        asks, old(), NONE, day(14) - MICRO, in_grace(day(14))),
        // "Once the transition period has expired and you still have no MFA, you must enable it."
        ("exactly the deadline",        asks, old(), NONE, day(14),         lapsed(day(14))),
        ("a microsecond after",         asks, old(), NONE, day(14) + MICRO, lapsed(day(14))),
        ("long after",                  asks, old(), NONE, day(500),        lapsed(day(14))),
        // "If you already enabled MFA, the policy does not affect you: you already comply."
        ("on, in the period",           asks, old(), APP,  day(7),          Compliant),
        ("on, after it",                asks, old(), APP,  day(500),        Compliant),
        // The bounds of the period.
        ("no grace at all",             required(0, terms(0)), old(), NONE, day(0), lapsed(day(0))),
        ("a year of grace",             required(0, terms(365)), old(), NONE, day(364), in_grace(day(365))),
        // Whoever joins later has the whole period.
        ("joined on day 10",            asks, member("acme", "ada", 10), NONE, day(20), in_grace(day(24))),
        ("joined on day 10, over",      asks, member("acme", "ada", 10), NONE, day(24), lapsed(day(24))),
        // Personal extensions only ever lengthen.
        ("extended",                    asks, extended(old(), day(30)), NONE, day(20), in_grace(day(30))),
        ("extended, over",              asks, extended(old(), day(30)), NONE, day(30), lapsed(day(30))),
        ("of an earlier policy",        asks, extended_under(day(-90), old(), day(30)), NONE, day(20), lapsed(day(14))),
        ("extended to before it",       asks, extended(old(), day(5)),  NONE, day(10), in_grace(day(14))),
        // Exemptions, for good and for a while.
        ("exempt",                      asks, on_leave(None),     NONE, day(500), Exempt { until: None }),
        ("exempt, on",                  asks, on_leave(None),     APP,  day(500), Compliant),
        ("exempt until day 20",         asks, on_leave(Some(20)), NONE, day(19),  Exempt { until: Some(day(20)) }),
        ("no longer, and past it",      asks, on_leave(Some(20)), NONE, day(20),  lapsed(day(20))),
        ("no longer, still in time",    asks, on_leave(Some(5)),  NONE, day(5),   in_grace(day(14))),
        ("exempt where it is not asked", OrgPolicy::VOLUNTARY, on_leave(None), NONE, day(0), Voluntary),
        // Whoever left is asked nothing.
        ("left",                        asks, left, NONE, day(500), Voluntary),
    ];
    for (case, policy, member, strength, now, expected) in table {
        assert_eq!(policy.decide(&member, strength, now), expected, "{case}");
    }
}

/// A stale clock must not expire a period before the policy existed.
#[test]
fn a_period_never_begins_before_the_policy() {
    let since_yesterday = required(999, terms(14));
    for joined in [-5_000, 0, 998, 999] {
        let deadline = since_yesterday.deadline(&member("acme", "ada", joined), NONE);
        assert_eq!(deadline, Some(day(1_013)), "joined on {joined}");
    }
}

/// Nothing about "skip" is stored, so a shorter period shortens and a longer one lengthens.
#[test]
fn a_changed_period_is_in_force_at_the_next_decision() {
    let ada = member("acme", "ada", -400);
    let standing = |grace| required(0, terms(grace)).decide(&ada, NONE, day(10));
    assert_eq!(standing(30), in_grace(day(30)));
    assert_eq!(standing(7), lapsed(day(7)));
    assert_eq!(standing(30), in_grace(day(30)));
}

#[test]
fn a_day_is_twenty_four_hours_whatever_calendars_do() {
    // 2027-03-14 and 2027-03-28: summer time begins in the United States, then in Europe.
    let since = DateTime::from_timestamp(1_804_900_000, 0).unwrap();
    let policy = OrgPolicy::requiring(Strength::Standard, since, terms(30));
    let deadline = policy.deadline(&member("acme", "ada", -400), NONE).unwrap();
    assert_eq!((deadline - since).num_seconds(), 30 * 86_400);
}

#[test]
fn a_period_outside_its_bounds_is_named() {
    assert_eq!(GracePeriod::days(0), Ok(GracePeriod::NONE));
    assert_eq!(GracePeriod::days(365).map(GracePeriod::as_days), Ok(365));
    for absurd in [-1, 366, i64::MIN, i64::MAX] {
        let error = GracePeriod::days(absurd).unwrap_err();
        let expected = format!("grace period in days must be 0 to 365, not {absurd}");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn the_end_of_time_is_not_overrun() {
    let policy = OrgPolicy::requiring(Strength::Standard, DateTime::<Utc>::MAX_UTC, terms(365));
    let ada = member("acme", "ada", 0);
    assert_eq!(policy.deadline(&ada, NONE), Some(whole_micros(DateTime::<Utc>::MAX_UTC)));
    assert!(matches!(policy.decide(&ada, NONE, day(0)), InGrace { .. }));
}

fn grace_of(deadline: DateTime<Utc>, strength: Strength) -> Standing {
    InGrace { deadline, required: strength.into() }
}

fn lapsed_of(since: DateTime<Utc>, strength: Strength) -> Standing {
    Standing::Lapsed { since, required: strength.into() }
}

/// One case a row: two requirements, MFA since day 0 and keys since day 20, each with a period of 14
/// days; who the member is, and when; where the member stands without MFA, with an app, with a key.
#[test]
fn a_member_owes_the_requirements_above_the_strength_of_the_account() {
    use Strength::{PhishingResistant as Key, Standard as App};
    let old = || member("acme", "ada", -400);
    let policy = both(required(0, terms(14)), keys(20, terms(14)));
    let newer = and_newer(policy, 60);
    let forever = None;

    #[rustfmt::skip]
    let table = [
        ("both ahead",          policy, old(), 1,  grace_of(day(14), App), grace_of(day(34), Key), Compliant),
        ("the weaker is over",  policy, old(), 14, lapsed_of(day(14), App), grace_of(day(34), Key), Compliant),
        ("both are over",       policy, old(), 34, lapsed_of(day(14), Key), lapsed_of(day(34), Key), Compliant),
        ("joined later",        policy, member("acme", "eve", 30), 31,
            grace_of(day(44), Key), grace_of(day(44), Key), Compliant),
        ("exempt from all",     policy, exempt(old(), forever), 500,
            Exempt { until: None }, Exempt { until: None }, Compliant),
        ("exempt from keys",    policy, exempt_from(Key, old(), forever), 500,
            lapsed_of(day(14), App), Exempt { until: None }, Compliant),
        ("for a while",         policy, exempt_from(Key, old(), Some(day(50))), 49,
            lapsed_of(day(14), App), Exempt { until: Some(day(50)) }, Compliant),
        ("no longer",           policy, exempt_from(Key, old(), Some(day(50))), 50,
            lapsed_of(day(14), Key), lapsed_of(day(50), Key), Compliant),
        ("extended, MFA",       policy, extended_under(day(0), old(), day(40)), 39,
            lapsed_of(day(34), Key), lapsed_of(day(34), Key), Compliant),
        ("extended, keys",      policy, extended_under(day(20), old(), day(40)), 39,
            lapsed_of(day(14), App), grace_of(day(40), Key), Compliant),
    ];
    for (case, policy, member, on, none, app, key) in table {
        let found = [NONE, APP, KEY].map(|strength| policy.decide(&member, strength, day(on)));
        assert_eq!(found, [none, app, key], "{case}");
    }
    // What this release does not know is met by nobody, however strong.
    let unknown = Required::from_rank(60).unwrap();
    for (on, strength) in [(1, KEY), (500, KEY)] {
        let deadline = day(14);
        let required = unknown;
        let expected = if on < 14 {
            InGrace { deadline, required }
        } else {
            Standing::Lapsed { since: deadline, required }
        };
        assert_eq!(newer.decide(&old(), strength, day(on)), expected);
    }
}

#[test]
fn a_policy_has_one_requirement_a_strength_and_four_at_most() {
    let one = |rank: u8| OrgRequirement {
        required: Required::from_rank(rank).unwrap(),
        since: day(0),
        changed: day(0),
        terms: terms(14),
    };
    let sorted = OrgPolicy::of([60, 20, 255, 40].map(one)).unwrap();
    let ranks: Vec<u8> = sorted.requirements().map(|one| one.required.rank()).collect();
    assert_eq!(ranks, [20, 40, 60, 255]);
    assert_eq!(sorted.strongest().map(Required::rank), Some(255));
    assert!(OrgPolicy::of([1, 20, 40, 60, 255].map(one)).is_err());
    assert!(OrgPolicy::of([20, 40, 20].map(one)).is_err());
    assert_eq!(OrgPolicy::of([]), Ok(OrgPolicy::VOLUNTARY));
}

/// A row of a later release, of somebody's hand, or of none.
#[cfg(feature = "serde")]
#[test]
fn a_stored_policy_is_read_whole_or_not_at_all() {
    let one = |rank: &str| {
        let at = "2026-01-01T00:00:00Z";
        let terms = r#""grace":14,"scope":"whole_account""#;
        format!(r#"{{"strength":{rank},"since":"{at}","changed":"{at}",{terms}}}"#)
    };
    let read = |ranks: &[&str]| {
        let each: Vec<String> = ranks.iter().map(|rank| one(rank)).collect();
        let text = format!(r#"{{"requirements":[{}]}}"#, each.join(","));
        serde_json::from_str::<OrgPolicy>(&text)
    };
    let known = read(&["20", "40"]).unwrap();
    assert_eq!(known.strongest(), Some(Strength::PhishingResistant.into()));
    let newer = read(&["20", "60"]).unwrap();
    assert_eq!(newer.strongest().and_then(Required::known), None, "carried");
    let again = serde_json::to_string(&newer).unwrap();
    assert_eq!(serde_json::from_str::<OrgPolicy>(&again).unwrap(), newer);
    assert_eq!(read(&[]).unwrap(), OrgPolicy::VOLUNTARY);
    for bad in [&["0"] as &[&str], &["256"], &["-20"], &["\"x\""], &["20", "20"]] {
        assert!(read(bad).is_err(), "{bad:?}");
    }
    assert!(read(&["1", "2", "3", "4"]).is_ok());
    assert!(read(&["1", "2", "3", "4", "5"]).is_err());
    assert!(serde_json::from_str::<OrgPolicy>("{}").is_err());
}
