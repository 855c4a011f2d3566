//! Ways of being wrong about organizations, and the rule that names each.

/// One way of being wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum OrgWrong {
    Nothing,
    // Policies and memberships, one row each.
    ComparesNoPolicy,
    ComparesNoMembership,
    ComparesPoliciesAndThenSets,
    ComparesMembershipsAndThenSets,
    ComparesCreationsAndThenSets,
    CreatesPoliciesTwice,
    CreatesMembershipsTwice,
    CreatesPoliciesOnUpdate,
    CreatesMembershipsOnUpdate,
    TakesNewerPolicies,
    TakesNewerMemberships,
    RepeatsPolicyCommits,
    RepeatsMembershipCommits,
    InventsPolicies,
    CachesPerHandle,
    RemembersOneCommit,
    // What a row holds.
    KeepsWholeSeconds,
    ForgetsTheScope,
    ForgetsWhenTermsChanged,
    KeepsMilliseconds,
    CutsReasons,
    ForgetsWhenAnExtensionWasGranted,
    KeepsExemptionsForGood,
    FoldsCaseOfOrganizations,
    TrimsOrganizations,
    FoldsCaseOfMembers,
    DropsAccentsOfMembers,
    // Lists of one user.
    DeletesWhatIsLeft,
    ListsNoLeftMemberships,
    AffiliatesWhoLeft,
    AffiliatesWhereThereIsAPolicy,
    AffiliatesUnderThePolicyOfJoining,
    AffiliatesAThousand,
    ForgetsOnlyWhatIsCurrent,
    ForgetsTheWholeOrganization,
    ForgetsWithoutCounting,
    // What a change makes visible.
    StoresRefusedPolicies,
    LogsRefusedMemberships,
    CountsRefusedPolicies,
    ListsRefusedMemberships,
    StoresPoliciesHalf,
    StoresMembershipsHalf,
    LosesEvents,
    LogsAhead,
    RevisesNoPolicy,
    RevisesTheFirstOrganization,
    RevisesJoiningOnly,
    RevisesBackwardsWhenForgotten,
    StampsTheVersion,
    StampsTheErased,
    StampsOldPolicies,
    // The overview.
    ListsWhoLeft,
    LapsesAMicrosecondLate,
    SortsBySubject,
    HonorsOldExtensions,
    CountsTheExemptAsLapsed,
    SaysNoMore,
    IgnoresTheLimit,
    RepeatsTheLast,
    StartsOverWhenTheCursorIsGone,
    ReadsRangesFromTheirStart,
    IgnoresRanges,
    ShowsTheRowOfWhoLeft,
    ShowsTheRowOfAnotherOrganization,
    JudgesExemptionsAtWriting,
    KnowsMfaFromJoining,
    KnowsMfaOfOneOrganization,
    KnowsMfaOfErasedAccounts,
    KeepsTheOrderOfAnOldPolicy,
    ReadsMfaBeforeItWaits,
    ReadsThePolicyBeforeItWaits,
    ListsAThousand,
}

