use super::super::sample::*;
use super::super::{
    Membership, OrgAuthority,
    ProposedPolicy::{Required, Voluntary},
};
use super::*;
use crate::domain::account::Account;
use crate::domain::id::Stamp;
use crate::domain::time::after;
use chrono::TimeDelta;

const UNENROLLED: Option<Acknowledgement> = Some(Acknowledgement::ActorIsNotEnrolled);

fn refusal<T>(outcome: Result<OrgTransition<T>, Refusal>) -> Refusal {
    match outcome {
        Ok(_) => panic!("not refused"),
        Err(refusal) => refusal,
    }
}

/// One row a case: who asks, whether it is acknowledged that the actor is not enrolled; and what
/// becomes of making MFA required, and of every other change.
#[test]
fn a_policy_is_changed_by_whom_the_table_says() {
    let stale = |admin: Admin| Admin { now: admin.now + TimeDelta::minutes(11), ..admin };
    let recovered = |admin: Admin| {
        let kind = crate::domain::EvidenceKind::Recovery;
        let session = password_session(&admin.account, admin.now).with(kind, admin.now, admin.now);
        Admin { session, ..admin }
    };
    // The password a moment ago, the code long before.
    let half = |admin: Admin| {
        let kind = crate::domain::EvidenceKind::Totp(crate::domain::FactorId::from_random([1; 16]));
        let long_ago = admin.now - TimeDelta::hours(1);
        let session = password_session(&admin.account, admin.now).with(kind, long_ago, long_ago);
        Admin { session, ..admin }
    };
    let pending = |admin: Admin| {
        let session = password_session(&admin.account, admin.now);
        Admin { session, ..admin }
    };
    let stranger = |admin: Admin| {
        let authority = OrgAuthority::grant(org("acme"), subject("eve"), "hm").unwrap();
        Admin { authority, ..admin }
    };
    let foreign = |admin: Admin| {
        let session = password_session(&plain_account("eve"), admin.now);
        Admin { session, ..admin }
    };
    // The password was changed after that session began.
    let outdated = |admin: Admin| {
        let account = Account { stamp: Stamp::from_stored(7), ..admin.account.clone() };
        Admin { account, ..admin }
    };
    let (enrolled, unenrolled) =
        (|| Admin::of("acme", day(0)), || Admin::unenrolled("acme", day(0)));

    #[rustfmt::skip]
    let table = [
        ("enrolled, fresh",               enrolled(),            None,       "ok", "ok"),
        ("enrolled, eleven minutes old",  stale(enrolled()),     None,       "step_up_required", "step_up_required"),
        ("enrolled, stale, acknowledged", stale(enrolled()),     UNENROLLED, "step_up_required", "step_up_required"),
        ("enrolled, code stale",          half(enrolled()),      None,       "step_up_required", "step_up_required"),
        ("the same, acknowledged",        half(enrolled()),      UNENROLLED, "step_up_required", "step_up_required"),
        ("by recovery code",              recovered(enrolled()), None,       "step_up_required", "step_up_required"),
        ("password only, MFA on",         pending(enrolled()),   UNENROLLED, "sign_in_again", "sign_in_again"),
        ("not enrolled",                  unenrolled(),          None,       "actor_not_enrolled", "actor_not_enrolled"),
        ("not enrolled, acknowledged",    unenrolled(),          UNENROLLED, "ok", "actor_not_enrolled"),
        ("not enrolled, stale",           stale(unenrolled()),   UNENROLLED, "step_up_required", "actor_not_enrolled"),
        ("not enrolled, another's session", foreign(unenrolled()), UNENROLLED, "foreign_session", "foreign_session"),
        ("the same, not acknowledged",    foreign(unenrolled()), None,       "foreign_session", "foreign_session"),
        ("not enrolled, void session",    outdated(unenrolled()), UNENROLLED, "sign_in_again", "sign_in_again"),
        ("enrolled, void session",        outdated(enrolled()),  None,       "sign_in_again", "sign_in_again"),
        ("enrolled, another's session",   foreign(enrolled()),   None,       "foreign_session", "foreign_session"),
        ("authority is another actor's",  stranger(enrolled()),  None,       "foreign_session", "foreign_session"),
        ("authority over another one",    Admin::of("other", day(0)), None,  "foreign_organization", "foreign_organization"),
    ];
    let code = |outcome: Result<(), Refusal>| match outcome {
        Ok(()) => "ok",
        Err(refusal) => refusal.code(),
    };
    for (case, admin, acknowledged, to_require, others) in table {
        let (voluntary, asks) = (
            organization("acme", OrgPolicy::Voluntary),
            organization("acme", required(-1, terms(9))),
        );
        let (actor, context, ada) = (admin.actor(), admin.context(), member("acme", "ada", -400));
        let made = admin.set_policy(&voluntary, Required(terms(14)), acknowledged).map(drop);
        assert_eq!(code(made), to_require, "{case}: make required");
        let changes = [
            ("change terms", admin.set_policy(&asks, Required(terms(3)), acknowledged).map(drop)),
            ("make voluntary", admin.set_policy(&asks, Voluntary, acknowledged).map(drop)),
            ("extend", asks.extend(&ada, day(20), actor, context).map(drop)),
            ("exempt", asks.exempt(&ada, None, actor, context).map(drop)),
            ("end", asks.end_exemption(&exempt(ada.clone(), None), actor, context).map(drop)),
        ];
        for (change, outcome) in changes {
            assert_eq!(code(outcome), others, "{case}: {change}");
        }
    }
}

