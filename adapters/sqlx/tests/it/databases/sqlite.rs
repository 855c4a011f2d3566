//! SQLite: a file in a directory of its own.

use std::path::PathBuf;

use mfakit_sqlx::{SqliteStore, Tables};
use sqlx::SqlitePool;
use sqlx::sqlite::SqlitePoolOptions;
use tempfile::TempDir;

use super::both_kinds;

both_kinds!(File, SqliteStore, SqliteTransaction);

pub struct File(TempDir);

impl File {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().join("mfakit.db")
    }

    pub async fn pool(&self) -> SqlitePool {
        let options = SqliteStore::options(self.path());
        SqlitePoolOptions::new().max_connections(4).connect_with(options).await.unwrap()
    }

    /// Tables of the default names.
    pub fn names(&self) -> Tables {
        Tables::default()
    }
}
