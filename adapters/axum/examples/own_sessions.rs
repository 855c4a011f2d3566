//! The adapter on sessions of the application's own: `cargo run -p mfakit-axum --example own_sessions`.
#![allow(clippy::print_stdout, reason = "it says where it listens")]

mod site;

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use axum::extract::State;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use chrono::{DateTime, Utc};
use mfakit::ports::{Entropy, OsEntropy};
use mfakit::{EmailStatus, FirstFactor, Subject};
use mfakit_axum::{Host, HostError, MfaWeb, Places, SameOrigin, Session, Token, Visitor};

use site::{AnyError, Credentials, dashboard, sign_in_form};

/// A row of the application's session table. The adapter has one column in it.
#[derive(Clone)]
struct Row {
    name: String,
    password_at: DateTime<Utc>,
    mfa: Option<Session>,
}

/// The sessions by their tokens, and the host's side of the adapter.
#[derive(Clone)]
pub(crate) struct Site {
    rows: Arc<Mutex<HashMap<String, Row>>>,
    places: Places,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self { rows: Arc::default(), places: Places::usual() }
    }

    fn rows(&self) -> MutexGuard<'_, HashMap<String, Row>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn row(&self, request: &Parts) -> Option<Row> {
        self.rows().get(&token(request)?).cloned()
    }

    /// Begins a session, or the same one under a new token: the old one is worth nothing.
    fn sign_in(&self, request: &Parts, name: String) -> Result<HeaderMap, HostError> {
        let fresh = new_token()?;
        let mut rows = self.rows();
        let old = token(request).and_then(|token| rows.remove(&token));
        let row = Row { name, password_at: Utc::now(), mfa: old.and_then(|row| row.mfa) };
        rows.insert(fresh.clone(), row);
        cookie(&fresh)
    }
}

fn token(request: &Parts) -> Option<String> {
    let cookies = request.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = cookies.flat_map(|line| line.split(';'));
    cookies.find_map(|cookie| cookie.trim().strip_prefix("sid=")).map(str::to_owned)
}

fn new_token() -> Result<String, HostError> {
    let mut bytes = [0; 16];
    OsEntropy.fill(&mut bytes).map_err(HostError::new)?;
    let mut token = String::new();
    bytes.iter().try_for_each(|byte| write!(token, "{byte:02x}")).map_err(HostError::new)?;
    Ok(token)
}

/// With TLS: `__Host-sid`, and `Secure`.
fn cookie(token: &str) -> Result<HeaderMap, HostError> {
    let cookie = format!("sid={token}; Path=/; HttpOnly; SameSite=Lax");
    Ok(HeaderMap::from_iter([(SET_COOKIE, cookie.parse().map_err(HostError::new)?)]))
}

#[async_trait]
impl Host for Site {
    async fn visitor(&self, request: &Parts) -> Result<Option<Visitor>, HostError> {
        let Some(row) = self.row(request) else { return Ok(None) };
        let subject = Subject::new(&row.name).map_err(HostError::new)?;
        Ok(Some(Visitor {
            first_factor: FirstFactor::password(subject, row.password_at),
            account: format!("{}@example.org", row.name),
            email: EmailStatus::Verified,
        }))
    }

    async fn read(&self, request: &Parts) -> Result<Option<Session>, HostError> {
        Ok(self.row(request).and_then(|row| row.mfa))
    }

    async fn write(
        &self,
        request: &Parts,
        session: &Session,
        keep: Token,
    ) -> Result<HeaderMap, HostError> {
        let old = token(request).unwrap_or_default();
        let new = if keep == Token::Keep { old.clone() } else { new_token()? };
        let mut rows = self.rows();
        // In SQL: UPDATE … SET token = ?, mfa = ? WHERE token = ?, and one row has to be changed.
        let mut row = rows.remove(&old).ok_or_else(|| HostError::new("the session has ended"))?;
        row.mfa = Some(session.clone());
        rows.insert(new.clone(), row);
        cookie(&new)
    }

    async fn sign_out(&self, request: &Parts) -> Result<HeaderMap, HostError> {
        self.rows().remove(&token(request).unwrap_or_default());
        cookie("; Max-Age=0")
    }

    fn places(&self) -> &Places {
        &self.places
    }
}

async fn sign_in(
    State(site): State<Site>,
    request: Parts,
    Form(typed): Form<Credentials>,
) -> Response {
    if !typed.are_right() {
        return (StatusCode::UNPROCESSABLE_ENTITY, "wrong name or password").into_response();
    }
    let to = typed.destination();
    match site.sign_in(&request, typed.name) {
        Ok(headers) => (headers, Redirect::to(&to)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn sign_out(State(site): State<Site>, request: Parts) -> Response {
    match Host::sign_out(&site, &request).await {
        Ok(headers) => (headers, Redirect::to("/sign-in")).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

pub(crate) fn app(site: Site) -> Result<Router, AnyError> {
    let web = MfaWeb::builder(site::mfa()?, site.clone()).product("Scrivio").build()?;
    Ok(Router::new()
        .route("/dashboard", get(dashboard))
        .route_layer(web.guard())
        .merge(web.router())
        .route("/sign-in", get(sign_in_form).post(sign_in))
        .route("/sign-out", post(sign_out))
        .with_state(site)
        .layer(SameOrigin::new()))
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    site::serve(app(Site::new())?).await
}
