//! Who looks at a page, and what stands around it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use mfakit::Subject;
use mfakit::organization::OrgId;
use mfakit_axum::SignedIn;

use super::Problem;
use crate::app::{App, PRODUCT};
use crate::authority;
use crate::records::User;

/// A visitor whom a guard has let pass, with what the application knows of them.
pub(crate) struct Viewer {
    pub(crate) signed_in: SignedIn,
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
        self.signed_in.subject()
    }

    pub(crate) fn frame(&self, here: &'static str) -> Frame {
        let administrator = self.administers.is_some();
        Frame { product: PRODUCT, email: self.user.email.clone(), administrator, here }
    }
}

impl FromRequestParts<App> for Viewer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let signed_in = SignedIn::from_request_parts(parts, app).await;
        let signed_in = signed_in.map_err(IntoResponse::into_response)?;
        let user = app.records.user(signed_in.subject()).await;
        let user = user.map_err(|error| Problem::from(error).into_response())?;
        // Users are never deleted here.
        let user = user.ok_or_else(|| Problem::NotFound.into_response())?;
        let administers = authority::administered_by(signed_in.subject());
        Ok(Self { signed_in, user, administers })
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
