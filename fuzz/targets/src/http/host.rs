//! A host that keeps its sessions in memory, and can forget them all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use mfakit::{EmailStatus, FirstFactor};
use mfakit_axum::{Host, HostError, Places, Session, Token, Visitor};

use crate::scene;

#[derive(Clone)]
pub(crate) struct FuzzHost {
    places: Places,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    sessions: HashMap<String, Stored>,
    tokens: u64,
}

/// A session of Ada's: the host knows nobody else.
#[derive(Clone)]
struct Stored {
    at: DateTime<Utc>,
    value: Option<String>,
}

impl Inner {
    fn token(&mut self) -> String {
        self.tokens += 1;
        format!("t{}", self.tokens)
    }
}

impl FuzzHost {
    pub(crate) fn new() -> Self {
        Self { places: Places::usual(), inner: Arc::default() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn forget_everybody(&self) {
        *self.inner() = Inner::default();
    }

    /// A right password at this time: the token of a new session.
    pub(crate) fn sign_in(&self, at: DateTime<Utc>, value: Option<String>) -> String {
        let mut inner = self.inner();
        let token = inner.token();
        inner.sessions.insert(token.clone(), Stored { at, value });
        token
    }

    /// The password again: the same session under a new token, or a new one.
    pub(crate) fn sign_in_again(&self, token: &str, at: DateTime<Utc>) -> String {
        let old = self.inner().sessions.remove(token);
        self.sign_in(at, old.and_then(|stored| stored.value))
    }

    /// The adapter's value of a session.
    pub(crate) fn value(&self, token: &str) -> Option<String> {
        self.inner().sessions.get(token)?.value.clone()
    }
}

fn token(request: &Parts) -> Option<String> {
    let cookie = request.headers.get(COOKIE)?.to_str().ok()?;
    cookie.strip_prefix("sid=").map(str::to_owned)
}

fn cookie(token: &str) -> HeaderMap {
    let cookie = format!("sid={token}; HttpOnly; SameSite=Lax; Path=/");
    HeaderMap::from_iter([(SET_COOKIE, cookie.parse().expect("cookie"))])
}

#[async_trait]
impl Host for FuzzHost {
    async fn visitor(&self, request: &Parts) -> Result<Option<Visitor>, HostError> {
        let Some(token) = token(request) else { return Ok(None) };
        let Some(at) = self.inner().sessions.get(&token).map(|stored| stored.at) else {
            return Ok(None);
        };
        Ok(Some(Visitor {
            first_factor: FirstFactor::password(scene::ada(), at),
            account: "ada@example.org".to_owned(),
            email: EmailStatus::Verified,
        }))
    }

    async fn read(&self, request: &Parts) -> Result<Option<Session>, HostError> {
        let value = token(request).and_then(|token| self.value(&token));
        value.map(|value| serde_json::from_str(&value).map_err(HostError::new)).transpose()
    }

    async fn write(
        &self,
        request: &Parts,
        session: &Session,
        keep: Token,
    ) -> Result<HeaderMap, HostError> {
        let value = serde_json::to_string(session).map_err(HostError::new)?;
        let old = token(request).ok_or_else(|| HostError::new("no session"))?;
        let mut inner = self.inner();
        let mut stored = inner.sessions.remove(&old).ok_or_else(|| HostError::new("no session"))?;
        stored.value = Some(value);
        let token = if keep == Token::Keep { old } else { inner.token() };
        inner.sessions.insert(token.clone(), stored);
        Ok(cookie(&token))
    }

    async fn sign_out(&self, request: &Parts) -> Result<HeaderMap, HostError> {
        if let Some(token) = token(request) {
            self.inner().sessions.remove(&token);
        }
        Ok(cookie(""))
    }

    fn places(&self) -> &Places {
        &self.places
    }
}
