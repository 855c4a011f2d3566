use super::super::sample::*;
use super::*;
use crate::domain::policy_terms::GracePeriod;

use Standing::{Compliant, Exempt, InGrace, Lapsed, Voluntary};

/// One case a row: what the organization asks, who the member is, whether MFA is on, when; and
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
        ("voluntary, off",              OrgPolicy::Voluntary, old(), false, day(0),  Voluntary),
        ("voluntary, on",               OrgPolicy::Voluntary, old(), true,  day(0),  Voluntary),
        ("voluntary, years later",      OrgPolicy::Voluntary, old(), false, day(999), Voluntary),
        // "From the moment MFA becomes required, a preset number of days runs during which
        // enabling is still optional."
        ("the moment itself",           asks, old(), false, day(0),          InGrace { deadline: day(14) }),
        ("before it, on a slow clock",  asks, old(), false, day(-1),         InGrace { deadline: day(14) }),
        ("in the middle",               asks, old(), false, day(7),          InGrace { deadline: day(14) }),
        ("a microsecond before",        asks, old(), false, day(14) - MICRO, InGrace { deadline: day(14) }),
        // "Once the transition period has expired and you still have no MFA, you must enable it."
        ("exactly the deadline",        asks, old(), false, day(14),         Lapsed { since: day(14) }),
        ("a microsecond after",         asks, old(), false, day(14) + MICRO, Lapsed { since: day(14) }),
        ("long after",                  asks, old(), false, day(500),        Lapsed { since: day(14) }),
        // "If you already enabled MFA, the policy does not affect you: you already comply."
        ("on, in the period",           asks, old(), true,  day(7),          Compliant),
        ("on, after it",                asks, old(), true,  day(500),        Compliant),
        // The bounds of the period.
        ("no grace at all",             required(0, terms(0)), old(), false, day(0), Lapsed { since: day(0) }),
        ("a year of grace",             required(0, terms(365)), old(), false, day(364), InGrace { deadline: day(365) }),
        // Whoever joins later has the whole period.
        ("joined on day 10",            asks, member("acme", "ada", 10), false, day(20), InGrace { deadline: day(24) }),
        ("joined on day 10, over",      asks, member("acme", "ada", 10), false, day(24), Lapsed { since: day(24) }),
        // Personal extensions only ever lengthen.
        ("extended",                    asks, extended(old(), day(30)), false, day(20), InGrace { deadline: day(30) }),
        ("extended, over",              asks, extended(old(), day(30)), false, day(30), Lapsed { since: day(30) }),
        ("of an earlier policy",        asks, extended_under(day(-90), old(), day(30)), false, day(20), Lapsed { since: day(14) }),
        ("extended to before it",       asks, extended(old(), day(5)),  false, day(10), InGrace { deadline: day(14) }),
        // Exemptions, for good and for a while.
        ("exempt",                      asks, on_leave(None),     false, day(500), Exempt { until: None }),
        ("exempt, on",                  asks, on_leave(None),     true,  day(500), Compliant),
        ("exempt until day 20",         asks, on_leave(Some(20)), false, day(19),  Exempt { until: Some(day(20)) }),
        ("no longer, and past it",      asks, on_leave(Some(20)), false, day(20),  Lapsed { since: day(20) }),
        ("no longer, still in time",    asks, on_leave(Some(5)),  false, day(5),   InGrace { deadline: day(14) }),
        ("exempt where it is not asked", OrgPolicy::Voluntary, on_leave(None), false, day(0), Voluntary),
        // Whoever left is asked nothing.
        ("left",                        asks, left, false, day(500), Voluntary),
    ];
    for (case, policy, member, protected, now, expected) in table {
        assert_eq!(policy.decide(&member, protected, now), expected, "{case}");
    }
}

/// A stale clock must not expire a period before the policy existed.
#[test]
fn a_period_never_begins_before_the_policy() {
    let since_yesterday = required(999, terms(14));
    for joined in [-5_000, 0, 998, 999] {
        let deadline = since_yesterday.deadline(&member("acme", "ada", joined));
        assert_eq!(deadline, Some(day(1_013)), "joined on {joined}");
    }
}

/// Nothing about "skip" is stored, so a shorter period shortens and a longer one lengthens.
#[test]
fn a_changed_period_is_in_force_at_the_next_decision() {
    let ada = member("acme", "ada", -400);
    let standing = |grace| required(0, terms(grace)).decide(&ada, false, day(10));
    assert_eq!(standing(30), InGrace { deadline: day(30) });
    assert_eq!(standing(7), Lapsed { since: day(7) });
    assert_eq!(standing(30), InGrace { deadline: day(30) });
}

#[test]
fn a_day_is_twenty_four_hours_whatever_calendars_do() {
    // 2027-03-14 and 2027-03-28: summer time begins in the United States, then in Europe.
    let since = DateTime::from_timestamp(1_804_900_000, 0).unwrap();
    let policy = OrgPolicy::required_from(since, terms(30));
    let deadline = policy.deadline(&member("acme", "ada", -400)).unwrap();
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
    let policy = OrgPolicy::required_from(DateTime::<Utc>::MAX_UTC, terms(365));
    let ada = member("acme", "ada", 0);
    assert_eq!(policy.deadline(&ada), Some(whole_micros(DateTime::<Utc>::MAX_UTC)));
    assert!(matches!(policy.decide(&ada, false, day(0)), InGrace { .. }));
}
