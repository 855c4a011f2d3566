use super::super::sample::*;
use super::*;
use crate::domain::organization::membership::Membership;

fn forecast(terms: PolicyTerms, rows: &[RosterRow], actor: &str) -> Forecast {
    let acme = organization("acme", OrgPolicy::Voluntary);
    let mut forecasting = acme.forecast(terms, &subject(actor), TimeDelta::days(30), day(0));
    rows.iter().for_each(|row| forecasting.add(row));
    forecasting.finish()
}

#[test]
fn a_forecast_counts_who_is_hit_and_when() {
    let old = |name: &str| member("acme", name, -400);
    let rows = [
        roster_row(old("ada"), false),
        roster_row(old("bob"), true),
        roster_row(exempt(old("robot"), None), false),
        roster_row(exempt(old("carol"), Some(day(40))), false),
        roster_row(extended(old("dan"), day(20)), false),
    ];
    let forecast = forecast(terms(14), &rows, "bob");
    assert_eq!((forecast.protected, forecast.exempt), (1, 2));
    assert_eq!((forecast.in_grace, forecast.lapsed_at_once), (2, 0));
    let date = |on| day(on).date_naive();
    let timeline: Vec<(NaiveDate, u64)> = forecast.lapsing.clone().into_iter().collect();
    assert_eq!(timeline, [(date(14), 1), (date(20), 1), (date(40), 1)]);
    assert_eq!(forecast.lapsed_by_the_end_of(date(13)), 0);
    assert_eq!(forecast.lapsed_by_the_end_of(date(20)), 2);
    assert_eq!(forecast.lapsed_by_the_end_of(date(999)), 3);
}

/// One case a row: who would set the policy with which grace; and whether that locks out.
#[test]
fn an_administrator_learns_that_the_policy_would_lock_him_out() {
    let rows = [
        roster_row(member("acme", "ada", -400), false),
        roster_row(member("acme", "bob", 0), true),
    ];
    let table = [
        ("ada", 0, Some((true, Some(day(0))))),
        ("ada", 14, Some((false, Some(day(14))))),
        ("bob", 0, Some((false, None))),
        ("eve", 0, None),
    ];
    for (actor, grace, expected) in table {
        let outlook = forecast(terms(grace), &rows, actor).actor;
        let found = outlook.map(|outlook| (outlook.locked_out(), outlook.walled_from));
        assert_eq!(found, expected, "{actor}, {grace} days");
    }
}

#[test]
fn who_signed_in_recently_and_would_be_hit_is_named_the_latest_first() {
    let row = |n: i64, protected| RosterRow {
        last_signed_in: Some(day(-n)),
        ..roster_row(member("acme", &format!("user-{n:03}"), -400), protected)
    };
    let rows: Vec<RosterRow> = (0..200).map(|n| row(n, n % 2 == 1)).collect();
    let month = forecast(terms(0), &rows, "eve");
    assert_eq!(month.recently_active, 16, "every other day of 30, both ends included");
    let named: Vec<&str> = month.recently_active_named.iter().map(|(_, s)| s.as_str()).collect();
    assert_eq!(named.first(), Some(&"user-000"));
    assert_eq!(named.last(), Some(&"user-030"));

    let today = |n: i64| RosterRow { last_signed_in: Some(day(0)), ..row(n, false) };
    let rows: Vec<RosterRow> = (0..200).map(today).collect();
    let crowd = forecast(terms(0), &rows, "eve");
    assert_eq!((crowd.recently_active, crowd.recently_active_named.len()), (200, NAMED));
}

#[test]
fn a_policy_in_force_keeps_its_start_in_a_forecast() {
    let acme = organization("acme", required(-10, terms(30)));
    let mut shorter = acme.forecast(terms(5), &subject("eve"), TimeDelta::zero(), day(0));
    shorter.add(&roster_row(member("acme", "ada", -400), false));
    assert_eq!(shorter.finish().lapsed_at_once, 1, "day -10 and 5 days");
}

#[test]
fn who_has_left_is_hit_by_nothing() {
    let left = Membership { left_at: Some(day(-1)), ..member("acme", "ada", -400) };
    let rows = [
        RosterRow { last_signed_in: Some(day(-2)), ..roster_row(left.clone(), false) },
        roster_row(Membership { exemption: exempt(left.clone(), None).exemption, ..left }, true),
    ];
    let forecast = forecast(terms(0), &rows, "ada");
    assert_eq!((forecast.protected, forecast.exempt), (0, 0));
    assert_eq!((forecast.in_grace, forecast.lapsed_at_once), (0, 0));
    assert_eq!((forecast.recently_active, forecast.lapsing.len()), (0, 0));
    assert_eq!(forecast.actor, None);
}
