//! Reading an event log.

use crate::domain::{Event, EventId};
use crate::ports::{EventCursor, EventLog};
use crate::testing::conformance::report::Violation;

/// Reads to the end, in pages of so many. A page may be shorter than that and not the last one.
pub(crate) async fn read_all(
    log: &dyn EventLog,
    after: Option<EventCursor>,
    page: usize,
) -> Result<Vec<Event>, Violation> {
    Ok(walk(log, after, page).await?.0)
}

/// The events up to the end, and the cursor of the last one.
pub(crate) async fn walk(
    log: &dyn EventLog,
    mut after: Option<EventCursor>,
    page: usize,
) -> Result<(Vec<Event>, Option<EventCursor>), Violation> {
    let mut events = Vec::new();
    for _ in 0..10_000 {
        let read = log.read(after.as_ref(), page).await?;
        if read.events.len() > page {
            return Err(Violation::new(format!(
                "{} events in a page of {page}",
                read.events.len()
            )));
        }
        events.extend(read.events);
        match read.next {
            Some(next) => after = Some(next),
            None => return Ok((events, after)),
        }
    }
    Err(Violation::new("reading page by page does not come to an end"))
}

pub(crate) fn ids(events: &[Event]) -> Vec<EventId> {
    events.iter().map(Event::id).collect()
}

/// The ids of the log's events; none where no log is offered.
pub(crate) async fn logged(log: Option<&dyn EventLog>) -> Result<Vec<EventId>, Violation> {
    let Some(log) = log else { return Ok(Vec::new()) };
    Ok(ids(&read_all(log, None, 1_000).await?))
}
