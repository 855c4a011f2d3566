//! Telling people.

use thiserror::Error;

use crate::domain::Event;

/// Is told of every event right after its commit: to send the owner a message, to raise an alert.
///
/// # Contract
/// It runs on a thread of its own, one event at a time: those of one commit in their order, those
/// of operations that overlap as these end. It may take its time, fail or panic: no operation waits
/// for it, and none is undone by it. What it misses (a failure, a full queue, a crash, a caller who
/// dropped the operation before its answer) stays in the [`EventLog`](super::EventLog), in the
/// order of the commits, and can be read again from there; a host that must not miss anything reads
/// the log instead.
///
/// [`Event::concerns_owner`] says which events the owner has to hear of.
pub trait Notifier: Send + 'static {
    /// Tells of one event.
    ///
    /// # Errors
    /// [`NotifierError`] when it could not; it is counted and nothing else happens.
    fn notify(&mut self, event: &Event) -> Result<(), NotifierError>;
}

/// A notice that was not given.
#[derive(Debug, Error)]
#[error("the notice was not given")]
pub struct NotifierError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl NotifierError {
    /// Wraps what went wrong.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}
