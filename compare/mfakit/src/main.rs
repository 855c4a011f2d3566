//! mfakit, on SQLite and in memory. `compare-mfakit sqlite|memory DIRECTORY ROUND`.

mod members;
mod peer;
mod sessions;

use std::env;
use std::path::Path;

use mfakit::{Keyring, MemoryStore, Mfa, MfaBuilder, SealingKey};
use mfakit_sqlx::{SqliteStore, Tables};
use peer::Library;
use sessions::Sessions;
use shared::{Record, drive};
use sqlx::SqlitePool;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = env::args().collect();
    let [_, store, directory, round] = &arguments[..] else {
        panic!("compare-mfakit sqlite|memory DIRECTORY ROUND");
    };
    let round = round.parse().expect("a number");
    if store == "sqlite" {
        on_sqlite(Path::new(directory), &Record::new("mfakit", round)).await;
    } else {
        in_memory(&Record::new("mfakit (memory)", round)).await;
    }
}

async fn on_sqlite(directory: &Path, record: &Record) {
    let pool = SqlitePool::connect_with(SqliteStore::options(directory.join("mfakit.db"))).await;
    let pool = pool.expect("a database");
    let tables = Tables::default();
    SqliteStore::migrate(&pool, &tables).await.expect("tables");
    let store = SqliteStore::open(pool.clone(), tables).await.expect("a store");
    let builder = Mfa::builder(store.clone())
        .index(store.clone())
        .event_log(store.clone())
        .stamps(store);
    let mfa = complete(builder);
    let peer = Library { mfa, sessions: Sessions::in_table(pool.clone()).await };
    drive(peer, record).await;
    members::on_sqlite(pool, record).await;
}

async fn in_memory(record: &Record) {
    let store = MemoryStore::new();
    let builder = Mfa::builder(store.clone())
        .index(store.clone())
        .event_log(store);
    let peer = Library { mfa: complete(builder), sessions: Sessions::in_memory() };
    drive(peer, record).await;
    members::in_memory(record).await;
}

/// Everything else is at its default.
fn complete(builder: MfaBuilder) -> Mfa {
    let key = SealingKey::from_bytes("compare", &[7; 32]).expect("a key");
    builder.issuer("Scrivio").keyring(Keyring::new(key)).build().expect("complete")
}
