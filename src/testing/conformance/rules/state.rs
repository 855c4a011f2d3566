//! Rules about the stored state.

use std::sync::Arc;

use crate::domain::{Account, Commit, CommitOutcome};
use crate::ports::AccountStore;
use crate::testing::conformance::Candidate;
use crate::testing::conformance::join::{Boxed, join_all, poll_and_drop};
use crate::testing::conformance::macros::rules;
use crate::testing::conformance::report::{Outcome, Violation, expect};
use crate::testing::conformance::samples::accounts::{Author, LOOKALIKES, subject};
use crate::testing::conformance::steps::accounts::{committed, conflicted, created, loaded};

rules! {
    "load answers `None` when there is no row"
    an_absent_account_loads_as_none
    "a load sees every commit that was answered before it began, whole"
    a_created_account_loads_equal
    "when `expected` is `None` there must be no row"
    an_account_is_created_only_once
    "the next state is stored only if the stored version is the expected one"
    a_stale_version_conflicts
    "the next state is stored only if the stored version is the expected one"
    a_version_that_never_was_conflicts
    "a commit is never repeated: its version is no longer the expected one"
    a_repeated_commit_conflicts
    "the next state is stored only if the stored version is the expected one"
    an_update_of_an_absent_account_conflicts
    "when `next` is `None` the row goes"
    an_erased_account_is_absent
    "the version is compared, not the existence of a row"
    a_recreated_account_refuses_its_former_version
    "of a refused commit nothing ever becomes visible"
    a_refused_commit_leaves_the_state_alone
    "compared in the statement that writes: no other commit can come between"
    of_many_writers_one_wins_and_every_loser_sees_the_conflict
    "compared in the statement that writes: no other commit can come between"
    of_many_creators_one_wins_and_every_loser_sees_the_conflict
    "what is stored is read back equal"
    the_largest_account_comes_back_equal
    "what is stored is read back equal"
    instants_come_back_to_the_microsecond
    "subjects are compared byte for byte"
    subjects_that_look_alike_stay_apart
    "the stored state remembers its last commits"
    a_commit_is_found_again_by_its_id
    "a future dropped half-way leaves the old state or the new one"
    a_future_dropped_half_way_leaves_the_old_state_or_the_new
    "linearizable: a load sees every commit that was answered before it began, by any handle"
    another_handle_sees_every_commit_and_conflicts_with_it
}

async fn stored_is(
    store: &dyn AccountStore,
    expected: &Account,
    when: &str,
) -> Result<(), Violation> {
    let came = loaded(store, expected.subject()).await?;
    expect(when, expected, &came)
}

async fn an_absent_account_loads_as_none(c: Candidate) -> Result<Outcome, Violation> {
    created(&*c.accounts, &mut Author::new(1), "somebody else").await?;
    let came = c.accounts.load(&subject("ada")?).await?;
    expect("the account of a subject without a row", &None, &came)?;
    Ok(Outcome::Kept)
}

async fn a_created_account_loads_equal(c: Candidate) -> Result<Outcome, Violation> {
    let mut author = Author::new(1);
    let commit = author.touch(&Author::new(2).absent(&subject("ada")?))?;
    committed(&*c.accounts, &commit).await?;
    let came = loaded(&*c.accounts, commit.subject()).await?;
    expect("the account after its creation", &commit.next().cloned(), &Some(came))?;
    Ok(Outcome::Kept)
}

async fn an_account_is_created_only_once(c: Candidate) -> Result<Outcome, Violation> {
    let mut author = Author::new(1);
    let first = created(&*c.accounts, &mut author, "ada").await?;
    let again = author.absent(first.subject());
    let second = author.touch(&again)?;
    conflicted(&*c.accounts, &second, "creating an account that exists").await?;
    stored_is(&*c.accounts, &first, "the account after it").await?;
    Ok(Outcome::Kept)
}

async fn a_stale_version_conflicts(c: Candidate) -> Result<Outcome, Violation> {
    let mut author = Author::new(1);
    let first = created(&*c.accounts, &mut author, "ada").await?;
    let (newer, stale) = (author.touch(&first)?, author.touch(&first)?);
    committed(&*c.accounts, &newer).await?;
    conflicted(&*c.accounts, &stale, "a commit with the version before the last").await?;
    let second = loaded(&*c.accounts, first.subject()).await?;
    committed(&*c.accounts, &author.touch(&second)?).await?;
    conflicted(&*c.accounts, &stale, "a commit with a version long gone").await?;
    Ok(Outcome::Kept)
}

async fn a_version_that_never_was_conflicts(c: Candidate) -> Result<Outcome, Violation> {
    let mut author = Author::new(1);
    let first = created(&*c.accounts, &mut author, "ada").await?;
    let next = author.touch(&first)?;
    let ahead = next.next().ok_or_else(|| Violation::new("no next state"))?;
    let too_far = author.touch(ahead)?;
    conflicted(&*c.accounts, &too_far, "a commit with a version still to come").await?;
    stored_is(&*c.accounts, &first, "the account after it").await?;
    Ok(Outcome::Kept)
}

