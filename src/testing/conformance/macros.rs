//! One test per rule, written once.

/// Lists the rules of a module: a function each, with its clause of the contract.
macro_rules! rules {
    ($($clause:literal $name:ident)*) => {
        pub(super) const RULES: &[super::Rule] = &[$(super::Rule {
            name: stringify!($name),
            clause: $clause,
            check: |candidate| Box::pin($name(candidate)),
        }),*];
    };
}
pub(super) use rules;

/// Makes one test per conformance rule, so that a failure reads as a sentence.
///
/// Takes the path of a function that runs a future to its end, and an expression that makes a fresh
/// [`Candidate`](crate::testing::conformance::Candidate): see
/// [`conformance`](crate::testing::conformance).
#[macro_export]
macro_rules! conformance_tests {
    ($run:path, $fresh:expr) => {
        $crate::conformance_tests!(@each $run, $fresh,
            an_absent_account_loads_as_none
            a_created_account_loads_equal
            an_account_is_created_only_once
            a_stale_version_conflicts
            a_version_that_never_was_conflicts
            a_repeated_commit_conflicts
            an_update_of_an_absent_account_conflicts
            an_erased_account_is_absent
            a_recreated_account_refuses_its_former_version
            a_refused_commit_leaves_the_state_alone
            of_many_writers_one_wins_and_every_loser_sees_the_conflict
            of_many_creators_one_wins_and_every_loser_sees_the_conflict
            the_largest_account_comes_back_equal
            instants_come_back_to_the_microsecond
            subjects_that_look_alike_stay_apart
            a_commit_is_found_again_by_its_id
            a_future_dropped_half_way_leaves_the_old_state_or_the_new
            another_handle_sees_every_commit_and_conflicts_with_it
            events_appear_once_and_in_order
            a_refused_commit_leaves_no_event
            the_events_of_an_erasure_stay
            a_commit_dropped_half_way_leaves_its_events_or_none
            pages_of_events_join_without_a_gap
            no_event_is_lost_while_others_write
            pruning_drops_nothing_behind_its_cursor
            a_garbled_cursor_is_refused
            a_batch_answers_in_order
            pages_of_sealed_accounts_are_complete_and_ascending
            one_code_is_accepted_once_by_two_hundred_answers
            one_recovery_code_is_used_once_by_many_answers
            parallel_guesses_are_charged_exactly
            regenerating_and_using_an_old_code_do_not_both_win
            two_administrators_do_not_lose_each_others_reset
        );
    };
    (@each $run:path, $fresh:expr, $($name:ident)*) => {
        $(#[test]
        fn $name() {
            let checked = $run($crate::testing::conformance::check_one(stringify!($name), $fresh));
            match checked {
                Ok($crate::testing::conformance::Outcome::Kept) => {}
                Ok($crate::testing::conformance::Outcome::NotOffered) => {
                    $crate::testing::conformance::say_not_offered(stringify!($name));
                }
                Err(broken) => panic!("{broken}"),
            }
        })*
    };
}
