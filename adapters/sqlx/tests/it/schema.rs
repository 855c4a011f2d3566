//! Tables that are missing, old, new, or not what they must be.

use mfakit::store::AccountStore;
use mfakit_sqlx::{OpenError, PostgresStore, SqliteStore, Tables};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqlitePoolOptions, SqliteSynchronous};

use crate::databases::{Database, File, Schema, block_on, on_both};
use crate::world::{World, org, subject};

on_both! {
    a_store_does_not_open_on_missing_older_or_newer_tables
    migrating_again_and_at_once_changes_nothing
    prefixes_keep_two_applications_apart
}

async fn a_store_does_not_open_on_missing_older_or_newer_tables(database: &impl Database) {
    let open = || database.open_only(database.tables());
    assert_eq!(open().await.err(), Some(OpenError::NoSchema));
    database.store().await;
    assert!(open().await.is_ok());
    database.run("INSERT INTO mfakit_schema (version) VALUES (2)").await;
    let newer = OpenError::NewerSchema { found: 2, known: 1 };
    assert_eq!(open().await.err(), Some(newer.clone()));
    assert_eq!(database.open(database.tables()).await.err(), Some(newer), "nor migrate");
    database.run("DELETE FROM mfakit_schema; INSERT INTO mfakit_schema (version) VALUES (0)").await;
    let older = OpenError::OlderSchema { found: 0, needed: 1 };
    assert_eq!(open().await.err(), Some(older));
}

async fn migrating_again_and_at_once_changes_nothing(database: &impl Database) {
    let stores = tokio::join!(database.store(), database.store(), database.store());
    let world = World::on(stores.0);
    let (ada, _) = world.protect("ada").await;
    let again = database.store().await;
    assert!(again.load(&ada.subject).await.unwrap().is_some());
    assert_eq!(database.number("SELECT count(*) FROM mfakit_schema").await, 1);
}

async fn prefixes_keep_two_applications_apart(database: &impl Database) {
    let ours = World::on(database.store().await);
    let tables = database.tables().prefixed("other_").unwrap();
    let others = World::on(database.open(tables).await.unwrap());
    ours.protect("ada").await;
    assert!(others.store.load(&subject("ada")).await.unwrap().is_none());
    others.protect("ada").await;
    assert_eq!(database.number("SELECT count(*) FROM other_accounts").await, 1);
}

/// A host's own migrations: our files with a prefix of its own, run by nothing of ours.
async fn copied(database: &impl Database, directory: &str) {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/").to_owned() + directory;
    let files = std::fs::read_dir(directory).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    for file in &files {
        let written = std::fs::read_to_string(file).unwrap();
        database.run(&written.replace("mfakit_", "scrivio_")).await;
    }
    let tables = database.tables().prefixed("scrivio_").unwrap();
    let world = World::on(database.open_only(tables.clone()).await.unwrap());
    let (ada, _) = world.protect("ada").await;
    world.mfa.join_organization(&org("acme"), &ada.subject, world.now()).await.unwrap();
    assert_eq!(world.mfa.overview(&org("acme")).await.unwrap().protected(), 1);
    let again = database.open(tables).await.unwrap();
    assert!(again.load(&ada.subject).await.unwrap().is_some(), "migrating finds nothing to do");
    let applied = database.number("SELECT count(*) FROM scrivio_schema").await;
    assert_eq!(applied, i64::try_from(files.len()).unwrap());
    let ours = database.open_only(database.tables()).await;
    assert_eq!(ours.err(), Some(OpenError::NoSchema), "no name of ours is left");
}

#[test]
fn migrations_copied_by_hand_are_accepted_on_sqlite() {
    block_on(copied(&File::new(), "sqlite"));
}

#[test]
fn migrations_copied_by_hand_are_accepted_on_postgres() {
    let Some(schema) = Schema::new() else { return };
    block_on(async {
        // Its connections have this for their `search_path`.
        schema.run(&format!("CREATE SCHEMA {}", schema.name)).await;
        copied(&schema, "postgres").await;
    });
}

#[test]
fn a_connection_that_does_not_wait_for_the_disk_is_refused() {
    block_on(async {
        let file = File::new();
        file.store().await;
        let fast = SqliteStore::options(file.path()).synchronous(SqliteSynchronous::Normal);
        let pool = SqlitePoolOptions::new().connect_with(fast).await.unwrap();
        let refused = SqliteStore::open(pool, Tables::default()).await.unwrap_err();
        assert!(matches!(refused, OpenError::NotDurable { .. }), "{refused:?}");
    });
    let Some(schema) = Schema::new() else { return };
    block_on(async {
        schema.store().await;
        for (setting, value) in
            [("synchronous_commit", "off"), ("default_transaction_isolation", "serializable")]
        {
            let options: sqlx::postgres::PgConnectOptions = schema.url().parse().unwrap();
            let options = options.options([(setting, value)]);
            let pool = PgPoolOptions::new().connect_with(options).await.unwrap();
            let refused = PostgresStore::open(pool, schema.tables()).await.unwrap_err();
            let expected =
                matches!(refused, OpenError::NotDurable { .. } | OpenError::Isolation(_));
            assert!(expected, "{setting}: {refused:?}");
        }
    });
}

#[test]
fn sqlite_has_no_schemas() {
    block_on(async {
        let file = File::new();
        let tables = Tables::default().in_schema("auth").unwrap();
        assert_eq!(file.open(tables).await.err(), Some(OpenError::NoSchemas));
    });
}

#[test]
fn a_view_that_compares_by_a_language_is_refused() {
    let Some(schema) = Schema::new() else { return };
    block_on(async {
        schema.store().await;
        let view = "CREATE VIEW team AS SELECT org COLLATE \"default\" AS org, \
             subject COLLATE \"default\" AS subject, first_joined, left_at, exemption_reason, \
             exemption_from, exemption_until, extension_reason, extension_until, extension_granted, extension_since, personal, \
             strength, last_signed_in FROM mfakit_memberships";
        schema.run(view).await;
        let tables = schema.tables().members_from("team").unwrap();
        let refused = schema.open_only(tables).await.unwrap_err();
        assert!(matches!(refused, OpenError::View(_)), "{refused:?}");
        let tables = schema.tables().members_from("mfakit_people").unwrap();
        let refused = schema.open_only(tables).await.unwrap_err();
        assert!(matches!(refused, OpenError::View(_)), "{refused:?}");
    });
}
