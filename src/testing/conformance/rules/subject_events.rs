//! Rules about the latest events of one subject.

use crate::domain::{Commit, CommitOutcome, Event, EventId, Subject};
use crate::ports::SubjectEvents;
use crate::testing::conformance::Candidate;
use crate::testing::conformance::join::{Boxed, give_way, join_all};
use crate::testing::conformance::macros::rules;
use crate::testing::conformance::report::{Outcome, Violation, expect, expect_list};
use crate::testing::conformance::samples::accounts::{Author, LOOKALIKES, subject};
use crate::testing::conformance::samples::organizations::{Kind, Office};
use crate::testing::conformance::steps::accounts::{committed, conflicted, created, loaded};
use crate::testing::conformance::steps::events::{ids, logged};
use crate::testing::conformance::steps::organizations::put;

rules! {
    "the newest event comes first: the order is that of the log, reversed, within a commit too"
    the_latest_events_of_a_subject_come_first
    "no event of another subject is among them"
    the_events_of_others_are_not_among_the_latest
    "none if nothing is known of it"
    a_stranger_has_no_latest_events
    "the latest events of a subject, at most `limit`"
    a_limit_takes_the_latest_events_and_no_more
    "subjects are compared byte for byte"
    the_latest_events_of_subjects_that_look_alike_stay_apart
    "an event is there as soon as its commit was answered"
    the_latest_event_is_there_once_its_commit_is_answered
    "also while the log still waits for its place to be certain"
    a_transaction_still_open_holds_no_latest_event_back
    "of what was refused or rolled back nothing is ever there"
    a_refused_commit_is_not_among_the_latest_events
    "when the account is erased they stay under its subject"
    the_latest_events_of_an_erased_account_stay
    "until they are pruned"
    pruned_events_are_no_longer_among_the_latest
    "every event that carries the subject counts, whatever wrote it"
    the_latest_events_tell_of_organizations_too
}

/// The events of these commits, newest first.
fn newest_first<'c>(commits: impl IntoIterator<Item = &'c Commit>) -> Vec<Event> {
    let mut events: Vec<Event> =
        commits.into_iter().flat_map(|commit| commit.events()).cloned().collect();
    events.reverse();
    events
}

async fn latest(
    reader: &dyn SubjectEvents,
    subject: &Subject,
    limit: usize,
) -> Result<Vec<EventId>, Violation> {
    Ok(ids(&reader.latest(subject, limit).await?))
}

/// Creates an account and changes it so many times; the commits in their order.
async fn history(
    c: &Candidate,
    author: &mut Author,
    name: &str,
    changes: usize,
) -> Result<Vec<Commit>, Violation> {
    let absent = author.absent(&subject(name)?);
    let mut commits = vec![author.touch(&absent)?];
    committed(&*c.accounts, &commits[0]).await?;
    for _ in 0..changes {
        let account = loaded(&*c.accounts, absent.subject()).await?;
        let commit = author.touch(&account)?;
        committed(&*c.accounts, &commit).await?;
        commits.push(commit);
    }
    Ok(commits)
}

async fn the_latest_events_of_a_subject_come_first(c: Candidate) -> Result<Outcome, Violation> {
    let Some(reader) = &c.subject_events else { return Ok(Outcome::NotOffered) };
    let (mut author, ada) = (Author::new(1), subject("ada")?);
    let (on, session) = author.switch_on(&ada, None)?;
    committed(&*c.accounts, &on).await?;
    let mut commits = vec![on];
    // Each setup but the first ends the one before: two events in one commit.
    for _ in 0..6 {
        let account = loaded(&*c.accounts, &ada).await?;
        let commit = author.begin_setup(&account, &session)?;
        committed(&*c.accounts, &commit).await?;
        commits.push(commit);
    }
    let came = reader.latest(&ada, 100).await?;
    expect_list("the latest events", &newest_first(&commits), &came)?;
    if let Some(log) = &c.log {
        let mut log = logged(Some(&**log)).await?;
        log.reverse();
        expect_list("the log from its end, and the latest events", &log, &ids(&came))?;
    }
    Ok(Outcome::Kept)
}

async fn the_events_of_others_are_not_among_the_latest(c: Candidate) -> Result<Outcome, Violation> {
    let Some(reader) = &c.subject_events else { return Ok(Outcome::NotOffered) };
    let mut author = Author::new(1);
    let mut commits = Vec::new();
    // In turn, so that each has others before, between and behind.
    for name in ["ada", "bob", "eve"] {
        created(&*c.accounts, &mut author, name).await?;
    }
    for _ in 0..5 {
        for name in ["ada", "bob", "eve"] {
            let account = loaded(&*c.accounts, &subject(name)?).await?;
            let commit = author.touch(&account)?;
            committed(&*c.accounts, &commit).await?;
            commits.push(commit);
        }
    }
    for name in ["ada", "bob", "eve"] {
        let who = subject(name)?;
        let own = commits.iter().filter(|commit| *commit.subject() == who);
        let own = ids(&newest_first(own));
        expect_list(&format!("{name}'s latest events"), &own, &latest(&**reader, &who, 5).await?)?;
    }
    Ok(Outcome::Kept)
}

