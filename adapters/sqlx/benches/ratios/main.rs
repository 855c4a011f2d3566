//! The ratios that the stores promise, both sides measured in one run: `ratio NAME VALUE LIMIT`,
//! where smaller is better. `cargo bench -p mfakit-sqlx --bench ratios`; behind `--`, names of
//! sections run only these.
//!
//! PostgreSQL is a throw-away server of the installed binaries, with the settings that a server has
//! by default. Where there is none, its lines say that they were skipped.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench prints its result and stops at the first surprise"
)]

mod database;
mod filler;
mod growth;
mod measure;
mod members;
mod pgbench;
mod plans;
mod postgres_answers;
mod racer;
mod races;
mod roster;
mod sqlite_answers;
mod world;

use std::env;
use std::time::Instant;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [role, url, schema] = &arguments[..]
        && role == racer::ROLE
    {
        return run(racer::serve(url, schema));
    }
    // `cargo bench` passes `--bench`; `cargo test --benches` must not measure anything.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let wanted: Vec<&String> = arguments.iter().filter(|name| !name.starts_with('-')).collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| *wanted == name);
    run(async {
        if wants("postgres_answers") {
            section("postgres_answers", postgres_answers::measure()).await;
        }
        if wants("sqlite_answers") {
            section("sqlite_answers", sqlite_answers::measure()).await;
        }
        if wants("roster") {
            section("roster", roster::measure()).await;
        }
        if wants("growth") {
            section("growth", growth::measure()).await;
        }
        if wants("races") {
            section("races", races::measure()).await;
        }
    });
}

async fn section(name: &str, measuring: impl Future<Output = ()>) {
    let begin = Instant::now();
    measuring.await;
    println!("  # {name}: {:.0?} in all", begin.elapsed());
}

/// Two workers, for two clients.
fn run(work: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).enable_all().build().expect("a runtime").block_on(work);
}
