use chrono::TimeDelta;

use super::super::sample::*;
use super::*;
use crate::domain::factor::FactorState;
use crate::domain::organization::membership::Membership;
use crate::domain::organization::policy::OrgPolicy;

fn demand(name: &str, deadline: i64) -> Demand {
    Demand {
        deadline: day(deadline),
        org: org(name),
        scope: PolicyScope::OrganizationResources,
        required: Strength::Standard.into(),
    }
}

fn whole_demand(name: &str, deadline: i64) -> Demand {
    Demand { scope: PolicyScope::WholeAccount, ..demand(name, deadline) }
}

fn remind(demands: &[Demand]) -> Gate {
    remind_of(demands[0].deadline, demands)
}

fn remind_of(deadline: DateTime<Utc>, demands: &[Demand]) -> Gate {
    Gate::AllowAndRemind(Reminded { deadline, organizations: demands.to_vec() })
}

fn wall(demands: &[Demand]) -> Gate {
    let organizations = demands.to_vec();
    Gate::SetUpFirst(Walled { since: demands[0].deadline, organizations })
}

fn of(name: &str, policy: OrgPolicy) -> Affiliation {
    affiliation(name, policy, member(name, "ada", -400))
}

/// One case a row: the organizations and whether MFA is on, on day 10; and what the account and
/// the resources of the first organization answer, and until when.
#[test]
fn the_gate_opens_as_the_table_says() {
    let (none, asks) =
        (|name| of(name, OrgPolicy::VOLUNTARY), |name, grace| of(name, required(0, terms(grace))));
    let closes = |name, grace| of(name, required(0, whole(grace)));
    let exempted = |until: i64| {
        affiliation("a", required(0, whole(5)), exempt(member("a", "ada", -400), Some(day(until))))
    };

    #[rustfmt::skip]
    let table = [
        ("voluntary",               vec![none("a")], NONE, Gate::Allow, Gate::Allow, None),
        ("in grace",                vec![asks("a", 14)], NONE,
            remind(&[demand("a", 14)]), remind(&[demand("a", 14)]), Some(14)),
        ("in grace, MFA on",        vec![closes("a", 14)], APP, Gate::Allow, Gate::Allow, Some(14)),
        ("lapsed, MFA on",          vec![closes("a", 5)], APP, Gate::Allow, Gate::Allow, None),
        ("lapsed for the account",  vec![closes("a", 5)], NONE,
            wall(&[whole_demand("a", 5)]), wall(&[whole_demand("a", 5)]), None),
        ("lapsed for its own",      vec![asks("a", 5)], NONE,
            remind(&[demand("a", 5)]), wall(&[demand("a", 5)]), None),
        ("another's lapsed",        vec![none("a"), asks("b", 5)], NONE,
            remind(&[demand("b", 5)]), remind(&[demand("b", 5)]), None),
        ("another's closes all",    vec![none("a"), closes("b", 5)], NONE,
            wall(&[whole_demand("b", 5)]), wall(&[whole_demand("b", 5)]), None),
        ("its own lapsed, all next", vec![asks("a", 5), closes("b", 14)], NONE,
            remind_of(day(14), &[demand("a", 5), whole_demand("b", 14)]), wall(&[demand("a", 5)]), Some(14)),
        ("the strictest first",     vec![asks("a", 30), asks("b", 14), none("c")], NONE,
            remind(&[demand("b", 14), demand("a", 30)]), remind(&[demand("b", 14), demand("a", 30)]), Some(14)),
        ("two have closed",         vec![closes("a", 7), closes("b", 5), asks("c", 14)], NONE,
            wall(&[whole_demand("b", 5), whole_demand("a", 7)]),
            wall(&[whole_demand("b", 5), whole_demand("a", 7)]), Some(14)),
        ("closed as of now",        vec![asks("a", 10), asks("b", 14)], NONE,
            remind_of(day(14), &[demand("a", 10), demand("b", 14)]),
            wall(&[demand("a", 10)]), Some(14)),
        ("exempt for a while",      vec![exempted(12)], NONE, Gate::Allow, Gate::Allow, Some(12)),
        ("exempt no longer",        vec![exempted(9)], NONE,
            wall(&[whole_demand("a", 9)]), wall(&[whole_demand("a", 9)]), None),
    ];
    for (case, affiliations, strength, account, resources, until) in table {
        let answer = Access::to_account(&affiliations, strength, day(10));
        assert_eq!((answer.gate, answer.until), (account, until.map(day)), "{case}: account");
        let answer = Access::to_organization(&org("a"), &affiliations, strength, day(10)).unwrap();
        assert_eq!((answer.gate, answer.until), (resources, until.map(day)), "{case}: resources");
    }
}

