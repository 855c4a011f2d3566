//! The host's sessions: a random token in a cookie, and everything else on the server.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use chrono::{DateTime, TimeDelta, Utc};
use mfakit::Subject;
use mfakit::ports::{Clock, Entropy, OsEntropy};
use sha2::{Digest, Sha256};

use crate::records::{Records, RecordsError, Session, TokenHash};

/// How long a session lasts after the password was typed (NIST SP 800-63B-4 §2.2.3: at most a day).
const LIFETIME: TimeDelta = TimeDelta::hours(12);

/// Begins, finds, renews and ends sessions.
pub(crate) struct Sessions {
    records: Arc<dyn Records>,
    clock: Arc<dyn Clock>,
    /// Whether browsers reach the application over https.
    https: bool,
}

impl Sessions {
    pub(crate) fn new(records: Arc<dyn Records>, clock: Arc<dyn Clock>, https: bool) -> Self {
        Self { records, clock, https }
    }

    /// The session of a request.
    pub(crate) async fn of(&self, request: &Parts) -> Result<Option<Session>, RecordsError> {
        let Some(token) = self.token(request) else { return Ok(None) };
        let session = self.records.session(&token).await?;
        Ok(session.filter(|session| self.clock.now() - session.password_at < LIFETIME))
    }

    /// Begins a session, in place of the request's own if it has one. The headers set its cookie.
    pub(crate) async fn begin(
        &self,
        request: &Parts,
        user: &Subject,
        password_at: DateTime<Utc>,
    ) -> Result<HeaderMap, RecordsError> {
        self.end(request).await?;
        self.records.end_sessions_before(self.clock.now() - LIFETIME).await?;
        let (cookie, token) = self.new_token()?;
        let session = Session { user: user.clone(), password_at, mfa: None };
        self.records.add_session(&token, &session).await?;
        Ok(cookie)
    }

    /// The same visitor has typed the password again: the session goes on under a new token.
    pub(crate) async fn sign_in_again(
        &self,
        request: &Parts,
        password_at: DateTime<Utc>,
    ) -> Result<HeaderMap, RecordsError> {
        let old = self.token(request).ok_or_else(gone)?;
        let (cookie, new) = self.new_token()?;
        let kept = self.records.sign_in_again(&old, &new, password_at).await?;
        if kept { Ok(cookie) } else { Err(gone()) }
    }

    /// Writes the adapter's value, under a new token if asked to.
    pub(crate) async fn write_mfa(
        &self,
        request: &Parts,
        mfa: &str,
        renew: bool,
    ) -> Result<HeaderMap, RecordsError> {
        let old = self.token(request).ok_or_else(gone)?;
        let (cookie, new) = match renew {
            true => self.new_token()?,
            false => (HeaderMap::new(), old.clone()),
        };
        let kept = self.records.write_mfa(&old, &new, mfa).await?;
        if kept { Ok(cookie) } else { Err(gone()) }
    }

    /// Ends the session of a request, and takes the cookie back.
    pub(crate) async fn end(&self, request: &Parts) -> Result<HeaderMap, RecordsError> {
        if let Some(token) = self.token(request) {
            self.records.end_session(&token).await?;
        }
        self.cookie("", "; Max-Age=0")
    }

    fn token(&self, request: &Parts) -> Option<TokenHash> {
        let cookies =
            request.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|cookies| cookies.split(';'));
        pairs.find_map(|pair| Some(hash(pair.trim().strip_prefix(self.name())?.strip_prefix('=')?)))
    }

    fn new_token(&self) -> Result<(HeaderMap, TokenHash), RecordsError> {
        let mut random = [0; 32];
        OsEntropy.fill(&mut random).map_err(RecordsError::new)?;
        let token = hexadecimal(&random);
        Ok((self.cookie(&token, "")?, hash(&token)))
    }

    fn cookie(&self, token: &str, more: &str) -> Result<HeaderMap, RecordsError> {
        let secure = if self.https { "; Secure" } else { "" };
        let name = self.name();
        let cookie = format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax{secure}{more}");
        let cookie = cookie.parse().map_err(RecordsError::new)?;
        Ok(HeaderMap::from_iter([(SET_COOKIE, cookie)]))
    }

    /// With the prefix, browsers take the cookie only over https and from this very host.
    fn name(&self) -> &'static str {
        if self.https { "__Host-session" } else { "session" }
    }
}

fn gone() -> RecordsError {
    RecordsError::new("the session has ended or goes on under another token")
}

fn hash(token: &str) -> TokenHash {
    TokenHash(hexadecimal(&Sha256::digest(token)))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
