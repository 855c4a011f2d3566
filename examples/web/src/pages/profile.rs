//! The profile: the e-mail address, two-factor authentication, the password.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use mfakit::Status;

use super::{Answer, Frame, Viewer, page};
use crate::app::App;

#[derive(Template)]
#[template(path = "profile.html")]
struct Page {
    frame: Frame,
    verified: bool,
    mfa: Status,
}

/// `GET /profile`
pub(crate) async fn show(State(app): State<App>, viewer: Viewer) -> Answer {
    let mfa = app.mfa().status(viewer.id()).await?;
    let view = Page { frame: viewer.frame("/profile"), verified: viewer.user.verified, mfa };
    page(StatusCode::OK, &view)
}