#[test]
fn somebody_without_organizations_is_let_through() {
    let answer = Access::to_account(&[], NONE, day(0));
    assert_eq!(answer, Access { gate: Gate::Allow, needed: None, until: None });
}

#[test]
fn an_organization_that_is_unknown_or_left_has_no_resources_for_one() {
    let unknown = Access::to_organization(&org("b"), &[of("a", OrgPolicy::VOLUNTARY)], APP, day(0));
    assert_eq!(unknown, Err(OrgRefusal::NotAMember(org("b"))));
    let mut gone = member("a", "ada", -400);
    gone.left_at = Some(day(-1));
    let left = [affiliation("a", OrgPolicy::VOLUNTARY, gone)];
    let left = Access::to_organization(&org("a"), &left, APP, day(0));
    assert_eq!(left, Err(OrgRefusal::NotAMember(org("a"))));
}

#[test]
fn days_left_are_counted_by_the_one_that_has_begun() {
    let reminded = Reminded { deadline: day(14), organizations: vec![demand("a", 14)] };
    let hour = TimeDelta::hours(1);
    let table = [
        (day(0), 14),
        (day(7), 7),
        (day(7) + MICRO, 7),
        (day(8), 6),
        (day(14) - hour, 1),
        (day(14) - MICRO, 1),
        (day(14), 0),
        (day(20), 0),
    ];
    for (now, left) in table {
        assert_eq!(reminded.days_left(now), left, "{now}");
    }
}

#[test]
fn mfa_cannot_be_switched_off_where_it_is_asked_for_and_the_refusal_says_by_whom() {
    let asks = |name: &str| of(name, required(0, terms(14)));
    let exempted = affiliation("c", required(0, terms(14)), exempt(member("c", "ada", 0), None));
    let app = account_of(APP);
    assert_eq!(
        check_may_weaken(&[of("a", OrgPolicy::VOLUNTARY), exempted], &app, NONE, day(1)),
        Ok(())
    );
    for now in [day(1), day(20)] {
        let all = [asks("a"), of("b", OrgPolicy::VOLUNTARY), asks("d")];
        let refused = check_may_weaken(&all, &app, NONE, now);
        assert_eq!(refused, Err(OrgRefusal::PolicyRequires(vec![org("a"), org("d")])));
    }
    let many: Vec<Affiliation> = (0..5).map(|n| asks(&format!("org-{n}"))).collect();
    let refused = check_may_weaken(&many, &app, NONE, day(1)).unwrap_err();
    let text = "two-factor authentication is required by org-0, org-1, org-2 and 2 more";
    assert_eq!(refused.to_string(), text);
}

#[test]
fn ten_thousand_memberships_are_decided() {
    let policy = |n: i64| required(0, if n == 7_777 { whole(5) } else { terms(30 + n % 300) });
    let many: Vec<Affiliation> = (0..10_000).map(|n| of(&format!("org-{n}"), policy(n))).collect();
    let answer = Access::to_account(&many, NONE, day(10));
    assert_eq!(answer.gate, wall(&[whole_demand("org-7777", 5)]));
    assert_eq!(answer.until, Some(day(30)));
}

