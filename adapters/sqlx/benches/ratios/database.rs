//! Fresh databases.

use mfakit_sqlx::{PostgresStore, SqliteStore, Tables};
use scratch_postgres::server_or_skip;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, SqlitePool};
use tempfile::TempDir;

/// A schema of its own on the server of this process.
pub(crate) struct Schema {
    pub(crate) url: String,
    pub(crate) name: String,
}

impl Schema {
    /// `None` after having said that `name` is skipped.
    pub(crate) async fn fresh(name: &str) -> Option<Self> {
        let schema = Self { url: server_or_skip(name)?.url(), name: format!("bench_{name}") };
        let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", schema.name);
        let pool = PgPool::connect(&schema.url).await.expect("a server");
        execute(&mut pool.acquire().await.expect("a connection"), &drop).await;
        PostgresStore::migrate(&pool, &schema.tables()).await.expect("migrations");
        pool.close().await;
        Some(schema)
    }

    pub(crate) fn tables(&self) -> Tables {
        Tables::default().in_schema(&self.name).expect("a schema's name")
    }

    /// Finds the tables without naming the schema. A ping before each use, sqlx's default, is a
    /// round trip that the other side does not make.
    pub(crate) async fn pool(&self, connections: u32) -> PgPool {
        let pool = PgPoolOptions::new().max_connections(connections).test_before_acquire(false);
        pool.connect_with(self.options()).await.expect("a pool")
    }

    pub(crate) fn options(&self) -> PgConnectOptions {
        let options: PgConnectOptions = self.url.parse().expect("a URL");
        options.options([("search_path", &self.name)])
    }

    pub(crate) async fn store(&self, connections: u32) -> PostgresStore {
        let pool = self.pool(connections).await;
        PostgresStore::open(pool, self.tables()).await.expect("a store")
    }

    /// Runs statements on a connection of its own. Triggers do not fire: rows come as they are.
    pub(crate) async fn fill(&self, sql: &str) {
        let pool = self.pool(1).await;
        let mut connection = pool.acquire().await.expect("a connection");
        execute(&mut connection, "SET session_replication_role = replica").await;
        execute(&mut connection, sql).await;
    }

    /// What a server does by itself in time: vacuum, and statistics of the tables.
    pub(crate) async fn settle(&self) {
        let pool = self.pool(1).await;
        let mut connection = pool.acquire().await.expect("a connection");
        execute(&mut connection, "VACUUM ANALYZE").await;
        execute(&mut connection, "CHECKPOINT").await;
    }

    pub(crate) async fn drop(self) {
        let pool = self.pool(1).await;
        let mut connection = pool.acquire().await.expect("a connection");
        execute(&mut connection, &format!("DROP SCHEMA {} CASCADE", self.name)).await;
    }
}

pub(crate) async fn execute(connection: &mut PgConnection, sql: &str) {
    let run = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
    run.execute(connection).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// A file in a directory of its own.
pub(crate) struct File(TempDir);

impl File {
    pub(crate) async fn fresh() -> Self {
        let file = Self(tempfile::tempdir().expect("a directory"));
        SqliteStore::migrate(&file.pool(1).await, &Tables::default()).await.expect("migrations");
        file
    }

    pub(crate) async fn pool(&self, connections: u32) -> SqlitePool {
        let options = SqliteStore::options(self.0.path().join("mfakit.db"));
        let pool = SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false);
        pool.connect_with(options).await.expect("a pool")
    }

    pub(crate) async fn store(&self, connections: u32) -> SqliteStore {
        let pool = self.pool(connections).await;
        SqliteStore::open(pool, Tables::default()).await.expect("a store")
    }
}
