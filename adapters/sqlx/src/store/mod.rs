//! A store on any database: the half that all of them share.

mod accounts;
mod events;
mod organizations;
mod overview;
mod transaction;

use std::fmt;

use mfakit::store::Format;
use sqlx::Pool;

use crate::dialect::{Base, Dialect};
use crate::open_error::OpenError;
use crate::tables::Tables;
pub use transaction::Transaction;

/// Accounts, organizations and events in a database, on the host's own pool.
///
/// `D` is the database as sqlx names it: `Store<sqlx::Sqlite>` is a `SqliteStore`,
/// `Store<sqlx::Postgres>` a `PostgresStore`. There are no others.
///
/// Cheap to clone; clones share the pool.
pub struct Store<D: Dialect> {
    base: Base<D>,
    format: Format,
}

impl<D: Dialect> Store<D> {
    /// Opens the store on a pool, after the migrations ran.
    ///
    /// # Errors
    /// Returns [`OpenError`] if the tables are missing or of another version, or if the database
    /// would not keep what it answers.
    pub async fn open(pool: Pool<D>, tables: Tables) -> Result<Self, OpenError> {
        D::check(&pool, &tables).await?;
        Ok(Self { base: Base::of(pool, tables), format: Format::default() })
    }

    /// Makes the tables, or brings them up to this release. Safe to call from several processes at
    /// once. In PostgreSQL, a schema that does not exist is created.
    ///
    /// # Errors
    /// Returns [`OpenError`]; nothing was changed then.
    pub async fn migrate(pool: &Pool<D>, tables: &Tables) -> Result<(), OpenError> {
        D::migrate(pool, tables).await
    }

    /// Writes accounts in this format instead of the default one.
    #[must_use]
    pub fn writing(mut self, format: Format) -> Self {
        self.format = format;
        self
    }
}

impl<D: Dialect> Clone for Store<D> {
    fn clone(&self) -> Self {
        Self { base: self.base.clone(), format: self.format }
    }
}

impl<D: Dialect> fmt::Debug for Store<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.base.fmt(f)
    }
}