/// One case a row: the requirements of one organization, how strong the account is, on day 10; and
/// the gate of the account and of its resources.
#[test]
fn the_gate_says_what_it_takes_to_open() {
    let ask = |deadline, scope, strength: Strength| Demand {
        deadline: day(deadline),
        org: org("a"),
        scope,
        required: strength.into(),
    };
    use PolicyScope::{OrganizationResources as Own, WholeAccount as Whole};
    use Strength::{PhishingResistant as Key, Standard as App};
    let over = |policy| both(required(0, whole(5)), policy);

    #[rustfmt::skip]
    let table = [
        ("keys for all, over",        keys(0, whole(5)), APP,
            wall(&[ask(5, Whole, Key)]), wall(&[ask(5, Whole, Key)]), None),
        ("the same, with a key",      keys(0, whole(5)), KEY, Gate::Allow, Gate::Allow, None),
        ("keys for its own, over",    keys(0, terms(5)), APP,
            remind(&[ask(5, Own, Key)]), wall(&[ask(5, Own, Key)]), None),
        ("MFA over, keys ahead",      over(keys(0, terms(14))), NONE,
            wall(&[ask(5, Whole, App)]), wall(&[ask(5, Whole, App)]), Some(14)),
        ("the same, with an app",     over(keys(0, terms(14))), APP,
            remind(&[ask(14, Own, Key)]), remind(&[ask(14, Own, Key)]), Some(14)),
        ("both over, for all",        over(keys(0, whole(7))), NONE,
            wall(&[ask(5, Whole, Key)]), wall(&[ask(5, Whole, Key)]), None),
        ("both over, keys for its own", over(keys(0, terms(3))), NONE,
            wall(&[ask(5, Whole, App)]), wall(&[ask(3, Whole, Key)]), None),
        ("both ahead",                both(required(0, terms(20)), keys(0, terms(14))), NONE,
            remind(&[ask(14, Own, Key)]), remind(&[ask(14, Own, Key)]), Some(14)),
        ("own over, all ahead",       both(required(0, terms(5)), keys(0, whole(14))), NONE,
            remind_of(day(14), &[ask(5, Own, App)]), wall(&[ask(5, Own, App)]), Some(14)),
    ];
    for (case, policy, strength, account, resources, until) in table {
        let one = [of("a", policy)];
        let answer = Access::to_account(&one, strength, day(10));
        assert_eq!((answer.gate, answer.until), (account, until.map(day)), "{case}: account");
        let answer = Access::to_organization(&org("a"), &one, strength, day(10)).unwrap();
        assert_eq!((answer.gate, answer.until), (resources, until.map(day)), "{case}: resources");
    }
}

