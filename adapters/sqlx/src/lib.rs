#![doc = include_str!("../README.md")]
// Without a database there is nothing to use the common parts.
#![cfg_attr(not(any(feature = "sqlite", feature = "postgres")), allow(dead_code))]

mod account_row;
mod cause;
mod columns;
mod curve;
mod dialect;
mod migrate;
mod open_error;
mod org_row;
#[cfg(feature = "postgres")]
mod postgres;
mod put;
mod query;
mod retry;
mod roster;
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;
mod stage;
mod store;
mod tables;

pub use cause::{Cause, cause_of};
pub use open_error::OpenError;
#[cfg(feature = "postgres")]
pub use postgres::{PostgresStore, PostgresTransaction};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteStore, SqliteTransaction};
pub use stage::StageError;
pub use store::{Store, Transaction};
pub use tables::{NameError, Tables};
