//! Each example as it is served: over TCP, by the clock of this machine.

#![allow(dead_code, reason = "nobody runs their `main` here")]

#[path = "../../examples/axum_login.rs"]
mod axum_login;
#[path = "../../examples/own_sessions.rs"]
mod own_sessions;
#[path = "../../examples/tower_sessions.rs"]
mod tower_sessions;

use axum::Router;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Request, header};
use axum::response::Response;
use chrono::Utc;
use mfakit_axum::{Host, Token};
use tower::ServiceExt;

use crate::world::Browser;

const PASSWORD: &str = "correct horse battery staple";

async fn serve(app: Router) -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    at
}

async fn sign_in(browser: &mut Browser, to: &str) {
    let typed = [("name", "ada"), ("password", PASSWORD), ("to", to)];
    let answer = browser.post("/sign-in", &typed).await;
    assert_eq!(answer.location(), to);
}

/// Sets up, signs in with a code, signs in again, and signs out.
async fn plays_the_product_page(app: Router, cookie: &'static str) {
    let at = serve(app).await;
    let mut first = Browser::of_server(at, cookie);
    assert_eq!(first.get("/dashboard").await.location(), "/sign-in?to=%2Fdashboard");
    let wrong = first.post("/sign-in", &[("name", "ada"), ("password", "guess")]).await;
    assert_eq!(wrong.status, 422);
    first.get("/sign-in?to=/dashboard").await.shows("value=\"/dashboard\"");
    sign_in(&mut first, "/dashboard").await;
    first.get("/dashboard").await.shows("Hello, ada");
    let phone = first.start_setup().await.scan();
    let page = first.get("/mfa/setup/confirm").await;
    let code = phone.code_at(Utc::now());
    let shown = first.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
    assert_eq!(shown.codes().len(), 10, "{}", shown.body);
    let mut stolen = first.window();
    let finished = first.submit(&shown, "/mfa/setup/finish", &[]).await;
    first.follow(&finished).await.shows("Two-factor authentication is on");
    assert_eq!(first.get("/dashboard").await.status, 200);
    assert!(stolen.get("/dashboard").await.location().starts_with("/sign-in"), "token renewed");

    let mut second = Browser::of_server(at, cookie);
    sign_in(&mut second, "/dashboard").await;
    let mut stolen = second.window();
    let page = second.get("/mfa/challenge?to=%2Fdashboard").await;
    // The next code is good already, and that of the setup is burned.
    let code = phone.code_after(Utc::now(), 1);
    let passed = second.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
    assert_eq!(second.follow(&passed).await.status, 200);
    assert!(stolen.get("/dashboard").await.location().starts_with("/sign-in"), "token renewed");

    let mut stolen = second.window();
    sign_in(&mut second, "/dashboard").await;
    assert_eq!(second.get("/dashboard").await.status, 200, "what was proven stays");
    assert!(stolen.get("/dashboard").await.location().starts_with("/sign-in"), "token renewed");

    let mut stolen = second.window();
    assert_eq!(second.post("/sign-out", &[]).await.location(), "/sign-in");
    assert!(stolen.get("/dashboard").await.location().starts_with("/sign-in"), "it has ended");
    let mut foreign = first.window().with("origin", "https://evil.example");
    assert_eq!(foreign.post("/sign-out", &[]).await.status, 403);
}

#[tokio::test]
async fn tower_sessions_plays_the_product_page() {
    let app = tower_sessions::app(tower_sessions::Site::new()).expect("app");
    plays_the_product_page(app, "id").await;
}

#[tokio::test]
async fn axum_login_plays_the_product_page() {
    let app = axum_login::app(axum_login::Site::new()).expect("app");
    plays_the_product_page(app, "id").await;
}

#[tokio::test]
async fn own_sessions_play_the_product_page() {
    let app = own_sessions::app(own_sessions::Site::new()).expect("app");
    plays_the_product_page(app, "sid").await;
}

/// What a handler behind an example's session layer is given: it answers with it.
fn probe() -> Router {
    Router::new().fallback(async |parts: Parts| {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(parts);
        response
    })
}

async fn request(probe: &Router, cookie: &str) -> Parts {
    let request = Request::get("/probe").header(header::COOKIE, cookie);
    let request = request.body(Body::empty()).expect("request");
    let mut response = probe.clone().oneshot(request).await.expect("infallible");
    response.extensions_mut().remove().expect("it was called")
}

/// Of two requests that have begun in one session, the first ends it or renews its token.
async fn brings_no_session_back(host: &impl Host, app: Router, probe: Router, name: &'static str) {
    let at = serve(app).await;
    for ends in [true, false] {
        for token in [Token::Keep, Token::Renew] {
            let mut browser = Browser::of_server(at, name);
            sign_in(&mut browser, "/dashboard").await;
            assert_eq!(browser.get("/dashboard").await.status, 200);
            let cookie = format!("{name}={}", browser.cookie.as_deref().expect("a session"));
            let (first, second) = (request(&probe, &cookie).await, request(&probe, &cookie).await);
            host.read(&first).await.expect("read").expect("the guard has written it");
            let kept = host.read(&second).await.expect("read").expect("the same");
            if ends {
                host.sign_out(&first).await.expect("signed out");
            } else {
                host.write(&first, &kept, Token::Renew).await.expect("written");
            }
            let written = host.write(&second, &kept, token).await;
            assert!(written.is_err(), "ended: {ends}, {token:?}");
            let gone = request(&probe, &cookie).await;
            assert_eq!(host.visitor(&gone).await.expect("asked"), None, "{ends}, {token:?}");
        }
    }
}

#[tokio::test]
async fn tower_sessions_brings_no_session_back_that_has_ended() {
    let site = tower_sessions::Site::new();
    let layer = ::tower_sessions::SessionManagerLayer::new(site.sessions.clone());
    let app = tower_sessions::app(site.clone()).expect("app");
    brings_no_session_back(&site, app, probe().layer(layer), "id").await;
}

#[tokio::test]
async fn axum_login_brings_no_session_back_that_has_ended() {
    let site = axum_login::Site::new();
    let sessions = ::tower_sessions::SessionManagerLayer::new(site.sessions.clone());
    let layer = ::axum_login::AuthManagerLayerBuilder::new(axum_login::Users, sessions).build();
    let app = axum_login::app(site.clone()).expect("app");
    brings_no_session_back(&site, app, probe().layer(layer), "id").await;
}

#[tokio::test]
async fn own_sessions_bring_no_session_back_that_has_ended() {
    let site = own_sessions::Site::new();
    let app = own_sessions::app(site.clone()).expect("app");
    brings_no_session_back(&site, app, probe(), "sid").await;
}
