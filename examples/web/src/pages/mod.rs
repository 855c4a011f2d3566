//! The application's own pages, one file each.

pub(crate) mod assets;
pub(crate) mod audit;
pub(crate) mod dashboard;
pub(crate) mod headers;
pub(crate) mod organization;
pub(crate) mod password;
pub(crate) mod payout;
mod problem;
pub(crate) mod profile;
pub(crate) mod sign_in;
mod step_up;
mod viewer;

use askama::Template;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};

pub(crate) use problem::{Problem, log_failures};
pub(crate) use viewer::{Admin, Frame, Viewer};

/// What a handler answers.
pub(crate) type Answer = Result<Response, Problem>;

/// A page; one with an alert says that the form was not accepted.
fn page(alert: Option<&String>, template: &impl Template) -> Answer {
    let status = alert.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    Ok((status, Html(template.render()?)).into_response())
}

/// Sends the browser on, with a cookie or without.
fn go(to: &str, headers: HeaderMap) -> Response {
    (headers, Redirect::to(to)).into_response()
}
