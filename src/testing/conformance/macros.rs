//! One test per rule, written once.

/// Lists the rules of a module: a function each, with its clause of the contract.
macro_rules! rules {
    ($($clause:literal $name:ident)*) => {
        pub(crate) const RULES: &[$crate::testing::conformance::Rule] = &[$($crate::testing::conformance::Rule {
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
            an_event_of_a_later_release_is_read
            a_garbled_cursor_is_refused
            the_latest_events_of_a_subject_come_first
            the_events_of_others_are_not_among_the_latest
            a_stranger_has_no_latest_events
            a_limit_takes_the_latest_events_and_no_more
            the_latest_events_of_subjects_that_look_alike_stay_apart
            the_latest_event_is_there_once_its_commit_is_answered
            a_transaction_still_open_holds_no_latest_event_back
            a_refused_commit_is_not_among_the_latest_events
            the_latest_events_of_an_erased_account_stay
            pruned_events_are_no_longer_among_the_latest
            the_latest_events_tell_of_organizations_too
            a_host_transaction_shows_nothing_before_its_commit_and_all_after_it
            nothing_is_left_of_a_host_transaction_that_was_rolled_back
            nothing_is_left_of_a_host_transaction_that_was_dropped
            an_event_cursor_never_passes_a_transaction_still_open
            a_batch_answers_in_order
            pages_of_sealed_accounts_are_complete_and_ascending
            an_organization_that_never_was_has_neither_policy_nor_members
            a_policy_is_created_only_once
            a_membership_is_created_only_once
            a_stale_version_of_a_policy_conflicts
            a_stale_version_of_a_membership_conflicts
            a_version_of_a_policy_that_never_was_conflicts
            a_version_of_a_membership_that_never_was_conflicts
            a_repeated_commit_of_a_policy_conflicts
            a_repeated_commit_of_a_membership_conflicts
            an_update_of_an_absent_policy_conflicts
            an_update_of_an_absent_membership_conflicts
            of_many_writers_of_a_policy_one_wins_and_every_loser_sees_the_conflict
            of_many_writers_of_a_membership_one_wins_and_every_loser_sees_the_conflict
            of_many_creators_of_a_row_one_wins_and_every_loser_sees_the_conflict
            a_commit_of_an_organization_is_found_again_by_its_id
            another_handle_sees_every_policy_and_membership_and_conflicts_with_it
            every_policy_comes_back_equal
            every_membership_comes_back_equal
            organizations_that_look_alike_stay_apart
            members_that_look_alike_stay_apart
            what_was_left_is_still_a_membership_and_no_affiliation
            an_affiliation_carries_the_policy_that_holds_now
            a_user_of_ten_thousand_organizations_belongs_to_all_of_them
            forgetting_removes_every_membership_of_one_user_and_no_other
            a_refused_change_of_a_policy_leaves_nothing
            a_refused_change_of_a_membership_leaves_nothing
            a_change_of_a_policy_dropped_half_way_leaves_the_old_or_the_new
            a_change_of_a_membership_dropped_half_way_leaves_the_old_or_the_new
            events_of_organizations_and_accounts_share_one_log
            the_revision_changes_with_every_policy_of_the_user
            the_revision_changes_with_every_membership_of_the_user
            stamps_follow_the_account
            stamps_follow_policies_and_memberships
            rosters_and_counts_are_what_a_walk_over_the_members_finds
            a_roster_within_a_range_of_deadlines_lists_those_of_the_range
            a_roster_row_is_what_the_roster_shows
            pages_of_a_roster_stay_in_place_while_members_come_and_go
            an_exemption_ends_by_the_clock_alone
            joining_while_mfa_is_switched_on_does_not_miss_it
            a_changed_policy_reorders_its_roster
            joining_while_the_policy_changes_does_not_miss_it
            a_large_roster_pages_to_its_end
            mfa_switched_on_or_off_shows_in_every_roster_of_the_user
            a_stronger_or_weaker_factor_shows_in_every_roster_of_the_user
            one_code_is_accepted_once_by_two_hundred_answers
            one_recovery_code_is_used_once_by_many_answers
            parallel_guesses_are_charged_exactly
            regenerating_and_using_an_old_code_do_not_both_win
            two_administrators_do_not_lose_each_others_reset
            statuses_of_many_users_come_in_order
            of_two_administrators_who_saw_one_policy_one_changes_it_and_the_other_is_told
            setting_mfa_up_while_the_overview_is_read_shows_nobody_twice
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

#[cfg(test)]
mod tests {
    /// A rule that is missing in the list of the macro would be checked by nobody's tests.
    #[test]
    fn every_rule_is_a_test_and_every_test_a_rule_in_the_same_order() {
        let listed = include_str!("macros.rs").split("@each $run, $fresh,\n").nth(1).unwrap();
        let listed = listed.split(");").next().unwrap();
        let listed: Vec<&str> = listed.split_whitespace().collect();
        let rules: Vec<&str> = super::super::rules().map(|rule| rule.name).collect();
        assert_eq!(listed, rules);
    }
}
