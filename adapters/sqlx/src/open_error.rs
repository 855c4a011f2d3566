//! Why a store was not opened.

use thiserror::Error;

use crate::cause::Cause;

/// A database that a store cannot be opened on, or cannot be migrated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There are no tables of these names.
    #[error("there are no tables of these names: run the migrations")]
    NoSchema,
    /// The tables are those of an earlier release.
    #[error("the tables have version {found}, this release needs {needed}: run the migrations")]
    OlderSchema {
        /// What was found.
        found: i64,
        /// What this release needs.
        needed: i64,
    },
    /// The tables are those of a later release, which may mean something else by them.
    #[error("the tables have version {found}, this release knows {known}")]
    NewerSchema {
        /// What was found.
        found: i64,
        /// The newest that this release knows.
        known: i64,
    },
    /// A commit that is answered could be lost in a crash: `synchronous` is below FULL in SQLite, or
    /// `synchronous_commit` is off in PostgreSQL.
    #[error("the connection does not wait for the disk: `{setting}` is {found}")]
    NotDurable {
        /// The setting.
        setting: &'static str,
        /// Its value.
        found: String,
    },
    /// The text encoding would not keep every identifier as it is.
    #[error("the database's encoding is {0}, not UTF-8")]
    Encoding(String),
    /// PostgreSQL's default isolation is not READ COMMITTED, which the tables' triggers need.
    #[error("`default_transaction_isolation` is {0}, not read committed")]
    Isolation(String),
    /// SQLite has no schemas to put tables in.
    #[error("SQLite has no schemas: choose a prefix instead")]
    NoSchemas,
    /// The host's view of memberships lacks a column, or compares identifiers by a language's rules.
    #[error("the view of memberships does not serve: {0}")]
    View(String),
    /// The database could not be asked.
    #[error(transparent)]
    Database(#[from] Cause),
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// Compares the tables with what this release needs.
pub(crate) fn check_version(found: i64, known: i64) -> Result<(), OpenError> {
    match found.cmp(&known) {
        std::cmp::Ordering::Less => Err(OpenError::OlderSchema { found, needed: known }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(OpenError::NewerSchema { found, known }),
    }
}
