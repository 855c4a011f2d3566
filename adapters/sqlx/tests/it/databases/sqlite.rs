//! SQLite: a file in a directory of its own.

use std::path::PathBuf;

use async_trait::async_trait;
use mfakit_sqlx::{OpenError, SqliteStore, SqliteTransaction, Tables};
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{AssertSqlSafe, SqlitePool};
use tempfile::TempDir;

use super::{Database, both_kinds};

both_kinds!(SqliteStore, SqliteTransaction);

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
}

#[async_trait]
impl Database for File {
    type Store = SqliteStore;
    type Transaction = SqliteTransaction;

    fn tables(&self) -> Tables {
        Tables::default()
    }

    async fn open(&self, tables: Tables) -> Result<SqliteStore, OpenError> {
        let pool = self.pool().await;
        SqliteStore::migrate(&pool, &tables).await?;
        SqliteStore::open(pool, tables).await
    }

    async fn open_only(&self, tables: Tables) -> Result<SqliteStore, OpenError> {
        SqliteStore::open(self.pool().await, tables).await
    }

    async fn run(&self, sql: &str) -> u64 {
        let pool = self.pool().await;
        let sql = AssertSqlSafe(sql.to_owned());
        let rows = sqlx::raw_sql(sql).execute(&pool).await.unwrap().rows_affected();
        pool.close().await;
        rows
    }

    async fn number(&self, sql: &str) -> i64 {
        let pool = self.pool().await;
        let found = sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&pool).await;
        pool.close().await;
        found.unwrap()
    }
}
