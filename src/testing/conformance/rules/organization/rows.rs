//! Rules about compare-and-swap of policies and memberships.

use crate::domain::{CommitOutcome, OrgCommit, OrgRow};
use crate::ports::PolicyRevision;
use crate::testing::conformance::Candidate;
use crate::testing::conformance::join::{Boxed, join_all};
use crate::testing::conformance::macros::rules;
use crate::testing::conformance::report::{Outcome, Violation, expect};
use crate::testing::conformance::samples::accounts::subject;
use crate::testing::conformance::samples::organizations::{Kind, Office, org, parts, remembers};
use crate::testing::conformance::steps::organizations::{done, holds, made, put, refused, stored};

rules! {
    "`organization` and `membership` answer `None` when there is no row"
    an_organization_that_never_was_has_neither_policy_nor_members
    "when `expected` is `None` there must be no row"
    a_policy_is_created_only_once
    "when `expected` is `None` there must be no row"
    a_membership_is_created_only_once
    "the row is stored only if the version stored for it is the expected one"
    a_stale_version_of_a_policy_conflicts
    "the row is stored only if the version stored for it is the expected one"
    a_stale_version_of_a_membership_conflicts
    "the row is stored only if the version stored for it is the expected one"
    a_version_of_a_policy_that_never_was_conflicts
    "the row is stored only if the version stored for it is the expected one"
    a_version_of_a_membership_that_never_was_conflicts
    "a commit is never repeated: its version is no longer the expected one"
    a_repeated_commit_of_a_policy_conflicts
    "a commit is never repeated: its version is no longer the expected one"
    a_repeated_commit_of_a_membership_conflicts
    "the row is stored only if the version stored for it is the expected one"
    an_update_of_an_absent_policy_conflicts
    "the row is stored only if the version stored for it is the expected one"
    an_update_of_an_absent_membership_conflicts
    "compared in the statement that writes: no other commit can come between"
    of_many_writers_of_a_policy_one_wins_and_every_loser_sees_the_conflict
    "compared in the statement that writes: no other commit can come between"
    of_many_writers_of_a_membership_one_wins_and_every_loser_sees_the_conflict
    "compared in the statement that writes: no other commit can come between"
    of_many_creators_of_a_row_one_wins_and_every_loser_sees_the_conflict
    "the stored row remembers its last commits"
    a_commit_of_an_organization_is_found_again_by_its_id
    "linearizable: a load sees every commit that was answered before it began, by any handle"
    another_handle_sees_every_policy_and_membership_and_conflicts_with_it
}

const BOTH: [Kind; 2] = [Kind::Policy, Kind::Membership];

async fn an_organization_that_never_was_has_neither_policy_nor_members(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let mut office = Office::new(1)?;
    let (acme, ada) = (org("acme")?, subject("ada")?);
    let none = orgs.revision(&ada).await?;
    expect("the revision of nobody, where there is no policy", &PolicyRevision::NONE, &none)?;
    done(&**orgs, &office.join("other", "bob")?).await?;
    done(&**orgs, &office.require("other", 14)?).await?;
    expect("the policy of an organization without one", &None, &orgs.organization(&acme).await?)?;
    expect("the membership of a stranger", &None, &orgs.membership(&acme, &ada).await?)?;
    expect("the memberships of a stranger", &0, &orgs.memberships(&ada).await?.len())?;
    expect("the affiliations of a stranger", &0, &orgs.affiliations(&ada).await?.len())?;
    expect("the roster row of a stranger", &None, &orgs.roster_row(&acme, &ada).await?)?;
    expect("memberships forgotten of a stranger", &0, &orgs.forget(&ada).await?)?;
    Ok(Outcome::Kept)
}

async fn a_policy_is_created_only_once(c: Candidate) -> Result<Outcome, Violation> {
    created_only_once(&c, Kind::Policy).await
}

async fn a_membership_is_created_only_once(c: Candidate) -> Result<Outcome, Violation> {
    created_only_once(&c, Kind::Membership).await
}

