//! Inside a transaction of the host's.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use mfakit::Subject;
use mfakit::domain::{Account, Closed, Receipt, Transition};
use mfakit::organization::OrgTransition;
use mfakit::store::{CommitId, CommitOutcome, Format, StoreError};

use super::Store;
use crate::account_row::account;
use crate::cause::{Cause, store_error};
use crate::dialect::Dialect;
use crate::put::{Key, Put};
use crate::query::Ask;
use crate::sql::Sql;
use crate::stage::{StageError, may_wait};

/// A transaction in which the host's own statements and changes of accounts become durable together,
/// or not at all.
///
/// `D` is the database as sqlx names it: a `SqliteTransaction` or a `PostgresTransaction`.
///
/// What is staged stays closed until [`commit`](Self::commit) gives its receipt. A transaction that
/// is dropped shows nothing, stores nothing and tells nobody.
///
/// Codes are answered and confirmed outside: see [`StageError::Charged`].
pub struct Transaction<D: Dialect> {
    inner: sqlx::Transaction<'static, D>,
    sql: Arc<Sql<D::Own>>,
    format: Format,
    commits: Vec<CommitId>,
    /// The version of each row that was staged last; `None` where it goes.
    staged: BTreeMap<Key, Option<i64>>,
    /// Something was staged by half: a statement failed, or was given up.
    broken: bool,
    /// Dropped last, once the transaction has ended.
    _turn: Option<D::Turn>,
}

impl<D: Dialect> Store<D> {
    /// A transaction that this store begins, in its turn.
    pub(crate) async fn begun(&self) -> Result<Transaction<D>, StoreError> {
        let (begun, turn) = D::begin(&self.base).await?;
        Ok(self.around(begun, Some(turn)))
    }

    /// Goes on in a transaction that was begun.
    pub(crate) fn around(
        &self,
        begun: sqlx::Transaction<'static, D>,
        turn: Option<D::Turn>,
    ) -> Transaction<D> {
        Transaction {
            inner: begun,
            sql: Arc::clone(&self.base.sql),
            format: self.format,
            commits: Vec::new(),
            staged: BTreeMap::new(),
            broken: false,
            _turn: turn,
        }
    }
}

impl<D: Dialect> Transaction<D> {
    /// The connection, for the host's own statements. Leave beginning and ending to this type.
    pub fn connection(&mut self) -> &mut D::Connection {
        &mut self.inner
    }

    /// Returns the account as this transaction sees it; `None` when there is no row.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the database fails, or if the row cannot be read.
    pub async fn load(&mut self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        let values = [subject.as_str().into()];
        let row = self.inner.row(self.sql.load.get(), &values).await.map_err(store_error)?;
        row.map(|row| account(subject, &row)).transpose()
    }

    /// Writes a change of an account into the transaction. `id` must be new and random.
    ///
    /// # Errors
    /// Returns [`StageError::Conflict`] if the account has changed since it was loaded, and
    /// [`StageError::Charged`] if a code was judged. [`StageError::Store`] ends the transaction.
    pub async fn stage<T>(
        &mut self,
        id: CommitId,
        transition: Transition<T>,
    ) -> Result<Closed<T>, StageError> {
        if !may_wait(transition.events()) {
            return Err(StageError::Charged);
        }
        let (commit, closed) = transition.into_commit(id);
        self.put(id, Put::account(&commit, self.format)?).await?;
        Ok(closed)
    }

    /// Writes a change of a policy or a membership into the transaction. `id` must be new and
    /// random.
    ///
    /// # Errors
    /// As [`stage`](Self::stage); no code is judged here.
    pub async fn stage_organization<T>(
        &mut self,
        id: CommitId,
        transition: OrgTransition<T>,
    ) -> Result<Closed<T>, StageError> {
        let (commit, closed) = transition.into_commit(id);
        let put = Put::organization(&commit, self.sql.tables())?;
        self.put(id, put).await?;
        Ok(closed)
    }

    /// Commits everything, and gives the receipt that opens what was staged.
    ///
    /// It looks first whether all of it is there: a host may have rolled back to a savepoint, and
    /// PostgreSQL, after a statement that failed, answers COMMIT by rolling back and reports no
    /// error.
    ///
    /// # Errors
    /// Returns [`StoreError`]: [`Cause::Undone`] if it is not all there, and nothing was committed.
    /// Otherwise it may have been: load, and look for the ids with
    /// [`Account::remembers`](mfakit::domain::Account::remembers).
    pub async fn commit(mut self) -> Result<Receipt, StoreError> {
        let there = !self.broken && D::all_there(&self.sql, &self.staged, &mut self.inner).await?;
        if !there {
            self.inner.rollback().await.map_err(store_error)?;
            return Err(Cause::Undone.into());
        }
        self.inner.commit().await.map_err(store_error)?;
        Ok(Receipt::vouch_that_these_are_durable(self.commits))
    }

    /// Gives everything up. Dropping does the same, a little later.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the connection failed; nothing was committed then either.
    pub async fn rollback(self) -> Result<(), StoreError> {
        self.inner.rollback().await.map_err(store_error)
    }

    async fn put(&mut self, id: CommitId, put: Put<'_>) -> Result<(), StageError> {
        self.broken = true;
        let outcome = D::put(&self.sql, &put, &mut self.inner).await?;
        self.broken = false;
        match outcome {
            CommitOutcome::Conflict => Err(StageError::Conflict),
            CommitOutcome::Committed => {
                self.staged.insert(put.key, put.version);
                self.commits.push(id);
                Ok(())
            }
        }
    }
}

impl<D: Dialect> fmt::Debug for Transaction<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({} staged)", D::TRANSACTION, self.commits.len())
    }
}
