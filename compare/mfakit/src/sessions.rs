//! The host's sessions. mfakit keeps none, so the program does what a host has to: it stores the
//! raised session before it lets the user in.

use std::collections::HashMap;
use std::sync::Arc;

use mfakit::Assurance;
use sqlx::SqlitePool;
use tokio::sync::Mutex;

#[derive(Clone)]
pub(crate) enum Sessions {
    Table(SqlitePool),
    Memory(Arc<Mutex<HashMap<String, String>>>),
}

impl Sessions {
    pub(crate) async fn in_table(pool: SqlitePool) -> Self {
        let table = "CREATE TABLE sessions (id TEXT PRIMARY KEY, assurance TEXT NOT NULL)";
        sqlx::query(table).execute(&pool).await.expect("a table");
        Self::Table(pool)
    }

    pub(crate) fn in_memory() -> Self {
        Self::Memory(Arc::default())
    }

    pub(crate) async fn store(&self, session: &Assurance) {
        let text = serde_json::to_string(session).expect("JSON");
        let id = format!("{:?}", session.session());
        match self {
            Self::Table(pool) => {
                let upsert = "INSERT INTO sessions VALUES (?, ?) \
                     ON CONFLICT (id) DO UPDATE SET assurance = excluded.assurance";
                sqlx::query(upsert).bind(id).bind(text).execute(pool).await.expect("stored");
            }
            Self::Memory(map) => _ = map.lock().await.insert(id, text),
        }
    }
}
