//! Answered challenges on PostgreSQL.

use std::time::Instant;

use mfakit_sqlx::PostgresStore;
use sqlx::{Connection, PgConnection, PgExecutor, PgPool};

use crate::database::Schema;
use crate::measure::{Parts, floor, ratio, timed};
use crate::pgbench::Pgbench;
use crate::world::{World, subject};

const USERS: usize = 1_200;
const CLIENTS: usize = 2;

/// At least 0.7 of what `pgbench` does, turned round.
const LIMIT: f64 = 1.43;

pub(crate) async fn measure() {
    let Some(schema) = Schema::fresh("postgres_answers").await else { return };
    // A connection goes back to sqlx's pool only after a round trip. With two to spare nobody waits
    // for it.
    let pool = schema.pool(4).await;
    let store = PostgresStore::open(pool.clone(), schema.tables()).await.expect("a store");
    let world = World::on(store, USERS).await;
    world.grow().await;
    schema.settle().await;
    let length = "SELECT avg(length(document))::int8 FROM mfakit_accounts";
    let length: i64 = sqlx::query_scalar(length).fetch_one(&pool).await.expect("a length");
    println!("  # {USERS} accounts of {length} bytes; one answer, two clients");

    match Pgbench::new(&schema, &pool, CLIENTS).await {
        Err(why) => println!("SKIPPED: postgres_answers_two_clients/pgbench: {why}"),
        Ok(pgbench) => {
            let (mut mine, mut same) = (Parts::of(USERS, 400), Parts::of(USERS, 400));
            let ours = async || world.answers(mine.next(), CLIENTS).await;
            let other = async || pgbench.run(same.next());
            ratio("postgres_answers_two_clients/pgbench", LIMIT, 61, ours, other).await;
        }
    }
    one_after_the_other(&schema, &pool, &world).await;
    schema.drop().await;
}

/// A whole right answer, one after the other, against one bare select and one bare update: as an
/// application sends them, on its pool, and then on a connection that is kept. sqlx's pool asks after
/// each use whether the connection still lives, beside whatever comes next.
async fn one_after_the_other(schema: &Schema, pool: &PgPool, world: &World) {
    let (mut mine, mut same) = (Parts::of(USERS, 200), Parts::of(USERS, 200));
    let pooled = async || {
        let (users, pool) = (same.next(), pool.clone());
        let count = u32::try_from(users.len()).expect("hundreds");
        // In a task, as ours are: both sides are woken in the same way.
        let running = tokio::spawn(async move {
            let begin = Instant::now();
            for number in users {
                let row = select(&pool, number).await;
                update(&pool, number, row).await;
            }
            begin.elapsed() / count
        });
        running.await.expect("updates")
    };
    let ours = async || world.answers(mine.next(), 1).await;
    ratio("postgres_right_answer/select_and_update", 1.3, 61, ours, pooled).await;

    let mut bare = Some(PgConnection::connect_with(&schema.options()).await.expect("a connection"));
    let kept = async || {
        let (users, mut connection) = (same.next(), bare.take().expect("it comes back"));
        let count = u32::try_from(users.len()).expect("hundreds");
        let running = tokio::spawn(async move {
            let begin = Instant::now();
            for number in users {
                let row = select(&mut connection, number).await;
                update(&mut connection, number, row).await;
            }
            (begin.elapsed() / count, connection)
        });
        let (elapsed, connection) = running.await.expect("updates");
        bare = Some(connection);
        elapsed
    };
    let ours = async || world.answers(mine.next(), 1).await;
    floor("postgres_right_answer/select_and_update_on_one_connection", 61, ours, kept).await;
    let mut connection = bare.expect("it came back");
    let ping = timed(501, async || connection.ping().await.expect("a ping")).await;
    println!("  # one round trip {ping:.1?}");
}

async fn select(executor: impl PgExecutor<'_>, user: usize) -> (i64, String) {
    let select = "SELECT version, document FROM mfakit_accounts WHERE subject = $1";
    let select = sqlx::query_as(select).bind(subject(user).to_string());
    select.fetch_one(executor).await.expect("a row")
}

async fn update(executor: impl PgExecutor<'_>, user: usize, (version, document): (i64, String)) {
    let update = "UPDATE mfakit_accounts SET version = $2, stamp = $2, strength = 20, \
         sealed_under = ' bench ', document = $3 WHERE subject = $1 AND version = $2";
    let update = sqlx::query(update).bind(subject(user).to_string()).bind(version).bind(document);
    let updated = update.execute(executor).await.expect("an update");
    assert_eq!(updated.rows_affected(), 1);
}
