use super::super::sample::*;
use super::*;
use crate::domain::id::Version;
use crate::domain::settings::Settings;

fn cursor(name: &str, filter: RosterFilter, walled_from: Option<i64>, last: &str) -> RosterCursor {
    let key = RosterKey { walled_from: walled_from.map(day), subject: subject(last) };
    RosterCursor { org: org(name), version: version(), filter, key }
}

/// One case a row: a cursor, for the roster of the lapsed of "acme"; and what it is good for.
#[test]
fn a_cursor_is_good_for_its_own_roster_only() {
    let settings = Settings::default();
    let now = Context::new(&settings, day(20)).unwrap();
    let acme = organization("acme", required(0, terms(14)));
    let own = || cursor("acme", RosterFilter::Lapsed, Some(14), "ada");
    let table = [
        (own(), Ok(())),
        (cursor("other", RosterFilter::Lapsed, Some(14), "ada"), Err("cursor_foreign")),
        (cursor("acme", RosterFilter::InGrace, Some(14), "ada"), Err("cursor_foreign")),
        (RosterCursor { version: Version::first([2; 8]), ..own() }, Err("cursor_outdated")),
    ];
    for (cursor, expected) in table {
        let query = acme.roster_query(RosterFilter::Lapsed, Some(&cursor), 100, now);
        let outcome = query.map(drop).map_err(|refused| refused.code());
        assert_eq!(outcome, expected, "{cursor:?}");
    }
}

#[test]
fn a_page_has_one_to_a_thousand_members() {
    let settings = Settings::default();
    let now = Context::new(&settings, day(20)).unwrap();
    let acme = organization("acme", required(0, terms(14)));
    let page = |limit| acme.roster_query(RosterFilter::Lapsed, None, limit, now);
    assert!(page(1).is_ok() && page(Organization::MAX_PAGE).is_ok());
    for absurd in [0, 1_001, usize::MAX] {
        assert!(matches!(page(absurd), Err(Refusal::Invalid(_))), "{absurd}");
    }
}

/// One case a row: how strong the account is, the policy; and the deadline that the overview shows.
#[test]
fn a_deadline_is_shown_to_whom_there_is_one() {
    let settings = Settings::default();
    let now = Context::new(&settings, day(20)).unwrap();
    let asks = required(0, terms(14));
    let table = [
        (NONE, asks, Some(day(14))),
        (APP, asks, None),
        (NONE, OrgPolicy::VOLUNTARY, None),
        (APP, OrgPolicy::VOLUNTARY, None),
    ];
    for (strength, policy, deadline) in table {
        let acme = organization("acme", policy);
        let query = acme.roster_query(RosterFilter::WithoutMfa, None, 10, now).unwrap();
        let rows = vec![roster_row(member("acme", "ada", -400), strength)];
        let page = acme.roster_page(&query, RosterRows { rows, more: false });
        let [member] = &page.members[..] else { panic!("{page:?}") };
        assert_eq!((member.deadline, member.strength), (deadline, strength), "{policy:?}");
        assert_eq!(
            member.standing,
            policy.decide(&self::member("acme", "ada", -400), strength, day(20))
        );
    }
}
