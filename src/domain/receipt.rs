//! The answer that stays closed until its commit is certain, and what opens it.

use std::fmt;

use super::id::CommitId;

/// What came of an attempt to commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum CommitOutcome {
    /// The next state and the events are stored, for certain.
    Committed,
    /// The stored version is not the expected one. Nothing was stored.
    Conflict,
}

/// An answer that waits for its commit.
#[must_use]
pub struct Closed<T> {
    id: CommitId,
    outcome: T,
}

impl<T> Closed<T> {
    pub(super) fn new(id: CommitId, outcome: T) -> Self {
        Self { id, outcome }
    }

    /// Opens the answer of a commit that the caller has just seen through.
    pub(super) fn into_outcome(self) -> T {
        self.outcome
    }

    /// The commit it waits for.
    pub fn waits_for(&self) -> CommitId {
        self.id
    }

    /// Opens the answer with the receipt of its commit.
    ///
    /// # Errors
    /// The answer, still closed, when the receipt is for other commits.
    pub fn open(self, receipt: &Receipt) -> Result<T, Self> {
        let named = receipt.first == Some(self.id) || receipt.others.contains(&self.id);
        if named { Ok(self.outcome) } else { Err(self) }
    }
}

impl<T> fmt::Debug for Closed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Closed({})", self.id)
    }
}

/// That some commits are durable.
#[derive(Debug)]
#[must_use]
pub struct Receipt {
    /// Most are for one commit, which then needs no list.
    first: Option<CommitId>,
    others: Vec<CommitId>,
}

impl Receipt {
    /// Vouches that these commits are durable.
    ///
    /// # Security
    /// For storage adapters, right after the database has confirmed its transaction. Vouching
    /// earlier gives an attacker who can make the transaction fail a free guess at every code.
    pub fn vouch_that_these_are_durable(commits: impl IntoIterator<Item = CommitId>) -> Self {
        let mut commits = commits.into_iter();
        Self { first: commits.next(), others: commits.collect() }
    }
}
