//! PostgreSQL, for any number of machines.
//!
//! # Why it is safe
//! - **A load** is one statement on the primary, so it sees every commit that was answered.
//! - **A commit** is one autocommit statement that compares, writes and appends the events. Of two
//!   that race on one row, the second waits for the first, compares again with what that left, finds
//!   another version and writes nothing: that is what READ COMMITTED does to an `UPDATE`. A row that
//!   is to be made meets `ON CONFLICT DO NOTHING`. Either way the answer is how many rows it wrote.
//! - **By itself** means that no transaction was open on the connection. One may be: sqlx 0.9.0 loses
//!   sight of a transaction whose `begin` is dropped half-way, as when a client hangs up, and the
//!   pool hands the connection out again. What is written there is gone with the connection, and was
//!   answered. So each statement also answers how old its transaction is, and one that is older than
//!   the exchange is rolled back, not answered: `alone.rs`.
//! - **Durability** is the server's `synchronous_commit`; a store does not open where it is off.
//! - **Retries** only follow errors that say that nothing was done (40001, 40P01), six times within
//!   two seconds. After anything else the service looks for the id of its commit.
//! - **`strength`** of a membership follows the account by triggers, because two transactions that do
//!   not see each other's uncommitted rows touch it: one that makes a membership and reads the
//!   account, and one that switches MFA and writes the memberships. Both take the user's advisory
//!   lock before they look, and each statement of a trigger looks again at READ COMMITTED; so the
//!   second sees what the first committed. Only these two rare kinds of commits take the lock.
//! - **The cursor of the events** is (transaction, place) and reads only transactions below the
//!   oldest one that is still open: none that commits late appears behind a cursor that has passed
//!   it. A transaction that stays open for an hour therefore holds the events back for an hour.

mod alone;
mod commit;
mod dialect;
mod events;
mod migrate;
mod sql;

use mfakit::store::StoreError;
use sqlx::Postgres;

use crate::store::{Store, Transaction};

/// Accounts, organizations and events in a PostgreSQL database, 13 or later, on the host's own pool.
///
/// Cheap to clone; clones share the pool. Give the clones to every port of the builder:
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use mfakit::{Keyring, Mfa};
/// use mfakit_sqlx::{PostgresStore, Tables};
///
/// let pool = sqlx::PgPool::connect("postgres:///scrivio").await?;
/// let tables = Tables::default();
/// PostgresStore::migrate(&pool, &tables).await?;
/// let store = PostgresStore::open(pool, tables).await?;
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
pub type PostgresStore = Store<Postgres>;

/// A transaction in which the host's own statements and changes of accounts become durable together,
/// or not at all. [`PostgresStore::begin`](Store::begin) begins one.
pub type PostgresTransaction = Transaction<Postgres>;

impl Store<Postgres> {
    /// Begins a transaction, at READ COMMITTED.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the database fails.
    pub async fn begin(&self) -> Result<PostgresTransaction, StoreError> {
        self.begun().await
    }

    /// Goes on in a transaction that the host has begun on its pool, at READ COMMITTED. Its lifetime
    /// says that it is not nested in another one, which could still be rolled back around it.
    pub fn join(&self, begun: sqlx::Transaction<'static, Postgres>) -> PostgresTransaction {
        self.around(begun, None)
    }
}
