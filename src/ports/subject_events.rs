//! The latest that happened to one user.

use async_trait::async_trait;

use super::StoreError;
use crate::domain::{Event, Subject};

/// Reads the latest events of one subject, for a profile page or a support desk. It unlocks
/// [`Mfa::recent_events`](crate::Mfa::recent_events).
///
/// An [`EventLog`](super::EventLog) is read from its beginning and tells of everybody. This reads
/// from the end and tells of one: keep an index by subject.
///
/// # Contract
/// 1. The newest event comes first: the order is that of [`EventLog::read`](super::EventLog::read),
///    reversed, within a commit too.
/// 2. Every event that carries the subject counts, whatever wrote it: an organization's policy is
///    an event of the administrator who changed it. No event of another subject is among them.
///    Subjects are compared byte for byte.
/// 3. An event is there as soon as its commit was answered, also while the log still waits for its
///    place to be certain. Of what was refused or rolled back nothing is ever there.
/// 4. Events outlive the account. When it is erased they stay under its subject until they are
///    [pruned](super::EventLog::prune); when it is renamed, those from before stay under the old
///    subject, and a [`RenamedFrom`](crate::EventKind::RenamedFrom) under the new one names it.
#[async_trait]
pub trait SubjectEvents: Send + Sync {
    /// The latest events of a subject, at most `limit`; none if nothing is known of it. The service
    /// asks for 1 to 1,000.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store fails.
    async fn latest(&self, subject: &Subject, limit: usize) -> Result<Vec<Event>, StoreError>;
}
