//! Rules about events.

use std::cell::RefCell;

use crate::domain::{CommitOutcome, Event, EventId};
use crate::ports::{EventCursor, EventLog};
use crate::testing::conformance::Candidate;
use crate::testing::conformance::join::{Boxed, give_way, join_all, poll_and_drop};
use crate::testing::conformance::macros::rules;
use crate::testing::conformance::report::{Outcome, Violation, expect};
use crate::testing::conformance::samples::accounts::Author;
use crate::testing::conformance::steps::accounts::{committed, conflicted, created, loaded};
use crate::testing::conformance::steps::events::{ids, read_all, walk};

rules! {
    "every event of every commit appears, exactly once, in one order"
    events_appear_once_and_in_order
    "of a refused commit nothing ever becomes visible, its events neither"
    a_refused_commit_leaves_no_event
    "when `next` is `None` the row goes and the events stay"
    the_events_of_an_erasure_stay
    "state and events become visible together; a future dropped half-way leaves both or neither"
    a_commit_dropped_half_way_leaves_its_events_or_none
    "a page goes on where the last one ended"
    pages_of_events_join_without_a_gap
    "a cursor never passes a commit that is still open"
    no_event_is_lost_while_others_write
    "`prune` drops nothing behind the cursor it is given"
    pruning_drops_nothing_behind_its_cursor
    "an event of a later release is read like any other, and still says whom it concerns"
    an_event_of_a_later_release_is_read
    "a cursor that is none of the store's own is an error"
    a_garbled_cursor_is_refused
}

/// An account that was changed so many times, and the events in the order of its commits.
async fn history(
    c: &Candidate,
    author: &mut Author,
    name: &str,
    changes: usize,
) -> Result<Vec<Event>, Violation> {
    let mut account = created(&*c.accounts, author, name).await?;
    let mut events = Vec::new();
    for _ in 0..changes {
        let commit = author.touch(&account)?;
        committed(&*c.accounts, &commit).await?;
        events.extend_from_slice(commit.events());
        account = loaded(&*c.accounts, account.subject()).await?;
    }
    Ok(events)
}

async fn events_appear_once_and_in_order(c: Candidate) -> Result<Outcome, Violation> {
    let Some(log) = &c.log else { return Ok(Outcome::NotOffered) };
    let written = history(&c, &mut Author::new(1), "ada", 12).await?;
    let read = read_all(&**log, None, 100).await?;
    // The first event is that of the creation.
    expect("events after one creation and 12 changes", &13, &read.len())?;
    expect("the events", &written, &read[1..].to_vec())?;
    Ok(Outcome::Kept)
}

async fn a_refused_commit_leaves_no_event(c: Candidate) -> Result<Outcome, Violation> {
    let Some(log) = &c.log else { return Ok(Outcome::NotOffered) };
    let mut author = Author::new(1);
    let account = created(&*c.accounts, &mut author, "ada").await?;
    let (update, stale) = (author.touch(&account)?, author.touch(&account)?);
    committed(&*c.accounts, &update).await?;
    let before = read_all(&**log, None, 100).await?;
    conflicted(&*c.accounts, &stale, "a stale commit").await?;
    expect("the events after a refused commit", &before, &read_all(&**log, None, 100).await?)?;
    Ok(Outcome::Kept)
}

async fn the_events_of_an_erasure_stay(c: Candidate) -> Result<Outcome, Violation> {
    let Some(log) = &c.log else { return Ok(Outcome::NotOffered) };
    let mut author = Author::new(1);
    let account = created(&*c.accounts, &mut author, "ada").await?;
    let erase = author.erase(&account)?;
    committed(&*c.accounts, &erase).await?;
    let read = read_all(&**log, None, 100).await?;
    expect("events after a creation and an erasure", &2, &read.len())?;
    expect("the last event", &erase.events().last(), &read.last())?;
    Ok(Outcome::Kept)
}

async fn a_commit_dropped_half_way_leaves_its_events_or_none(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let Some(log) = &c.log else { return Ok(Outcome::NotOffered) };
    let mut author = Author::new(1);
    let mut account = created(&*c.accounts, &mut author, "ada").await?;
    let mut dropped = Vec::new();
    for polls in 0..12 {
        let commit = author.touch(&account)?;
        poll_and_drop(c.accounts.commit(&commit), polls).await;
        dropped.push(commit);
        account = loaded(&*c.accounts, account.subject()).await?;
    }
    // A commit that still arrives has done so before another one on the same row is answered.
    for _ in 0..100 {
        if c.accounts.commit(&author.touch(&account)?).await? == CommitOutcome::Committed {
            break;
        }
        account = loaded(&*c.accounts, account.subject()).await?;
    }
    account = loaded(&*c.accounts, account.subject()).await?;
    let read = ids(&read_all(&**log, None, 100).await?);
    for commit in dropped {
        let logged = commit.events().iter().any(|event| read.contains(&event.id()));
        expect("the event of a dropped commit", &account.remembers(commit.id()), &logged)?;
    }
    Ok(Outcome::Kept)
}

