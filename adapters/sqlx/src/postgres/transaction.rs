//! Inside a transaction of the host's.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use mfakit::Subject;
use mfakit::domain::{Account, Closed, Receipt, Transition};
use mfakit::organization::OrgTransition;
use mfakit::store::CommitOutcome;
use mfakit::store::{CommitId, Format, StoreError};
use sqlx::{PgConnection, Postgres, Transaction};

use super::PostgresStore;
use super::accounts::{Prepared, outcome};
use super::alone::{begun, within};
use super::organizations::OrgPrepared;
use super::sql::Sql;
use crate::account_row::account;
use crate::cause::{Cause, store_error};
use crate::stage::{StageError, may_wait};

/// A transaction in which the host's own statements and changes of accounts become durable together,
/// or not at all.
///
/// What is staged stays closed until [`commit`](Self::commit) gives its receipt. A transaction that
/// is dropped shows nothing, stores nothing and tells nobody.
///
/// Codes are answered and confirmed outside: see [`StageError::Charged`].
pub struct PostgresTransaction {
    inner: Transaction<'static, Postgres>,
    sql: Arc<Sql>,
    format: Format,
    commits: Vec<CommitId>,
    /// The version of each account that was staged last; `None` where it goes.
    staged: BTreeMap<Subject, Option<i64>>,
    /// Organizations' rows that were staged.
    rows: Vec<(String, Option<String>, i64)>,
    /// Something was staged by half: a statement failed, or was given up.
    broken: bool,
}

impl PostgresStore {
    /// Begins a transaction, at READ COMMITTED.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot.
    pub async fn begin(&self) -> Result<PostgresTransaction, StoreError> {
        Ok(self.around(begun(&self.pool).await.map_err(store_error)?))
    }

    /// Goes on in a transaction that the host has begun on its pool, at READ COMMITTED. Its lifetime
    /// says that it is not nested in another one, which could still be rolled back around it.
    pub fn join(&self, begun: Transaction<'static, Postgres>) -> PostgresTransaction {
        self.around(begun)
    }

    fn around(&self, inner: Transaction<'static, Postgres>) -> PostgresTransaction {
        PostgresTransaction {
            inner,
            sql: Arc::clone(&self.sql),
            format: self.format,
            commits: Vec::new(),
            staged: BTreeMap::new(),
            rows: Vec::new(),
            broken: false,
        }
    }
}

impl PostgresTransaction {
    /// The connection, for the host's own statements. Leave beginning and ending to this type.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.inner
    }

    /// The account as this transaction sees it; `None` when there is no row.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot say, or holds what cannot be read.
    pub async fn load(&mut self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        let row: Option<(i64, String)> = sqlx::query_as(self.sql.load.get())
            .bind(subject.as_str())
            .fetch_optional(&mut *self.inner)
            .await
            .map_err(store_error)?;
        row.map(|(version, document)| account(subject, version, &document)).transpose()
    }

    /// Writes a change of an account into the transaction. `id` must be new and random.
    ///
    /// # Errors
    /// [`StageError::Conflict`] when the account has changed since it was loaded,
    /// [`StageError::Charged`] when a code was judged; [`StageError::Store`] ends the transaction.
    pub async fn stage<T>(
        &mut self,
        id: CommitId,
        transition: Transition<T>,
    ) -> Result<Closed<T>, StageError> {
        if !may_wait(transition.events()) {
            return Err(StageError::Charged);
        }
        let (commit, closed) = transition.into_commit(id);
        let prepared = Prepared::of(&commit, self.format)?;
        self.broken = true;
        let written = within(prepared.put(&self.sql), &mut self.inner).await;
        let outcome = outcome(written.map_err(store_error)?)?;
        self.broken = false;
        if outcome == CommitOutcome::Conflict {
            return Err(StageError::Conflict);
        }
        self.staged.insert(commit.subject().clone(), prepared.version());
        self.commits.push(id);
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
        let prepared = OrgPrepared::of(&commit, &self.sql)?;
        self.broken = true;
        let written = within(prepared.put(&self.sql), &mut self.inner).await;
        let outcome = outcome(written.map_err(store_error)?)?;
        self.broken = false;
        if outcome == CommitOutcome::Conflict {
            return Err(StageError::Conflict);
        }
        self.rows.retain(|(org, subject, _)| {
            (org.as_str(), subject.as_deref()) != (prepared.org(), prepared.subject())
        });
        let row = (prepared.org().to_owned(), prepared.subject().map(str::to_owned));
        self.rows.push((row.0, row.1, prepared.version()));
        self.commits.push(id);
        Ok(closed)
    }

    /// Commits everything, and gives the receipt that opens what was staged.
    ///
    /// It looks first whether all of it is there. After a statement that failed, PostgreSQL answers
    /// COMMIT by rolling back and reports no error; and a host may have rolled back to a savepoint.
    ///
    /// # Errors
    /// [`StoreError`]: [`Cause::Undone`] when it is not all there, and nothing was committed.
    /// Otherwise it may have been: load, and look for the ids with
    /// [`Account::remembers`](mfakit::domain::Account::remembers).
    pub async fn commit(mut self) -> Result<Receipt, StoreError> {
        if self.broken || !self.all_there().await? {
            self.inner.rollback().await.map_err(store_error)?;
            return Err(Cause::Undone.into());
        }
        self.inner.commit().await.map_err(store_error)?;
        Ok(Receipt::vouch_that_these_are_durable(self.commits))
    }

    /// Gives everything up. Dropping does the same, a little later.
    ///
    /// # Errors
    /// [`StoreError`] when the connection failed; nothing was committed then either.
    pub async fn rollback(self) -> Result<(), StoreError> {
        self.inner.rollback().await.map_err(store_error)
    }

    async fn all_there(&mut self) -> Result<bool, StoreError> {
        let subjects: Vec<&str> = self.staged.keys().map(Subject::as_str).collect();
        let versions: Vec<Option<i64>> = self.staged.values().copied().collect();
        let orgs: Vec<&str> = self.rows.iter().map(|(org, ..)| org.as_str()).collect();
        let members: Vec<Option<&str>> =
            self.rows.iter().map(|(_, member, _)| member.as_deref()).collect();
        let row_versions: Vec<i64> = self.rows.iter().map(|(.., version)| *version).collect();
        let missing: Result<i64, sqlx::Error> = sqlx::query_scalar(self.sql.undone.get())
            .bind(subjects)
            .bind(versions)
            .bind(orgs)
            .bind(members)
            .bind(row_versions)
            .fetch_one(&mut *self.inner)
            .await;
        match missing {
            Ok(missing) => Ok(missing == 0),
            // The transaction has failed already: nothing can be read in it any more.
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("25P02") => {
                Ok(false)
            }
            Err(error) => Err(store_error(error)),
        }
    }
}

impl fmt::Debug for PostgresTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresTransaction({} staged)", self.commits.len())
    }
}
