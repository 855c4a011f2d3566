//! Answered challenges on SQLite, in WAL mode and with `synchronous = FULL`.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mfakit_sqlx::{SqliteStore, Tables};
use sqlx::SqlitePool;
use tokio::sync::Mutex;

use crate::database::File;
use crate::measure::{Parts, ratio};
use crate::world::{World, subject};

const USERS: usize = 1_200;
const CLIENTS: usize = 2;

/// At least 0.7 of the same statements on the same pool, turned round.
const LIMIT: f64 = 1.43;

pub(crate) async fn measure() {
    let file = File::fresh().await;
    let pool = file.pool(4).await;
    let store = SqliteStore::open(pool.clone(), Tables::default()).await.expect("a store");
    let world = World::on(store, USERS).await;
    world.grow().await;
    let newest = "SELECT event FROM mfakit_events ORDER BY id DESC LIMIT 1";
    let event: String = sqlx::query_scalar(newest).fetch_one(&pool).await.expect("an event");
    let (mut mine, mut same) = (Parts::of(USERS, 200), Parts::of(USERS, 200));
    let ours = async || world.answers(mine.next(), CLIENTS).await;
    let other = async || statements(&pool, &event, same.next()).await;
    ratio("sqlite_answers_two_clients/same_statements", LIMIT, 61, ours, other).await;
}

/// The statements of an answer for each of these users, by two clients. They take turns to write, as our
/// writes do: without that they would only wait for SQLite's busy timeout.
async fn statements(pool: &SqlitePool, event: &str, users: Range<usize>) -> Duration {
    let count = u32::try_from(users.len()).expect("hundreds");
    let turn = Arc::new(Mutex::new(()));
    let begin = Instant::now();
    let running: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (pool, turn, event) = (pool.clone(), Arc::clone(&turn), event.to_owned());
            let users = users.clone().skip(client).step_by(CLIENTS);
            tokio::spawn(async move {
                for user in users {
                    select_and_commit(&pool, &turn, &event, user).await;
                }
            })
        })
        .collect();
    for client in running {
        client.await.expect("commits");
    }
    begin.elapsed() / count
}

async fn select_and_commit(pool: &SqlitePool, turn: &Mutex<()>, event: &str, user: usize) {
    let subject = subject(user).to_string();
    let select = "SELECT version, document FROM mfakit_accounts WHERE subject = $1";
    let select = sqlx::query_as(select).bind(&subject).fetch_one(pool).await;
    let (version, document): (i64, String) = select.expect("a row");
    let update = "UPDATE mfakit_accounts SET version = $2, stamp = $2, strength = $3, \
         sealed_under = $4, document = $5 WHERE subject = $1 AND version = $2";
    let update = sqlx::query(update).bind(&subject).bind(version).bind(20).bind(" bench ");
    let append = "INSERT INTO mfakit_events (commit_id, place, subject, at, event) \
         SELECT $1, key, value ->> 0, value ->> 1, value ->> 2 FROM json_each($2) ORDER BY key";
    let events = serde_json::to_string(&[(&subject, 1_800_000_000_000_000_i64, event)]);
    let append = sqlx::query(append).bind("0123456789abcdef").bind(events.expect("JSON"));
    let _turn = turn.lock().await;
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("begun");
    let updated = update.bind(document).execute(&mut *tx).await.expect("an update");
    assert_eq!(updated.rows_affected(), 1);
    append.execute(&mut *tx).await.expect("an event");
    tx.commit().await.expect("committed");
}
