//! A host whose sessions cost next to nothing, named by the user: what is measured is not the host's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use mfakit::{EmailStatus, FirstFactor, Subject};
use mfakit_axum::{Host, HostError, Places, Session, Token, Visitor};

type Kept = (DateTime<Utc>, Option<Session>);

#[derive(Clone)]
pub(crate) struct Sessions {
    kept: Arc<Mutex<HashMap<String, Kept>>>,
    places: Places,
}

impl Sessions {
    pub(crate) fn new() -> Self {
        Self { kept: Arc::default(), places: Places::usual() }
    }

    pub(crate) fn begin(&self, user: &str, at: DateTime<Utc>) {
        self.kept.lock().unwrap().insert(user.to_owned(), (at, None));
    }
}

fn user(request: &Parts) -> Option<&str> {
    request.headers.get(COOKIE)?.to_str().ok()?.strip_prefix("sid=")
}

#[async_trait]
impl Host for Sessions {
    async fn visitor(&self, request: &Parts) -> Result<Option<Visitor>, HostError> {
        let Some(user) = user(request) else { return Ok(None) };
        let at = self.kept.lock().unwrap().get(user).map(|(at, _)| *at);
        Ok(at.map(|at| Visitor {
            first_factor: FirstFactor::password(Subject::new(user).unwrap(), at),
            account: "ada@example.org".to_owned(),
            email: EmailStatus::Verified,
        }))
    }

    async fn read(&self, request: &Parts) -> Result<Option<Session>, HostError> {
        let Some(user) = user(request) else { return Ok(None) };
        Ok(self.kept.lock().unwrap().get(user).and_then(|(_, session)| session.clone()))
    }

    async fn write(
        &self,
        request: &Parts,
        session: &Session,
        _: Token,
    ) -> Result<HeaderMap, HostError> {
        let user = user(request).ok_or_else(|| HostError::new("nobody"))?;
        if let Some((_, kept)) = self.kept.lock().unwrap().get_mut(user) {
            *kept = Some(session.clone());
        }
        Ok(HeaderMap::new())
    }

    async fn sign_out(&self, request: &Parts) -> Result<HeaderMap, HostError> {
        self.kept.lock().unwrap().remove(user(request).unwrap_or_default());
        Ok(HeaderMap::new())
    }

    fn places(&self) -> &Places {
        &self.places
    }
}
