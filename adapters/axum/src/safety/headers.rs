//! The headers of every answer.

use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::response::{Html, IntoResponse, Response};

/// A page.
pub(crate) fn page(html: String) -> Response {
    Html(html).into_response()
}

/// An answer with the headers that each of ours has. What it has already stays: files may be cached.
pub(crate) fn guarded(mut response: Response) -> Response {
    set(response.headers_mut());
    response
}

/// Adds headers beside those that are there: each cookie is one.
pub(crate) fn append(to: &mut HeaderMap, headers: HeaderMap) {
    let mut last = None;
    for (name, value) in headers {
        // Further values of a name come without it.
        last = name.or(last);
        if let Some(name) = &last {
            to.append(name.clone(), value);
        }
    }
}

fn set(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// Nothing from elsewhere, nothing inline, no frame around it.
const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 7] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, CSP),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // For browsers that do not know `frame-ancestors`.
    (header::X_FRAME_OPTIONS, "DENY"),
    // Under `no-referrer` browsers send `Origin: null` with a form.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];