async fn a_stranger_has_no_latest_events(c: Candidate) -> Result<Outcome, Violation> {
    let Some(reader) = &c.subject_events else { return Ok(Outcome::NotOffered) };
    let mut author = Author::new(1);
    expect_list("events in an empty store", &[], &reader.latest(&subject("ada")?, 10).await?)?;
    history(&c, &mut author, "ada", 3).await?;
    expect_list("a stranger's events", &[], &reader.latest(&subject("bob")?, 10).await?)?;
    Ok(Outcome::Kept)
}

async fn a_limit_takes_the_latest_events_and_no_more(c: Candidate) -> Result<Outcome, Violation> {
    let Some(reader) = &c.subject_events else { return Ok(Outcome::NotOffered) };
    let commits = history(&c, &mut Author::new(1), "ada", 11).await?;
    let all = ids(&newest_first(&commits));
    for limit in [1, 2, 3, 11, 12, 13, 1_000] {
        let came = latest(&**reader, &subject("ada")?, limit).await?;
        let expected = &all[..limit.min(all.len())];
        expect_list(&format!("the latest {limit} of 12 events"), expected, &came)?;
    }
    Ok(Outcome::Kept)
}

async fn the_latest_events_of_subjects_that_look_alike_stay_apart(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(reader) = &c.subject_events else { return Ok(Outcome::NotOffered) };
    let mut author = Author::new(1);
    let longest = "x".repeat(255);
    let mut commits = Vec::new();
    for name in LOOKALIKES.into_iter().chain([&*longest, &longest[..254]]) {
        commits.extend(history(&c, &mut author, name, 0).await?);
    }
    for commit in &commits {
        let what = format!("the events of {:?}", commit.subject());
        let came = latest(&**reader, commit.subject(), 10).await?;
        expect_list(&what, &ids(commit.events()), &came)?;
    }
    Ok(Outcome::Kept)
}

async fn the_latest_event_is_there_once_its_commit_is_answered(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(reader) = &c.subject_events else { return Ok(Outcome::NotOffered) };
    const WRITERS: u32 = 8;
    let c = &c;
    // Everybody looks at once for what was just written, while the others are still writing.
    let writer = |number: u32| -> Boxed<'_, Result<(), Violation>> {
        Box::pin(async move {
            let (mut author, who) = (Author::new(1 + number), format!("writer {number}"));
            let store = match &c.other {
                Some(other) if number % 2 == 1 => other,
                _ => &c.accounts,
            };
            let mut account = created(&**store, &mut author, &who).await?;
            for _ in 0..10 {
                let commit = author.touch(&account)?;
                committed(&**store, &commit).await?;
                let newest = latest(&**reader, account.subject(), 1).await?;
                expect_list("the event of a commit just answered", &ids(commit.events()), &newest)?;
                account = loaded(&**store, account.subject()).await?;
            }
            Ok(())
        })
    };
    join_all((0..WRITERS).map(writer).collect())
        .await
        .into_iter()
        .collect::<Result<Vec<()>, _>>()?;
    Ok(Outcome::Kept)
}

async fn a_transaction_still_open_holds_no_latest_event_back(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let (Some(reader), Some(transactions)) = (&c.subject_events, &c.transactions) else {
        return Ok(Outcome::NotOffered);
    };
    let (mut author, mut others) = (Author::new(1), Author::new(2));
    let ada = created(&*c.accounts, &mut author, "ada").await?;
    let bob = created(&*c.accounts, &mut others, "bob").await?;
    let early = author.touch_within(&ada)?;
    let (held, late) = (ids(early.commit.events()), others.touch(&bob)?);
    let mut open = transactions.begin().await?;
    let put = open.put(early.commit.id(), early.change).await?;
    expect("a commit in a host's transaction", &CommitOutcome::Committed, &put)?;
    let before = latest(&**reader, ada.subject(), 10).await?;
    expect("events of somebody whose change is not committed", &1, &before.len())?;
    // Some databases let this one by, others make it wait for the open one.
    let overtake: Boxed<'_, Result<(), Violation>> = Box::pin(async {
        committed(&*c.accounts, &late).await?;
        let newest = latest(&**reader, bob.subject(), 1).await?;
        expect_list("what was committed beside it", &ids(late.events()), &newest)
    });
    let end: Boxed<'_, Result<(), Violation>> = Box::pin(async {
        for _ in 0..200 {
            give_way().await;
        }
        open.commit().await?;
        let newest = latest(&**reader, ada.subject(), 1).await?;
        expect_list("the event of the transaction, once committed", &held, &newest)
    });
    join_all(vec![overtake, end]).await.into_iter().collect::<Result<Vec<()>, _>>()?;
    Ok(Outcome::Kept)
}

