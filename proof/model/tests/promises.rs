//! Every promise in every state of every scenario; and each falls when its rule is taken away.

use std::collections::BTreeSet;

use mfakit_model::{Fault, PROMISES, Protocol, Scenario};
use stateright::{Checker, HasDiscoveries, Model};

/// As many states as every scenario has at least, lest one that ends at once keeps every promise.
const LEAST: usize = 100_000;

#[test]
fn every_promise_holds_in_every_order_of_steps() {
    for scenario in Scenario::bounded() {
        let name = scenario.name;
        let checker = Protocol::new(scenario).checker().threads(2).spawn_bfs().join();
        println!("{name}: {} states, depth {}", checker.unique_state_count(), checker.max_depth());
        checker.assert_properties();
        assert!(checker.unique_state_count() > LEAST, "{name}");
    }
}

/// The rule that is taken away, the scenario that shows it, and the promise that falls.
fn rules() -> Vec<(Fault, Scenario, &'static str)> {
    vec![
        (Fault::StoreDoesNotCompare, Scenario::one_code(), "a code is accepted once"),
        (Fault::StoreDoesNotCompare, Scenario::one_code(), "a stale writer undoes nothing"),
        (Fault::StoreDoesNotCompare, Scenario::recovery(), "a recovery code is accepted once"),
        (Fault::StoreDoesNotCompare, Scenario::recovery(), "regenerating kills the old set"),
        (
            Fault::StoreDoesNotCompare,
            Scenario::guesses(),
            "no more guesses are judged than the budget has",
        ),
        (
            Fault::StoreDoesNotCompare,
            Scenario::credentials(),
            "a session from before a change of credentials is void",
        ),
        (Fault::AnswerBeforeCommit, Scenario::one_code(), "no answer leaves before its commit"),
        (
            Fault::AnswerBeforeCommit,
            Scenario::guesses(),
            "no more guesses are judged than the budget has",
        ),
        (Fault::StepNotBurned, Scenario::one_code(), "a code is accepted once"),
        (Fault::CodeNotSpent, Scenario::recovery(), "a recovery code is accepted once"),
        (Fault::OldSetKept, Scenario::recovery(), "regenerating kills the old set"),
        (
            Fault::GuessNotCharged,
            Scenario::guesses(),
            "no more guesses are judged than the budget has",
        ),
        (
            Fault::StampKept,
            Scenario::credentials(),
            "a session from before a change of credentials is void",
        ),
        (
            Fault::SetupUnbound,
            Scenario::setups(),
            "a setup is confirmed in the session that began it alone",
        ),
        (Fault::CommitForgotten, Scenario::one_code(), "a lost reply costs the owner no code"),
        (Fault::TornCommit, Scenario::one_code(), "a crash leaves the old state or the new one"),
        (Fault::StoreDoesNotCompare, Scenario::one_key(), "an assertion passes once"),
        (Fault::StoreDoesNotCompare, Scenario::step_up(), "a stale writer undoes nothing"),
        (
            Fault::StampKept,
            Scenario::keys(),
            "a session from before a change of credentials is void",
        ),
        (
            Fault::SetupUnbound,
            Scenario::keys(),
            "a setup is confirmed in the session that began it alone",
        ),
        (Fault::PassForgotten, Scenario::one_key(), "an assertion passes once"),
        (
            Fault::AssertionUnbound,
            Scenario::step_up(),
            "an assertion passes no challenge but its own",
        ),
        (Fault::FailureCharged, Scenario::step_up(), "an assertion that fails changes nothing"),
        (Fault::CounterTaken, Scenario::one_key(), "the counter of a credential never falls"),
        (
            Fault::EventsApart,
            Scenario::one_code(),
            "the log tells of every change, and of nothing else",
        ),
    ]
}

#[test]
fn each_promise_falls_when_its_rule_is_taken_away() {
    for (fault, scenario, promise) in rules() {
        let name = scenario.name;
        let checker = Protocol::without(scenario, fault)
            .checker()
            .threads(2)
            .finish_when(HasDiscoveries::AllOf(BTreeSet::from([promise])))
            .spawn_bfs()
            .join();
        assert!(checker.discovery(promise).is_some(), "{promise:?} holds with {fault:?}, {name}");
    }
}

#[test]
fn every_promise_and_every_rule_is_among_those() {
    let named: BTreeSet<&str> = rules().iter().map(|(.., promise)| *promise).collect();
    assert_eq!(named, PROMISES.iter().map(|(name, _)| *name).collect());
    let taken: Vec<Fault> = rules().iter().map(|(fault, ..)| *fault).collect();
    assert!(Fault::ALL.iter().all(|fault| taken.contains(fault)));
}
