//! PostgreSQL: a schema of its own on the server of this process.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use mfakit::testing::conformance::Outcome;
use mfakit_sqlx::Tables;
use scratch_postgres::{Server, server_or_skip};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

use super::{block_on, both_kinds};

both_kinds!(Schema, PostgresStore, PostgresTransaction);

pub struct Schema {
    server: &'static Server,
    pub name: String,
    _share: Share,
}

/// An open transaction holds back the events of the whole server. Tests that keep one open for long
/// have the server to themselves, so that nobody else waits for events in vain.
static SHARED: LazyLock<Arc<RwLock<()>>> = LazyLock::new(Arc::default);

/// Parts of their names.
const KEEP_ONE_OPEN: [&str; 6] = [
    "host_transaction",
    "transaction_still_open",
    "comes_late",
    "held_back",
    "while_mfa_is_switched_on",
    "while_a_membership_is_made",
];

enum Share {
    Some(#[expect(dead_code, reason = "held")] OwnedRwLockReadGuard<()>),
    All(#[expect(dead_code, reason = "held")] OwnedRwLockWriteGuard<()>),
}

impl Share {
    /// Each test is on a thread of its own, which may sleep.
    fn of(test: &str) -> Self {
        let all = KEEP_ONE_OPEN.iter().any(|part| test.contains(part));
        loop {
            let lock = Arc::clone(&SHARED);
            let share = if all {
                lock.try_write_owned().map(Self::All)
            } else {
                lock.try_read_owned().map(Self::Some)
            };
            match share {
                Ok(share) => return share,
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}

impl Schema {
    /// `None` after having said that the calling test is skipped.
    pub fn new() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        let server = server_or_skip(&test)?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("t{}_{number}", std::process::id());
        Some(Self { server, name, _share: Share::of(&test) })
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Finds the tables without naming the schema.
    pub async fn pool(&self) -> PgPool {
        let options: sqlx::postgres::PgConnectOptions = self.url().parse().unwrap();
        let options = options.options([("search_path", &self.name)]);
        PgPoolOptions::new().max_connections(4).connect_with(options).await.unwrap()
    }

    /// Tables of the default names.
    pub fn names(&self) -> Tables {
        Tables::default().in_schema(&self.name).unwrap()
    }
}

impl Drop for Schema {
    /// A server of our own goes as a whole.
    fn drop(&mut self) {
        if let Server::Named(url) = self.server {
            let (url, name) = (url.clone(), self.name.clone());
            let dropped = std::thread::spawn(move || {
                block_on(async move {
                    let pool = PgPool::connect(&url).await?;
                    let sql = AssertSqlSafe(format!("DROP SCHEMA IF EXISTS {name} CASCADE"));
                    sqlx::raw_sql(sql).execute(&pool).await
                })
            });
            let _ = dropped.join();
        }
    }
}

/// As [`block_on`], for rules that need PostgreSQL: without one nothing is checked, and the kit says
/// so.
pub fn on_postgres<F>(checking: F) -> Result<Outcome, String>
where
    F: Future<Output = Result<Outcome, String>>,
{
    let test = std::thread::current().name().unwrap_or("a rule").to_owned();
    match server_or_skip(&test) {
        Some(_) => block_on(checking),
        None => Ok(Outcome::NotOffered),
    }
}
