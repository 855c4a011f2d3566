//! The plans by which the server answers a store, from inside its own statements.

use std::sync::{Mutex, PoisonError};

use mfakit_sqlx::{PostgresStore, Tables};
use sqlx::postgres::PgPoolOptions;

use crate::database::{Schema, execute};

/// What the driver passes on of what the server says.
struct Notices(Mutex<Vec<String>>);

static NOTICES: Notices = Notices(Mutex::new(Vec::new()));

impl log::Log for Notices {
    fn enabled(&self, of: &log::Metadata<'_>) -> bool {
        of.target() == "sqlx::postgres::notice"
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            said.push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

/// A store on one connection that explains every statement as it runs it, with the values that are
/// bound: what `EXPLAIN (ANALYZE, BUFFERS)` says, of the very plan that was chosen.
pub(crate) async fn explaining(schema: &Schema, tables: Tables) -> PostgresStore {
    let explain = "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; \
         SET auto_explain.log_analyze = on; SET auto_explain.log_buffers = on; \
         SET auto_explain.log_level = notice";
    let pool = PgPoolOptions::new().max_connections(1).after_connect(move |connection, _| {
        Box::pin(async move {
            execute(connection, explain).await;
            Ok(())
        })
    });
    let pool = pool.connect_with(schema.options()).await.expect("a pool");
    PostgresStore::open(pool, tables).await.expect("a store")
}

/// The plans of what is done on such a store.
pub(crate) async fn plans_of(work: impl AsyncFnOnce()) -> Vec<String> {
    // Set already when it is not the first time.
    let _ = log::set_logger(&NOTICES);
    let taken = || std::mem::take(&mut *NOTICES.0.lock().unwrap_or_else(PoisonError::into_inner));
    taken();
    log::set_max_level(log::LevelFilter::Trace);
    work().await;
    log::set_max_level(log::LevelFilter::Off);
    taken().into_iter().filter(|notice| notice.contains("plan:")).collect()
}
