//! What holds of every answer.

use axum::http::response::Parts;
use axum::http::{StatusCode, header};
use serde_json::Value;

use super::markup;

/// No answer is of status 5xx, none leaves the site or may be cached, and each is what it says.
pub(super) fn check(path: &str, parts: &Parts, body: &str) {
    let status = parts.status;
    assert!(!status.is_server_error(), "{path}: {status} {body}");
    if route(path) == "/" {
        // Under a prefix axum leaves the bare slash to the host's own routes.
        assert_eq!(status, StatusCode::NOT_FOUND);
        return;
    }
    let text = |name: header::HeaderName| {
        parts.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    };
    if !path.starts_with("/assets/") {
        assert_eq!(text(header::CACHE_CONTROL), Some("no-store"), "{path}: {status}");
    }
    assert_eq!(text(header::X_CONTENT_TYPE_OPTIONS), Some("nosniff"), "{path}: {status}");
    assert!(text(header::CONTENT_SECURITY_POLICY).is_some(), "{path}: {status}");
    if let Some(to) = text(header::LOCATION) {
        let own = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\');
        assert!(own, "{path}: {to}");
    }
    let kind = text(header::CONTENT_TYPE).unwrap_or_default();
    if kind.ends_with("json") {
        let value: Value = serde_json::from_str(body).expect("JSON");
        if kind.ends_with("problem+json") {
            assert_eq!(value["status"].as_u64(), Some(u64::from(status.as_u16())), "{path}");
            assert!(value["code"].as_str().is_some_and(|code| !code.is_empty()), "{path}");
        }
    }
    if kind.starts_with("text/html") {
        markup::check(body);
    }
    if status == StatusCode::OK && path.starts_with("/api/") {
        assert!(kind.starts_with("application/json"), "{path}: {kind}");
    }
}

/// A path without what is no part of it.
pub(super) fn route(path: &str) -> &str {
    path.split(['?', '#']).next().unwrap_or_default()
}

/// The one-time codes in an answer: a set of them, not a word that looks like one.
pub(super) fn codes_in(body: &str) -> Vec<String> {
    const LENGTH: usize = 19;
    let of_a_code = |(at, byte): (usize, &u8)| match at % 5 {
        4 => *byte == b'-',
        _ => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
    };
    let mut codes = Vec::new();
    let mut rest = body.as_bytes();
    while rest.len() >= LENGTH {
        let (first, behind) = rest.split_at(LENGTH);
        if first.iter().enumerate().all(of_a_code) {
            codes.push(String::from_utf8_lossy(first).into_owned());
            rest = behind;
        } else {
            rest = &rest[1..];
        }
    }
    // A code that somebody took for a label is shown again and again.
    codes.sort_unstable();
    codes.dedup();
    if codes.len() < 4 { Vec::new() } else { codes }
}