/// One case a row: the requirements of one organization, how strong the account is, on day 10; what a
/// session of it has to have proven for the account and for the resources, and until when that is so.
#[test]
fn a_session_has_to_prove_what_the_account_has_and_is_required_once_its_period_is_over() {
    use Strength::{PhishingResistant as Key, Standard as App};
    let ada = || member("a", "ada", -400);
    let asked = |policy| (policy, ada());
    let exempt = |until| exempt_from(Key, ada(), until);
    let left = Membership { left_at: Some(day(1)), ..ada() };

    #[rustfmt::skip]
    let table = [
        ("voluntary",               asked(OrgPolicy::VOLUNTARY), KEY, None, None, None, None),
        ("keys for all, over",      asked(keys(0, whole(5))), KEY, Some(Key), Some(Key), None, None),
        ("keys for all, ahead",     asked(keys(0, whole(14))), KEY, None, None, Some(14), Some(14)),
        ("keys for all, as of now", asked(keys(0, whole(10))), KEY, Some(Key), Some(Key), None, None),
        ("keys for its own, over",  asked(keys(0, terms(5))), KEY, None, Some(Key), None, None),
        ("keys for its own, ahead", asked(keys(0, terms(14))), KEY, None, None, None, Some(14)),
        ("MFA for all, over",       asked(required(0, whole(5))), KEY, Some(App), Some(App), None, None),
        ("the same, with an app",   asked(required(0, whole(5))), APP, Some(App), Some(App), None, None),
        ("MFA over, keys ahead",    asked(both(required(0, whole(5)), keys(0, whole(14)))), KEY,
            Some(App), Some(App), Some(14), Some(14)),
        ("both over",               asked(both(required(0, whole(5)), keys(0, terms(6)))), KEY,
            Some(App), Some(Key), None, None),
        ("not what it lacks",       asked(keys(0, whole(5))), APP, None, None, None, None),
        ("nor what nobody has",     asked(and_newer(keys(0, whole(5)), 60)), KEY, Some(Key), Some(Key), None, None),
        ("exempt for ever",         (keys(0, whole(5)), exempt(None)), KEY, None, None, None, None),
        ("exempt for a while",      (keys(0, whole(5)), exempt(Some(day(12)))), KEY,
            None, None, Some(12), Some(12)),
        ("exempt no longer",        (keys(0, whole(5)), exempt(Some(day(9)))), KEY,
            Some(Key), Some(Key), None, None),
        ("a longer period",         (keys(0, whole(5)), extended(ada(), day(20))), KEY, None, None, Some(20), Some(20)),
        ("left",                    (keys(0, whole(5)), left), KEY, None, None, None, None),
    ];
    for (case, (policy, member), strength, account, resources, until, of_resources) in table {
        let gone = !member.is_member();
        let one = [affiliation("a", policy, member)];
        let answer = Access::to_account(&one, strength, day(10));
        assert_eq!((answer.needed, answer.until), (account, until.map(day)), "{case}: account");
        let Ok(answer) = Access::to_organization(&org("a"), &one, strength, day(10)) else {
            assert!(gone, "{case}");
            continue;
        };
        let expected = (resources, of_resources.map(day));
        assert_eq!((answer.needed, answer.until), expected, "{case}: resources");
    }
}

/// A key cannot be given up for an app where keys are asked for, in the period too; and what a
/// policy asks for in vain does not keep anybody from anything that makes an account no weaker.
#[test]
fn an_account_cannot_be_made_weaker_than_any_organization_asks() {
    let refused = |names: &[&str]| {
        Err(OrgRefusal::PolicyRequires(names.iter().map(|name| org(name)).collect()))
    };
    let (keys, voluntary) = (keys(0, terms(14)), OrgPolicy::VOLUNTARY);
    let table = [
        (KEY, APP, keys, refused(&["a"])),
        (KEY, KEY, keys, Ok(())),
        (APP, APP, keys, Ok(())),
        (NONE, NONE, keys, Ok(())),
        (NONE, APP, keys, Ok(())),
        (KEY, NONE, keys, refused(&["a", "b"])),
        (APP, NONE, keys, refused(&["a", "b"])),
        (KEY, APP, voluntary, Ok(())),
        (KEY, NONE, voluntary, refused(&["b"])),
    ];
    for (before, left, policy, expected) in table {
        let both = [of("a", policy), of("b", required(0, terms(14)))];
        let answer = check_may_weaken(&both, &account_of(before), left, day(1));
        assert_eq!(answer, expected, "{before:?} -> {left:?}");
    }
    let robot = exempt_from(Strength::PhishingResistant, member("a", "ada", -400), None);
    let robot = [affiliation("a", keys, robot)];
    assert_eq!(check_may_weaken(&robot, &account_of(KEY), APP, day(1)), Ok(()));
}

/// A factor below every strength that this release knows is one: without it MFA is off.
#[test]
fn switching_mfa_off_is_a_weakening_whatever_the_factor_counted_for() {
    let mut odd = account_of(KEY);
    odd.factors.remove(0);
    let FactorState::Unknown(state) = &mut odd.factors[0].state else { panic!("{odd:?}") };
    state.rank = 1;
    assert_eq!(odd.strength(), NONE);
    let refused = Err(OrgRefusal::PolicyRequires(vec![org("a")]));
    let asks = [of("a", required(0, terms(14)))];
    assert_eq!(check_may_weaken(&asks, &odd, NONE, day(1)), refused);
}
