//! What goes wrong is told by type, and the other accounts go on.

use std::time::Duration;

use mfakit::organization::{Gate, OrgPolicy, ProposedPolicy, RosterFilter};
use mfakit::store::{AccountStore, OrgStore, StoreErrorKind};
use mfakit::{Error, Strength};
use mfakit_sqlx::{Cause, PostgresStore, SqliteStore, Tables, cause_of};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;

use crate::databases::{Database, File, Schema, Store, block_on, on_both};
use crate::world::{World, org, subject};

on_both! {
    a_row_that_was_changed_by_hand_is_refused_and_the_others_go_on
    corrupted_policies_and_memberships_open_no_door
    tables_that_vanish_are_told_by_type
}

async fn a_row_that_was_changed_by_hand_is_refused_and_the_others_go_on(database: &impl Database) {
    let world = World::on(database.store().await);
    let (bob, _) = world.protect("bob").await;
    for damage in [
        "SET document = 'x'",
        "SET document = '{}'",
        "SET document = replace(document, '\"format\":1', '\"format\":99')",
        "SET document = replace(document, '\"ada\"', '\"eve\"')",
        "SET version = version + 1",
    ] {
        let (ada, _) = world.protect("ada").await;
        assert_eq!(
            database.run(&format!("UPDATE mfakit_accounts {damage} WHERE subject = 'ada'")).await,
            1
        );
        let error = world.store.load(&ada.subject).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unreadable, "{damage}");
        let refused = world.mfa.sign_in(world.password(&ada.subject)).await.unwrap_err();
        assert!(matches!(refused, Error::Store(_)), "{damage}: {refused:?}");
        world.sign_in(&bob).await;
        database.run("DELETE FROM mfakit_accounts WHERE subject = 'ada'").await;
    }
}

async fn corrupted_policies_and_memberships_open_no_door(database: &impl Database) {
    let world = World::on(database.store().await);
    let (ada, session) = world.protect("ada").await;
    let bob = subject("bob");
    world.mfa.join_organization(&org("acme"), &bob, world.now()).await.unwrap();
    let terms = mfakit::organization::PolicyTerms {
        grace: mfakit::organization::GracePeriod::NONE,
        scope: mfakit::organization::PolicyScope::WholeAccount,
    };
    let authority = world.authority(&org("acme"), &ada.subject);
    world
        .mfa
        .set_policy(&session, &authority, ProposedPolicy::Required(Strength::Standard, terms), None)
        .await
        .unwrap();
    let sound = database.number("SELECT version FROM mfakit_organizations").await;
    let policy = OrgPolicy::requiring(Strength::Standard, world.now(), terms);
    let of_rank = |rank: &str| {
        let policy = serde_json::to_string(&policy).unwrap();
        policy.replace("\"strength\":20", &format!("\"strength\":{rank}"))
    };
    let policy = |json: String| format!("UPDATE mfakit_organizations SET policy = '{json}'");
    for damage in [
        policy("{\"policy\":\"unheard_of\"}".to_owned()),
        policy(of_rank("0")),
        policy(of_rank("256")),
        "UPDATE mfakit_organizations SET version = -1".to_owned(),
    ] {
        database.run(&damage).await;
        let error = world.store.affiliations(&bob).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unreadable, "{damage}");
        assert!(world.mfa.access(&bob).await.is_err(), "{damage}");
        let mend = format!(
            "UPDATE mfakit_organizations SET version = {sound}, policy = '{{\"requirements\":[]}}'"
        );
        database.run(&mend).await;
        assert!(world.mfa.access(&bob).await.is_ok());
    }
    // What a newer release requires is read, met by nobody, and not changed from here.
    database.run(&policy(of_rank("60"))).await;
    world.mfa.join_organization(&org("acme"), &ada.subject, world.now()).await.unwrap();
    for who in [&bob, &ada.subject] {
        let gate = world.mfa.access(who).await.unwrap().gate;
        let Gate::SetUpFirst(walled) = gate else { panic!("{gate:?}") };
        assert_eq!(walled.organizations[0].required.known(), None);
        let row = world.store.roster_row(&org("acme"), who).await.unwrap().unwrap();
        let lapsed = world.mfa.roster(&org("acme"), RosterFilter::Lapsed, None, 10).await.unwrap();
        let listed = lapsed.members.iter().any(|m| m.subject == *row.membership.subject());
        assert!(listed, "{lapsed:?}");
    }
    let lifted = ProposedPolicy::NotRequired(Strength::Standard);
    let refused = world.mfa.set_policy(&session, &authority, lifted, None).await.unwrap_err();
    assert_eq!(refused.code(), "actor_too_weak");
    database.run("UPDATE mfakit_memberships SET extension_reason = 'x', personal = true").await;
    let error = world.store.membership(&org("acme"), &bob).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unreadable);
}

async fn tables_that_vanish_are_told_by_type(database: &impl Database) {
    let world = World::on(database.store().await);
    let (ada, _) = world.protect("ada").await;
    database.run("ALTER TABLE mfakit_accounts RENAME TO elsewhere").await;
    let error = world.store.load(&ada.subject).await.unwrap_err();
    assert!(matches!(cause_of(&error), Some(Cause::NoTables { .. })), "{error:?}");
}

