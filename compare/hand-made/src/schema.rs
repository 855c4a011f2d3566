//! The tables that an application adds for two-factor sign-in.

use std::path::Path;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

const TABLES: &str = "
CREATE TABLE users (
    id           INTEGER PRIMARY KEY,
    totp_secret  BLOB,                        -- NULL: two-factor sign-in is off
    last_step    INTEGER NOT NULL DEFAULT 0,  -- of the last accepted code
    failures     INTEGER NOT NULL DEFAULT 0,  -- in a row
    locked_until INTEGER NOT NULL DEFAULT 0   -- seconds since 1970
) STRICT;
CREATE TABLE recovery_codes (
    id      INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    hash    TEXT NOT NULL
) STRICT;
CREATE INDEX recovery_codes_of ON recovery_codes (user_id);
CREATE TABLE sessions (
    id      INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    mfa     INTEGER NOT NULL DEFAULT 0        -- the flag
) STRICT;
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    what    TEXT NOT NULL
) STRICT;
CREATE TABLE orgs (
    id             INTEGER PRIMARY KEY,
    required_since INTEGER,                   -- NULL: voluntary
    grace          INTEGER NOT NULL           -- seconds
) STRICT;
CREATE TABLE members (
    org_id    INTEGER NOT NULL REFERENCES orgs (id),
    user_id   INTEGER NOT NULL REFERENCES users (id),
    joined_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, user_id)
) STRICT;
CREATE INDEX members_of ON members (user_id);
";

/// Durable as mfakit's store asks for it: write-ahead log, `synchronous = FULL`.
pub(crate) async fn open(file: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5));
    let pool = SqlitePool::connect_with(options).await.expect("a database");
    sqlx::raw_sql(TABLES).execute(&pool).await.expect("tables");
    pool
}