async fn a_repeated_commit_conflicts(c: Candidate) -> Result<Outcome, Violation> {
    let mut author = Author::new(1);
    let first = created(&*c.accounts, &mut author, "ada").await?;
    let commit = author.touch(&first)?;
    committed(&*c.accounts, &commit).await?;
    conflicted(&*c.accounts, &commit, "the same commit again").await?;
    Ok(Outcome::Kept)
}

async fn an_update_of_an_absent_account_conflicts(c: Candidate) -> Result<Outcome, Violation> {
    let mut author = Author::new(1);
    let absent = author.absent(&subject("ada")?);
    let created = author.touch(&absent)?;
    let next = created.next().ok_or_else(|| Violation::new("no next state"))?;
    let update = author.touch(next)?;
    conflicted(&*c.accounts, &update, "updating an account without a row").await?;
    let came = c.accounts.load(update.subject()).await?;
    expect("the account after it", &None, &came)?;
    Ok(Outcome::Kept)
}

async fn an_erased_account_is_absent(c: Candidate) -> Result<Outcome, Violation> {
    let mut author = Author::new(1);
    let account = created(&*c.accounts, &mut author, "ada").await?;
    let kept = created(&*c.accounts, &mut author, "bob").await?;
    let (erase, stale) = (author.erase(&account)?, author.touch(&account)?);
    committed(&*c.accounts, &erase).await?;
    expect("the erased account", &None, &c.accounts.load(account.subject()).await?)?;
    stored_is(&*c.accounts, &kept, "another account").await?;
    conflicted(&*c.accounts, &stale, "a commit on what was erased").await?;
    conflicted(&*c.accounts, &erase, "erasing it again").await?;
    Ok(Outcome::Kept)
}

async fn a_recreated_account_refuses_its_former_version(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let mut author = Author::new(1);
    let former = created(&*c.accounts, &mut author, "ada").await?;
    let (erase, stale) = (author.erase(&former)?, author.touch(&former)?);
    committed(&*c.accounts, &erase).await?;
    let reborn = created(&*c.accounts, &mut author, "ada").await?;
    conflicted(&*c.accounts, &stale, "a commit with the version of a former life").await?;
    stored_is(&*c.accounts, &reborn, "the account after it").await?;
    Ok(Outcome::Kept)
}

async fn a_refused_commit_leaves_the_state_alone(c: Candidate) -> Result<Outcome, Violation> {
    let mut author = Author::new(1);
    let first = created(&*c.accounts, &mut author, "ada").await?;
    let (update, stale, erase) =
        (author.touch(&first)?, author.touch(&first)?, author.erase(&first)?);
    committed(&*c.accounts, &update).await?;
    let second = loaded(&*c.accounts, first.subject()).await?;
    conflicted(&*c.accounts, &stale, "a stale commit").await?;
    stored_is(&*c.accounts, &second, "the account after a refused commit").await?;
    conflicted(&*c.accounts, &erase, "a stale erasure").await?;
    stored_is(&*c.accounts, &second, "the account after a refused erasure").await?;
    Ok(Outcome::Kept)
}

