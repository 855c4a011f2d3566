//! The conformance kit is itself tested: stores that are wrong in one way each, and the rule that
//! catches them.

mod store;

use std::pin::pin;

use mfakit::testing::conformance::{Candidate, check_all};

use self::store::{Store, Wrong};
use crate::world::block_on;

/// The rules that a store breaks, by name.
fn broken(wrong: Wrong) -> Vec<&'static str> {
    let report = pin!(check_all(|| async move {
        let store = Store::new(wrong);
        Candidate::new(store.clone())
            .other_handle(store.clone())
            .index(store.clone())
            .event_log(store)
    }));
    let report = block_on(report);
    report.broken().map(|(rule, _)| rule.name).collect()
}

#[test]
fn a_store_that_is_right_breaks_no_rule() {
    assert_eq!(broken(Wrong::Nothing), [""; 0]);
}

#[test]
fn every_wrong_store_is_caught_by_the_rule_that_names_its_fault() {
    let catalogue = [
        (Wrong::ComparesNothing, "a_stale_version_conflicts"),
        (Wrong::ComparesAndThenSets, "of_many_writers_one_wins_and_every_loser_sees_the_conflict"),
        (Wrong::CreatesOverWhatIsThere, "an_account_is_created_only_once"),
        (Wrong::CreatesOnUpdate, "an_update_of_an_absent_account_conflicts"),
        (Wrong::TakesOlderVersions, "a_stale_version_conflicts"),
        (Wrong::TakesNewerVersions, "a_version_that_never_was_conflicts"),
        (Wrong::ComparesExistenceOnly, "a_recreated_account_refuses_its_former_version"),
        (Wrong::SaysCommittedAgain, "a_repeated_commit_conflicts"),
        (Wrong::SaysCommittedToLosers, "a_stale_version_conflicts"),
        (Wrong::FailsInsteadOfConflict, "a_stale_version_conflicts"),
        (Wrong::StoresWhatItRefuses, "a_refused_commit_leaves_the_state_alone"),
        (Wrong::StoresNothing, "a_created_account_loads_equal"),
        (Wrong::KeepsErasedRows, "an_erased_account_is_absent"),
        (Wrong::ErasesWithoutComparing, "a_refused_commit_leaves_the_state_alone"),
        (Wrong::LoadsFromACache, "another_handle_sees_every_commit_and_conflicts_with_it"),
        (Wrong::LoadsTheStateBefore, "another_handle_sees_every_commit_and_conflicts_with_it"),
        (Wrong::FoldsCase, "subjects_that_look_alike_stay_apart"),
        (Wrong::TrimsSubjects, "subjects_that_look_alike_stay_apart"),
        (Wrong::CutsSubjects, "subjects_that_look_alike_stay_apart"),
        (Wrong::DropsAccents, "subjects_that_look_alike_stay_apart"),
        (Wrong::StoresHalfBeforeItWaits, "a_commit_dropped_half_way_leaves_its_events_or_none"),
        (Wrong::LosesEvents, "events_appear_once_and_in_order"),
        (Wrong::RepeatsEvents, "events_appear_once_and_in_order"),
        (Wrong::ReversesEvents, "events_appear_once_and_in_order"),
        (Wrong::LogsRefusedCommits, "a_refused_commit_leaves_no_event"),
        (Wrong::ForgetsEventsOfErasedAccounts, "the_events_of_an_erasure_stay"),
        (Wrong::NumbersEventsBeforeTheyAreThere, "no_event_is_lost_while_others_write"),
        (Wrong::CursorRepeatsTheLast, "pages_of_events_join_without_a_gap"),
        (Wrong::CursorSkipsOne, "pages_of_events_join_without_a_gap"),
        (Wrong::PrunesOneTooMany, "pruning_drops_nothing_behind_its_cursor"),
        (Wrong::TakesAnyCursor, "a_garbled_cursor_is_refused"),
        (Wrong::AnswersBatchesSorted, "a_batch_answers_in_order"),
        (Wrong::LeavesAbsentOutOfBatches, "a_batch_answers_in_order"),
        (Wrong::PagesOverlookPendingSetups, "pages_of_sealed_accounts_are_complete_and_ascending"),
        (Wrong::PagesDescend, "pages_of_sealed_accounts_are_complete_and_ascending"),
        (Wrong::PagesSayNoMore, "pages_of_sealed_accounts_are_complete_and_ascending"),
        (Wrong::PagesIgnoreTheLimit, "pages_of_sealed_accounts_are_complete_and_ascending"),
    ];
    let missed: Vec<String> = catalogue
        .into_iter()
        .map(|(wrong, rule)| (wrong, rule, broken(wrong)))
        .filter(|(_, rule, broken)| !broken.contains(rule))
        .map(|(wrong, _, broken)| format!("{wrong:?} was caught by {broken:?} only"))
        .collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
