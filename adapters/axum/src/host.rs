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
/// A sign-in of the host is a first factor and no more. Every visitor it has signed in meets the
/// challenge at the first guarded page, however they signed in: there is no call that one way of
/// signing in could forget.
#[async_trait]
pub trait Host: Send + Sync + 'static {
    /// Returns the visitor who has signed in to this request's session, or `None`.
    ///
    /// When the same visitor signs in again, [`Visitor::first_factor`] moves to that time, and the
    /// adapter takes it as a re-authentication. Renew the session's token there, as at every
    /// sign-in (ASVS 5.0 §7.2.4).
    ///
    /// # Errors
    /// Returns [`HostError`] if that cannot be told. The request is then refused.
    async fn visitor(&self, request: &Parts) -> Result<Option<Visitor>, HostError>;

    /// Returns the adapter's value from this request's session, as it was written last.
    ///
    /// A value that cannot be deserialized is none: the visitor meets the challenge again. Change
    /// nothing for it: clear no cookie and no record. While a release is rolled out, the value may be
    /// of a newer process, which reads it at the next request.
    ///
    /// # Errors
    /// Returns [`HostError`] if the session cannot be read. The request is then refused.
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

    /// Signs the visitor out: the session keeps neither the visitor nor the adapter's value.
    ///
    /// # Errors
    /// Returns [`HostError`] if the session could not be ended.
    async fn sign_out(&self, request: &Parts) -> Result<HeaderMap, HostError>;

    /// Where the host's own pages are.
    fn places(&self) -> &Places;

    /// Returns the name of an organization, for pages that say who asks for two-factor
    /// authentication.
    ///
    /// # Errors
    /// Returns [`HostError`] if that cannot be told; the page then shows the identifier.
    async fn organization_name(&self, org: &OrgId) -> Result<String, HostError> {
        Ok(org.as_str().to_owned())
    }

    /// Returns the tag of the language for this visitor's pages: `en`, `nl`. `None` leaves it to
    /// the browser's `Accept-Language`.
    fn language(&self, _request: &Parts) -> Option<String> {
        None
    }
}

/// A user whose first factor the host has checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// The first factor that opened the session, or the latest one since: who, by what, when.
    pub first_factor: FirstFactor,
    /// What authenticator apps show: an e-mail address or a user name. See
    /// [`AccountName`](mfakit::domain::AccountName).
    pub account: String,
    /// Whether the visitor's e-mail address is verified.
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
/// The sign-in and re-authentication pages are called with `?to=PATH`, where the visitor was going.
/// Read it with [`ReturnPath::parse`], which takes only paths of the own site, and redirect there
/// afterwards.
#[derive(Debug, Clone)]
pub struct Places {
    /// Where a visitor signs in.
    pub sign_in: ReturnPath,
    /// Where a signed-in visitor proves the first factor again. Where an identity provider vouches
    /// for it, send them there with `prompt=login` or `max_age=0` (OpenID Connect), and give the
    /// `auth_time` of its answer as the time of the first factor. One that vouches for its own old
    /// session all the same ends in a page that says so, and not in a circle.
    pub reauthenticate: ReturnPath,
    /// The visitor's profile: where setting up starts and ends.
    pub profile: ReturnPath,
    /// Where a visitor goes who was not going anywhere else.
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
