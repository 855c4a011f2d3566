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
//! - **`has_mfa`** of a membership follows the account by triggers. There is one writer, so neither
//!   misses the other.
//! - **The cursor of the events** is their number. There is one writer, so a higher number is never
//!   visible before a lower one.

mod accounts;
mod events;
mod migrate;
mod organizations;
mod overview;
mod sql;
mod transaction;
mod writer;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mfakit::store::Format;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use crate::open_error::OpenError;
use crate::tables::Tables;
use sql::Sql;
pub use transaction::SqliteTransaction;
use writer::Writer;

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
///     .organizations(store.clone())
///     .stamps(store)
///     .issuer("Scrivio")
///     .keyring(Keyring::from_env("MFAKIT_KEYS")?)
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SqliteStore {
    pool: SqlitePool,
    sql: Arc<Sql>,
    writer: Writer,
    format: Format,
}

impl SqliteStore {
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

    /// Opens the store on a pool, after the migrations ran.
    ///
    /// # Errors
    /// [`OpenError`] when the tables are missing or of another version, or when the database would
    /// not keep what it answers.
    pub async fn open(pool: SqlitePool, tables: Tables) -> Result<Self, OpenError> {
        migrate::check(&pool, &tables).await?;
        let writer = Writer::on(pool.clone());
        Ok(Self { pool, sql: Arc::new(Sql::of(tables)), writer, format: Format::default() })
    }

    /// Makes the tables, or brings them up to this release. Safe to call from several processes at
    /// once.
    ///
    /// # Errors
    /// [`OpenError`]; nothing was changed then.
    pub async fn migrate(pool: &SqlitePool, tables: &Tables) -> Result<(), OpenError> {
        migrate::run(pool, tables).await
    }

    /// Writes accounts in this format instead of the default one.
    #[must_use]
    pub fn writing(mut self, format: Format) -> Self {
        self.format = format;
        self
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqliteStore")
    }
}
