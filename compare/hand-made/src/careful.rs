//! The same at mfakit's strength: the secret is sealed, a guess is charged before it is judged, every
//! write says in its WHERE what it was decided on, and an audit row is written with the change.

use aes_gcm::aead::{Aead, Generate, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use shared::Outcome;
use sqlx::{Sqlite, SqlitePool, Transaction};

use crate::quick::{LOCK, MAX_FAILURES, find, now, totp};

/// From a secret store, in an application.
const KEY: [u8; 32] = [7; 32];

pub(crate) async fn verify_code(
    pool: &SqlitePool,
    session: i64,
    user: i64,
    code: &str,
) -> sqlx::Result<Outcome> {
    let Some(sealed) = charge(pool, user).await? else { return Ok(Outcome::Limited) };
    let step = totp(open(user, &sealed)).check_current(code).map(|step| step.cast_signed());
    let Some(step) = step else { return Ok(Outcome::Refused) };
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let burned = sqlx::query(
        "UPDATE users SET last_step = ?1, failures = 0, locked_until = 0 \
         WHERE id = ?2 AND last_step < ?1",
    )
    .bind(step)
    .bind(user)
    .execute(&mut *tx)
    .await?;
    if burned.rows_affected() == 0 {
        return Ok(Outcome::Refused);
    }
    let_in(tx, session, user, "code").await
}

pub(crate) async fn verify_recovery(
    pool: &SqlitePool,
    session: i64,
    user: i64,
    code: &str,
) -> sqlx::Result<Outcome> {
    let hashes = "SELECT id, hash FROM recovery_codes WHERE user_id = ?";
    let hashes: Vec<(i64, String)> = sqlx::query_as(hashes).bind(user).fetch_all(pool).await?;
    let Some(id) = find(hashes, code).await else { return Ok(Outcome::Refused) };
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let spend = sqlx::query("DELETE FROM recovery_codes WHERE id = ?").bind(id);
    if spend.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(Outcome::Refused);
    }
    let_in(tx, session, user, "recovery").await
}

pub(crate) fn seal(user: i64, secret: &[u8]) -> Vec<u8> {
    let cipher = Aes256Gcm::new(&KEY.into());
    let nonce = Nonce::generate();
    let payload = Payload { msg: secret, aad: &user.to_be_bytes() };
    let mut sealed = nonce.to_vec();
    sealed.extend(cipher.encrypt(&nonce, payload).expect("short"));
    sealed
}

fn open(user: i64, sealed: &[u8]) -> Vec<u8> {
    let (nonce, text) = sealed.split_first_chunk::<12>().expect("a nonce");
    let payload = Payload { msg: text, aad: &user.to_be_bytes() };
    Aes256Gcm::new(&KEY.into()).decrypt(&(*nonce).into(), payload).expect("sealed by us")
}

/// Takes a guess, if one is left, and gives the secret; with the last one the account is locked.
async fn charge(pool: &SqlitePool, user: i64) -> sqlx::Result<Option<Vec<u8>>> {
    let now = now();
    sqlx::query_scalar(
        "UPDATE users SET \
         failures = CASE WHEN failures >= ?2 THEN 1 ELSE failures + 1 END, \
         locked_until = CASE WHEN failures + 1 = ?2 THEN ?3 + ?4 ELSE 0 END \
         WHERE id = ?1 AND locked_until <= ?3 RETURNING totp_secret",
    )
    .bind(user)
    .bind(MAX_FAILURES)
    .bind(now)
    .bind(LOCK)
    .fetch_optional(pool)
    .await
}

async fn let_in(
    mut tx: Transaction<'_, Sqlite>,
    session: i64,
    user: i64,
    what: &str,
) -> sqlx::Result<Outcome> {
    let flag = sqlx::query("UPDATE sessions SET mfa = 1 WHERE id = ?").bind(session);
    flag.execute(&mut *tx).await?;
    sqlx::query("INSERT INTO audit (user_id, at, what) VALUES (?, ?, ?)")
        .bind(user)
        .bind(now())
        .bind(what)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Outcome::Accepted)
}
