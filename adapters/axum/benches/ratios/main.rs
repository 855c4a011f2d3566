//! What the adapter adds, both sides measured in one run: `ratio NAME VALUE LIMIT`, where smaller is
//! better. `cargo bench -p mfakit-axum --bench ratios`.
//!
//! Each on accounts in memory and in an SQLite file that waits for the disk (`synchronous = FULL`).
//! Latencies are those of the whole stack of services, called in this process; answers a second are
//! those of a server, over TCP.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a bench prints its result and stops at the first surprise"
)]

mod host;
mod latency;
mod measure;
mod server;
mod store;
mod world;

use mfakit::MemoryStore;
use mfakit_sqlx::{SqliteStore, Tables};

use world::World;

fn main() {
    // `cargo bench` passes `--bench`; `cargo test --benches` must not measure anything.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).enable_all().build().unwrap().block_on(async {
        let memory = World::on(MemoryStore::new()).await;
        let directory = tempfile::tempdir().unwrap();
        let sqlite = World::on(database(directory.path()).await).await;
        for (name, world) in [("memory", &memory), ("sqlite", &sqlite)] {
            latency::of_an_answer(name, world).await;
            latency::of_a_guard(name, world).await;
            server::answers_a_second(name, world).await;
        }
    });
}

async fn database(directory: &std::path::Path) -> SqliteStore {
    let options = SqliteStore::options(directory.join("accounts.db"));
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    SqliteStore::migrate(&pool, &Tables::default()).await.unwrap();
    SqliteStore::open(pool, Tables::default()).await.unwrap()
}
