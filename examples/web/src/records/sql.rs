//! Users and sessions in two tables, beside mfakit's. SQLite and PostgreSQL read the same SQL, so
//! both stores are written once, as a macro.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mfakit::Subject;
use mfakit_sqlx::{PostgresStore, SqliteStore};

use super::{Records, RecordsError, Session, TokenHash, User};

const TABLES: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS app_users (
        id TEXT PRIMARY KEY,
        email TEXT NOT NULL UNIQUE,
        verified BOOLEAN NOT NULL,
        password TEXT NOT NULL
    )",
    "CREATE TABLE IF NOT EXISTS app_sessions (
        token_hash TEXT PRIMARY KEY,
        user_id TEXT NOT NULL,
        password_at BIGINT NOT NULL,
        mfa TEXT
    )",
];

const USER: &str = "SELECT id, email, verified, password FROM app_users WHERE id = $1";
const USER_BY_EMAIL: &str = "SELECT id, email, verified, password FROM app_users WHERE email = $1";
const ADD_USER: &str = "INSERT INTO app_users (id, email, verified, password)
    VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
const CHANGE_PASSWORD: &str = "UPDATE app_users SET password = $2 WHERE id = $1";
const VERIFY_EMAIL: &str = "UPDATE app_users SET verified = TRUE WHERE id = $1";
const SESSION: &str = "SELECT user_id, password_at, mfa FROM app_sessions WHERE token_hash = $1";
const ADD_SESSION: &str =
    "INSERT INTO app_sessions (token_hash, user_id, password_at, mfa) VALUES ($1, $2, $3, $4)";
const SIGN_IN_AGAIN: &str =
    "UPDATE app_sessions SET token_hash = $2, password_at = $3 WHERE token_hash = $1";
const WRITE_MFA: &str = "UPDATE app_sessions SET token_hash = $2, mfa = $3 WHERE token_hash = $1";
const END_SESSION: &str = "DELETE FROM app_sessions WHERE token_hash = $1";
const END_SESSIONS_BEFORE: &str = "DELETE FROM app_sessions WHERE password_at < $1";

/// A user as a row.
type UserRow = (String, String, bool, String);
/// A session as a row.
type SessionRow = (String, i64, Option<String>);

macro_rules! records {
    ($name:ident, $pool:ty, $store:ty) => {
        pub(crate) struct $name {
            pool: $pool,
            store: $store,
        }

        impl $name {
            /// Makes the tables that are missing.
            pub(crate) async fn beside(store: $store, pool: $pool) -> Result<Self, RecordsError> {
                for table in TABLES {
                    sqlx::query(table).execute(&pool).await.map_err(RecordsError::new)?;
                }
                Ok(Self { pool, store })
            }

            async fn find(
                &self,
                sql: &'static str,
                key: &str,
            ) -> Result<Option<User>, RecordsError> {
                let row = sqlx::query_as(sql).bind(key).fetch_optional(&self.pool).await;
                row.map_err(RecordsError::new)?.map(user).transpose()
            }
        }

        #[async_trait]
        impl Records for $name {
            async fn user(&self, id: &Subject) -> Result<Option<User>, RecordsError> {
                self.find(USER, id.as_str()).await
            }

            async fn user_by_email(&self, email: &str) -> Result<Option<User>, RecordsError> {
                self.find(USER_BY_EMAIL, email).await
            }

            async fn add_user(&self, user: &User) -> Result<(), RecordsError> {
                let User { id, email, verified, password } = user;
                let add = sqlx::query(ADD_USER).bind(id.as_str()).bind(email).bind(verified);
                add.bind(password).execute(&self.pool).await.map(drop).map_err(RecordsError::new)
            }

            async fn change_password(&self, id: &Subject, hash: &str) -> Result<(), RecordsError> {
                let change = sqlx::query(CHANGE_PASSWORD).bind(id.as_str()).bind(hash);
                change.execute(&self.pool).await.map(drop).map_err(RecordsError::new)
            }

            async fn verify_email(&self, id: &Subject) -> Result<(), RecordsError> {
                let verify = sqlx::query(VERIFY_EMAIL).bind(id.as_str());
                verify.execute(&self.pool).await.map(drop).map_err(RecordsError::new)
            }

            async fn session(&self, token: &TokenHash) -> Result<Option<Session>, RecordsError> {
                let row = sqlx::query_as(SESSION).bind(&token.0).fetch_optional(&self.pool).await;
                row.map_err(RecordsError::new)?.map(session).transpose()
            }

            async fn add_session(
                &self,
                token: &TokenHash,
                session: &Session,
            ) -> Result<(), RecordsError> {
                let Session { user, password_at, mfa } = session;
                let add = sqlx::query(ADD_SESSION).bind(&token.0).bind(user.as_str());
                let add = add.bind(password_at.timestamp_micros()).bind(mfa);
                add.execute(&self.pool).await.map(drop).map_err(RecordsError::new)
            }

            async fn sign_in_again(
                &self,
                old: &TokenHash,
                new: &TokenHash,
                password_at: DateTime<Utc>,
            ) -> Result<bool, RecordsError> {
                let renew = sqlx::query(SIGN_IN_AGAIN).bind(&old.0).bind(&new.0);
                let renew = renew.bind(password_at.timestamp_micros());
                let done = renew.execute(&self.pool).await.map_err(RecordsError::new)?;
                Ok(done.rows_affected() == 1)
            }

            async fn write_mfa(
                &self,
                old: &TokenHash,
                new: &TokenHash,
                mfa: &str,
            ) -> Result<bool, RecordsError> {
                let write = sqlx::query(WRITE_MFA).bind(&old.0).bind(&new.0).bind(mfa);
                let done = write.execute(&self.pool).await.map_err(RecordsError::new)?;
                Ok(done.rows_affected() == 1)
            }

            async fn end_session(&self, token: &TokenHash) -> Result<(), RecordsError> {
                let end = sqlx::query(END_SESSION).bind(&token.0);
                end.execute(&self.pool).await.map(drop).map_err(RecordsError::new)
            }

            async fn end_sessions_before(
                &self,
                password_at: DateTime<Utc>,
            ) -> Result<(), RecordsError> {
                let end = sqlx::query(END_SESSIONS_BEFORE).bind(password_at.timestamp_micros());
                end.execute(&self.pool).await.map(drop).map_err(RecordsError::new)
            }

            async fn note_sign_in(
                &self,
                id: &Subject,
                at: DateTime<Utc>,
            ) -> Result<(), RecordsError> {
                self.store.signed_in(id, at).await.map_err(RecordsError::new)
            }
        }
    };
}

records!(InSqlite, sqlx::SqlitePool, SqliteStore);
records!(InPostgres, sqlx::PgPool, PostgresStore);

fn user((id, email, verified, password): UserRow) -> Result<User, RecordsError> {
    let id = Subject::new(id).map_err(RecordsError::new)?;
    Ok(User { id, email, verified, password })
}

fn session((user, password_at, mfa): SessionRow) -> Result<Session, RecordsError> {
    let user = Subject::new(user).map_err(RecordsError::new)?;
    let password_at = DateTime::from_timestamp_micros(password_at);
    let password_at = password_at.ok_or_else(|| RecordsError::new("a session of no time"))?;
    Ok(Session { user, password_at, mfa })
}