async fn refused_by<S: Store>(store: S, expected: &Cause) {
    let world = World::on(store);
    let session = world.plain_session(&subject("eve")).await;
    let phone = mfakit::NewFactor::totp("Phone", "eve@example.org").unwrap();
    let setup = world.mfa.begin_setup(&session, phone, mfakit::EmailStatus::Verified).await;
    let Err(Error::Store(error)) = setup else { panic!("{setup:?}") };
    assert_eq!(cause_of(&error), Some(expected));
}

#[test]
fn a_read_only_database_is_told_by_type() {
    block_on(async {
        let file = File::new();
        file.store().await;
        let options = SqliteStore::options(file.path()).read_only(true);
        let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
        let store = SqliteStore::open(pool, Tables::default()).await.unwrap();
        refused_by(store, &Cause::ReadOnly).await;
    });
    let Some(schema) = Schema::new() else { return };
    block_on(async {
        schema.store().await;
        let options: sqlx::postgres::PgConnectOptions = schema.url().parse().unwrap();
        let options = options.options([("default_transaction_read_only", "on")]);
        let pool = PgPoolOptions::new().connect_with(options).await.unwrap();
        let store = PostgresStore::open(pool, schema.tables()).await.unwrap();
        refused_by(store, &Cause::ReadOnly).await;
    });
}

#[test]
fn an_exhausted_pool_is_told_by_type_and_recovers() {
    const SOON: Duration = Duration::from_secs(2);
    block_on(async {
        let file = File::new();
        file.store().await;
        let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(SOON);
        let pool = pool.connect_with(SqliteStore::options(file.path())).await.unwrap();
        let store = SqliteStore::open(pool.clone(), Tables::default()).await.unwrap();
        exhausted(store, pool.acquire().await.unwrap()).await;
    });
    let Some(schema) = Schema::new() else { return };
    block_on(async {
        schema.store().await;
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(SOON);
        let pool = pool.connect(&schema.url()).await.unwrap();
        let store = PostgresStore::open(pool.clone(), schema.tables()).await.unwrap();
        exhausted(store, pool.acquire().await.unwrap()).await;
    });
}

async fn exhausted<S: Store, C>(store: S, held: C) {
    let error = store.load(&subject("ada")).await.unwrap_err();
    assert_eq!(cause_of(&error), Some(&Cause::PoolExhausted));
    drop(held);
    World::on(store).protect("ada").await;
}

/// The server ends every connection, again and again, while a user signs in. What is not answered is
/// an error; what is answered is so.
#[test]
fn connections_that_are_cut_lose_nothing_that_was_answered() {
    let Some(schema) = Schema::new() else { return };
    block_on(async {
        let options: sqlx::postgres::PgConnectOptions = schema.url().parse().unwrap();
        let options = options.application_name(&schema.name);
        schema.store().await;
        let pool = PgPoolOptions::new().max_connections(2).connect_with(options).await.unwrap();
        let store = PostgresStore::open(pool, schema.tables()).await.unwrap();
        let world = World::on(store);
        let cut = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{}'",
            schema.name
        );
        let ada = subject("ada");
        let mut answered = 0;
        for _ in 0..40 {
            let change = world.mfa.password_changed(&ada, None);
            let (changed, _) = tokio::join!(change, schema.run(&cut));
            answered += usize::from(changed.is_ok());
        }
        let events = world.store.events(None).await;
        assert!(answered > 0, "none was answered");
        assert!(events.len() >= answered, "{} of {answered}", events.len());
    });
}

/// A host that lets the service write while it holds the one transaction that may, waits for itself.
#[test]
fn a_write_beside_a_transaction_of_ones_own_is_given_up() {
    block_on(async {
        let file = File::new();
        file.store().await;
        let pool = SqlitePoolOptions::new().acquire_timeout(Duration::from_millis(300));
        let pool = pool.connect_with(SqliteStore::options(file.path())).await.unwrap();
        let store = SqliteStore::open(pool, Tables::default()).await.unwrap();
        let open = store.begin().await.unwrap();
        let refused =
            tokio::time::timeout(Duration::from_secs(20), refused_by(store.clone(), &Cause::Busy));
        refused.await.expect("an answer");
        drop(open);
        World::on(store).protect("ada").await;
    });
}

/// Another writer holds the file: the store waits, then says that it is busy, and has done nothing.
#[test]
fn a_file_that_stays_locked_is_told_by_type() {
    block_on(async {
        let file = File::new();
        file.store().await;
        let options = SqliteStore::options(file.path()).busy_timeout(Duration::from_millis(50));
        let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
        let store = SqliteStore::open(pool, Tables::default()).await.unwrap();
        let other = file.pool().await;
        let held = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
        refused_by(store.clone(), &Cause::Busy).await;
        drop(held);
        World::on(store).protect("ada").await;
    });
}
