//! The conformance kit is itself tested: stores that are wrong in one way each, and the rule that
//! catches them.

mod latest;
mod org_wrong;
mod organizations;
mod rosters;
mod store;
mod transactions;
mod wrong;

use std::collections::BTreeSet;
use std::pin::pin;

use mfakit::testing::conformance::{Candidate, check_all, check_one, rules};

use self::latest::{LatestWrong, Reader};
use self::org_wrong::OrgWrong;
use self::organizations::Offices;
use self::store::Store;
use self::transactions::{Begins, TxWrong};
use self::wrong::Wrong;
use crate::world::block_on;

/// A store that is wrong about accounts in one way.
fn accounts(wrong: Wrong) -> Candidate {
    let store = Store::new(wrong);
    Candidate::new(store.clone())
        .other_handle(store.clone())
        .index(store.clone())
        .subject_events(Reader::new(LatestWrong::Nothing, store.clone()))
        .event_log(store)
}

/// A store of everything, that is wrong about organizations in one way and about host transactions
/// in another. It waits between its steps, or does not.
fn office(org: OrgWrong, tx: TxWrong, yields: bool) -> Candidate {
    office_beside(Store::new(Wrong::Nothing), org, tx, yields)
}

fn office_beside(accounts: Store, org: OrgWrong, tx: TxWrong, yields: bool) -> Candidate {
    let offices = || Offices::new(org, yields, accounts.clone());
    let (one, wrong) = (offices(), tx);
    Candidate::new(accounts.clone())
        .other_handle(accounts.clone())
        .index(accounts.clone())
        .event_log(accounts.clone())
        .subject_events(Reader::new(LatestWrong::Nothing, accounts.clone()))
        .other_organizations(one.other())
        .stamps(one.other())
        .organizations(one)
        .host_transactions(Begins { wrong, store: accounts.clone() })
        .crowd(1_200)
}

/// What is to be caught and is not.
fn missed(rule: &str, fresh: impl Fn() -> Candidate) -> Option<String> {
    let checked = pin!(check_one(rule, || async { fresh() }));
    match block_on(checked) {
        Err(caught) => {
            assert!(caught.starts_with(rule) && caught.contains("the contract says"), "{caught}");
            None
        }
        Ok(outcome) => Some(format!("{rule}: {outcome:?}")),
    }
}

#[test]
fn a_store_that_is_right_breaks_no_rule() {
    let report = pin!(check_all(|| async { accounts(Wrong::Nothing) }));
    let report = block_on(report);
    assert!(report.is_right(), "{report}");
    assert!(report.not_offered().count() > 0, "there are no organizations: {report}");
    for yields in [true, false] {
        let right = || async move { office(OrgWrong::Nothing, TxWrong::Nothing, yields) };
        let report = pin!(check_all(right));
        let report = block_on(report);
        assert!(report.is_right() && report.not_offered().count() == 0, "{report}");
    }
}

/// So does PostgreSQL's while somebody holds a transaction open.
#[test]
fn a_store_that_gives_short_pages_of_events_breaks_no_rule() {
    let short = || Store::new(Wrong::NothingAndPagesAreShort);
    let right = || async move { office_beside(short(), OrgWrong::Nothing, TxWrong::Nothing, true) };
    let report = pin!(check_all(right));
    let report = block_on(report);
    assert!(report.is_right() && report.not_offered().count() == 0, "{report}");
}

#[test]
fn every_wrong_store_of_organizations_is_caught_by_the_rule_that_names_its_fault() {
    let mut missing = Vec::new();
    for (wrong, rule) in org_wrong::CATALOGUE {
        for yields in [true, false] {
            if yields || !wrong.needs_to_yield() {
                let missed = missed(rule, || office(*wrong, TxWrong::Nothing, yields));
                missing.extend(missed.map(|rule| format!("{wrong:?}, {yields}: {rule}")));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_wrong_reader_of_the_latest_events_is_caught_by_the_rule_that_names_its_fault() {
    let reads = |wrong| {
        let store = Store::new(Wrong::Nothing);
        office_beside(store.clone(), OrgWrong::Nothing, TxWrong::Nothing, true)
            .subject_events(Reader::new(wrong, store))
    };
    let wrongs = latest::CATALOGUE.iter();
    let missed: Vec<String> = wrongs
        .filter_map(|(wrong, rule)| Some(format!("{wrong:?}: {}", missed(rule, || reads(*wrong))?)))
        .collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn every_wrong_host_transaction_is_caught_by_the_rule_that_names_its_fault() {
    let wrongs = transactions::CATALOGUE.iter();
    let missed: Vec<String> = wrongs
        .filter_map(|(wrong, rule)| {
            let missed = missed(rule, || office(OrgWrong::Nothing, *wrong, true))?;
            Some(format!("{wrong:?}: {missed}"))
        })
        .collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// The limit of what this kit can see, which its guide states: two steps that nothing on one thread
/// can come between. That takes a model checker, or several processes.
#[test]
fn two_steps_without_an_await_in_between_look_right_on_one_thread() {
    let unseen =
        || async { office(OrgWrong::ComparesPoliciesAndThenSets, TxWrong::Nothing, false) };
    let report = pin!(check_all(unseen));
    let report = block_on(report);
    assert!(report.is_right(), "the guide says too little: {report}");
}

/// A rule that no wrong store breaks may be one that nothing can break.
#[test]
fn every_rule_has_caught_something() {
    let caught = wrong::CATALOGUE.iter().map(|(_, rule)| *rule);
    let caught = caught.chain(org_wrong::CATALOGUE.iter().map(|(_, rule)| *rule));
    let caught = caught.chain(latest::CATALOGUE.iter().map(|(_, rule)| *rule));
    let caught = caught.chain(transactions::CATALOGUE.iter().map(|(_, rule)| *rule));
    let caught: BTreeSet<&str> = caught.collect();
    let idle: Vec<&str> =
        rules().map(|rule| rule.name).filter(|name| !caught.contains(name)).collect();
    assert_eq!(idle, [""; 0]);
}

#[test]
fn every_wrong_store_is_caught_by_the_rule_that_names_its_fault() {
    let wrongs = wrong::CATALOGUE.iter();
    let missing: Vec<String> = wrongs
        .filter_map(|(wrong, rule)| {
            Some(format!("{wrong:?}: {}", missed(rule, || accounts(*wrong))?))
        })
        .collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
