//! Fresh databases, and a runtime to use them in.

use mfakit::testing::conformance::Outcome;

/// Runs a future to its end on a runtime of its own.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future)
}

#[cfg(feature = "sqlite")]
pub mod sqlite {
    use mfakit_sqlx::{SqliteStore, Tables};
    use sqlx::SqlitePool;
    use sqlx::sqlite::SqlitePoolOptions;
    use tempfile::TempDir;

    /// A file that is gone when this is dropped.
    pub struct File {
        pub directory: TempDir,
    }

    impl File {
        pub fn new() -> Self {
            Self { directory: tempfile::tempdir().unwrap() }
        }

        pub fn path(&self) -> std::path::PathBuf {
            self.directory.path().join("mfakit.db")
        }

        /// A pool of its own on the file, as another process would have.
        pub async fn pool(&self) -> SqlitePool {
            let options = SqliteStore::options(self.path());
            SqlitePoolOptions::new().max_connections(4).connect_with(options).await.unwrap()
        }

        pub async fn store(&self) -> SqliteStore {
            let pool = self.pool().await;
            SqliteStore::migrate(&pool, &Tables::default()).await.unwrap();
            SqliteStore::open(pool, Tables::default()).await.unwrap()
        }
    }
}

#[cfg(feature = "postgres")]
pub mod postgres {
    use std::sync::atomic::{AtomicU32, Ordering};

    use mfakit_sqlx::{PostgresStore, Tables};
    use scratch_postgres::{Server, server_or_skip};
    use sqlx::postgres::PgPoolOptions;
    use sqlx::{AssertSqlSafe, PgPool};

    /// A schema of its own on the server, which is gone when this is dropped.
    pub struct Schema {
        server: &'static Server,
        pub name: String,
    }

    impl Schema {
        /// `None` after having said that the calling test is skipped.
        pub fn new() -> Option<Self> {
            static NUMBER: AtomicU32 = AtomicU32::new(0);
            let test = std::thread::current().name().unwrap_or("a test").to_owned();
            let server = server_or_skip(&test)?;
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let name = format!("t{}_{number}", std::process::id());
            Some(Self { server, name })
        }

        pub fn tables(&self) -> Tables {
            Tables::default().in_schema(&self.name).unwrap()
        }

        /// A pool of its own, as another process would have.
        pub async fn pool(&self) -> PgPool {
            let pool = PgPoolOptions::new().max_connections(4);
            pool.connect(&self.server.url()).await.unwrap()
        }

        pub async fn store(&self) -> PostgresStore {
            let pool = self.pool().await;
            PostgresStore::migrate(&pool, &self.tables()).await.unwrap();
            PostgresStore::open(pool, self.tables()).await.unwrap()
        }
    }

    impl Drop for Schema {
        /// A server of our own goes as a whole.
        fn drop(&mut self) {
            if let Server::Named(url) = self.server {
                let (url, name) = (url.clone(), self.name.clone());
                let dropped = std::thread::spawn(move || {
                    super::block_on(async move {
                        let pool = PgPool::connect(&url).await?;
                        let sql = AssertSqlSafe(format!("DROP SCHEMA {name} CASCADE"));
                        sqlx::raw_sql(sql).execute(&pool).await
                    })
                });
                let _ = dropped.join();
            }
        }
    }
}

/// As [`block_on`], for rules that need PostgreSQL: without one nothing is checked, and the kit says
/// so.
#[cfg(feature = "postgres")]
pub fn on_postgres<F>(checking: F) -> Result<Outcome, String>
where
    F: Future<Output = Result<Outcome, String>>,
{
    let test = std::thread::current().name().unwrap_or("a rule").to_owned();
    match scratch_postgres::server_or_skip(&test) {
        Some(_) => block_on(checking),
        None => Ok(Outcome::NotOffered),
    }
}
