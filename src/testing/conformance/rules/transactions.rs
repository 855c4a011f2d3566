//! Rules about transactions of the host's own.

use std::cell::Cell;

use crate::domain::{Commit, CommitOutcome, Event, EventId};
use crate::ports::{EventCursor, EventLog};
use crate::testing::conformance::join::{Boxed, give_way, join_all};
use crate::testing::conformance::macros::rules;
use crate::testing::conformance::report::{Outcome, Violation, expect, expect_list};
use crate::testing::conformance::samples::accounts::{Author, Within};
use crate::testing::conformance::steps::accounts::{committed, created, loaded};
use crate::testing::conformance::{Candidate, HostTransaction};

rules! {
    "what a host's transaction holds becomes true with its commit, state and events together"
    a_host_transaction_shows_nothing_before_its_commit_and_all_after_it
    "of a transaction that was rolled back nothing ever becomes visible"
    nothing_is_left_of_a_host_transaction_that_was_rolled_back
    "of a transaction that was dropped nothing ever becomes visible"
    nothing_is_left_of_a_host_transaction_that_was_dropped
    "a cursor never passes a commit that is still open: what becomes visible later comes later"
    an_event_cursor_never_passes_a_transaction_still_open
}

/// Puts what has to be taken; the commit that it becomes.
async fn putting(transaction: &mut dyn HostTransaction, what: Within) -> Result<Commit, Violation> {
    let came = transaction.put(what.commit.id(), what.change).await?;
    expect("a commit in a host's transaction", &CommitOutcome::Committed, &came)?;
    Ok(what.commit)
}

/// What a log shows after a cursor, and where it ended.
async fn rest(
    log: &dyn EventLog,
    after: &mut Option<EventCursor>,
) -> Result<Vec<EventId>, Violation> {
    let mut ids = Vec::new();
    for _ in 0..1_000 {
        let page = log.read(after.as_ref(), 3).await?;
        ids.extend(page.events.iter().map(Event::id));
        let Some(next) = page.next else { return Ok(ids) };
        *after = Some(next);
    }
    Err(Violation::new("reading page by page does not come to an end"))
}

fn ids(commits: &[&Commit]) -> Vec<EventId> {
    commits.iter().flat_map(|commit| commit.events()).map(Event::id).collect()
}

async fn a_host_transaction_shows_nothing_before_its_commit_and_all_after_it(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(transactions) = &c.transactions else { return Ok(Outcome::NotOffered) };
    let mut author = Author::new(1);
    let account = created(&*c.accounts, &mut author, "ada").await?;
    let mut cursor = None;
    if let Some(log) = &c.log {
        rest(&**log, &mut cursor).await?;
    }
    let mut open = transactions.begin().await?;
    let first = putting(&mut *open, author.touch_within(&account)?).await?;
    let next = first.next().ok_or_else(|| Violation::new("no next state"))?;
    let second = putting(&mut *open, author.touch_within(next)?).await?;
    let stale = author.touch_within(&account)?;
    let stale = open.put(stale.commit.id(), stale.change).await?;
    expect("a stale commit in the transaction", &CommitOutcome::Conflict, &stale)?;
    let came = loaded(&*c.accounts, account.subject()).await?;
    expect("the account while the transaction is open", &account, &came)?;
    if let Some(log) = &c.log {
        let early = rest(&**log, &mut cursor).await?;
        expect_list("the events while the transaction is open", &[], &early)?;
    }
    open.commit().await?;
    let came = loaded(&*c.accounts, account.subject()).await?;
    expect("the account after it", &second.next(), &Some(&came))?;
    if let Some(log) = &c.log {
        let late = rest(&**log, &mut cursor).await?;
        expect_list("the events after it", &ids(&[&first, &second]), &late)?;
    }
    Ok(Outcome::Kept)
}

async fn nothing_is_left_of_a_host_transaction_that_was_rolled_back(
    c: Candidate,
) -> Result<Outcome, Violation> {
    nothing_is_left(&c, true).await
}

async fn nothing_is_left_of_a_host_transaction_that_was_dropped(
    c: Candidate,
) -> Result<Outcome, Violation> {
    nothing_is_left(&c, false).await
}

async fn nothing_is_left(c: &Candidate, roll_back: bool) -> Result<Outcome, Violation> {
    let Some(transactions) = &c.transactions else { return Ok(Outcome::NotOffered) };
    let mut author = Author::new(1);
    let account = created(&*c.accounts, &mut author, "ada").await?;
    let eve = crate::testing::conformance::samples::accounts::subject("eve")?;
    let mut open = transactions.begin().await?;
    putting(&mut *open, author.erase_within(&account)?).await?;
    let absent = author.absent(&eve);
    putting(&mut *open, author.touch_within(&absent)?).await?;
    if roll_back {
        open.roll_back().await?;
    } else {
        drop(open);
    }
    // A commit on the same row is answered only when the transaction has let go of it.
    let update = author.touch(&account)?;
    committed(&*c.accounts, &update).await?;
    let came = loaded(&*c.accounts, account.subject()).await?;
    expect("an account that was erased in it", &update.next(), &Some(&came))?;
    expect("an account that was created in it", &None, &c.accounts.load(&eve).await?)?;
    if let Some(log) = &c.log {
        let all = rest(&**log, &mut None).await?;
        expect("events of a creation and a change outside of it", &2, &all.len())?;
        let last = all.last().copied();
        expect("the last event", &ids(&[&update]).last().copied(), &last)?;
    }
    Ok(Outcome::Kept)
}

async fn an_event_cursor_never_passes_a_transaction_still_open(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let (Some(transactions), Some(log)) = (&c.transactions, &c.log) else {
        return Ok(Outcome::NotOffered);
    };
    let mut author = Author::new(1);
    let ada = created(&*c.accounts, &mut author, "ada").await?;
    let bob = created(&*c.accounts, &mut author, "bob").await?;
    let mut cursor = None;
    rest(&**log, &mut cursor).await?;
    let mut open = transactions.begin().await?;
    let early = putting(&mut *open, author.touch_within(&ada)?).await?;
    let late = author.touch(&bob)?;
    let overtaken = Cell::new(false);
    let overtake: Boxed<'_, Result<Vec<EventId>, Violation>> = Box::pin(async {
        // Some databases let this one by, others make it wait for the open one.
        let came = committed(&*c.accounts, &late).await;
        overtaken.set(true);
        came.map(|()| Vec::new())
    });
    let reading = Box::pin(async {
        let mut seen = Vec::new();
        for _ in 0..200 {
            // The last round begins after the other one was answered.
            let last = overtaken.get();
            seen.extend(rest(&**log, &mut cursor).await?);
            if last {
                break;
            }
            give_way().await;
        }
        open.commit().await?;
        // A log may show later what was committed later; how long a commit takes is the disk's.
        let mut looks = 0;
        while looks < 200 {
            looks += u32::from(overtaken.get());
            seen.extend(rest(&**log, &mut cursor).await?);
            if overtaken.get() && seen.len() >= 2 {
                break;
            }
            give_way().await;
        }
        Ok(seen)
    });
    let read: Result<Vec<Vec<EventId>>, Violation> =
        join_all(vec![overtake, reading]).await.into_iter().collect();
    let (mut expected, mut seen) = (ids(&[&early, &late]), read?.concat());
    expected.sort_unstable();
    seen.sort_unstable();
    expect_list("the events of a slow transaction and of a fast one", &expected, &seen)?;
    Ok(Outcome::Kept)
}
