//! As a good developer writes it in an afternoon: he has read RFC 6238, so he stores the last step;
//! he counts failures and locks for a while; recovery codes are hashed and deleted when used. Each
//! handler loads the row, decides, and writes.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, PasswordHash};
use chrono::Utc;
use shared::Outcome;
use sqlx::SqlitePool;
use totp_rs::{Builder, Secret, Totp};

pub(crate) const MAX_FAILURES: i64 = 5;
pub(crate) const LOCK: i64 = 15 * 60;

pub(crate) async fn verify_code(
    pool: &SqlitePool,
    session: i64,
    user: i64,
    code: &str,
) -> sqlx::Result<Outcome> {
    let (secret, last_step, locked_until): (Vec<u8>, i64, i64) =
        sqlx::query_as("SELECT totp_secret, last_step, locked_until FROM users WHERE id = ?")
            .bind(user)
            .fetch_one(pool)
            .await?;
    if locked_until > now() {
        return Ok(Outcome::Limited);
    }
    let step = totp(secret).check_current(code).map(|step| step.cast_signed());
    let Some(step) = step.filter(|step| *step > last_step) else {
        return fail(pool, user).await;
    };
    sqlx::query("UPDATE users SET last_step = ?, failures = 0 WHERE id = ?")
        .bind(step)
        .bind(user)
        .execute(pool)
        .await?;
    let_in(pool, session).await
}

pub(crate) async fn verify_recovery(
    pool: &SqlitePool,
    session: i64,
    user: i64,
    code: &str,
) -> sqlx::Result<Outcome> {
    let hashes: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, hash FROM recovery_codes WHERE user_id = ?")
            .bind(user)
            .fetch_all(pool)
            .await?;
    let Some(id) = find(hashes, code).await else { return fail(pool, user).await };
    sqlx::query("DELETE FROM recovery_codes WHERE id = ?").bind(id).execute(pool).await?;
    sqlx::query("UPDATE users SET failures = 0 WHERE id = ?").bind(user).execute(pool).await?;
    let_in(pool, session).await
}

/// Hashes off the runtime's threads, one after the other, until one matches.
pub(crate) async fn find(hashes: Vec<(i64, String)>, code: &str) -> Option<i64> {
    let code = code.to_owned();
    let search = move || {
        let matches = |hash: &str| {
            let hash = PasswordHash::new(hash).expect("a hash");
            Argon2::default().verify_password(code.as_bytes(), &hash).is_ok()
        };
        hashes.into_iter().find(|(_, hash)| matches(hash)).map(|(id, _)| id)
    };
    tokio::task::spawn_blocking(search).await.expect("no panic")
}

/// Ten codes of 80 bits and their hashes.
pub(crate) async fn new_codes() -> Vec<(String, String)> {
    let make = || {
        let one = |_| {
            let bytes: [u8; 10] = rand::random();
            let code = Secret::from(bytes.to_vec()).to_base32();
            let hash = Argon2::default().hash_password(code.as_bytes()).expect("a hash");
            (code, hash.to_string())
        };
        (0..10).map(one).collect()
    };
    tokio::task::spawn_blocking(make).await.expect("no panic")
}

/// Replaces the recovery codes, in one transaction.
pub(crate) async fn issue(pool: &SqlitePool, user: i64) -> sqlx::Result<Vec<String>> {
    let codes = new_codes().await;
    let mut tx = pool.begin().await?;
    sqlx::query("DELETE FROM recovery_codes WHERE user_id = ?")
        .bind(user)
        .execute(&mut *tx)
        .await?;
    for (_, hash) in &codes {
        sqlx::query("INSERT INTO recovery_codes (user_id, hash) VALUES (?, ?)")
            .bind(user)
            .bind(hash)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(codes.into_iter().map(|(code, _)| code).collect())
}

pub(crate) fn totp(secret: Vec<u8>) -> Totp {
    Builder::new().with_secret(secret).build().expect("a secret of 20 bytes")
}

pub(crate) fn now() -> i64 {
    Utc::now().timestamp()
}

async fn fail(pool: &SqlitePool, user: i64) -> sqlx::Result<Outcome> {
    let count = "UPDATE users SET failures = failures + 1 WHERE id = ? RETURNING failures";
    let failures: i64 = sqlx::query_scalar(count).bind(user).fetch_one(pool).await?;
    if failures >= MAX_FAILURES {
        sqlx::query("UPDATE users SET failures = 0, locked_until = ? WHERE id = ?")
            .bind(now() + LOCK)
            .bind(user)
            .execute(pool)
            .await?;
    }
    Ok(Outcome::Refused)
}

async fn let_in(pool: &SqlitePool, session: i64) -> sqlx::Result<Outcome> {
    sqlx::query("UPDATE sessions SET mfa = 1 WHERE id = ?").bind(session).execute(pool).await?;
    Ok(Outcome::Accepted)
}
