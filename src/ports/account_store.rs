//! Where accounts live. This trait decides safety.

use std::sync::Arc;

use async_trait::async_trait;

use super::StoreError;
use crate::domain::{Account, Commit, CommitOutcome, Subject};

/// Loads an account and replaces it by compare-and-swap.
///
/// Anything that can compare and swap one row can implement it. Everything mfakit promises (a code
/// accepted once, a recovery code spent once, a guess charged before it is answered) rests on this
/// contract and on nothing else.
///
/// # Contract
/// 1. **Linearizable.** A `load` sees every commit that was answered before it began. Never read
///    from a replica or a cache.
/// 2. **Compare-and-swap.** `commit` stores the next state if, and only if, the stored version is
///    [`Commit::expected`] at that very moment; `None` means that there must be no row. Otherwise
///    it stores nothing and answers [`CommitOutcome::Conflict`]. Comparing first and writing
///    afterwards, in two steps that another commit can come between, is the one mistake that
///    breaks every promise: compare in the statement that writes.
/// 3. **Everything or nothing.** State and [`Commit::events`] become visible together; of a refused
///    or failed commit nothing ever does. When [`Commit::next`] is `None` the row goes and the
///    events stay.
/// 4. **Durable.** [`CommitOutcome::Committed`] is answered only when the commit survives a crash.
/// 5. **Ambiguity is an error.** When it is not known whether a commit happened, answer
///    [`StoreError::unavailable`]; the service loads again and recognizes its commit by its id,
///    which the next state [remembers](Account::remembers). Never repeat a commit on your own.
/// 6. **Exact subjects.** Subjects are compared byte for byte: no case folding, no trimming, no
///    collation, no normal form.
/// 7. **Cancellation.** A future dropped half-way leaves the old state or the new one.
///
/// An account is opaque to its store: write the value whole and read it back equal.
/// [`StoredAccount`](crate::store::StoredAccount) is its versioned form (feature `serde`, on by
/// default).
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// The account of a subject; `None` when there is no row.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store fails or cannot read what it holds, and never `None` then.
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError>;

    /// Replaces the account, if it is still the expected version, and appends the events.
    ///
    /// # Errors
    /// Returns [`StoreError`] if it is not known whether the commit happened. A conflict is no error.
    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError>;
}
