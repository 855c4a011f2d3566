use super::super::sample::*;
use super::*;
use crate::domain::account::Account;
use crate::domain::event::EventKind;
use crate::domain::evidence::EvidenceKind;
use crate::domain::id::{CommitId, FactorId, Stamp};
use crate::domain::organization::authority::OrgAuthority;
use crate::domain::policy_terms::PolicyTerms;
use crate::domain::strength::{Required, Strength};
use chrono::TimeDelta;

const UNENROLLED: Option<Acknowledgement> = Some(Acknowledgement::ActorIsWeaker);

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
            organization("acme", OrgPolicy::VOLUNTARY),
            organization("acme", required(-1, terms(9))),
        );
        let (actor, context, ada) = (admin.actor(), admin.context(), member("acme", "ada", -400));
        let made = admin.set_policy(&voluntary, propose(terms(14)), acknowledged).map(drop);
        assert_eq!(code(made), to_require, "{case}: make required");
        let changes = [
            ("change terms", admin.set_policy(&asks, propose(terms(3)), acknowledged).map(drop)),
            ("make voluntary", admin.set_policy(&asks, VOLUNTARY, acknowledged).map(drop)),
            ("extend", asks.extend(&ada, Strength::Standard, day(20), actor, context).map(drop)),
            ("exempt", asks.exempt(&ada, Strength::Standard, None, actor, context).map(drop)),
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
    let (made, change) = changed(admin(0).set_policy(&start, propose(terms(14)), None).unwrap());
    assert_eq!((change.from, change.to), (OrgPolicy::VOLUNTARY, required(0, terms(14))));

    let on = admin(5);
    let shorter = on.set_policy(&made, propose(terms(7)), None);
    let (shorter, _) = changed(shorter.unwrap());
    let counts_from_day_0 = changed_on(5, required(0, terms(7)));
    assert_eq!(*shorter.policy(), counts_from_day_0);
    let on = admin(6);
    let (scope, _) = changed(on.set_policy(&shorter, propose(whole(7)), None).unwrap());
    assert_eq!(
        scope.policy().requirement(Strength::Standard).map(|r| r.changed),
        Some(day(5)),
        "another scope moves no deadline"
    );

    let on = admin(6);
    let (off, _) = changed(on.set_policy(&shorter, VOLUNTARY, None).unwrap());
    assert_eq!(*off.policy(), OrgPolicy::VOLUNTARY);
    let (again, _) = changed(admin(8).set_policy(&off, propose(terms(7)), None).unwrap());
    assert_eq!(*again.policy(), required(8, terms(7)));
}

