//! Transactions of the host's own, in which a commit of ours is one statement among others.

use async_trait::async_trait;

use crate::domain::{CommitId, CommitOutcome, Transition};
use crate::ports::StoreError;

/// Lets the kit hold such a transaction open, and roll it back, while others read and write.
///
/// For a store on a database it is a pool: begin a transaction on it, hand out the transaction.
#[async_trait]
pub trait HostTransactions: Send + Sync {
    /// Opens one.
    ///
    /// While it is open, [`load`](crate::store::AccountStore::load) and [`read`](crate::store::EventLog::read) of
    /// the candidate must go on answering; a commit beside it may wait for its end.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot.
    async fn begin(&self) -> Result<Box<dyn HostTransaction>, StoreError>;
}

/// One transaction of the host's.
#[async_trait]
pub trait HostTransaction: Send {
    /// Puts a change into it. It becomes a commit by
    /// [`Transition::into_commit`](crate::domain::Transition::into_commit), and is written by the
    /// statements of [`AccountStore::commit`](crate::store::AccountStore::commit).
    ///
    /// # Errors
    /// [`StoreError`] when it is not known whether it is in.
    async fn put(
        &mut self,
        id: CommitId,
        change: Transition<()>,
    ) -> Result<CommitOutcome, StoreError>;

    /// Ends it and makes it true.
    ///
    /// # Errors
    /// [`StoreError`] when it is not known whether it is true.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;

    /// Ends it as if it had never begun.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store fails; the changes must not be visible all the same.
    async fn roll_back(self: Box<Self>) -> Result<(), StoreError>;
}