async fn race(c: &Candidate, commits: &[Commit]) -> Result<usize, Violation> {
    let handles = [Some(&c.accounts), c.other.as_ref()];
    let handles: Vec<_> = handles.into_iter().flatten().collect();
    let writers = commits.iter().zip(handles.iter().cycle());
    let writers = writers.map(|(commit, store)| -> Boxed<'_, _> { store.commit(commit) });
    let outcomes = join_all(writers.collect()).await;
    let outcomes: Result<Vec<CommitOutcome>, _> = outcomes.into_iter().collect();
    let won = |outcome: &&CommitOutcome| **outcome == CommitOutcome::Committed;
    Ok(outcomes?.iter().filter(won).count())
}

async fn of_many_writers_one_wins_and_every_loser_sees_the_conflict(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let mut author = Author::new(1);
    let mut account = created(&*c.accounts, &mut author, "ada").await?;
    for round in 0..8 {
        let writers: Result<Vec<Commit>, _> = (0..16).map(|_| author.touch(&account)).collect();
        let writers = writers?;
        let won = race(&c, &writers).await?;
        expect(&format!("winners among 16 writers in round {round}"), &1, &won)?;
        account = loaded(&*c.accounts, account.subject()).await?;
        let found = writers.iter().filter(|commit| account.remembers(commit.id())).count();
        expect("commits of the round in the stored account", &1, &found)?;
    }
    Ok(Outcome::Kept)
}

async fn of_many_creators_one_wins_and_every_loser_sees_the_conflict(
    c: Candidate,
) -> Result<Outcome, Violation> {
    for round in 0..8 {
        let ada = subject(&format!("ada {round}"))?;
        let creators: Result<Vec<Commit>, _> = (0..16)
            .map(|number| {
                let mut author = Author::new(100 + number);
                let absent = author.absent(&ada);
                author.touch(&absent)
            })
            .collect();
        let won = race(&c, &creators?).await?;
        expect(&format!("winners among 16 creators in round {round}"), &1, &won)?;
    }
    Ok(Outcome::Kept)
}

async fn the_largest_account_comes_back_equal(c: Candidate) -> Result<Outcome, Violation> {
    let mut author = Author::new(1);
    let largest = author.largest(&subject("ada")?)?;
    committed(&*c.accounts, &largest).await?;
    let came = loaded(&*c.accounts, largest.subject()).await?;
    expect("an account with everything in it", &largest.next().cloned(), &Some(came.clone()))?;
    let touched = author.touch(&came)?;
    committed(&*c.accounts, &touched).await?;
    let came = loaded(&*c.accounts, largest.subject()).await?;
    expect("the same after an update", &touched.next().cloned(), &Some(came))?;
    Ok(Outcome::Kept)
}

async fn instants_come_back_to_the_microsecond(c: Candidate) -> Result<Outcome, Violation> {
    for (number, micros) in
        [0, 1, 999_999, 253_402_300_799_999_999, 1_800_000_000_000_001].into_iter().enumerate()
    {
        let mut author = Author::new(1).at_micros(micros);
        let absent = author.absent(&subject(&format!("ada {number}"))?);
        let commit = author.touch(&absent)?;
        committed(&*c.accounts, &commit).await?;
        let came = loaded(&*c.accounts, commit.subject()).await?;
        let what = format!("an account of {micros} microseconds after 1970");
        expect(&what, &commit.next().cloned(), &Some(came))?;
    }
    Ok(Outcome::Kept)
}

async fn subjects_that_look_alike_stay_apart(c: Candidate) -> Result<Outcome, Violation> {
    let mut author = Author::new(1);
    let mut accounts = Vec::new();
    let longest = "x".repeat(255);
    for name in LOOKALIKES.into_iter().chain([&*longest, &longest[..254]]) {
        accounts.push(created(&*c.accounts, &mut author, name).await?);
    }
    for account in accounts {
        let when = format!("the account of {:?}", account.subject());
        stored_is(&*c.accounts, &account, &when).await?;
    }
    Ok(Outcome::Kept)
}

async fn a_commit_is_found_again_by_its_id(c: Candidate) -> Result<Outcome, Violation> {
    let mut author = Author::new(1);
    let mut account = created(&*c.accounts, &mut author, "ada").await?;
    let mut ids = Vec::new();
    for _ in 0..40 {
        let commit = author.touch(&account)?;
        ids.push(commit.id());
        committed(&*c.accounts, &commit).await?;
        account = loaded(&*c.accounts, account.subject()).await?;
    }
    let found = ids.iter().filter(|id| account.remembers(**id)).count();
    expect("commits that the account remembers, of 40", &32, &found)?;
    Ok(Outcome::Kept)
}

async fn a_future_dropped_half_way_leaves_the_old_state_or_the_new(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let mut author = Author::new(1);
    let mut account = created(&*c.accounts, &mut author, "ada").await?;
    for polls in 0..12 {
        let commit = author.touch(&account)?;
        let attempt: Boxed<'_, _> = c.accounts.commit(&commit);
        let answered = poll_and_drop(attempt, polls).await.is_some();
        let came = loaded(&*c.accounts, account.subject()).await?;
        let is_new = |came: &Arc<Account>| commit.next() == Some(came);
        if answered && !is_new(&came) {
            return Err(Violation::new("a commit was answered and is not there"));
        }
        if !is_new(&came) && came != account {
            let what = format!("a commit dropped after {polls} polls left neither old nor new");
            return Err(Violation::new(what));
        }
        // What was dropped may still arrive: then, and only then, the next commit conflicts.
        let next = author.touch(&came)?;
        if c.accounts.commit(&next).await? == CommitOutcome::Conflict {
            let late = loaded(&*c.accounts, account.subject()).await?;
            expect("what a commit that was dropped left in the end", &true, &is_new(&late))?;
        }
        account = loaded(&*c.accounts, account.subject()).await?;
    }
    Ok(Outcome::Kept)
}

async fn another_handle_sees_every_commit_and_conflicts_with_it(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(other) = &c.other else { return Ok(Outcome::NotOffered) };
    let mut author = Author::new(1);
    let mut account = created(&*c.accounts, &mut author, "ada").await?;
    for _ in 0..16 {
        stored_is(&**other, &account, "the account by another handle").await?;
        let (update, stale) = (author.touch(&account)?, author.touch(&account)?);
        committed(&**other, &update).await?;
        conflicted(&*c.accounts, &stale, "a commit that another handle was before").await?;
        account = loaded(&*c.accounts, account.subject()).await?;
        let seen = account.remembers(update.id());
        expect("another handle's commit in what is loaded", &true, &seen)?;
    }
    Ok(Outcome::Kept)
}
