//! The stores on real databases. One binary, a module per capability.
//!
//! SQLite is built in. PostgreSQL is started from the installed binaries; where there are none, its
//! tests say that they were skipped, and with `MFAKIT_REQUIRE_TOOLS=1` they fail.

#![cfg(all(feature = "sqlite", feature = "postgres"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod conformance;
mod databases;
mod disk_full;
mod faults;
mod given_up;
mod large_roster;
mod latest;
mod organizations;
mod relays;
mod resealing;
mod retries;
mod roster;
mod schema;
mod statements;
mod strange_names;
mod strength;
mod transactions;
mod world;
