use chrono::TimeDelta;

use super::super::sample::*;
use super::*;
use crate::domain::event::EventKind;
use crate::domain::id::CommitId;
use crate::domain::organization::standing::Standing;

#[test]
fn what_is_granted_says_why_and_when_it_was() {
    let asks = organization("acme", required(0, terms(14)));
    let (ada, admin) = (member("acme", "ada", -400), Admin::of("acme", day(1)));
    let extended =
        asks.extend(&ada, Strength::Standard, day(20), admin.actor(), admin.context()).unwrap();
    let expected = Extension {
        reason: "audit finding".into(),
        until: day(20),
        granted: day(1),
        policy_since: day(0),
    };
    assert_eq!(committed(extended).1.extension(), Some(&expected));

    let exempted = asks
        .exempt(&ada, Strength::Standard, Some(day(40)), admin.actor(), admin.context())
        .unwrap();
    let expected = Exemption {
        reason: "audit finding".into(),
        from: Strength::Standard.into(),
        until: Some(day(40)),
    };
    let exempted = committed(exempted).1;
    assert_eq!(exempted.exemption(), Some(&expected));

    let ended = asks.end_exemption(&exempted, admin.actor(), admin.context()).unwrap();
    let expected = Exemption { until: Some(day(1)), ..expected };
    assert_eq!(committed(ended).1.exemption(), Some(&expected), "why it was given");
}

#[test]
fn a_grant_leaves_the_other_one_alone() {
    let asks = organization("acme", required(0, terms(14)));
    let (ada, admin) = (member("acme", "ada", -400), Admin::of("acme", day(1)));
    let both = exempt(extended(ada, day(20)), None);
    let longer =
        asks.extend(&both, Strength::Standard, day(30), admin.actor(), admin.context()).unwrap();
    assert_eq!(committed(longer).1.exemption(), both.exemption());
    let shorter = asks
        .exempt(&both, Strength::Standard, Some(day(30)), admin.actor(), admin.context())
        .unwrap();
    assert_eq!(committed(shorter).1.extension(), both.extension());
}

#[test]
fn every_grant_is_an_event_of_the_member_by_the_administrator() {
    let asks = organization("acme", required(0, terms(14)));
    let (ada, admin) = (member("acme", "ada", -400), Admin::of("acme", day(1)));
    let (actor, context, until) = (admin.actor(), admin.context(), day(20));
    let exempted = exempt(ada.clone(), None);
    let table = [
        (
            asks.extend(&ada, Strength::Standard, until, actor, context),
            OrgChange::MemberExtended { strength: Strength::Standard, until },
        ),
        (
            asks.exempt(&ada, Strength::Standard, Some(until), actor, context),
            OrgChange::MemberExempted { strength: Strength::Standard, until: Some(until) },
        ),
        (
            asks.exempt(&ada, Strength::Standard, None, actor, context),
            OrgChange::MemberExempted { strength: Strength::Standard, until: None },
        ),
        (asks.end_exemption(&exempted, actor, context), OrgChange::ExemptionEnded),
    ];
    for (granted, change) in table {
        let (commit, _) = granted.unwrap().into_commit(CommitId::from_random([3; 16]));
        let [event] = commit.events() else { panic!("one event, not {:?}", commit.events()) };
        assert_eq!((event.subject(), event.at()), (ada.subject(), day(1)));
        let expected = EventKind::Organization {
            org: org("acme"),
            by: subject("admin"),
            reason: "audit finding".into(),
            change,
        };
        assert_eq!(*event.kind(), expected);
    }
}

#[test]
fn an_extension_ends_after_the_deadline_and_within_a_year_of_it() {
    let asks = organization("acme", required(0, terms(14)));
    let ada = member("acme", "ada", -400);
    #[rustfmt::skip]
    let table = [
        ("before the deadline",     3,  day(13),             false),
        ("the deadline itself",     3,  day(14),             false),
        ("just after it",           3,  day(14) + MICRO,     true),
        ("a year after it",         3,  day(14 + 365),       true),
        ("longer than that",        3,  day(379) + MICRO,    false),
        ("lapsed, already past",    30, day(20),             false),
        ("lapsed, now",             30, day(30),             false),
        ("lapsed, in the future",   30, day(31),             true),
    ];
    for (case, on, until, allowed) in table {
        let admin = Admin::of("acme", day(on));
        let outcome = asks.extend(&ada, Strength::Standard, until, admin.actor(), admin.context());
        match outcome {
            Ok(transition) => {
                assert!(allowed, "{case}");
                let (_, ada) = committed(transition);
                assert_eq!(asks.policy().deadline(&ada, NONE), Some(until), "{case}");
            }
            Err(refused) => {
                assert!(!allowed, "{case}");
                let least = day(14).max(admin.now);
                let up_to = after(least, TimeDelta::days(365));
                let expected = OrgRefusal::ExtensionOutOfRange { after: least, up_to };
                assert_eq!(refused, expected.into(), "{case}");
            }
        }
    }
}

#[test]
fn an_extension_given_by_mistake_can_be_replaced_by_a_shorter_one() {
    let asks = organization("acme", required(0, terms(14)));
    let (ada, admin) = (extended(member("acme", "ada", -400), day(300)), Admin::of("acme", day(1)));
    let shorter =
        asks.extend(&ada, Strength::Standard, day(20), admin.actor(), admin.context()).unwrap();
    assert_eq!(asks.policy().deadline(&committed(shorter).1, NONE), Some(day(20)));
}

#[test]
fn ending_an_exemption_walls_from_then_on_and_says_so() {
    let asks = organization("acme", required(0, terms(14)));
    let ada = exempt(member("acme", "ada", -400), None);
    let admin = Admin::of("acme", day(100));
    let ended = asks.end_exemption(&ada, admin.actor(), admin.context()).unwrap();
    let standing = asks.policy().decide(&committed(ended).1, NONE, day(100));
    assert_eq!(standing, Standing::Lapsed { since: day(100), required: Strength::Standard.into() });
}
