//! The latest events of one user: by an index, from the end, and no row more.

use mfakit::store::{StoreErrorKind, SubjectEvents};
use mfakit_sqlx::{Cause, PostgresStore, SqliteStore, Tables, cause_of};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{AssertSqlSafe, PgPool, Row};

use crate::databases::{Database, File, Schema, Store, block_on, on_both};
use crate::statements::{logged, whole};
use crate::world::{World, subject};

on_both! {
    the_latest_events_are_what_a_walk_through_the_log_finds
    an_event_that_was_changed_by_hand_is_refused
}

async fn the_latest_events_are_what_a_walk_through_the_log_finds(database: &impl Database) {
    let world = World::on(database.store().await);
    let (ada, _) = world.protect("ada").await;
    let (bob, _) = world.protect("bob").await;
    for _ in 0..3 {
        world.sign_in(&ada).await;
        world.sign_in(&bob).await;
    }
    for user in [&ada, &bob] {
        let mut walked = world.store.events(None).await;
        walked.retain(|event| *event.subject() == user.subject);
        walked.reverse();
        assert_eq!(world.mfa.recent_events(&user.subject, 1_000).await.unwrap(), walked);
        assert_eq!(world.mfa.recent_events(&user.subject, 2).await.unwrap(), walked[..2]);
    }
}

async fn an_event_that_was_changed_by_hand_is_refused(database: &impl Database) {
    let world = World::on(database.store().await);
    let (ada, _) = world.protect("ada").await;
    database.run("UPDATE mfakit_events SET subject = 'bob'").await;
    assert_eq!(world.store.latest(&ada.subject, 10).await.unwrap(), []);
    let refused = world.store.latest(&subject("bob"), 10).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Unreadable);
    assert!(matches!(cause_of(&refused), Some(Cause::Corrupt { .. })), "{refused:?}");
}

/// Whole-table scans, and rows that were fetched by an index, since the table was made.
async fn reads(schema: &Schema, pool: &PgPool) -> (i64, i64) {
    // The connection that has read keeps its counts to itself for a while.
    sqlx::raw_sql("SELECT pg_stat_force_next_flush()").execute(pool).await.unwrap();
    let of = |column: &str| {
        format!(
            "SELECT coalesce({column}, 0)::int8 FROM pg_stat_user_tables \
             WHERE schemaname = '{}' AND relname = 'mfakit_events'",
            schema.name
        )
    };
    (schema.number(&of("seq_scan")).await, schema.number(&of("idx_tup_fetch")).await)
}

/// Everybody's events on the pages of everybody else's, and one user with a quarter of them all, none
/// of them new.
#[test]
fn the_latest_events_read_as_many_rows_as_are_asked_for_on_postgres() {
    let Some(schema) = Schema::new() else { return };
    block_on(async {
        World::on(schema.store().await).protect("ada").await;
        let more = "INSERT INTO mfakit_events (tx, commit_id, place, subject, at, event) \
             SELECT e.tx, n::text, 0, CASE WHEN n < 5000 THEN 'ada' ELSE 'user-' || n % 999 END, \
                 e.at, e.event \
             FROM generate_series(1, 20000) n, (SELECT * FROM mfakit_events ORDER BY id LIMIT 1) e";
        schema.run(more).await;
        schema.run("VACUUM ANALYZE mfakit_events").await;
        let pool = PgPoolOptions::new().max_connections(1).connect(&schema.url()).await.unwrap();
        let store = PostgresStore::open(pool.clone(), schema.tables()).await.unwrap();
        let (scans, fetched) = reads(&schema, &pool).await;
        // After five times a server may choose a plan for all values.
        for _ in 0..8 {
            assert_eq!(store.latest(&subject("ada"), 10).await.unwrap().len(), 10);
            assert_eq!(store.latest(&subject("nobody"), 10).await.unwrap(), []);
        }
        let (after, rows) = reads(&schema, &pool).await;
        assert_eq!(after, scans, "the table was scanned");
        assert_eq!(rows - fetched, 8 * 10, "rows that were read");
    });
}

#[test]
fn the_latest_events_are_read_by_their_index_and_not_sorted_on_sqlite() {
    block_on(async {
        let file = File::new();
        World::on(file.store().await).protect("ada").await;
        let thread = "sqlite of the_latest_events".to_owned();
        let name = thread.clone();
        let options = SqliteStore::options(file.path()).thread_name(move |_| name.clone());
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        let store = SqliteStore::open(pool.clone(), Tables::default()).await.unwrap();
        logged(&thread);
        assert_eq!(store.latest(&subject("ada"), 2).await.unwrap().len(), 2);
        let [sent] = &logged(&thread)[..] else { panic!("not one statement") };
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", whole(sent)));
        let plan = sqlx::query(explain).fetch_all(&pool).await.unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
        assert_eq!(plan, ["SEARCH mfakit_events USING INDEX mfakit_events_of (subject=?)"]);
    });
}