#[test]
fn a_new_period_begins_when_it_is_required_again_and_not_when_it_is_changed() {
    let admin = |on| Admin::of("acme", day(on));
    let start = Organization::absent(org("acme"), version());
    let (made, change) = changed(admin(0).set_policy(&start, Required(terms(14)), None).unwrap());
    assert_eq!((change.from, change.to), (OrgPolicy::Voluntary, required(0, terms(14))));

    let on = admin(5);
    let shorter = on.set_policy(&made, Required(terms(7)), None);
    let (shorter, _) = changed(shorter.unwrap());
    let counts_from_day_0 = OrgPolicy::Required { since: day(0), changed: day(5), terms: terms(7) };
    assert_eq!(*shorter.policy(), counts_from_day_0);
    let on = admin(6);
    let (scope, _) = changed(on.set_policy(&shorter, Required(whole(7)), None).unwrap());
    assert_eq!(scope.policy().changed(), Some(day(5)), "another scope moves no deadline");

    let on = admin(6);
    let (off, _) = changed(on.set_policy(&shorter, Voluntary, None).unwrap());
    assert_eq!(*off.policy(), OrgPolicy::Voluntary);
    let (again, _) = changed(admin(8).set_policy(&off, Required(terms(7)), None).unwrap());
    assert_eq!(*again.policy(), required(8, terms(7)));
}

