//! The style sheet and the script, built in. Browsers keep them for an hour; shared caches do not,
//! because a session layer may put a cookie on any answer.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// The route of the style sheet.
pub(crate) const STYLE: &str = "/assets/mfa.css";
/// The route of the script.
pub(crate) const SCRIPT: &str = "/assets/mfa.js";

pub(crate) async fn style() -> Response {
    file(CSS, "text/css; charset=utf-8")
}

pub(crate) async fn script() -> Response {
    file(JS, "text/javascript; charset=utf-8")
}

fn file(content: &'static str, kind: &'static str) -> Response {
    let mut response = content.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let kept = HeaderValue::from_static("private, max-age=3600");
    response.headers_mut().insert(header::CACHE_CONTROL, kept);
    response
}

const CSS: &str = include_str!("../assets/mfa.css");
const JS: &str = include_str!("../assets/mfa.js");
