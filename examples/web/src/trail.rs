//! An organization's audit trail, read from mfakit's event log.

use std::collections::VecDeque;

use mfakit::Event;
use mfakit::store::{EventLog, StoreError};

/// The latest events that are wanted, the latest first.
///
/// It reads the log from its beginning, which a demonstration can afford. What happened to one user
/// is read from the end, by [`Mfa::recent_events`](mfakit::Mfa::recent_events); an application whose
/// log grows has a relay copy each event once to where it is searched by organization.
pub(crate) async fn latest(
    log: &dyn EventLog,
    limit: usize,
    wanted: impl Fn(&Event) -> bool,
) -> Result<Vec<Event>, StoreError> {
    const PAGE: usize = 500;
    let mut latest = VecDeque::new();
    let mut after = None;
    loop {
        let page = log.read(after.as_ref(), PAGE).await?;
        latest.extend(page.events.into_iter().filter(&wanted));
        let excess = latest.len().saturating_sub(limit);
        latest.drain(..excess);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(latest.into_iter().rev().collect()),
        }
    }
}