async fn created_only_once(c: &Candidate, kind: Kind) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let mut office = Office::new(1)?;
    let first = made(&**orgs, &mut office, kind, "acme").await?;
    refused(&**orgs, &office.create(kind, "acme")?, "creating a row that exists").await?;
    holds(&**orgs, &first, "the row after it").await?;
    Ok(Outcome::Kept)
}

async fn a_stale_version_of_a_policy_conflicts(c: Candidate) -> Result<Outcome, Violation> {
    stale_conflicts(&c, Kind::Policy).await
}

async fn a_stale_version_of_a_membership_conflicts(c: Candidate) -> Result<Outcome, Violation> {
    stale_conflicts(&c, Kind::Membership).await
}

async fn stale_conflicts(c: &Candidate, kind: Kind) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let mut office = Office::new(1)?;
    let first = made(&**orgs, &mut office, kind, "acme").await?;
    let (newer, stale) = (office.touch(&first)?, office.touch(&first)?);
    let second = put(&**orgs, &newer).await?;
    refused(&**orgs, &stale, "a commit with the version before the last").await?;
    let third = put(&**orgs, &office.touch(&second)?).await?;
    refused(&**orgs, &stale, "a commit with a version long gone").await?;
    holds(&**orgs, &third, "the row after it").await?;
    Ok(Outcome::Kept)
}

async fn a_version_of_a_policy_that_never_was_conflicts(
    c: Candidate,
) -> Result<Outcome, Violation> {
    future_conflicts(&c, Kind::Policy).await
}

async fn a_version_of_a_membership_that_never_was_conflicts(
    c: Candidate,
) -> Result<Outcome, Violation> {
    future_conflicts(&c, Kind::Membership).await
}

async fn future_conflicts(c: &Candidate, kind: Kind) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let mut office = Office::new(1)?;
    let first = made(&**orgs, &mut office, kind, "acme").await?;
    let next = office.touch(&first)?;
    let too_far = office.touch(next.row())?;
    refused(&**orgs, &too_far, "a commit with a version still to come").await?;
    holds(&**orgs, &first, "the row after it").await?;
    Ok(Outcome::Kept)
}

async fn a_repeated_commit_of_a_policy_conflicts(c: Candidate) -> Result<Outcome, Violation> {
    repeated_conflicts(&c, Kind::Policy).await
}

async fn a_repeated_commit_of_a_membership_conflicts(c: Candidate) -> Result<Outcome, Violation> {
    repeated_conflicts(&c, Kind::Membership).await
}

async fn repeated_conflicts(c: &Candidate, kind: Kind) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let mut office = Office::new(1)?;
    let creation = office.create(kind, "acme")?;
    let first = put(&**orgs, &creation).await?;
    refused(&**orgs, &creation, "the same creation again").await?;
    let update = office.touch(&first)?;
    done(&**orgs, &update).await?;
    refused(&**orgs, &update, "the same update again").await?;
    Ok(Outcome::Kept)
}

async fn an_update_of_an_absent_policy_conflicts(c: Candidate) -> Result<Outcome, Violation> {
    absent_conflicts(&c, Kind::Policy).await
}

async fn an_update_of_an_absent_membership_conflicts(c: Candidate) -> Result<Outcome, Violation> {
    absent_conflicts(&c, Kind::Membership).await
}

async fn absent_conflicts(c: &Candidate, kind: Kind) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let mut office = Office::new(1)?;
    // The other of the two rows is there, under the same names.
    let other = if kind == Kind::Policy { Kind::Membership } else { Kind::Policy };
    made(&**orgs, &mut office, other, "acme").await?;
    let creation = office.create(kind, "acme")?;
    let update = office.touch(creation.row())?;
    refused(&**orgs, &update, "updating a row that is not there").await?;
    let came = stored(&**orgs, update.row()).await?;
    expect("the row after it", &None, &came.as_ref().map(parts))?;
    Ok(Outcome::Kept)
}

