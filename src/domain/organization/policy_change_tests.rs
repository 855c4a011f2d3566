use super::super::ProposedPolicy::{Required, Voluntary};
use super::super::sample::*;
use super::*;
use crate::domain::account::Account;
use crate::domain::event::EventKind;
use crate::domain::evidence::EvidenceKind;
use crate::domain::id::{CommitId, FactorId, Stamp};
use crate::domain::organization::authority::OrgAuthority;
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
        let kind = EvidenceKind::Recovery;
        let session = password_session(&admin.account, admin.now).with(kind, admin.now, admin.now);
        Admin { session, ..admin }
    };
    // The password a moment ago, the code long before.
    let half = |admin: Admin| {
        let kind = EvidenceKind::code_of(FactorId::from_random([1; 16]));
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
