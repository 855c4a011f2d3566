//! Ways of being wrong about accounts, and the rule that names each.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat};
use mfakit::domain::Account;
use mfakit::store::{Format, StoredAccount};
use serde_json::Value;

/// One way of being wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Wrong {
    Nothing,
    /// Right all the same: a page may be shorter than it was asked to be.
    NothingAndPagesAreShort,
    ComparesNothing,
    ComparesAndThenSets,
    CreatesOverWhatIsThere,
    CreatesOnUpdate,
    TakesOlderVersions,
    TakesNewerVersions,
    ComparesExistenceOnly,
    SaysCommittedAgain,
    SaysCommittedToLosers,
    FailsInsteadOfConflict,
    StoresWhatItRefuses,
    StoresNothing,
    KeepsErasedRows,
    ErasesWithoutComparing,
    LoadsFromACache,
    LoadsTheStateBefore,
    FoldsCase,
    TrimsSubjects,
    CutsSubjects,
    DropsAccents,
    StoresHalfBeforeItWaits,
    LosesEvents,
    LosesEventsItDoesNotKnow,
    RepeatsEvents,
    ReversesEvents,
    LogsRefusedCommits,
    ForgetsEventsOfErasedAccounts,
    NumbersEventsBeforeTheyAreThere,
    CursorRepeatsTheLast,
    CursorSkipsOne,
    LastPageHasNoCursor,
    PrunesOneTooMany,
    TakesAnyCursor,
    AnswersBatchesSorted,
    LeavesAbsentOutOfBatches,
    PagesOverlookPendingSetups,
    PagesDescend,
    PagesSayNoMore,
    PagesIgnoreTheLimit,
    InventsAccounts,
    KeepsMilliseconds,
    CutsLabels,
    ForgetsItsCommits,
    DeletesBeforeItInserts,
}

/// Each with the rule that has to catch it.
pub(crate) const CATALOGUE: &[(Wrong, &str)] = {
    use Wrong::*;
    &[
        (ComparesNothing, "a_stale_version_conflicts"),
        (ComparesAndThenSets, "of_many_writers_one_wins_and_every_loser_sees_the_conflict"),
        (CreatesOverWhatIsThere, "an_account_is_created_only_once"),
        (CreatesOnUpdate, "an_update_of_an_absent_account_conflicts"),
        (TakesOlderVersions, "a_stale_version_conflicts"),
        (TakesNewerVersions, "a_version_that_never_was_conflicts"),
        (ComparesExistenceOnly, "a_recreated_account_refuses_its_former_version"),
        (SaysCommittedAgain, "a_repeated_commit_conflicts"),
        (SaysCommittedToLosers, "a_stale_version_conflicts"),
        (FailsInsteadOfConflict, "a_stale_version_conflicts"),
        (StoresWhatItRefuses, "a_refused_commit_leaves_the_state_alone"),
        (StoresNothing, "a_created_account_loads_equal"),
        (KeepsErasedRows, "an_erased_account_is_absent"),
        (ErasesWithoutComparing, "a_refused_commit_leaves_the_state_alone"),
        (LoadsFromACache, "another_handle_sees_every_commit_and_conflicts_with_it"),
        (LoadsTheStateBefore, "another_handle_sees_every_commit_and_conflicts_with_it"),
        (FoldsCase, "subjects_that_look_alike_stay_apart"),
        (TrimsSubjects, "subjects_that_look_alike_stay_apart"),
        (CutsSubjects, "subjects_that_look_alike_stay_apart"),
        (DropsAccents, "subjects_that_look_alike_stay_apart"),
        (StoresHalfBeforeItWaits, "a_commit_dropped_half_way_leaves_its_events_or_none"),
        (LosesEvents, "events_appear_once_and_in_order"),
        (LosesEventsItDoesNotKnow, "an_event_of_a_later_release_is_read"),
        (RepeatsEvents, "events_appear_once_and_in_order"),
        (ReversesEvents, "events_appear_once_and_in_order"),
        (LogsRefusedCommits, "a_refused_commit_leaves_no_event"),
        (LogsRefusedCommits, "a_refused_commit_is_not_among_the_latest_events"),
        (ForgetsEventsOfErasedAccounts, "the_events_of_an_erasure_stay"),
        (ForgetsEventsOfErasedAccounts, "the_latest_events_of_an_erased_account_stay"),
        (NumbersEventsBeforeTheyAreThere, "no_event_is_lost_while_others_write"),
        (CursorRepeatsTheLast, "pages_of_events_join_without_a_gap"),
        (CursorSkipsOne, "pages_of_events_join_without_a_gap"),
        (LastPageHasNoCursor, "pages_of_events_join_without_a_gap"),
        (PrunesOneTooMany, "pruning_drops_nothing_behind_its_cursor"),
        (TakesAnyCursor, "a_garbled_cursor_is_refused"),
        (AnswersBatchesSorted, "a_batch_answers_in_order"),
        (LeavesAbsentOutOfBatches, "a_batch_answers_in_order"),
        (PagesOverlookPendingSetups, "pages_of_sealed_accounts_are_complete_and_ascending"),
        (PagesDescend, "pages_of_sealed_accounts_are_complete_and_ascending"),
        (PagesSayNoMore, "pages_of_sealed_accounts_are_complete_and_ascending"),
        (PagesIgnoreTheLimit, "pages_of_sealed_accounts_are_complete_and_ascending"),
        (InventsAccounts, "an_absent_account_loads_as_none"),
        (KeepsMilliseconds, "instants_come_back_to_the_microsecond"),
        (CutsLabels, "the_largest_account_comes_back_equal"),
        (ForgetsItsCommits, "a_commit_is_found_again_by_its_id"),
        (DeletesBeforeItInserts, "a_future_dropped_half_way_leaves_the_old_state_or_the_new"),
        (ComparesAndThenSets, "of_many_creators_one_wins_and_every_loser_sees_the_conflict"),
        (ComparesAndThenSets, "one_code_is_accepted_once_by_two_hundred_answers"),
        (ComparesAndThenSets, "one_recovery_code_is_used_once_by_many_answers"),
        (ComparesAndThenSets, "parallel_guesses_are_charged_exactly"),
        (ComparesAndThenSets, "regenerating_and_using_an_old_code_do_not_both_win"),
        (ComparesAndThenSets, "two_administrators_do_not_lose_each_others_reset"),
        (AnswersBatchesSorted, "statuses_of_many_users_come_in_order"),
    ]
};

impl Wrong {
    /// What a store holds that is wrong about what an account is made of.
    pub(super) fn spoil(self, account: &Arc<Account>) -> Arc<Account> {
        if !matches!(self, Self::KeepsMilliseconds | Self::CutsLabels | Self::ForgetsItsCommits) {
            return Arc::clone(account);
        }
        let stored = StoredAccount::new(account, Format::default());
        let mut document = serde_json::to_value(stored).unwrap();
        self.spoil_value("", &mut document);
        let stored: StoredAccount = serde_json::from_value(document).unwrap();
        Arc::new(stored.into_account().unwrap())
    }

    fn spoil_value(self, key: &str, value: &mut Value) {
        match value {
            Value::Object(fields) => fields.iter_mut().for_each(|(k, v)| self.spoil_value(k, v)),
            Value::Array(values) => values.iter_mut().for_each(|v| self.spoil_value(key, v)),
            Value::String(text) => match self {
                Self::CutsLabels if key == "label" => *text = text.chars().take(60).collect(),
                Self::ForgetsItsCommits if key == "recent" => text.clear(),
                Self::KeepsMilliseconds => {
                    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
                        *text = at.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true);
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
}