/// Commits all at once, by all handles in turn; how many won.
async fn race(c: &Candidate, commits: &[OrgCommit]) -> Result<usize, Violation> {
    let handles = [c.organizations.as_ref(), c.other_organizations.as_ref()];
    let handles: Vec<_> = handles.into_iter().flatten().collect();
    let writers = commits.iter().zip(handles.iter().cycle());
    let writers = writers.map(|(commit, store)| -> Boxed<'_, _> { store.commit(commit) });
    let outcomes = join_all(writers.collect()).await;
    let outcomes: Result<Vec<CommitOutcome>, _> = outcomes.into_iter().collect();
    let won = |outcome: &&CommitOutcome| **outcome == CommitOutcome::Committed;
    Ok(outcomes?.iter().filter(won).count())
}

async fn of_many_writers_of_a_policy_one_wins_and_every_loser_sees_the_conflict(
    c: Candidate,
) -> Result<Outcome, Violation> {
    one_writer_wins(&c, Kind::Policy).await
}

async fn of_many_writers_of_a_membership_one_wins_and_every_loser_sees_the_conflict(
    c: Candidate,
) -> Result<Outcome, Violation> {
    one_writer_wins(&c, Kind::Membership).await
}

async fn one_writer_wins(c: &Candidate, kind: Kind) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let mut office = Office::new(1)?;
    let mut row = made(&**orgs, &mut office, kind, "acme").await?;
    for round in 0..8 {
        let writers: Result<Vec<OrgCommit>, _> = (0..16).map(|_| office.touch(&row)).collect();
        let writers = writers?;
        let won = race(c, &writers).await?;
        expect(&format!("winners among 16 writers in round {round}"), &1, &won)?;
        row = stored(&**orgs, &row).await?.ok_or_else(|| Violation::new("the row is gone"))?;
        let found = writers.iter().filter(|commit| remembers(&row, commit.id())).count();
        expect("commits of the round in the stored row", &1, &found)?;
    }
    Ok(Outcome::Kept)
}

async fn of_many_creators_of_a_row_one_wins_and_every_loser_sees_the_conflict(
    c: Candidate,
) -> Result<Outcome, Violation> {
    if c.organizations.is_none() {
        return Ok(Outcome::NotOffered);
    }
    let mut office = Office::new(1)?;
    for kind in BOTH {
        for round in 0..4 {
            let name = format!("acme {round}");
            let creators: Result<Vec<_>, _> = (0..16).map(|_| office.create(kind, &name)).collect();
            let won = race(&c, &creators?).await?;
            expect(&format!("winners among 16 creators of a {kind:?}"), &1, &won)?;
        }
    }
    Ok(Outcome::Kept)
}

async fn a_commit_of_an_organization_is_found_again_by_its_id(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(orgs) = &c.organizations else { return Ok(Outcome::NotOffered) };
    let mut office = Office::new(1)?;
    for kind in BOTH {
        let mut row = made(&**orgs, &mut office, kind, "acme").await?;
        let mut ids = Vec::new();
        for _ in 0..12 {
            let commit = office.touch(&row)?;
            ids.push(commit.id());
            row = put(&**orgs, &commit).await?;
        }
        let found: Vec<_> = ids.iter().filter(|id| remembers(&row, **id)).collect();
        let last: Vec<_> = ids.iter().skip(4).collect();
        expect(&format!("commits that a {kind:?} remembers, of 12"), &last, &found)?;
    }
    Ok(Outcome::Kept)
}

async fn another_handle_sees_every_policy_and_membership_and_conflicts_with_it(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let (Some(orgs), Some(other)) = (&c.organizations, &c.other_organizations) else {
        return Ok(Outcome::NotOffered);
    };
    let mut office = Office::new(1)?;
    let mut rows: Vec<OrgRow> = Vec::new();
    for kind in BOTH {
        rows.push(made(&**orgs, &mut office, kind, "acme").await?);
    }
    for _ in 0..8 {
        for row in &mut rows {
            holds(&**other, row, "the row by another handle").await?;
            let (update, stale) = (office.touch(row)?, office.touch(row)?);
            done(&**other, &update).await?;
            refused(&**orgs, &stale, "a commit that another handle was before").await?;
            holds(&**orgs, update.row(), "what another handle committed").await?;
            *row = update.row().clone();
        }
    }
    Ok(Outcome::Kept)
}
