//! The host's side: one trait.

use std::error::Error;

use async_trait::async_trait;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use mfakit::organization::OrgId;
use mfakit::{EmailStatus, FirstFactor};
use thiserror::Error;

use crate::safety::ReturnPath;
use crate::session::Session;

/// What the adapter asks of the application that it is mounted in.
///
/// The host checks first factors and keeps sessions; the adapter keeps one value in each,
/// [`Session`]. Every method is given the head of the request, with its cookies and extensions: the
/// place where session layers put theirs.
///
/// ```
/// # use std::collections::HashMap;
/// # use std::sync::Mutex;
/// # use axum::http::{HeaderMap, request::Parts};
/// # use mfakit::{EmailStatus, FirstFactor, Subject};
/// use mfakit_axum::{Host, HostError, Places, Session, Token, Visitor};
/// # use chrono::{DateTime, Utc};
/// # #[derive(Clone)]
/// # struct Record { user: u64, email: String, verified: bool, password_at: DateTime<Utc>, mfa: Option<Session> }
/// # struct Sessions;
/// # impl Sessions {
/// #     async fn of(&self, _: &Parts) -> Result<Option<Record>, std::io::Error> { Ok(None) }
/// #     async fn save(&self, _: &Parts, _: &Session) -> Result<(), std::io::Error> { Ok(()) }
/// #     async fn renew_token(&self, _: &Parts) -> Result<HeaderMap, std::io::Error> { Ok(HeaderMap::new()) }
/// #     async fn end(&self, _: &Parts) -> Result<HeaderMap, std::io::Error> { Ok(HeaderMap::new()) }
/// # }
///
/// struct App {
///     sessions: Sessions, // the application's own
///     places: Places,
/// }
///
/// #[async_trait::async_trait]
/// impl Host for App {
///     async fn visitor(&self, request: &Parts) -> Result<Option<Visitor>, HostError> {
///         let session = self.sessions.of(request).await.map_err(HostError::new)?;
///         Ok(session.map(|session| Visitor {
///             first_factor: FirstFactor::password(Subject::from(session.user), session.password_at),
///             account: session.email,
///             email: if session.verified { EmailStatus::Verified } else { EmailStatus::Unverified },
///         }))
///     }
///
///     async fn read(&self, request: &Parts) -> Result<Option<Session>, HostError> {
///         let session = self.sessions.of(request).await.map_err(HostError::new)?;
///         Ok(session.and_then(|session| session.mfa))
///     }
///
///     async fn write(
///         &self,
///         request: &Parts,
///         session: &Session,
///         token: Token,
///     ) -> Result<HeaderMap, HostError> {
///         self.sessions.save(request, session).await.map_err(HostError::new)?;
///         match token {
///             Token::Keep => Ok(HeaderMap::new()),
///             Token::Renew => self.sessions.renew_token(request).await.map_err(HostError::new),
///         }
///     }
///
///     async fn sign_out(&self, request: &Parts) -> Result<HeaderMap, HostError> {
///         self.sessions.end(request).await.map_err(HostError::new)
///     }
///
///     fn places(&self) -> &Places {
///         &self.places
///     }
/// }
/// ```
///
/// # Security
/// A sign-in of the host is a first factor and no more. Whoever it has signed in meets the
/// challenge at the first guarded page, by whichever way he came: there is nothing to call that one
/// way to sign in could forget.
#[async_trait]
pub trait Host: Send + Sync + 'static {
    /// Who has signed in to this request's session; `None` when nobody has.
    ///
    /// When the same visitor signs in again, [`Visitor::first_factor`] moves to that time, and the
    /// adapter takes it as a re-authentication. Renew the session's token there, as at every
    /// sign-in (ASVS 5.0 §7.2.4).
    ///
    /// # Errors
    /// [`HostError`] when it cannot be told. Nobody passes then.
    async fn visitor(&self, request: &Parts) -> Result<Option<Visitor>, HostError>;

    /// The adapter's value in this request's session, as it was written last.
    ///
    /// A value that cannot be deserialized any more is none: the visitor meets the challenge again.
    ///
    /// # Errors
    /// [`HostError`] when the session cannot be read. Nobody passes then.
    async fn read(&self, request: &Parts) -> Result<Option<Session>, HostError>;

    /// Writes the value into this request's session, durably before it returns, and answers with
    /// the headers that the response needs: a cookie, or none when a session layer sends it.
    ///
    /// With [`Token::Renew`] the session gets a new token and the old one is worth nothing. What
    /// else the session holds stays.
    ///
    /// # Errors
    /// [`HostError`] when it was not written. A session that has ended or changed its token since the
    /// request began must not come back by it: that is an error too.
    async fn write(
        &self,
        request: &Parts,
        session: &Session,
        token: Token,
    ) -> Result<HeaderMap, HostError>;

    /// Signs the visitor out: neither he nor the adapter's value stays in the session.
    ///
    /// # Errors
    /// [`HostError`] when the session could not be ended.
    async fn sign_out(&self, request: &Parts) -> Result<HeaderMap, HostError>;

    /// Where the host's own pages are.
    fn places(&self) -> &Places;

    /// What an organization is called. Pages name it when it asks for two-factor authentication.
    ///
    /// # Errors
    /// [`HostError`] when it cannot be told; the page then shows the identifier.
    async fn organization_name(&self, org: &OrgId) -> Result<String, HostError> {
        Ok(org.as_str().to_owned())
    }

    /// The language tag in which this visitor is spoken to: `en`, `nl`. `None` leaves it to the
    /// browser's `Accept-Language`.
    fn language(&self, _request: &Parts) -> Option<String> {
        None
    }
}

/// Somebody whose first factor the host has checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// The first factor that opened the session, or the latest one since: who, by what, when.
    pub first_factor: FirstFactor,
    /// What authenticator apps show: an e-mail address or a user name. See
    /// [`AccountName`](mfakit::domain::AccountName).
    pub account: String,
    /// Whether his e-mail address is verified.
    pub email: EmailStatus,
}

/// Whether a session keeps its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// The token stays.
    Keep,
    /// The session is worth more than before, or the credentials have changed: it gets a new token.
    Renew,
}

/// Where the host's own pages are: paths of its own site.
///
/// The sign-in and re-authentication pages are called with `?to=PATH`, where the visitor was
/// heading. Read it with [`ReturnPath::parse`], which takes only paths of the own site, and send
/// him there afterwards.
#[derive(Debug, Clone)]
pub struct Places {
    /// Where a visitor signs in.
    pub sign_in: ReturnPath,
    /// Where a signed-in visitor proves his first factor again.
    pub reauthenticate: ReturnPath,
    /// His profile: where setting up starts and ends.
    pub profile: ReturnPath,
    /// Where he goes when he was not heading anywhere.
    pub dashboard: ReturnPath,
}

impl Places {
    /// The usual ones: `/sign-in` (also for signing in again), `/profile`, `/dashboard`. Change the
    /// fields for others.
    pub fn usual() -> Self {
        let own = ReturnPath::own;
        let (sign_in, profile) = (own("/sign-in"), own("/profile"));
        Self { reauthenticate: sign_in.clone(), sign_in, profile, dashboard: own("/dashboard") }
    }
}

/// A failure of the host: its session store is down, for instance.
#[derive(Debug, Error)]
#[error("the host's sessions failed")]
pub struct HostError(#[source] Box<dyn Error + Send + Sync>);

impl HostError {
    /// Wraps what went wrong. It is never shown to visitors.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}
