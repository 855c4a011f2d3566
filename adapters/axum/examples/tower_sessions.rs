//! The adapter on tower-sessions: `cargo run -p mfakit-axum --example tower_sessions`.
#![allow(clippy::print_stdout, reason = "it says where it listens")]

mod site;
mod store;

use async_trait::async_trait;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use chrono::{DateTime, Utc};
use mfakit::{EmailStatus, FirstFactor, Subject};
use mfakit_axum::{Host, HostError, MfaWeb, Places, SameOrigin, Token, Visitor};
use serde::{Deserialize, Serialize};
use tower_sessions::cookie::SameSite;
use tower_sessions::{Session, SessionManagerLayer};

use site::{AnyError, Credentials, dashboard, sign_in_form};
use store::Sessions;

/// The two values that a session has: the application's own, and the adapter's.
const USER: &str = "user";
const MFA: &str = "mfa";

/// Who typed his password in this session, and when he did last.
#[derive(Serialize, Deserialize)]
struct User {
    name: String,
    password_at: DateTime<Utc>,
}

/// The host's side of the adapter.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) sessions: Sessions,
    places: Places,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self { sessions: Sessions::default(), places: Places::usual() }
    }
}

fn session(request: &Parts) -> Result<&Session, HostError> {
    request.extensions.get().ok_or_else(|| HostError::new("put the session layer outside"))
}

#[async_trait]
impl Host for Site {
    async fn visitor(&self, request: &Parts) -> Result<Option<Visitor>, HostError> {
        let user: Option<User> = session(request)?.get(USER).await.map_err(HostError::new)?;
        let Some(user) = user else { return Ok(None) };
        let subject = Subject::new(&user.name).map_err(HostError::new)?;
        Ok(Some(Visitor {
            first_factor: FirstFactor::password(subject, user.password_at),
            account: format!("{}@example.org", user.name),
            email: EmailStatus::Verified,
        }))
    }

    async fn read(&self, request: &Parts) -> Result<Option<mfakit_axum::Session>, HostError> {
        let value = session(request)?.get_value(MFA).await.map_err(HostError::new)?;
        // One that this version cannot read is none.
        Ok(value.and_then(|value| serde_json::from_value(value).ok()))
    }

    async fn write(
        &self,
        request: &Parts,
        value: &mfakit_axum::Session,
        token: Token,
    ) -> Result<HeaderMap, HostError> {
        let session = session(request)?;
        session.insert(MFA, value).await.map_err(HostError::new)?;
        if token == Token::Renew {
            if !self.sessions.claim(session.id()) {
                return Err(HostError::new("the session has ended"));
            }
            session.cycle_id().await.map_err(HostError::new)?;
        }
        // Now, and not with the response: the adapter answers only what is written.
        session.save().await.map_err(HostError::new)?;
        // The session layer sends the cookie.
        Ok(HeaderMap::new())
    }

    async fn sign_out(&self, request: &Parts) -> Result<HeaderMap, HostError> {
        session(request)?.flush().await.map_err(HostError::new)?;
        Ok(HeaderMap::new())
    }

    fn places(&self) -> &Places {
        &self.places
    }
}

async fn sign_in(session: Session, Form(typed): Form<Credentials>) -> Response {
    if !typed.are_right() {
        return (StatusCode::UNPROCESSABLE_ENTITY, "wrong name or password").into_response();
    }
    let to = typed.destination();
    let user = User { name: typed.name, password_at: Utc::now() };
    // A new token at every sign-in, also when he signs in again.
    let renewed = session.cycle_id().await;
    match renewed.and(session.insert(USER, user).await) {
        Ok(()) => Redirect::to(&to).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn sign_out(State(site): State<Site>, request: Parts) -> Response {
    match site.sign_out(&request).await {
        Ok(headers) => (headers, Redirect::to("/sign-in")).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

pub(crate) fn app(site: Site) -> Result<Router, AnyError> {
    let web = MfaWeb::builder(site::mfa()?, site.clone()).product("Scrivio").build()?;
    let sessions = SessionManagerLayer::new(site.sessions.clone())
        .with_same_site(SameSite::Lax)
        // Only because the example has no TLS.
        .with_secure(false);
    Ok(Router::new()
        .route("/dashboard", get(dashboard))
        .route_layer(web.guard())
        .merge(web.router())
        .route("/sign-in", get(sign_in_form).post(sign_in))
        .route("/sign-out", post(sign_out))
        .with_state(site)
        .layer(SameOrigin::new())
        .layer(sessions))
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    site::serve(app(Site::new())?).await
}
