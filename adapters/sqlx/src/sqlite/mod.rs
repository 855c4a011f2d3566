//! SQLite, for one machine.
//!
//! # Why it is safe
//! - **A load** is one statement; SQLite's snapshots are serializable, and every commit that was
//!   answered is in the next one.
//! - **A commit** is one `BEGIN IMMEDIATE` transaction that compares, writes and appends the events.
//!   It holds the database's one write lock from its first statement on, so nothing comes between.
//! - **Durability** is `synchronous = FULL`; a store does not open below it.
//! - **Writes go through one connection at a time**: all clones of a store share a turn, so that
//!   they queue fairly instead of finding the database busy. Another process, or a transaction of
//!   the host's, is waited for with SQLite's `busy_timeout`.
//! - **Retries** only follow SQLITE_BUSY, which says that nothing was done, six times within two
//!   seconds.
//! - **`strength`** of a membership follows the account by triggers. There is one writer, so neither
//!   misses the other.
//! - **The cursor of the events** is their number. There is one writer, so a higher number is never
//!   visible before a lower one.

mod commit;
mod dialect;
mod events;
mod migrate;
mod sql;
mod writer;

use std::path::Path;
use std::time::Duration;

use mfakit::store::StoreError;
use sqlx::Sqlite;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use crate::store::{Store, Transaction};

/// Accounts, organizations and events in an SQLite database, on the host's own pool.
///
/// Cheap to clone; clones share the pool and the turn to write. Open a file once per process and
/// give the clones to every port of the builder:
///
/// ```
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use mfakit::{Keyring, Mfa};
/// use mfakit_sqlx::{SqliteStore, Tables};
///
/// let pool = sqlx::SqlitePool::connect_with(SqliteStore::options("scrivio.db")).await?;
/// let tables = Tables::default();
/// SqliteStore::migrate(&pool, &tables).await?;
/// let store = SqliteStore::open(pool, tables).await?;
/// let mfa = Mfa::builder(store.clone())
///     .index(store.clone())
///     .event_log(store.clone())
///     .subject_events(store.clone())
///     .stamps(store)
///     .issuer("Scrivio")
///     .keyring(Keyring::from_env("MFAKIT_KEYS")?)
///     .build()?;
/// # Ok(())
/// # }
/// ```
pub type SqliteStore = Store<Sqlite>;

/// A transaction in which the host's own statements and changes of accounts become durable together,
/// or not at all. [`SqliteStore::begin`](Store::begin) begins one.
pub type SqliteTransaction = Transaction<Sqlite>;

impl Store<Sqlite> {
    /// How to connect to a file so that a store opens on it: write-ahead log, so that readers and the
    /// writer do not wait for each other; `synchronous = FULL`; made when it is not there.
    pub fn options(file: impl AsRef<Path>) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
    }

    /// Begins a transaction. It is the only one that writes: every other write of this store waits
    /// until it ends, so keep it short.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the database fails.
    pub async fn begin(&self) -> Result<SqliteTransaction, StoreError> {
        self.begun().await
    }

    /// Goes on in a transaction that the host has begun on its pool, with `BEGIN IMMEDIATE` if it is
    /// not to fail when somebody else writes in between. Its lifetime says that it is not nested in
    /// another one, which could still be rolled back around it.
    pub fn join(&self, begun: sqlx::Transaction<'static, Sqlite>) -> SqliteTransaction {
        self.around(begun, None)
    }
}
