//! How many statements an operation sends, as the driver logs them.

use std::collections::HashMap;
use std::sync::{Mutex, Once, PoisonError};

use mfakit::store::EventLog;
use mfakit::{Answer, Verdict};
use mfakit_sqlx::{PostgresStore, SqliteStore, Tables};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;

use crate::databases::{Database, File, Schema, Store, block_on};
use crate::world::{World, commit_id, org, stamp};

/// Keeps what the driver logs, by the name of the thread that it does it on: PostgreSQL's driver
/// runs on the test's own thread, SQLite's on one that is named after it.
struct Logged(Mutex<Option<HashMap<String, Vec<String>>>>);

static LOGGED: Logged = Logged(Mutex::new(None));

impl log::Log for Logged {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn log(&self, record: &log::Record<'_>) {
        let thread = std::thread::current();
        if !self.enabled(record.metadata()) {
            return;
        }
        let name = thread.name().unwrap_or_default().to_owned();
        let text = record.args().to_string();
        let mut logged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        logged.get_or_insert_default().entry(name).or_default().push(text);
    }

    fn flush(&self) {}
}

/// What the driver has logged since the last call.
pub fn logged(thread: &str) -> Vec<String> {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        log::set_logger(&LOGGED).unwrap();
        log::set_max_level(log::LevelFilter::Debug);
    });
    let mut logged = LOGGED.0.lock().unwrap_or_else(PoisonError::into_inner);
    logged.get_or_insert_default().remove(thread).unwrap_or_default()
}

/// What was sent since the last call.
fn sent(thread: &str) -> Vec<String> {
    logged(thread).iter().map(|text| beginning(text)).collect()
}

/// The whole of a statement that is longer than its summary.
pub fn whole(logged: &str) -> String {
    let (_, statement) = logged.split_once("db.statement=\"").unwrap();
    let (statement, _) = statement.split_once("\" rows_affected").unwrap();
    statement.replace("\\n", " ").replace("\\\"", "\"")
}

/// The first two words of a statement, out of `summary="SELECT version, …" db.statement=…`.
fn beginning(logged: &str) -> String {
    let text = logged.trim_start_matches("summary=\"").replace('\\', "");
    text.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

/// What each operation sends. `commit` is what a commit is on this database.
async fn check(world: &World<impl Store>, thread: &str, commit: &[&str]) {
    let (user, _) = world.protect("ada").await;
    sent(thread);
    let challenge = world.challenge(&user).await;
    assert_eq!(sent(thread), ["SELECT version,"], "a sign-in of somebody with an app");
    let code = Answer::code(&user.phone.code_at(world.now()));
    assert!(matches!(world.mfa.answer(&challenge, code).await.unwrap(), Verdict::Passed(_)));
    let answered: Vec<&str> =
        ["SELECT version,", "SELECT m.org,"].iter().chain(commit).copied().collect();
    assert_eq!(sent(thread), answered, "an answered challenge");

    world.mfa.status(&user.subject).await.unwrap();
    assert_eq!(sent(thread), ["SELECT version,"], "a status");

    world.store.stamps(&user.subject).await.unwrap();
    assert_eq!(sent(thread), ["SELECT (SELECT"], "a guard's read");

    let many: Vec<_> = (0_u64..1_000).map(mfakit::Subject::from).collect();
    world.mfa.statuses(&many).await.unwrap();
    assert_eq!(sent(thread), ["SELECT subject,"], "a thousand statuses");

    assert!(!world.mfa.recent_events(&user.subject, 100).await.unwrap().is_empty());
    assert_eq!(sent(thread).len(), 1, "the latest events");

    world.store.affiliations(&user.subject).await.unwrap();
    assert_eq!(sent(thread).len(), 1, "the affiliations");

    world
        .mfa
        .roster(&org("acme"), mfakit::organization::RosterFilter::WithoutMfa, None, 100)
        .await
        .unwrap();
    assert_eq!(sent(thread).len(), 2, "a policy and a page of the roster");
}

#[test]
fn an_answer_is_two_reads_and_one_statement_on_postgres() {
    let Some(schema) = Schema::new() else { return };
    block_on(async {
        schema.store().await;
        // The driver's own ping before each use is the host's choice, and no statement of ours.
        let pool = PgPoolOptions::new().max_connections(1).connect(&schema.url()).await.unwrap();
        let store = PostgresStore::open(pool, schema.tables()).await.unwrap();
        let thread = std::thread::current().name().unwrap().to_owned();
        sent(&thread);
        check(&World::on(store), &thread, &["WITH put"]).await;
    });
}

#[test]
fn an_answer_is_two_reads_and_one_transaction_on_sqlite() {
    block_on(async {
        let file = File::new();
        file.store().await;
        let thread = "sqlite of an_answer_is_two_reads".to_owned();
        let name = thread.clone();
        let options = SqliteStore::options(file.path()).thread_name(move |_| name.clone());
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        let store = SqliteStore::open(pool, Tables::default()).await.unwrap();
        sent(&thread);
        check(&World::on(store), &thread, &["UPDATE \"mfakit_accounts\"", "INSERT INTO"]).await;
    });
}

/// Somebody always writes on a busy server: whoever reads behind must not wait for each of them.
#[test]
fn a_page_with_certain_events_does_not_wait_for_those_that_are_held_back() {
    let Some(schema) = Schema::new() else { return };
    block_on(async {
        let world = World::on(schema.store().await);
        let (ada, session) = world.protect("ada").await;
        let certain = world.store.read(None, 1_000).await.unwrap();
        let mut open = world.store.begin().await.unwrap();
        let account = open.load(&ada.subject).await.unwrap().unwrap();
        let disabled = account.disable(&session, stamp(), world.context()).unwrap();
        let _closed = open.stage(commit_id(), disabled).await.unwrap();
        world.protect("bob").await;
        let thread = std::thread::current().name().unwrap().to_owned();
        sent(&thread);
        assert_eq!(world.store.read(None, 1_000).await.unwrap(), certain);
        assert_eq!(sent(&thread), ["SELECT e.tx::text,"]);
        open.rollback().await.unwrap();
    });
}
