//! The route table: each path with its handlers, behind its guard.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::map_response;
use axum::response::Redirect;
use axum::routing::{get, post};
use mfakit_axum::SameOrigin;

use crate::app::{ADMINISTER, App, PAYOUT};
use crate::pages::organization::{deed, member, overview, policy, proposal};
use crate::pages::{Problem, assets, headers, log_failures};
use crate::pages::{audit, dashboard, password, payout, profile, sign_in};

/// The largest form, in bytes.
const MAX_BODY: usize = 16 * 1024;

pub(crate) fn router(app: &App) -> Router {
    Router::new()
        .merge(open())
        .merge(signed_in().route_layer(app.web.guard()))
        .merge(behind_the_wall().route_layer(app.web.guard().behind_the_wall()))
        .merge(payouts().route_layer(app.web.guard().step_up(PAYOUT)))
        .merge(administration().route_layer(app.web.guard().step_up(ADMINISTER)))
        .fallback(async || Problem::NotFound)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(SameOrigin::new())
        .with_state(app.clone())
        .merge(app.web.router())
        .layer(map_response(log_failures))
        .layer(map_response(headers::add))
}

/// For everybody.
fn open() -> Router<App> {
    Router::new()
        .route("/", get(async || Redirect::to("/dashboard")))
        .route("/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route(assets::STYLE, get(assets::style))
}

/// For visitors who are signed in with what is required.
fn signed_in() -> Router<App> {
    Router::new()
        .route("/dashboard", get(dashboard::show))
        .route("/audit", get(audit::show))
        .route("/organization", get(overview::show))
        .route("/organization/members/{id}", get(member::show))
        // These two ask for what is fresh themselves: an administrator without a second factor may
        // make it required, and nothing else.
        .route("/organization/proposal", get(proposal::show).post(proposal::propose))
        .route("/organization/policy", post(policy::change))
}

/// Also for visitors who have to set up two-factor authentication first.
fn behind_the_wall() -> Router<App> {
    Router::new()
        .route("/profile", get(profile::show))
        .route("/profile/verify-email", post(profile::verify_email))
        .route("/profile/password", get(password::show).post(password::change))
}

/// For visitors who have proven both factors within five minutes.
fn payouts() -> Router<App> {
    Router::new().route("/payout", get(payout::show).post(payout::pay))
}

/// For visitors who have proven the second factor just now.
fn administration() -> Router<App> {
    let voluntary = get(policy::sure_voluntary).post(policy::make_voluntary);
    Router::new()
        .route("/organization/voluntary", voluntary)
        .route("/organization/members/{id}/{deed}", get(deed::show).post(deed::done))
}