#[test]
fn a_change_that_makes_no_sense_is_named() {
    let admin = Admin::of("acme", day(0));
    let (actor, context) = (admin.actor(), admin.context());
    let voluntary = organization("acme", OrgPolicy::Voluntary);
    let asks = organization("acme", required(0, terms(14)));
    let ada = member("acme", "ada", -400);
    let foreign = member("other", "ada", -400);
    let mut left = ada.clone();
    left.left_at = Some(day(-1));
    let over = exempt(ada.clone(), Some(day(0)));
    let codes = [
        (refusal(admin.set_policy(&asks, Required(terms(14)), None)), "nothing_to_change"),
        (refusal(admin.set_policy(&asks, Required(terms(14)), UNENROLLED)), "nothing_to_change"),
        (refusal(admin.set_policy(&voluntary, Voluntary, None)), "nothing_to_change"),
        (refusal(admin.set_policy(&voluntary, Voluntary, UNENROLLED)), "nothing_to_change"),
        (refusal(voluntary.extend(&ada, day(20), actor, context)), "not_required"),
        (refusal(asks.extend(&foreign, day(20), actor, context)), "foreign_organization"),
        (refusal(asks.extend(&left, day(20), actor, context)), "not_a_member"),
        (refusal(asks.exempt(&ada, Some(day(0)), actor, context)), "exemption_over"),
        (refusal(asks.end_exemption(&ada, actor, context)), "not_exempt"),
        (refusal(asks.end_exemption(&over, actor, context)), "not_exempt"),
    ];
    for (refused, code) in codes {
        assert_eq!(refused.code(), code);
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
        let outcome = asks.extend(&ada, until, admin.actor(), admin.context());
        match outcome {
            Ok(transition) => {
                assert!(allowed, "{case}");
                let (_, ada) = committed(transition);
                assert_eq!(asks.policy().deadline(&ada), Some(until), "{case}");
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
    let shorter = asks.extend(&ada, day(20), admin.actor(), admin.context()).unwrap();
    assert_eq!(asks.policy().deadline(&committed(shorter).1), Some(day(20)));
}

#[test]
fn ending_an_exemption_walls_from_then_on_and_says_so() {
    let asks = organization("acme", required(0, terms(14)));
    let ada = exempt(member("acme", "ada", -400), None);
    let admin = Admin::of("acme", day(100));
    let ended = asks.end_exemption(&ada, admin.actor(), admin.context()).unwrap();
    let standing = asks.policy().decide(&committed(ended).1, false, day(100));
    assert_eq!(standing, super::super::Standing::Lapsed { since: day(100) });
}

#[test]
fn whoever_leaves_and_rejoins_has_no_new_period() {
    let settings = crate::domain::Settings::default();
    let at = |on| Context::new(&settings, day(on)).unwrap();
    let (acme, ada) = (org("acme"), subject("ada"));
    let joined = Membership::join(acme, ada, day(-400), version(), at(-400)).unwrap();
    let ada = committed(joined).1;
    let ada = committed(ada.leave(at(13)).unwrap()).1;
    assert_eq!(refusal(ada.leave(at(13))).code(), "not_a_member");
    let ada = committed(ada.rejoin(at(15)).unwrap()).1;
    assert_eq!(refusal(ada.rejoin(at(15))).code(), "nothing_to_change");
    assert_eq!(required(0, terms(14)).deadline(&ada), Some(day(14)));
}

#[test]
fn nobody_joins_in_the_future() {
    let settings = crate::domain::Settings::default();
    let now = Context::new(&settings, day(0)).unwrap();
    let join = |at| Membership::join(org("acme"), subject("ada"), at, version(), now);
    assert!(join(day(0) + TimeDelta::seconds(30)).is_ok(), "two servers' clocks");
    assert_eq!(refusal(join(day(0) + TimeDelta::seconds(31))).code(), "joined_in_the_future");
}

#[test]
fn every_change_says_who_made_it_and_why() {
    let admin = Admin::unenrolled("acme", day(0));
    let asks_nothing = organization("acme", OrgPolicy::Voluntary);
    let made = admin.set_policy(&asks_nothing, Required(terms(14)), UNENROLLED).unwrap();
    let told: Vec<EventKind> = made.events().cloned().collect();
    let (commit, _) = made.into_commit(CommitId::from_random([3; 16]));
    let [event] = commit.events() else { panic!("one event, not {:?}", commit.events()) };
    assert_eq!((event.subject(), event.at()), (&subject("admin"), day(0)));
    let expected = EventKind::Organization {
        org: org("acme"),
        by: subject("admin"),
        reason: "audit finding".into(),
        change: OrgChange::MadeRequired { terms: terms(14), actor_enrolled: false },
    };
    assert_eq!((event.kind(), told.as_slice()), (&expected, &[expected.clone()][..]));
    let enrolled = Admin::of("acme", day(0)).set_policy(&asks_nothing, Required(terms(14)), None);
    let told = enrolled.unwrap().events().cloned().collect::<Vec<_>>();
    let [EventKind::Organization { change, .. }] = &told[..] else { panic!("{told:?}") };
    assert_eq!(*change, OrgChange::MadeRequired { terms: terms(14), actor_enrolled: true });

    let (asks, admin) = (organization("acme", required(0, terms(14))), Admin::of("acme", day(1)));
    let terms_changed = OrgChange::TermsChanged { from: terms(14), to: whole(3) };
    let table = [
        (admin.set_policy(&asks, Required(whole(3)), None), terms_changed),
        (admin.set_policy(&asks, Voluntary, None), OrgChange::MadeVoluntary),
    ];
    for (changed, expected) in table {
        let (commit, _) = changed.unwrap().into_commit(CommitId::from_random([4; 16]));
        let [event] = commit.events() else { panic!("one event, not {:?}", commit.events()) };
        let EventKind::Organization { change, .. } = event.kind() else { panic!("{event:?}") };
        assert_eq!(*change, expected);
    }
}

#[test]
fn a_change_names_the_version_that_is_stored() {
    let (admin, absent) = (Admin::of("acme", day(1)), Organization::absent(org("acme"), version()));
    let (made, change) = changed(admin.set_policy(&absent, Required(terms(14)), None).unwrap());
    assert_eq!(change.version, made.version());
    assert_eq!(
        (change.org, change.from, change.to),
        (org("acme"), *absent.policy(), *made.policy())
    );
    let shorter = admin.set_policy(&made, Required(terms(3)), None).unwrap();
    let (shorter, change) = changed(shorter);
    assert_eq!(change.version, shorter.version());
    assert_eq!((change.from, change.to), (*made.policy(), *shorter.policy()));
    assert_ne!(shorter.version(), made.version());
}

#[test]
fn a_row_remembers_its_last_eight_commits() {
    let (mut acme, admin) =
        (organization("acme", required(0, terms(1))), Admin::of("acme", day(1)));
    let mut ada = member("acme", "ada", 0);
    for commit in 0..20 {
        let id = CommitId::from_random([commit; 16]);
        let change = admin.set_policy(&acme, Required(terms(i64::from(commit) + 2)), None);
        let (commit, _) = change.unwrap().into_commit(id);
        let crate::domain::OrgRow::Organization(row) = commit.row() else {
            panic!("not an organization")
        };
        acme = (**row).clone();
        let turn =
            if ada.is_member() { ada.leave(admin.context()) } else { ada.rejoin(admin.context()) };
        let (commit, _) = turn.unwrap().into_commit(id);
        let crate::domain::OrgRow::Membership(row) = commit.row() else {
            panic!("not a membership")
        };
        ada = (**row).clone();
    }
    let expected: Vec<CommitId> = (12..20).map(|c| CommitId::from_random([c; 16])).collect();
    assert_eq!(acme.recent_commits(), expected);
    assert_eq!(ada.recent_commits(), expected);
}

#[test]
fn a_reason_outside_its_bounds_is_refused() {
    let grant = |reason: &str| OrgAuthority::grant(org("acme"), subject("admin"), reason);
    assert!(grant("").is_err() && grant(&"a".repeat(256)).is_err() && grant("a\nb").is_err());
    assert!(grant(&"a".repeat(255)).is_ok());
}