async fn pages_of_events_join_without_a_gap(c: Candidate) -> Result<Outcome, Violation> {
    let Some(log) = &c.log else { return Ok(Outcome::NotOffered) };
    let mut author = Author::new(1);
    history(&c, &mut author, "ada", 9).await?;
    let whole = ids(&read_all(&**log, None, 100).await?);
    for page in 1..=11 {
        let joined = ids(&read_all(&**log, None, page).await?);
        expect(&format!("the events in pages of {page}"), &whole, &joined)?;
    }
    let (_, end) = walk(&**log, None, 100).await?;
    let end = end.ok_or_else(|| Violation::new("a page with events has no cursor"))?;
    expect("events after the end", &0, &read_all(&**log, Some(end.clone()), 100).await?.len())?;
    let later = history(&c, &mut author, "bob", 0).await?;
    expect("changes of an account that was only created", &0, &later.len())?;
    let came = read_all(&**log, Some(end), 100).await?;
    expect("what came after the end since", &1, &came.len())?;
    Ok(Outcome::Kept)
}

async fn no_event_is_lost_while_others_write(c: Candidate) -> Result<Outcome, Violation> {
    let Some(log) = &c.log else { return Ok(Outcome::NotOffered) };
    const WRITERS: u32 = 8;
    const CHANGES: usize = 10;
    let c = &c;
    let writer = |number: u32| -> Boxed<'_, Result<Option<Vec<Event>>, Violation>> {
        Box::pin(async move {
            let mut author = Author::new(100 + number);
            history(c, &mut author, &format!("writer {number}"), CHANGES).await.map(Some)
        })
    };
    let seen: RefCell<Vec<EventId>> = RefCell::default();
    let mut tasks: Vec<_> = (0..WRITERS).map(writer).collect();
    let reading = &seen;
    tasks.push(Box::pin(async move {
        let mut after: Option<EventCursor> = None;
        let expected = WRITERS as usize * (CHANGES + 1);
        // Reads while the writers write, and then what is left.
        for _ in 0..100_000 {
            let page = log.read(after.as_ref(), 3).await?;
            after = page.next.or(after);
            reading.borrow_mut().extend(ids(&page.events));
            if reading.borrow().len() >= expected {
                break;
            }
            give_way().await;
        }
        Ok(None)
    }));
    let written: Result<Vec<Option<Vec<Event>>>, Violation> =
        join_all(tasks).await.into_iter().collect();
    let seen = seen.into_inner();
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    expect("events that were read twice", &0, &(seen.len() - once.len()))?;
    for events in written?.into_iter().flatten() {
        let order: Vec<_> = ids(&events);
        let came: Vec<_> = seen.iter().filter(|id| order.contains(id)).copied().collect();
        expect("one writer's events, as a reader saw them", &order, &came)?;
    }
    Ok(Outcome::Kept)
}

async fn pruning_drops_nothing_behind_its_cursor(c: Candidate) -> Result<Outcome, Violation> {
    let Some(log) = &c.log else { return Ok(Outcome::NotOffered) };
    let mut author = Author::new(1);
    history(&c, &mut author, "ada", 9).await?;
    let whole = ids(&read_all(&**log, None, 100).await?);
    let slowest = after_four(&**log).await?;
    expect("events that were pruned", &4, &log.prune(&slowest).await?)?;
    let left = ids(&read_all(&**log, Some(slowest.clone()), 100).await?);
    expect("the events behind the cursor", &whole[4..].to_vec(), &left)?;
    let kept = ids(&read_all(&**log, None, 100).await?);
    expect("the events from the oldest kept", &whole[4..].to_vec(), &kept)?;
    expect("pruning the same again", &0, &log.prune(&slowest).await?)?;
    Ok(Outcome::Kept)
}

/// The cursor of the fourth event, one at a time: a page of four may be a shorter one.
async fn after_four(log: &dyn EventLog) -> Result<EventCursor, Violation> {
    let mut after = None;
    for _ in 0..4 {
        let next = log.read(after.as_ref(), 1).await?.next;
        let none = || Violation::new("there are more events, and none comes");
        after = Some(next.ok_or_else(none)?);
    }
    after.ok_or_else(|| Violation::new("no cursor"))
}

async fn an_event_of_a_later_release_is_read(c: Candidate) -> Result<Outcome, Violation> {
    let Some(log) = &c.log else { return Ok(Outcome::NotOffered) };
    let mut author = Author::new(1);
    let account = created(&*c.accounts, &mut author, "ada").await?;
    let of_tomorrow = author.touch_of_tomorrow(&account)?;
    committed(&*c.accounts, &of_tomorrow).await?;
    let account = loaded(&*c.accounts, account.subject()).await?;
    let after = author.touch(&account)?;
    committed(&*c.accounts, &after).await?;
    let written = [of_tomorrow.events(), after.events()].concat();
    let read = read_all(&**log, None, 100).await?;
    expect("the events after the creation", &written, &read[1.min(read.len())..].to_vec())?;
    let told: Vec<bool> = read.iter().map(Event::concerns_owner).collect();
    let concerns: Vec<bool> = written.iter().map(Event::concerns_owner).collect();
    expect("whom they concern", &concerns, &told[1.min(told.len())..].to_vec())?;
    Ok(Outcome::Kept)
}

async fn a_garbled_cursor_is_refused(c: Candidate) -> Result<Outcome, Violation> {
    let Some(log) = &c.log else { return Ok(Outcome::NotOffered) };
    history(&c, &mut Author::new(1), "ada", 3).await?;
    for garbled in ["", "x", "-1", "'; DROP TABLE events; --", "18446744073709551616", "\0"] {
        let cursor = EventCursor::new(garbled);
        if log.read(Some(&cursor), 10).await.is_ok() || log.prune(&cursor).await.is_ok() {
            return Err(Violation::new(format!("expected an error for the cursor {garbled:?}")));
        }
    }
    expect("the events after it", &4, &read_all(&**log, None, 100).await?.len())?;
    Ok(Outcome::Kept)
}
