//! What the adapter asks of this application.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use mfakit::organization::OrgId;
use mfakit::{EmailStatus, FirstFactor};
use mfakit_axum::{Host, HostError, Places, Session, Token, Visitor};

use crate::demo;
use crate::records::Records;
use crate::sessions::Sessions;

/// The application's side of the adapter.
pub(crate) struct Application {
    pub(crate) records: Arc<dyn Records>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) places: Places,
}

#[async_trait]
impl Host for Application {
    async fn visitor(&self, request: &Parts) -> Result<Option<Visitor>, HostError> {
        let Some(session) = self.sessions.of(request).await.map_err(HostError::new)? else {
            return Ok(None);
        };
        let user = self.records.user(&session.user).await.map_err(HostError::new)?;
        Ok(user.map(|user| Visitor {
            first_factor: FirstFactor::password(user.id, session.password_at),
            account: user.email,
            email: if user.verified { EmailStatus::Verified } else { EmailStatus::Unverified },
        }))
    }

    async fn read(&self, request: &Parts) -> Result<Option<Session>, HostError> {
        let session = self.sessions.of(request).await.map_err(HostError::new)?;
        // A value that cannot be read any more is none: the visitor meets the challenge again.
        Ok(session.and_then(|session| serde_json::from_str(&session.mfa?).ok()))
    }

    async fn write(
        &self,
        request: &Parts,
        session: &Session,
        token: Token,
    ) -> Result<HeaderMap, HostError> {
        let mfa = serde_json::to_string(session).map_err(HostError::new)?;
        let written = self.sessions.write_mfa(request, &mfa, token == Token::Renew).await;
        written.map_err(HostError::new)
    }

    async fn sign_out(&self, request: &Parts) -> Result<HeaderMap, HostError> {
        self.sessions.end(request).await.map_err(HostError::new)
    }

    fn places(&self) -> &Places {
        &self.places
    }

    async fn organization_name(&self, org: &OrgId) -> Result<String, HostError> {
        Ok(demo::name_of(org).to_owned())
    }
}
