//! The JSON API: the same flows as the pages, for clients with screens of their own.
//!
//! `openapi.json` is its documentation, and is served with it. One table has its paths.
//!
//! Refusals are problem details (RFC 9457) with a stable `code`. Their statuses:
//!
//! | status | when |
//! |---|---|
//! | 400 | the body is not of the documented form |
//! | 401 | the session has not proven enough: sign in, answer a challenge (RFC 9470) |
//! | 403 | what no proof of this session changes: a policy, an unverified address, another site |
//! | 404 | there is no such thing |
//! | 409 | it does not fit where things stand: another setup, a request that was answered before |
//! | 422 | it was judged, and was wrong |
//! | 429 | it was not judged: the guess budget is empty, and three codes in a row are wanted |
//! | 503 | nothing was judged: the server is busy, try again |

mod body;
mod caller;
mod challenge;
mod manage;
mod problem;
mod setup;
mod status;
mod step_up;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, get, post};

use crate::rejection::MfaRejection;
use crate::web::MfaWeb;

/// Where the API begins, under the prefix.
pub(crate) const AT: &str = "/api";

fn table() -> Vec<(&'static str, MethodRouter<MfaWeb>)> {
    vec![
        ("/openapi.json", get(document)),
        ("/status", get(status::show)),
        ("/setup", get(setup::show).post(setup::begin)),
        ("/setup/confirm", post(setup::confirm)),
        ("/setup/reissue", post(setup::reissue)),
        ("/setup/finish", post(setup::finish)),
        ("/setup/cancel", post(setup::cancel)),
        ("/challenge", get(challenge::show).post(challenge::answer)),
        ("/challenge/cancel", post(challenge::cancel)),
        ("/step-up", post(step_up::open)),
        ("/factors", get(manage::list)),
        ("/factors/{factor}/prefer", post(manage::prefer)),
        ("/factors/{factor}/rename", post(manage::rename)),
        ("/factors/{factor}/remove", post(manage::remove)),
        ("/codes", post(manage::regenerate)),
        ("/disable", post(manage::disable)),
    ]
}

pub(crate) fn router() -> Router<MfaWeb> {
    let routes = table().into_iter();
    routes
        .fold(Router::new(), |router, (path, methods)| router.route(path, methods))
        .fallback(no_such_route)
        .method_not_allowed_fallback(no_such_method)
}

async fn document() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT)
}

async fn no_such_route(parts: Parts) -> MfaRejection {
    let detail = "there is nothing at this path";
    MfaRejection::new(&parts, StatusCode::NOT_FOUND, "no_such_route", detail).into_problem()
}

async fn no_such_method(parts: Parts) -> MfaRejection {
    let detail = "the path does not take this method";
    let status = StatusCode::METHOD_NOT_ALLOWED;
    MfaRejection::new(&parts, status, "no_such_method", detail).into_problem()
}

const DOCUMENT: &str = include_str!("../../openapi.json");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    #[test]
    fn every_route_is_documented_and_every_documented_path_is_routed() {
        let document: Value = serde_json::from_str(DOCUMENT).unwrap();
        let documented: BTreeSet<&str> =
            document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
        let routed: BTreeSet<&str> = table().iter().map(|(path, _)| *path).collect();
        assert_eq!(documented, routed);
    }
}
