//! The adapter beside axum-login: `cargo run -p mfakit-axum --example axum_login`.
//!
//! axum-login 0.18 stands on tower-sessions 0.14, and so has everything else here: with another
//! version the session that axum-login knows is not the one that the layer keeps.
#![allow(clippy::print_stdout, reason = "it says where it listens")]

mod site;
mod store;

use std::convert::Infallible;

use async_trait::async_trait;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use axum_login::{AuthManagerLayerBuilder, AuthUser, AuthnBackend};
use chrono::{DateTime, Utc};
use mfakit::{EmailStatus, FirstFactor, Subject};
use mfakit_axum::{Host, HostError, MfaWeb, Places, SameOrigin, Session, Token, Visitor};
use tower_sessions::SessionManagerLayer;
use tower_sessions::cookie::SameSite;

use site::{AnyError, Credentials, dashboard, sign_in_form};
use store::Sessions;

/// Beside what axum-login keeps in a session: when the password was typed last, and the adapter's
/// value.
const PASSWORD_AT: &str = "password_at";
const MFA: &str = "mfa";

#[derive(Debug, Clone)]
pub(crate) struct User {
    name: String,
    password_hash: Vec<u8>,
}

impl AuthUser for User {
    type Id = String;

    fn id(&self) -> String {
        self.name.clone()
    }

    fn session_auth_hash(&self) -> &[u8] {
        &self.password_hash
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Users;

impl AuthnBackend for Users {
    type User = User;
    type Credentials = Credentials;
    type Error = Infallible;

    async fn authenticate(&self, typed: Credentials) -> Result<Option<User>, Infallible> {
        if typed.are_right() { self.get_user(&typed.name).await } else { Ok(None) }
    }

    async fn get_user(&self, name: &String) -> Result<Option<User>, Infallible> {
        Ok(Some(User { name: name.clone(), password_hash: b"of the stored password".to_vec() }))
    }
}

type AuthSession = axum_login::AuthSession<Users>;

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

fn auth(request: &Parts) -> Result<&AuthSession, HostError> {
    request.extensions.get().ok_or_else(|| HostError::new("put axum-login's layer outside"))
}

#[async_trait]
impl Host for Site {
    async fn visitor(&self, request: &Parts) -> Result<Option<Visitor>, HostError> {
        let auth = auth(request)?;
        let at: Option<DateTime<Utc>> =
            auth.session.get(PASSWORD_AT).await.map_err(HostError::new)?;
        let (Some(user), Some(at)) = (&auth.user, at) else { return Ok(None) };
        let subject = Subject::new(&user.name).map_err(HostError::new)?;
        Ok(Some(Visitor {
            first_factor: FirstFactor::password(subject, at),
            account: format!("{}@example.org", user.name),
            email: EmailStatus::Verified,
        }))
    }

    async fn read(&self, request: &Parts) -> Result<Option<Session>, HostError> {
        let value = auth(request)?.session.get_value(MFA).await.map_err(HostError::new)?;
        // One that this version cannot read is none.
        Ok(value.and_then(|value| serde_json::from_value(value).ok()))
    }

    async fn write(
        &self,
        request: &Parts,
        value: &Session,
        token: Token,
    ) -> Result<HeaderMap, HostError> {
        let session = &auth(request)?.session;
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
        auth(request)?.clone().logout().await.map_err(HostError::new)?;
        Ok(HeaderMap::new())
    }

    fn places(&self) -> &Places {
        &self.places
    }
}

async fn sign_in(mut auth: AuthSession, Form(typed): Form<Credentials>) -> Response {
    let to = typed.destination();
    match auth.authenticate(typed).await {
        Ok(Some(user)) => match log_in(&mut auth, &user).await {
            Ok(()) => Redirect::to(&to).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
        Ok(None) => (StatusCode::UNPROCESSABLE_ENTITY, "wrong name or password").into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn log_in(auth: &mut AuthSession, user: &User) -> Result<(), axum_login::Error<Users>> {
    auth.login(user).await?;
    // `login` renews the token only where nobody was signed in.
    auth.session.cycle_id().await?;
    auth.session.insert(PASSWORD_AT, Utc::now()).await?;
    Ok(())
}

async fn sign_out(mut auth: AuthSession) -> Response {
    match auth.logout().await {
        Ok(_) => Redirect::to("/sign-in").into_response(),
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
        // This in the place of `login_required!`.
        .route_layer(web.guard())
        .merge(web.router())
        .route("/sign-in", get(sign_in_form).post(sign_in))
        .route("/sign-out", post(sign_out))
        .layer(SameOrigin::new())
        .layer(AuthManagerLayerBuilder::new(Users, sessions).build()))
}

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    site::serve(app(Site::new())?).await
}