async fn a_refused_commit_is_not_among_the_latest_events(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(reader) = &c.subject_events else { return Ok(Outcome::NotOffered) };
    let mut author = Author::new(1);
    let account = created(&*c.accounts, &mut author, "ada").await?;
    let (update, stale) = (author.touch(&account)?, author.touch(&account)?);
    committed(&*c.accounts, &update).await?;
    let before = latest(&**reader, account.subject(), 10).await?;
    conflicted(&*c.accounts, &stale, "a stale commit").await?;
    let after = latest(&**reader, account.subject(), 10).await?;
    expect_list("the latest events after a refused commit", &before, &after)?;
    Ok(Outcome::Kept)
}

async fn the_latest_events_of_an_erased_account_stay(c: Candidate) -> Result<Outcome, Violation> {
    let Some(reader) = &c.subject_events else { return Ok(Outcome::NotOffered) };
    let (mut author, ada) = (Author::new(1), subject("ada")?);
    let mut commits = history(&c, &mut author, "ada", 3).await?;
    let erase = author.erase(&*loaded(&*c.accounts, &ada).await?)?;
    committed(&*c.accounts, &erase).await?;
    commits.push(erase);
    let came = latest(&**reader, &ada, 10).await?;
    expect_list("the events of an erased account", &ids(&newest_first(&commits)), &came)?;
    Ok(Outcome::Kept)
}

async fn pruned_events_are_no_longer_among_the_latest(c: Candidate) -> Result<Outcome, Violation> {
    let (Some(reader), Some(log)) = (&c.subject_events, &c.log) else {
        return Ok(Outcome::NotOffered);
    };
    let mut author = Author::new(1);
    history(&c, &mut author, "bob", 1).await?;
    let commits = history(&c, &mut author, "ada", 5).await?;
    let all = ids(&newest_first(&commits));
    expect_list("all of ada's", &all, &latest(&**reader, &subject("ada")?, 10).await?)?;
    let mut cursor = None;
    // Both of bob's, and two of ada's.
    for _ in 0..4 {
        cursor = log.read(cursor.as_ref(), 1).await?.next;
    }
    let cursor = cursor.ok_or_else(|| Violation::new("there are more events, and none comes"))?;
    expect("events that were pruned", &4, &log.prune(&cursor).await?)?;
    let kept = &all[..4];
    expect_list("what is left of ada's", kept, &latest(&**reader, &subject("ada")?, 10).await?)?;
    expect_list("what is left of bob's", &[], &latest(&**reader, &subject("bob")?, 10).await?)?;
    let last = author.touch(&*loaded(&*c.accounts, &subject("ada")?).await?)?;
    committed(&*c.accounts, &last).await?;
    let newest = latest(&**reader, &subject("ada")?, 1).await?;
    expect_list("the first event after that", &ids(last.events()), &newest)?;
    Ok(Outcome::Kept)
}

async fn the_latest_events_tell_of_organizations_too(c: Candidate) -> Result<Outcome, Violation> {
    let (Some(reader), Some(orgs)) = (&c.subject_events, &c.organizations) else {
        return Ok(Outcome::NotOffered);
    };
    let mut office = Office::new(1)?;
    let mut written: Vec<Event> = Vec::new();
    // A policy's events are the administrator's, a membership's its member's.
    for kind in [Kind::Policy, Kind::Membership] {
        let commit = office.create(kind, "acme")?;
        written.extend_from_slice(commit.events());
        let mut row = put(&**orgs, &commit).await?;
        for _ in 0..3 {
            let commit = office.touch(&row)?;
            written.extend_from_slice(commit.events());
            row = put(&**orgs, &commit).await?;
        }
    }
    written.reverse();
    for name in ["administrator", "ada"] {
        let who = subject(name)?;
        let own: Vec<Event> =
            written.iter().filter(|event| *event.subject() == who).cloned().collect();
        expect("whether the sample has events of both", &true, &(own.len() > 2))?;
        let came = reader.latest(&who, 100).await?;
        expect_list(&format!("the events of {name:?}"), &own, &came)?;
    }
    Ok(Outcome::Kept)
}
