//! The dashboard, with the reminder of a transition period.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;

use super::{Answer, Frame, Viewer, page};
use crate::app::App;

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Page {
    frame: Frame,
}

/// `GET /dashboard`
pub(crate) async fn show(State(_app): State<App>, viewer: Viewer) -> Answer {
    page(StatusCode::OK, &Page { frame: viewer.frame("/dashboard") })
}
