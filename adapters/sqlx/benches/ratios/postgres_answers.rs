//! Answered challenges on PostgreSQL.

use std::time::Instant;

use mfakit_sqlx::PostgresStore;
use sqlx::{Connection, PgConnection};

use crate::database::Schema;
use crate::measure::{ratio, timed};
use crate::pgbench::Pgbench;
use crate::world::{APART, BASE, World};

const USERS: u64 = 2_000;
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
    schema.settle().await;
    // Until an account remembers as many commits as it ever does.
    for _ in 0..16 {
        world.answers(CLIENTS).await;
    }
    let length = "SELECT avg(length(document))::int8 FROM mfakit_accounts";
    let length: i64 = sqlx::query_scalar(length).fetch_one(&pool).await.expect("a length");
    println!("  # {USERS} accounts of {length} bytes; one answer, two clients");

    let clients = u64::try_from(CLIENTS).expect("two");
    match Pgbench::new(&schema, &pool, clients, USERS).await {
        Err(why) => println!("SKIPPED: postgres_answers_two_clients/pgbench: {why}"),
        Ok(pgbench) => {
            let ours = async || world.answers(CLIENTS).await;
            let other = async || pgbench.run();
            ratio("postgres_answers_two_clients/pgbench", LIMIT, 15, ours, other).await;
        }
    }
    one_connection(&schema, &world).await;
    schema.drop().await;
}

/// A whole right answer, one after the other, against one bare select and one bare update.
async fn one_connection(schema: &Schema, world: &World) {
    let mut bare = PgConnection::connect_with(&schema.options()).await.expect("a connection");
    let other = async || {
        // A task, as ours are, and moved in and out: both sides are woken in the same way.
        let mut connection =
            PgConnection::connect_with(&schema.options()).await.expect("a connection");
        let running = tokio::spawn(async move {
            select_and_update(&mut connection, 1).await;
            let begin = Instant::now();
            for number in 1..=USERS {
                select_and_update(&mut connection, number).await;
            }
            let elapsed = begin.elapsed();
            connection.close().await.expect("closed");
            elapsed
        });
        running.await.expect("updates") / u32::try_from(USERS).expect("thousands")
    };
    let ours = async || world.answers(1).await;
    ratio("postgres_right_answer/select_and_update", 1.3, 11, ours, other).await;
    let ping = timed(2_000, async || bare.ping().await.expect("a ping")).await;
    let cost =
        timed(11, async || drop(world.mfa.status(&subject(1)).await.expect("a status"))).await;
    println!("  # one round trip {ping:.1?}; one load {cost:.1?}");
}

fn subject(number: u64) -> mfakit::Subject {
    mfakit::Subject::from(BASE + APART * number)
}

async fn select_and_update(connection: &mut PgConnection, number: u64) {
    let subject = (BASE + APART * number).to_string();
    let select = "SELECT version, document FROM mfakit_accounts WHERE subject = $1";
    let select = sqlx::query_as(select).bind(&subject).fetch_one(&mut *connection);
    let (version, document): (i64, String) = select.await.expect("a row");
    let update = "UPDATE mfakit_accounts SET version = $2, stamp = $2, enabled = true, \
         sealed_under = ' bench ', document = $3 WHERE subject = $1 AND version = $2";
    let update = sqlx::query(update).bind(&subject).bind(version).bind(document);
    let updated = update.execute(connection).await.expect("an update");
    assert_eq!(updated.rows_affected(), 1);
}
