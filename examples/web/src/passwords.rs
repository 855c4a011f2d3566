//! Passwords: hashed with Argon2id, and asked for at most so often.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use chrono::{DateTime, TimeDelta, Utc};
use mfakit::ports::Clock;
use thiserror::Error;
use tokio::sync::Semaphore;

/// How many wrong passwords an e-mail address takes in a row.
const TRIES: u32 = 10;
/// How long it takes for one of them to grow back: guessing slows down, and no user is locked out
/// for good.
const REGROWTH: TimeDelta = TimeDelta::seconds(30);
/// How many addresses are remembered at most.
const REMEMBERED: usize = 10_000;
/// How many hashes are computed at once: each takes 19 MiB.
const AT_ONCE: usize = 4;

/// The longest password that is hashed, in bytes.
pub(crate) const LONGEST: usize = 256;

/// Checks passwords, and counts those that were wrong.
pub(crate) struct Passwords {
    clock: Arc<dyn Clock>,
    wrong: Mutex<HashMap<String, Wrong>>,
    working: Semaphore,
    /// What is checked when nobody has the address, so that the answer takes as long.
    nobody: String,
}

/// The wrong passwords of one address: how many, as of when.
#[derive(Debug, Clone, Copy)]
struct Wrong {
    count: u32,
    as_of: DateTime<Utc>,
}

/// What a typed password was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typed {
    Right,
    Wrong,
    /// Too many were wrong: it was not looked at. The next one will be in so many seconds.
    Throttled(i64),
}

/// A password that could not be hashed.
#[derive(Debug, Error)]
#[error("a password could not be hashed: {0}")]
pub(crate) struct HashingError(String);

impl Passwords {
    pub(crate) async fn new(clock: Arc<dyn Clock>) -> Result<Self, HashingError> {
        let nobody = hash("nobody's").await?;
        let (wrong, working) = (Mutex::default(), Semaphore::new(AT_ONCE));
        Ok(Self { clock, wrong, working, nobody })
    }

    /// Checks what was typed for an address against the hash of its user, if there is one.
    pub(crate) async fn check(
        &self,
        email: &str,
        typed: &str,
        hash: Option<&str>,
    ) -> Result<Typed, HashingError> {
        // Charged before it is judged, so that many at once are not more guesses than one by one.
        if let Some(wait) = self.charge(email) {
            return Ok(Typed::Throttled(wait));
        }
        if typed.len() > LONGEST {
            return Ok(Typed::Wrong);
        }
        let _turn = self.working.acquire().await.map_err(HashingError::of)?;
        let known = hash.is_some();
        let (typed, hash) = (typed.to_owned(), hash.unwrap_or(&self.nobody).to_owned());
        let verify = move || Argon2::default().verify_password(typed.as_bytes(), hash.as_str());
        let verified = tokio::task::spawn_blocking(verify).await.map_err(HashingError::of)?;
        if verified.is_err() || !known {
            return Ok(Typed::Wrong);
        }
        // It gets back what it cost, and nothing of what others have guessed wrong.
        if let Some(wrong) = self.wrong().get_mut(email) {
            wrong.count = wrong.count.saturating_sub(1);
        }
        Ok(Typed::Right)
    }

    /// Counts a try; or says in how many seconds there is one again.
    fn charge(&self, email: &str) -> Option<i64> {
        let now = self.clock.now();
        let mut wrong = self.wrong();
        if wrong.len() >= REMEMBERED {
            wrong.retain(|_, wrong| wrong.at(now).count > 0);
        }
        let full = wrong.len() >= REMEMBERED && !wrong.contains_key(email);
        let so_far = wrong.get(email).map_or(Wrong { count: 0, as_of: now }, |wrong| wrong.at(now));
        if full || so_far.count >= TRIES {
            return Some((REGROWTH - (now - so_far.as_of)).num_seconds().max(1));
        }
        wrong.insert(email.to_owned(), Wrong { count: so_far.count + 1, ..so_far });
        None
    }

    fn wrong(&self) -> std::sync::MutexGuard<'_, HashMap<String, Wrong>> {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wrong {
    /// The count by now, less what has grown back.
    fn at(self, now: DateTime<Utc>) -> Self {
        let steps = (now - self.as_of).num_seconds().max(0) / REGROWTH.num_seconds();
        let grown = u32::try_from(steps).unwrap_or(u32::MAX);
        match self.count.saturating_sub(grown) {
            0 => Self { count: 0, as_of: now },
            count => {
                Self { count, as_of: self.as_of + REGROWTH * i32::try_from(grown).unwrap_or(0) }
            }
        }
    }
}

/// Hashes a password, off the threads that answer requests.
pub(crate) async fn hash(password: &str) -> Result<String, HashingError> {
    let password = password.to_owned();
    let hash = move || {
        let hash = Argon2::default().hash_password(password.as_bytes());
        hash.map(|hash| hash.to_string()).map_err(HashingError::of)
    };
    tokio::task::spawn_blocking(hash).await.map_err(HashingError::of)?
}

impl HashingError {
    fn of(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}
