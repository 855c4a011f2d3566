//! What the application itself keeps: its users and their sessions.
//!
//! Where mfakit keeps its accounts, the application keeps these: in memory, or in two tables of the
//! same database.

mod memory;
mod sql;

use std::error::Error;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mfakit::Subject;
use thiserror::Error;

pub(crate) use memory::InMemory;
pub(crate) use sql::{InPostgres, InSqlite};

/// Somebody who may sign in.
#[derive(Debug, Clone)]
pub(crate) struct User {
    /// What mfakit knows the account by. It never changes, as an e-mail address may.
    pub(crate) id: Subject,
    pub(crate) email: String,
    pub(crate) verified: bool,
    /// Argon2id, as a PHC string.
    pub(crate) password: String,
}

/// A session. Its token is the browser's; here is only a hash of it.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) user: Subject,
    /// When the password was typed last.
    pub(crate) password_at: DateTime<Utc>,
    /// The adapter's one value, as JSON.
    pub(crate) mfa: Option<String>,
}

/// The SHA-256 of a session's token, in hexadecimal. A stolen table signs nobody in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TokenHash(pub(crate) String);

/// The store of users and sessions.
#[async_trait]
pub(crate) trait Records: Send + Sync {
    async fn user(&self, id: &Subject) -> Result<Option<User>, RecordsError>;
    async fn user_by_email(&self, email: &str) -> Result<Option<User>, RecordsError>;
    async fn add_user(&self, user: &User) -> Result<(), RecordsError>;
    async fn change_password(&self, id: &Subject, hash: &str) -> Result<(), RecordsError>;
    async fn verify_email(&self, id: &Subject) -> Result<(), RecordsError>;

    async fn session(&self, token: &TokenHash) -> Result<Option<Session>, RecordsError>;
    async fn add_session(&self, token: &TokenHash, session: &Session) -> Result<(), RecordsError>;
    /// Gives a session another token and a later password. `false` when it has ended.
    async fn sign_in_again(
        &self,
        old: &TokenHash,
        new: &TokenHash,
        password_at: DateTime<Utc>,
    ) -> Result<bool, RecordsError>;
    /// Writes the adapter's value, under the same token or another. `false` when it has ended.
    async fn write_mfa(
        &self,
        old: &TokenHash,
        new: &TokenHash,
        mfa: &str,
    ) -> Result<bool, RecordsError>;
    async fn end_session(&self, token: &TokenHash) -> Result<(), RecordsError>;
    /// Removes the sessions whose password was typed before a time.
    async fn end_sessions_before(&self, password_at: DateTime<Utc>) -> Result<(), RecordsError>;

    /// Notes a sign-in where mfakit's forecasts look for it.
    async fn note_sign_in(&self, id: &Subject, at: DateTime<Utc>) -> Result<(), RecordsError>;
}

/// The store did not answer.
#[derive(Debug, Error)]
#[error("users and sessions could not be read or written")]
pub(crate) struct RecordsError(#[source] Box<dyn Error + Send + Sync>);

impl RecordsError {
    pub(crate) fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}
