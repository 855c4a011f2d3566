//! What somebody gave up half-way makes nothing true, and is in nobody's way.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use mfakit::store::AccountStore;
use mfakit::store::CommitOutcome;
use mfakit::{Answer, Verdict};
use mfakit_sqlx::{Cause, PostgresStore, cause_of};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::databases::{Database, Schema, Store, block_on};
use crate::world::{World, commit_id, stamp};

/// Polls a future so many times and drops it where it stands.
async fn give_up<F: Future>(future: F, polls: usize) {
    let mut future = pin!(future);
    let mut polled = 0;
    poll_fn(|context| {
        if polled == polls {
            return Poll::Ready(());
        }
        polled += 1;
        future.as_mut().poll(context).map(drop)
    })
    .await;
}

/// How many of the pool's connections are in a transaction that nobody ends.
async fn left_open(schema: &Schema) -> i64 {
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = '{}' \
         AND state LIKE 'idle in transaction%'",
        schema.name
    );
    // A rollback may be on its way.
    for _ in 0..200 {
        if schema.number(&sql).await == 0 {
            return 0;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    schema.number(&sql).await
}

/// One connection, so that whoever comes next gets the one that was given up.
async fn one_connection(schema: &Schema) -> PgPool {
    let options: sqlx::postgres::PgConnectOptions = schema.url().parse().unwrap();
    let options = options.application_name(&schema.name);
    PgPoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .unwrap()
}

#[test]
fn beginning_a_transaction_and_giving_up_leaves_none_open() {
    let Some(schema) = Schema::new() else { return };
    block_on(async {
        schema.store().await;
        let pool = one_connection(&schema).await;
        let store = PostgresStore::open(pool, schema.tables()).await.unwrap();
        for polls in 0..12 {
            give_up(store.begin(), polls).await;
            assert_eq!(left_open(&schema).await, 0, "after {polls} polls");
        }
        World::on(store).protect("ada").await;
    });
}

/// What uses the connection before the store does again. A transaction that was left open is known by
/// its age, and on a busy machine the test may be woken late.
async fn other_requests(pool: &PgPool) {
    for _ in 0..20 {
        let _ = sqlx::raw_sql("SELECT 1").execute(pool).await;
    }
}

/// A host's own `begin`, dropped half-way, leaves its transaction open on the pool's connection. What
/// is answered as done after that is done all the same, for everybody.
#[test]
fn nothing_is_answered_from_within_a_transaction_that_somebody_left_open() {
    let Some(schema) = Schema::new() else { return };
    block_on(async {
        let outside = schema.store().await;
        let pool = one_connection(&schema).await;
        let store = PostgresStore::open(pool.clone(), schema.tables()).await.unwrap();
        let world = World::on(store.clone());
        let (user, _) = world.protect("ada").await;
        for polls in 0..12 {
            world.clock.advance(chrono::TimeDelta::seconds(30));
            let challenge = world.challenge(&user).await;
            give_up(pool.begin(), polls).await;
            other_requests(&pool).await;
            let code = Answer::code(&user.phone.code_at(world.now()));
            let verdict = world.mfa.answer(&challenge, code).await.unwrap();
            assert!(matches!(verdict, Verdict::Passed(_)), "{verdict:?}");
            let (here, there) =
                (store.load(&user.subject).await, outside.load(&user.subject).await);
            assert_eq!(here.unwrap(), there.unwrap(), "seen by one connection only, {polls} polls");
        }
        let before = store.load(&user.subject).await.unwrap().unwrap();
        for left in ["BEGIN", "BEGIN; SELECT 1 / 0"] {
            let changed = before.password_changed(None, stamp(), world.context()).unwrap();
            let (commit, _) = changed.into_commit(commit_id());
            let _ = sqlx::raw_sql(left).execute(&pool).await;
            other_requests(&pool).await;
            let error = store.commit(&commit).await.unwrap_err();
            assert_eq!(cause_of(&error), Some(&Cause::LeftOpen), "{left}");
            assert_eq!(store.load(&user.subject).await.unwrap().as_ref(), Some(&before), "{left}");
        }
        // A statement that writes nothing answers no row, and is no less in the wrong transaction.
        let changed = before.password_changed(None, stamp(), world.context()).unwrap();
        let (commit, _) = changed.into_commit(commit_id());
        assert_eq!(store.commit(&commit).await.unwrap(), CommitOutcome::Committed);
        sqlx::raw_sql("BEGIN").execute(&pool).await.unwrap();
        other_requests(&pool).await;
        let error = store.commit(&commit).await.unwrap_err();
        assert_eq!(cause_of(&error), Some(&Cause::LeftOpen), "a conflict");
        assert_eq!(store.commit(&commit).await.unwrap(), CommitOutcome::Conflict);

        assert_eq!(left_open(&schema).await, 0);
        assert_eq!(store.events(None).await, outside.events(None).await);
    });
}
