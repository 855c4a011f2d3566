//! Who looks at a page, and what stands around it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use mfakit::organization::OrgId;
use mfakit::{Assurance, Subject};
use mfakit_axum::SessionUser;

use super::Problem;
use crate::app::{App, PRODUCT};
use crate::authority;
use crate::records::User;

/// A visitor whom a guard has let pass, with what the application knows of them.
pub(crate) struct Viewer {
    pub(crate) session: SessionUser,
    pub(crate) user: User,
    pub(crate) administers: Option<OrgId>,
}

/// A viewer who administers an organization. Nobody else reaches a handler that asks for one.
pub(crate) struct Admin {
    pub(crate) viewer: Viewer,
    pub(crate) org: OrgId,
}

/// What stands around a page.
pub(crate) struct Frame {
    pub(crate) product: &'static str,
    pub(crate) email: String,
    pub(crate) administrator: bool,
    /// The path of this page, which the navigation marks.
    pub(crate) here: &'static str,
}

impl Viewer {
    pub(crate) fn id(&self) -> &Subject {
        self.session.subject()
    }

    /// What the session has proven. Where this is asked for, no limited session gets.
    pub(crate) fn assurance(&self) -> Result<&Assurance, Problem> {
        self.session.assurance().ok_or(Problem::Forbidden)
    }

    pub(crate) fn frame(&self, here: &'static str) -> Frame {
        let administrator = self.administers.is_some();
        Frame { product: PRODUCT, email: self.user.email.clone(), administrator, here }
    }
}

impl FromRequestParts<App> for Viewer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let session = SessionUser::from_request_parts(parts, app).await;
        let session = session.map_err(IntoResponse::into_response)?;
        let user = app.records.user(session.subject()).await;
        let user = user.map_err(|error| Problem::from(error).into_response())?;
        // Users are never deleted here.
        let user = user.ok_or_else(|| Problem::NotFound.into_response())?;
        let administers = authority::administered_by(session.subject());
        Ok(Self { session, user, administers })
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let viewer = Viewer::from_request_parts(parts, app).await?;
        match viewer.administers.clone() {
            Some(org) => Ok(Self { viewer, org }),
            None => Err(Problem::Forbidden.into_response()),
        }
    }
}
