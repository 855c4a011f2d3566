//! Transactions of a host's that are right but for one thing.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use mfakit::domain::{Account, Transition};
use mfakit::store::{AccountStore, Commit, CommitId, CommitOutcome, StoreError};
use mfakit::testing::conformance::{HostTransaction, HostTransactions};

use super::store::Store;

/// One way of being wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum TxWrong {
    Nothing,
    WritesRowsAtOnce,
    LogsAtOnce,
    NumbersEventsWhenTheyArePut,
    LosesEvents,
    LogsWhatIsRolledBack,
    CommitsWhatIsDropped,
    ComparesNothing,
}

/// Each with the rule that has to catch it.
pub(crate) const CATALOGUE: &[(TxWrong, &str)] = {
    use TxWrong::*;
    &[
        (WritesRowsAtOnce, "nothing_is_left_of_a_host_transaction_that_was_rolled_back"),
        (LogsWhatIsRolledBack, "nothing_is_left_of_a_host_transaction_that_was_rolled_back"),
        (CommitsWhatIsDropped, "nothing_is_left_of_a_host_transaction_that_was_dropped"),
        (LogsAtOnce, "a_host_transaction_shows_nothing_before_its_commit_and_all_after_it"),
        (LosesEvents, "a_host_transaction_shows_nothing_before_its_commit_and_all_after_it"),
        (ComparesNothing, "a_host_transaction_shows_nothing_before_its_commit_and_all_after_it"),
        (NumbersEventsWhenTheyArePut, "an_event_cursor_never_passes_a_transaction_still_open"),
    ]
};

pub(crate) struct Begins {
    pub(crate) wrong: TxWrong,
    pub(crate) store: Store,
}

#[async_trait]
impl HostTransactions for Begins {
    async fn begin(&self) -> Result<Box<dyn HostTransaction>, StoreError> {
        let (wrong, store) = (self.wrong, self.store.clone());
        let began = store.begins();
        Ok(Box::new(Open { wrong, store, began, held: Vec::new(), rows: BTreeMap::new() }))
    }
}

struct Open {
    wrong: TxWrong,
    store: Store,
    /// What the store knows it by.
    began: u64,
    /// Each with the number of its events, where that was drawn early.
    held: Vec<(Commit, Option<u64>)>,
    /// The accounts as the transaction sees them.
    rows: BTreeMap<String, Option<Arc<Account>>>,
}

impl Open {
    fn write(&mut self) {
        for (commit, number) in std::mem::take(&mut self.held) {
            if self.wrong != TxWrong::WritesRowsAtOnce {
                self.store.put(&commit);
            }
            if !matches!(self.wrong, TxWrong::LosesEvents | TxWrong::LogsAtOnce) {
                self.store.append(commit.events(), number);
            }
        }
    }
}

#[async_trait]
impl HostTransaction for Open {
    async fn put(
        &mut self,
        id: CommitId,
        change: Transition<()>,
    ) -> Result<CommitOutcome, StoreError> {
        let (commit, _) = change.into_commit(id);
        let key = commit.subject().to_string();
        let stored = match self.rows.get(&key) {
            Some(row) => row.clone(),
            None => self.store.load(commit.subject()).await?,
        };
        let version = stored.map(|account| account.version());
        if version != commit.expected() && self.wrong != TxWrong::ComparesNothing {
            return Ok(CommitOutcome::Conflict);
        }
        self.rows.insert(key, commit.next().cloned());
        match self.wrong {
            TxWrong::WritesRowsAtOnce => self.store.put(&commit),
            TxWrong::LogsAtOnce => self.store.append(commit.events(), None),
            _ => {}
        }
        let early = self.wrong == TxWrong::NumbersEventsWhenTheyArePut;
        self.held.push((commit, early.then(|| self.store.next_number())));
        Ok(CommitOutcome::Committed)
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        self.write();
        Ok(())
    }

    async fn roll_back(mut self: Box<Self>) -> Result<(), StoreError> {
        for (commit, _) in std::mem::take(&mut self.held) {
            if self.wrong == TxWrong::LogsWhatIsRolledBack {
                self.store.append(commit.events(), None);
            }
        }
        Ok(())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if self.wrong == TxWrong::CommitsWhatIsDropped {
            self.write();
        }
        self.store.ends(self.began);
    }
}
