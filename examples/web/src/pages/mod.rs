//! The application's own pages, one file each.

pub(crate) mod assets;
pub(crate) mod dashboard;
pub(crate) mod headers;
mod problem;
pub(crate) mod profile;
pub(crate) mod sign_in;
mod viewer;

use askama::Template;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};

pub(crate) use problem::Problem;
pub(crate) use viewer::{Frame, Viewer};

/// What a handler answers.
pub(crate) type Answer = Result<Response, Problem>;

fn page(status: StatusCode, template: &impl Template) -> Answer {
    Ok((status, Html(template.render()?)).into_response())
}

/// Sends the browser on, with a cookie or without.
fn go(to: &str, headers: HeaderMap) -> Response {
    (headers, Redirect::to(to)).into_response()
}
