use super::super::sample::*;
use super::*;
use crate::domain::{Settings, Version};

fn cursor(name: &str, filter: RosterFilter, walled_from: Option<i64>, last: &str) -> RosterCursor {
    let key = RosterKey { walled_from: walled_from.map(day), subject: subject(last) };
    RosterCursor { org: org(name), version: version(), filter, key }
}

#[test]
fn a_cursor_reads_what_it_writes() {
    use RosterFilter::{Exempt, InGrace, Lapsed, Protected, WithoutMfa};
    let longest = "é".repeat(127) + "z";
    for filter in [WithoutMfa, InGrace, Lapsed, Exempt, Protected] {
        for (walled_from, last) in [(Some(3), "ada"), (None, "ada"), (Some(-40_000), &*longest)] {
            let written = cursor(&longest, filter, walled_from, last);
            assert_eq!(written.to_string().parse(), Ok(written));
        }
    }
    let text = cursor(&longest, Protected, None, &longest).to_string();
    assert_eq!(text.len(), super::super::cursor::LONGEST);
}

#[test]
fn a_garbled_cursor_is_refused() {
    let text = cursor("acme", RosterFilter::Lapsed, Some(14), "ada").to_string();
    let garbled =
        |text: &str| assert_eq!(text.parse::<RosterCursor>(), Err(OrgRefusal::CursorGarbled));
    for end in 0..text.len() {
        garbled(&text[..end]);
    }
    for place in 0..text.len() {
        let letter = if text.as_bytes()[place] == b'A' { "B" } else { "A" };
        let mut text = text.clone();
        text.replace_range(place..=place, letter);
        garbled(&text);
    }
    for nonsense in ["", "=", "Zürich", "14", &"A".repeat(100_000)] {
        garbled(nonsense);
    }
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

/// One case a row: whether MFA is on, the policy; and the deadline that the overview shows.
#[test]
fn a_deadline_is_shown_to_whom_there_is_one() {
    let settings = Settings::default();
    let now = Context::new(&settings, day(20)).unwrap();
    let asks = required(0, terms(14));
    let table = [
        (false, asks, Some(day(14))),
        (true, asks, None),
        (false, OrgPolicy::Voluntary, None),
        (true, OrgPolicy::Voluntary, None),
    ];
    for (protected, policy, deadline) in table {
        let acme = organization("acme", policy);
        let query = acme.roster_query(RosterFilter::WithoutMfa, None, 10, now).unwrap();
        let rows = vec![roster_row(member("acme", "ada", -400), protected)];
        let page = acme.roster_page(&query, RosterRows { rows, more: false });
        let [member] = &page.members[..] else { panic!("{page:?}") };
        assert_eq!((member.deadline, member.protected), (deadline, protected), "{policy:?}");
        assert_eq!(
            member.standing,
            policy.decide(&self::member("acme", "ada", -400), protected, day(20))
        );
    }
}

#[test]
fn whoever_is_not_protected_is_without_mfa() {
    let counts = |members, protected| RosterCounts { members, protected, ..Default::default() };
    assert_eq!(counts(7, 3).without_mfa(), 4);
    assert_eq!(counts(3, 3).without_mfa(), 0);
    assert_eq!(counts(3, 4).without_mfa(), 0, "counted while somebody switched it on");
}
