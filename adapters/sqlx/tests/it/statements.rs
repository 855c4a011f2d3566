//! How many statements an operation sends, as the driver logs them.

use std::collections::HashMap;
use std::sync::{Mutex, Once, PoisonError};

use mfakit::domain::webauthn::{RelyingParty, SignatureAlgorithm};
use mfakit::store::EventLog;
use mfakit::testing::SoftwareKey;
use mfakit::{Answer, Confirmed, EmailStatus, Keyring, Mfa, NewFactor, Verdict};
use mfakit_sqlx::{PostgresStore, SqliteStore, Tables};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;

use crate::databases::{Database, File, Schema, Store, block_on};
use crate::world::{self, World, commit_id, org, stamp};

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

/// An app's answer and a key's send the same: a read, another one where organizations have policies,
/// and a commit.
async fn check_kinds(store: impl Store, thread: &str, commit: &[&str]) {
    for (name, policies) in [("bob", false), ("carol", true)] {
        let world = World::on(store.clone());
        let (user, session) = world.protect(name).await;
        let builder = if policies {
            Mfa::builder(store.clone())
        } else {
            Mfa::builder_without_policies(store.clone())
        };
        let here = RelyingParty::new("scrivio.example", [ORIGIN]).unwrap();
        let builder = builder.keyring(Keyring::new(world::key("old"))).clock(world.clock.clone());
        let mfa = builder.issuer("Scrivio").relying_party(here).build().unwrap();

        let new = NewFactor::webauthn("Key", "ada@example.org").unwrap();
        let setup = mfa.begin_setup(&session, new, EmailStatus::Verified).await.unwrap();
        let mut key = SoftwareKey::seeded(1815, SignatureAlgorithm::Es256);
        let json = key.register(&setup.webauthn().unwrap().to_json(), ORIGIN).unwrap();
        let answer = Answer::webauthn(&json);
        let added = mfa.confirm_setup(&session, setup.id(), answer).await.unwrap();
        assert!(matches!(added, Confirmed::Added(_)), "{added:?}");

        let read = ["SELECT version,"].iter().chain(policies.then_some(&"SELECT m.org,"));
        let answered: Vec<&str> = read.chain(commit).copied().collect();
        for kind in ["an app's", "a key's"] {
            let challenge = world.challenge(&user).await;
            let asked = mfa.ask(&challenge).await.unwrap();
            let answer = match kind {
                "an app's" => Answer::code(&user.phone.code_at(world.now())),
                _ => {
                    let options = asked.webauthn().unwrap().to_json();
                    Answer::webauthn(&key.assert(&options, ORIGIN).unwrap())
                }
            };
            sent(thread);
            let verdict = mfa.answer(&challenge, answer).await.unwrap();
            assert!(matches!(verdict, Verdict::Passed(_)), "{verdict:?}");
            assert_eq!(sent(thread), answered, "{kind} answer, with policies: {policies}");

            let challenge = world.challenge(&user).await;
            sent(thread);
            mfa.ask(&challenge).await.unwrap();
            assert_eq!(sent(thread), ["SELECT version,"], "what a challenge asks for");
        }
        // One that fails is read for and not written.
        let challenge = world.challenge(&user).await;
        sent(thread);
        let verdict = mfa.answer(&challenge, Answer::webauthn(&json)).await.unwrap();
        assert!(matches!(verdict, Verdict::Rejected(_)), "{verdict:?}");
        assert_eq!(sent(thread), ["SELECT version,"], "a key's answer that fails");
    }
}

const ORIGIN: &str = "https://app.scrivio.example";

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
        check(&World::on(store.clone()), &thread, &["WITH put"]).await;
        check_kinds(store, &thread, &["WITH put"]).await;
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
        let commit = ["UPDATE \"mfakit_accounts\"", "INSERT INTO"];
        check(&World::on(store.clone()), &thread, &commit).await;
        check_kinds(store, &thread, &commit).await;
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