#[test]
fn a_change_that_makes_no_sense_is_named() {
    let admin = Admin::of("acme", day(0));
    let (actor, context) = (admin.actor(), admin.context());
    let voluntary = organization("acme", OrgPolicy::VOLUNTARY);
    let asks = organization("acme", required(0, terms(14)));
    let ada = member("acme", "ada", -400);
    let foreign = member("other", "ada", -400);
    let mut left = ada.clone();
    left.left_at = Some(day(-1));
    let over = exempt(ada.clone(), Some(day(0)));
    let codes = [
        (refusal(admin.set_policy(&asks, propose(terms(14)), None)), "nothing_to_change"),
        (refusal(admin.set_policy(&asks, propose(terms(14)), UNENROLLED)), "nothing_to_change"),
        (refusal(admin.set_policy(&voluntary, VOLUNTARY, None)), "nothing_to_change"),
        (refusal(admin.set_policy(&voluntary, VOLUNTARY, UNENROLLED)), "nothing_to_change"),
        (
            refusal(voluntary.extend(&ada, Strength::Standard, day(20), actor, context)),
            "not_required",
        ),
        (
            refusal(asks.extend(&foreign, Strength::Standard, day(20), actor, context)),
            "foreign_organization",
        ),
        (refusal(asks.extend(&left, Strength::Standard, day(20), actor, context)), "not_a_member"),
        (
            refusal(asks.exempt(&ada, Strength::Standard, Some(day(0)), actor, context)),
            "exemption_over",
        ),
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
    let asks_nothing = organization("acme", OrgPolicy::VOLUNTARY);
    let made = admin.set_policy(&asks_nothing, propose(terms(14)), UNENROLLED).unwrap();
    let told: Vec<EventKind> = made.events().cloned().collect();
    let (commit, _) = made.into_commit(CommitId::from_random([3; 16]));
    let [event] = commit.events() else { panic!("one event, not {:?}", commit.events()) };
    assert_eq!((event.subject(), event.at()), (&subject("admin"), day(0)));
    let expected = EventKind::Organization {
        org: org("acme"),
        by: subject("admin"),
        reason: "audit finding".into(),
        change: OrgChange::MadeRequired {
            strength: Strength::Standard,
            terms: terms(14),
            actor_complies: false,
        },
    };
    assert_eq!((event.kind(), told.as_slice()), (&expected, &[expected.clone()][..]));
    let enrolled = Admin::of("acme", day(0)).set_policy(&asks_nothing, propose(terms(14)), None);
    let told = enrolled.unwrap().events().cloned().collect::<Vec<_>>();
    let [EventKind::Organization { change, .. }] = &told[..] else { panic!("{told:?}") };
    assert_eq!(
        *change,
        OrgChange::MadeRequired {
            strength: Strength::Standard,
            terms: terms(14),
            actor_complies: true
        }
    );

    let (asks, admin) = (organization("acme", required(0, terms(14))), Admin::of("acme", day(1)));
    let terms_changed =
        OrgChange::TermsChanged { strength: Strength::Standard, from: terms(14), to: whole(3) };
    let table = [
        (admin.set_policy(&asks, propose(whole(3)), None), terms_changed),
        (
            admin.set_policy(&asks, VOLUNTARY, None),
            OrgChange::MadeVoluntary { strength: Strength::Standard },
        ),
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
    let (made, change) = changed(admin.set_policy(&absent, propose(terms(14)), None).unwrap());
    assert_eq!(change.version, made.version());
    assert_eq!(
        (change.org, change.from, change.to),
        (org("acme"), *absent.policy(), *made.policy())
    );
    let shorter = admin.set_policy(&made, propose(terms(3)), None).unwrap();
    let (shorter, change) = changed(shorter);
    assert_eq!(change.version, shorter.version());
    assert_eq!((change.from, change.to), (*made.policy(), *shorter.policy()));
    assert_ne!(shorter.version(), made.version());
}

fn propose_keys(terms: PolicyTerms) -> ProposedPolicy {
    ProposedPolicy::Required(Strength::PhishingResistant, terms)
}

/// One case a row: a day, what is set then; and since when MFA and keys are required afterwards.
#[test]
fn what_is_raised_lowered_and_raised_again_starts_over_and_the_others_keep_their_dates() {
    let no_keys = ProposedPolicy::NotRequired(Strength::PhishingResistant);
    #[rustfmt::skip]
    let table = [
        (0,  propose(terms(14)),      Some(0),  None),
        (10, propose_keys(terms(30)), Some(0),  Some(10)),
        (12, propose_keys(terms(20)), Some(0),  Some(10)),
        (13, propose(terms(7)),       Some(0),  Some(10)),
        (20, no_keys,                 Some(0),  None),
        (25, propose_keys(terms(30)), Some(0),  Some(25)),
        (30, VOLUNTARY,               None,     Some(25)),
        (40, propose(terms(14)),      Some(40), Some(25)),
    ];
    let mut acme = organization("acme", OrgPolicy::VOLUNTARY);
    for (on, proposed, mfa, keys) in table {
        let policy = acme.proposed(proposed, day(on)).unwrap();
        (acme, _) = changed(set_to(&acme, policy, day(on)));
        let since = |strength| acme.policy().requirement(strength).map(|one| one.since);
        let found = (since(Strength::Standard), since(Strength::PhishingResistant));
        assert_eq!(found, (mfa.map(day), keys.map(day)), "on day {on}");
    }
    // An extension was given for the first time keys were required, and says nothing of the second.
    let ada = extended_under(day(10), member("acme", "ada", -400), day(300));
    assert_eq!(acme.policy().deadline(&ada, APP), Some(day(55)));
}

/// One case a row: what is required, what is proposed, whether it is acknowledged; and what becomes
/// of it, for an administrator who has an app, fresh.
#[test]
fn nobody_changes_what_is_required_of_others_without_having_it() {
    let said = UNENROLLED;
    let mfa = || required(0, terms(14));
    let no_keys = ProposedPolicy::NotRequired(Strength::PhishingResistant);
    let newer = and_newer(mfa(), 60);
    #[rustfmt::skip]
    let table = [
        ("as strong as the actor", OrgPolicy::VOLUNTARY, propose(terms(9)), None, "ok"),
        ("raised above the actor", OrgPolicy::VOLUNTARY, propose_keys(terms(9)), None, "actor_too_weak"),
        ("acknowledged",           OrgPolicy::VOLUNTARY, propose_keys(terms(9)), said, "ok"),
        ("from MFA",               mfa(), propose_keys(terms(9)), None, "actor_too_weak"),
        ("from MFA, acknowledged", mfa(), propose_keys(terms(9)), said, "ok"),
        ("in force, period",       keys(0, terms(14)), propose_keys(terms(9)), said, "actor_too_weak"),
        ("in force, lifted",       keys(0, terms(14)), no_keys, said, "actor_too_weak"),
        ("in force, MFA besides",  keys(0, terms(14)), propose(terms(9)), said, "actor_too_weak"),
        ("of a newer release",     newer, propose(terms(9)), said, "actor_too_weak"),
        ("of a newer release, off", newer, VOLUNTARY, said, "actor_too_weak"),
    ];
    let admin = Admin::of("acme", day(1));
    let (actor, context) = (admin.actor(), admin.context());
    for (case, policy, proposed, acknowledged, expected) in table {
        let acme = organization("acme", policy);
        let outcome = admin.set_policy(&acme, proposed, acknowledged);
        let code = outcome.map_or_else(|refused| refused.code(), |_| "ok");
        assert_eq!(code, expected, "{case}");
    }
    // Nor what one member owes.
    let acme = organization("acme", both(mfa(), keys(0, terms(14))));
    let ada = member("acme", "ada", -400);
    let robot = exempt(ada.clone(), None);
    for strength in Strength::ALL {
        let changes = [
            acme.extend(&ada, strength, day(20), actor, context),
            acme.exempt(&ada, strength, None, actor, context),
            acme.end_exemption(&robot, actor, context),
        ];
        for outcome in changes {
            let too_weak = OrgRefusal::ActorTooWeak(Required::from(Strength::PhishingResistant));
            assert_eq!(refusal(outcome), too_weak.into());
        }
    }
}

#[test]
fn raising_above_oneself_is_told_as_such() {
    let (acme, admin) = (organization("acme", required(0, terms(14))), Admin::of("acme", day(1)));
    let raised = admin.set_policy(&acme, propose_keys(terms(9)), UNENROLLED).unwrap();
    let told: Vec<EventKind> = raised.events().cloned().collect();
    let [EventKind::Organization { change, .. }] = &told[..] else { panic!("{told:?}") };
    let strength = Strength::PhishingResistant;
    let expected = OrgChange::MadeRequired { strength, terms: terms(9), actor_complies: false };
    assert_eq!(*change, expected);
}
