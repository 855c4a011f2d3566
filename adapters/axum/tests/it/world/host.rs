//! A host that keeps its sessions in memory and its tokens in a cookie.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use mfakit::organization::OrgId;
use mfakit::ports::Clock;
use mfakit::testing::ManualClock;
use mfakit::{EmailStatus, FirstFactor, Subject};
use mfakit_axum::{Host, HostError, Places, Session, Token, Visitor};

#[derive(Clone)]
pub(crate) struct TestHost {
    clock: ManualClock,
    places: Places,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    sessions: HashMap<String, Stored>,
    tokens: u64,
    broken: bool,
    ends_at_next_read: bool,
    language: Option<String>,
}

#[derive(Clone)]
struct Stored {
    name: String,
    at: DateTime<Utc>,
    value: Option<String>,
}

impl TestHost {
    pub(crate) fn new(clock: ManualClock) -> Self {
        let mut places = Places::usual();
        places.reauthenticate = mfakit_axum::ReturnPath::parse("/sign-in/again").expect("path");
        Self { clock, places, inner: Arc::default() }
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().expect("lock")
    }

    fn token(inner: &mut Inner) -> String {
        inner.tokens += 1;
        format!("t{}", inner.tokens)
    }

    pub(crate) fn sign_in(&self, name: &str) -> String {
        let stored = Stored { name: name.to_owned(), at: self.clock.now(), value: None };
        let mut inner = self.inner();
        let token = Self::token(&mut inner);
        inner.sessions.insert(token.clone(), stored);
        token
    }

    /// The same session, with a new token, as at every sign-in.
    pub(crate) fn sign_in_again(&self, token: &str, name: &str) -> String {
        let mut inner = self.inner();
        let old = inner.sessions.remove(token).expect("a session");
        let renewed = Self::token(&mut inner);
        let (name, at) = (name.to_owned(), self.clock.now());
        inner.sessions.insert(renewed.clone(), Stored { name, at, ..old });
        renewed
    }

    /// The identity provider vouches again for its own session: a new token, the old time.
    pub(crate) fn vouch_again(&self, token: &str) -> String {
        let mut inner = self.inner();
        let old = inner.sessions.remove(token).expect("a session");
        let renewed = Self::token(&mut inner);
        inner.sessions.insert(renewed.clone(), old);
        renewed
    }

    pub(crate) fn knows(&self, token: &str) -> bool {
        self.inner().sessions.contains_key(token)
    }

    /// The adapter's value of a session, as the host stores it.
    pub(crate) fn value(&self, token: &str) -> Option<String> {
        self.inner().sessions.get(token)?.value.clone()
    }

    /// Another process writes the adapter's value of a session.
    pub(crate) fn put_value(&self, token: &str, value: &str) {
        self.inner().sessions.get_mut(token).expect("a session").value = Some(value.to_owned());
    }

    /// From now on the session store fails.
    pub(crate) fn break_down(&self) {
        self.inner().broken = true;
    }

    /// Another request ends the session in the middle of the next one.
    pub(crate) fn end_at_next_read(&self) {
        self.inner().ends_at_next_read = true;
    }

    pub(crate) fn speak(&self, language: &str) {
        self.inner().language = Some(language.to_owned());
    }

    fn up(&self) -> Result<(), HostError> {
        if self.inner().broken { Err(HostError::new("the store is down")) } else { Ok(()) }
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
impl Host for TestHost {
    async fn visitor(&self, request: &Parts) -> Result<Option<Visitor>, HostError> {
        self.up()?;
        let Some(token) = token(request) else { return Ok(None) };
        let Some(stored) = self.inner().sessions.get(&token).cloned() else { return Ok(None) };
        let subject = Subject::new(&stored.name).expect("subject");
        let unverified = stored.name.starts_with("unverified");
        Ok(Some(Visitor {
            first_factor: FirstFactor::password(subject, stored.at),
            account: format!("{}@example.org", stored.name),
            email: if unverified { EmailStatus::Unverified } else { EmailStatus::Verified },
        }))
    }

    async fn read(&self, request: &Parts) -> Result<Option<Session>, HostError> {
        self.up()?;
        if std::mem::take(&mut self.inner().ends_at_next_read) {
            let token = token(request).expect("a session");
            self.inner().sessions.remove(&token);
        }
        let value = token(request).and_then(|token| self.value(&token));
        Ok(value.and_then(|value| serde_json::from_str(&value).ok()))
    }

    async fn write(
        &self,
        request: &Parts,
        session: &Session,
        keep: Token,
    ) -> Result<HeaderMap, HostError> {
        self.up()?;
        let value = serde_json::to_string(session).map_err(HostError::new)?;
        let old = token(request).ok_or_else(|| HostError::new("no session"))?;
        let mut inner = self.inner();
        let mut stored = inner.sessions.remove(&old).ok_or_else(|| HostError::new("no session"))?;
        stored.value = Some(value);
        let token = if keep == Token::Keep { old } else { Self::token(&mut inner) };
        inner.sessions.insert(token.clone(), stored);
        Ok(cookie(&token))
    }

    async fn sign_out(&self, request: &Parts) -> Result<HeaderMap, HostError> {
        self.up()?;
        if let Some(token) = token(request) {
            self.inner().sessions.remove(&token);
        }
        Ok(cookie(""))
    }

    fn places(&self) -> &Places {
        &self.places
    }

    async fn organization_name(&self, org: &OrgId) -> Result<String, HostError> {
        Ok(format!("{} Inc.", org.as_str()))
    }

    fn language(&self, _: &Parts) -> Option<String> {
        self.inner().language.clone()
    }
}
