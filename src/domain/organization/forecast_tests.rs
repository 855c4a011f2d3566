use super::super::sample::*;
use super::*;
use crate::domain::organization::membership::Membership;
use crate::domain::policy_terms::PolicyTerms;

fn forecast(terms: PolicyTerms, rows: &[RosterRow], actor: &str) -> Forecast {
    let acme = organization("acme", OrgPolicy::VOLUNTARY);
    let mut forecasting =
        acme.forecast(propose(terms), &subject(actor), TimeDelta::days(30), day(0)).unwrap();
    rows.iter().for_each(|row| forecasting.add(row));
    forecasting.finish()
}

#[test]
fn a_forecast_counts_who_is_hit_and_when() {
    let old = |name: &str| member("acme", name, -400);
    let rows = [
        roster_row(old("ada"), NONE),
        roster_row(old("bob"), APP),
        roster_row(exempt(old("robot"), None), NONE),
        roster_row(exempt(old("carol"), Some(day(40))), NONE),
        roster_row(extended(old("dan"), day(20)), NONE),
    ];
    let forecast = forecast(terms(14), &rows, "bob");
    let all = Prospects { unaffected: 1, exempt: 2, in_grace: 2, lapsed: 0 };
    assert_eq!(forecast.all, all);
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
    let rows =
        [roster_row(member("acme", "ada", -400), NONE), roster_row(member("acme", "bob", 0), APP)];
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
    let row = |n: i64, strength| RosterRow {
        last_signed_in: Some(day(-n)),
        ..roster_row(member("acme", &format!("user-{n:03}"), -400), strength)
    };
    let rows: Vec<RosterRow> =
        (0..200).map(|n| row(n, if n % 2 == 1 { APP } else { NONE })).collect();
    let month = forecast(terms(0), &rows, "eve");
    assert_eq!(month.recently_active, 16, "every other day of 30, both ends included");
    let named: Vec<&str> = month.recently_active_named.iter().map(|(_, s)| s.as_str()).collect();
    assert_eq!(named.first(), Some(&"user-000"));
    assert_eq!(named.last(), Some(&"user-030"));

    let today = |n: i64| RosterRow { last_signed_in: Some(day(0)), ..row(n, NONE) };
    let rows: Vec<RosterRow> = (0..200).map(today).collect();
    let crowd = forecast(terms(0), &rows, "eve");
    assert_eq!((crowd.recently_active, crowd.recently_active_named.len()), (200, NAMED));
}

#[test]
fn a_policy_in_force_keeps_its_start_in_a_forecast() {
    let acme = organization("acme", required(-10, terms(30)));
    let mut shorter =
        acme.forecast(propose(terms(5)), &subject("eve"), TimeDelta::zero(), day(0)).unwrap();
    shorter.add(&roster_row(member("acme", "ada", -400), NONE));
    assert_eq!(shorter.finish().all.lapsed, 1, "day -10 and 5 days");
}

#[test]
fn who_has_left_is_hit_by_nothing() {
    let left = Membership { left_at: Some(day(-1)), ..member("acme", "ada", -400) };
    let rows = [
        RosterRow { last_signed_in: Some(day(-2)), ..roster_row(left.clone(), NONE) },
        roster_row(Membership { exemption: exempt(left.clone(), None).exemption, ..left }, APP),
    ];
    let forecast = forecast(terms(0), &rows, "ada");
    assert_eq!(forecast.all, Prospects::default());
    assert_eq!((forecast.recently_active, forecast.lapsing.len()), (0, 0));
    assert_eq!(forecast.actor, None);
}