/// Each with the rule that has to catch it.
pub(crate) const CATALOGUE: &[(OrgWrong, &str)] = {
    use OrgWrong::*;
    &[
        (ComparesNoPolicy, "a_stale_version_of_a_policy_conflicts"),
        (ComparesNoMembership, "a_stale_version_of_a_membership_conflicts"),
        (
            ComparesPoliciesAndThenSets,
            "of_many_writers_of_a_policy_one_wins_and_every_loser_sees_the_conflict",
        ),
        (
            ComparesPoliciesAndThenSets,
            "of_two_administrators_who_saw_one_policy_one_changes_it_and_the_other_is_told",
        ),
        (
            ComparesMembershipsAndThenSets,
            "of_many_writers_of_a_membership_one_wins_and_every_loser_sees_the_conflict",
        ),
        (
            ComparesCreationsAndThenSets,
            "of_many_creators_of_a_row_one_wins_and_every_loser_sees_the_conflict",
        ),
        (CreatesPoliciesTwice, "a_policy_is_created_only_once"),
        (CreatesMembershipsTwice, "a_membership_is_created_only_once"),
        (CreatesPoliciesOnUpdate, "an_update_of_an_absent_policy_conflicts"),
        (CreatesMembershipsOnUpdate, "an_update_of_an_absent_membership_conflicts"),
        (TakesNewerPolicies, "a_version_of_a_policy_that_never_was_conflicts"),
        (TakesNewerMemberships, "a_version_of_a_membership_that_never_was_conflicts"),
        (RepeatsPolicyCommits, "a_repeated_commit_of_a_policy_conflicts"),
        (RepeatsMembershipCommits, "a_repeated_commit_of_a_membership_conflicts"),
        (InventsPolicies, "an_organization_that_never_was_has_neither_policy_nor_members"),
        (CachesPerHandle, "another_handle_sees_every_policy_and_membership_and_conflicts_with_it"),
        (RemembersOneCommit, "a_commit_of_an_organization_is_found_again_by_its_id"),
        (KeepsWholeSeconds, "every_policy_comes_back_equal"),
        (ForgetsTheScope, "every_policy_comes_back_equal"),
        (ForgetsWhenTermsChanged, "every_policy_comes_back_equal"),
        (KeepsMilliseconds, "every_membership_comes_back_equal"),
        (CutsReasons, "every_membership_comes_back_equal"),
        (ForgetsWhenAnExtensionWasGranted, "every_membership_comes_back_equal"),
        (KeepsExemptionsForGood, "every_membership_comes_back_equal"),
        (FoldsCaseOfOrganizations, "organizations_that_look_alike_stay_apart"),
        (TrimsOrganizations, "organizations_that_look_alike_stay_apart"),
        (FoldsCaseOfMembers, "members_that_look_alike_stay_apart"),
        (DropsAccentsOfMembers, "members_that_look_alike_stay_apart"),
        (DeletesWhatIsLeft, "what_was_left_is_still_a_membership_and_no_affiliation"),
        (ListsNoLeftMemberships, "what_was_left_is_still_a_membership_and_no_affiliation"),
        (AffiliatesWhoLeft, "what_was_left_is_still_a_membership_and_no_affiliation"),
        (AffiliatesWhereThereIsAPolicy, "an_affiliation_carries_the_policy_that_holds_now"),
        (AffiliatesUnderThePolicyOfJoining, "an_affiliation_carries_the_policy_that_holds_now"),
        (AffiliatesAThousand, "a_user_of_ten_thousand_organizations_belongs_to_all_of_them"),
        (ForgetsOnlyWhatIsCurrent, "forgetting_removes_every_membership_of_one_user_and_no_other"),
        (
            ForgetsTheWholeOrganization,
            "forgetting_removes_every_membership_of_one_user_and_no_other",
        ),
        (ForgetsWithoutCounting, "forgetting_removes_every_membership_of_one_user_and_no_other"),
        (StoresRefusedPolicies, "a_refused_change_of_a_policy_leaves_nothing"),
        (CountsRefusedPolicies, "a_refused_change_of_a_policy_leaves_nothing"),
        (LogsRefusedMemberships, "a_refused_change_of_a_membership_leaves_nothing"),
        (ListsRefusedMemberships, "a_refused_change_of_a_membership_leaves_nothing"),
        (StoresPoliciesHalf, "a_change_of_a_policy_dropped_half_way_leaves_the_old_or_the_new"),
        (
            StoresMembershipsHalf,
            "a_change_of_a_membership_dropped_half_way_leaves_the_old_or_the_new",
        ),
        (LosesEvents, "events_of_organizations_and_accounts_share_one_log"),
        (LogsAhead, "events_of_organizations_and_accounts_share_one_log"),
        (RevisesNoPolicy, "the_revision_changes_with_every_policy_of_the_user"),
        (RevisesTheFirstOrganization, "the_revision_changes_with_every_policy_of_the_user"),
        (RevisesJoiningOnly, "the_revision_changes_with_every_membership_of_the_user"),
        (RevisesBackwardsWhenForgotten, "the_revision_changes_with_every_membership_of_the_user"),
        (StampsTheVersion, "stamps_follow_the_account"),
        (StampsTheErased, "stamps_follow_the_account"),
        (StampsOldPolicies, "stamps_follow_policies_and_memberships"),
        (ListsWhoLeft, "rosters_and_counts_are_what_a_walk_over_the_members_finds"),
        (LapsesAMicrosecondLate, "rosters_and_counts_are_what_a_walk_over_the_members_finds"),
        (SortsBySubject, "rosters_and_counts_are_what_a_walk_over_the_members_finds"),
        (HonorsOldExtensions, "rosters_and_counts_are_what_a_walk_over_the_members_finds"),
        (CountsTheExemptAsLapsed, "rosters_and_counts_are_what_a_walk_over_the_members_finds"),
        (SaysNoMore, "rosters_and_counts_are_what_a_walk_over_the_members_finds"),
        (IgnoresTheLimit, "rosters_and_counts_are_what_a_walk_over_the_members_finds"),
        (RepeatsTheLast, "rosters_and_counts_are_what_a_walk_over_the_members_finds"),
        (
            StartsOverWhenTheCursorIsGone,
            "pages_of_a_roster_stay_in_place_while_members_come_and_go",
        ),
        (
            StartsOverWhenTheCursorIsGone,
            "setting_mfa_up_while_the_overview_is_read_shows_nobody_twice",
        ),
        (
            ReadsRangesFromTheirStart,
            "a_roster_within_a_range_of_deadlines_lists_those_of_the_range",
        ),
        (IgnoresRanges, "a_roster_within_a_range_of_deadlines_lists_those_of_the_range"),
        (ShowsTheRowOfWhoLeft, "a_roster_row_is_what_the_roster_shows"),
        (ShowsTheRowOfAnotherOrganization, "a_roster_row_is_what_the_roster_shows"),
        (JudgesExemptionsAtWriting, "an_exemption_ends_by_the_clock_alone"),
        (KnowsMfaFromJoining, "mfa_switched_on_or_off_shows_in_every_roster_of_the_user"),
        (KnowsMfaOfOneOrganization, "mfa_switched_on_or_off_shows_in_every_roster_of_the_user"),
        (KnowsMfaOfErasedAccounts, "mfa_switched_on_or_off_shows_in_every_roster_of_the_user"),
        (KeepsTheOrderOfAnOldPolicy, "a_changed_policy_reorders_its_roster"),
        (ReadsMfaBeforeItWaits, "joining_while_mfa_is_switched_on_does_not_miss_it"),
        (ReadsThePolicyBeforeItWaits, "joining_while_the_policy_changes_does_not_miss_it"),
        (ListsAThousand, "a_large_roster_pages_to_its_end"),
    ]
};

impl OrgWrong {
    /// What is wrong only where another one can come between two steps.
    pub(crate) fn needs_to_yield(self) -> bool {
        matches!(
            self,
            Self::ComparesPoliciesAndThenSets
                | Self::ComparesMembershipsAndThenSets
                | Self::ComparesCreationsAndThenSets
                | Self::StoresPoliciesHalf
                | Self::StoresMembershipsHalf
                | Self::ReadsMfaBeforeItWaits
                | Self::ReadsThePolicyBeforeItWaits
        )
    }
}
