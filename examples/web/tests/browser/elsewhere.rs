//! Pages of other sites, which a visitor has open beside the application.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::world::{Browser, World};

const SOMEBODY: &str = "practitioner@example.org";

/// Another site serves a page. Its port:
fn foreign_page(world: &World, body: &str) -> u16 {
    let html = format!("<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1>{body}");
    world.runtime().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let app = Router::new().route("/", get(async move || Html(html)));
        tokio::spawn(async move { axum::serve(listener, app).await });
        port
    })
}

/// A page with a form that posts to the application.
fn foreign_form(world: &World, path: &str, fields: &[(&str, &str)]) -> u16 {
    let inputs =
        fields.iter().map(|(name, value)| format!("<input name={name} value=\"{value}\">"));
    let (inputs, home) = (inputs.collect::<String>(), world.address());
    let form = format!(
        "<form method=post action=\"{home}{path}\">{inputs}<button>Win a prize</button></form>"
    );
    foreign_page(world, &form)
}

/// What the application makes of a form from another origin: nothing, and it says so.
#[track_caller]
fn is_refused(visitor: &mut Browser, address: &str) {
    visitor.visit_elsewhere(address).press("Win a prize");
    visitor.shows("the request was not sent by a page of this site");
}

#[test]
fn a_form_of_another_origin_changes_nothing() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    let port = foreign_form(&world, "/mfa/codes", &[]);
    // Another port of the same host: the same site, so the session's cookie is sent along.
    is_refused(&mut visitor, &format!("http://127.0.0.1:{port}/"));
    // Another host: another site, and no cookie.
    is_refused(&mut visitor, &format!("http://evil.example:{port}/"));
    // The codes are those of before.
    visitor.visit("/mfa/factors").shows("10 recovery codes left");
    visitor.visit("/profile").press("Sign out");
    visitor.type_password(SOMEBODY).press("Use a recovery code");
    visitor.fill("Recovery code", &owner.codes[0]).press("Verify").is_at("/dashboard", "Dashboard");
}

#[test]
fn another_site_signs_nobody_in_or_out_and_pays_nothing() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.signs_in(SOMEBODY);
    for path in ["/sign-out", "/payout", "/mfa/setup", "/mfa/setup/cancel", "/mfa/challenge/cancel"]
    {
        let port = foreign_form(&world, path, &[]);
        for host in ["127.0.0.1", "evil.example"] {
            is_refused(&mut visitor, &format!("http://{host}:{port}/"));
        }
        visitor.visit("/dashboard").is_at("/dashboard", "Dashboard");
    }
    let credentials = [("email", "admin@example.org"), ("password", crate::world::PASSWORD)];
    let port = foreign_form(&world, "/sign-in", &credentials);
    is_refused(&mut visitor, &format!("http://evil.example:{port}/"));
    visitor.visit("/profile").shows(SOMEBODY);
}

#[test]
fn no_other_site_puts_the_application_into_a_frame() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.signs_in(SOMEBODY);
    let frame = format!("<iframe src='{}/mfa/setup'></iframe>", world.address());
    let port = foreign_page(&world, &frame);
    for host in ["127.0.0.1", "evil.example"] {
        visitor.visit_elsewhere(&format!("http://{host}:{port}/"));
        assert_eq!(visitor.framed_address(), "chrome-error://chromewebdata/", "{host}");
    }
    assert!(visitor.console().iter().all(|line| line.contains("frame")));
}

#[test]
fn the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites() {
    let Some(world) = World::start() else { return };
    let visitor = world.signs_in(SOMEBODY);
    let cookies = visitor.cookie_rules();
    let cookies = cookies.as_array().expect("cookies");
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    assert_eq!(cookies[0]["httpOnly"], true);
    assert_eq!(cookies[0]["sameSite"], "Lax");
    assert_eq!(visitor.script("return document.cookie", &[]), "");
}
