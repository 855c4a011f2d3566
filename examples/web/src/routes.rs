//! The route table: what is at which path, behind which guard.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::map_response;
use axum::response::Redirect;
use axum::routing::{get, post};
use mfakit_axum::SameOrigin;

use crate::app::App;
use crate::pages::{assets, dashboard, headers, profile, sign_in};

/// The largest form, in bytes.
const MAX_BODY: usize = 16 * 1024;

pub(crate) fn router(app: &App) -> Router {
    let guard = || app.web.guard();
    let open = Router::new()
        .route("/", get(async || Redirect::to("/dashboard")))
        .route("/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route(assets::STYLE, get(assets::style));
    let signed_in = Router::new().route("/dashboard", get(dashboard::show)).route_layer(guard());
    // What stays reachable for somebody who has to set up two-factor authentication first.
    let behind_the_wall =
        Router::new().route("/profile", get(profile::show)).route_layer(guard().behind_the_wall());
    open.merge(signed_in)
        .merge(behind_the_wall)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(SameOrigin::new())
        .with_state(app.clone())
        .merge(app.web.router())
        .layer(map_response(headers::add))
}
