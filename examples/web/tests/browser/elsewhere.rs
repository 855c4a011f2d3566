//! Pages of other sites, which a visitor has open beside the application.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::world::{Browser, World};

const SOMEBODY: &str = "practitioner@example.org";

/// Another site serves a page with a form that posts to the application.
fn foreign_page(world: &World, target: &str, fields: &[(&str, &str)]) -> u16 {
    let inputs: String =
        fields.iter().map(|(name, value)| format!("<input name={name} value=\"{value}\">")).collect();
    let html = format!(
        "<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1>
         <form method=post action=\"{target}\">{inputs}<button>Win a prize</button></form>"
    );
    world.runtime().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let app = Router::new().route("/", get(async move || Html(html)));
        tokio::spawn(async move { axum::serve(listener, app).await });
        port
    })
}

/// What the application makes of a form from another origin: nothing, and it says so.
#[track_caller]
fn is_refused(visitor: &mut Browser, address: &str) {
    visitor.visit_elsewhere(address).press("Win a prize");
    assert_eq!(visitor.heading(), "This page is not for you", "{visitor:?}");
    visitor.look("forbidden");
}

#[test]
fn a_form_of_another_origin_changes_nothing() {
    let Some(world) = World::start() else { return };
    let (owner, mut visitor) = world.protects(SOMEBODY);
    let target = format!("{}/mfa/codes", world.address());
    let port = foreign_page(&world, &target, &[]);
    // Another port of the same host: the same site, so the session's cookie is sent along.
    is_refused(&mut visitor, &format!("http://127.0.0.1:{port}/"));
    // Another host: another site, and no cookie.
    is_refused(&mut visitor, &format!("http://evil.example:{port}/"));
    // The codes are those of before.
    visitor.visit("/mfa/methods").shows("10 recovery codes left").press("Sign out");
    visitor.type_password(SOMEBODY).press("Use a recovery code");
    visitor.fill("Recovery code", &owner.codes[0]).press("Verify").is_at("/dashboard", "Dashboard");
}

#[test]
fn another_site_signs_nobody_in_or_out_and_pays_nothing() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.signs_in(SOMEBODY);
    for path in ["/sign-out", "/payout", "/mfa/setup", "/mfa/setup/cancel", "/mfa/challenge/cancel"] {
        let port = foreign_page(&world, &format!("{}{path}", world.address()), &[]);
        for host in ["127.0.0.1", "evil.example"] {
            is_refused(&mut visitor, &format!("http://{host}:{port}/"));
        }
        visitor.visit("/dashboard").is_at("/dashboard", "Dashboard");
    }
    let credentials = [("email", "admin@example.org"), ("password", crate::world::PASSWORD)];
    let port = foreign_page(&world, &format!("{}/sign-in", world.address()), &credentials);
    is_refused(&mut visitor, &format!("http://evil.example:{port}/"));
    visitor.visit("/profile").shows(SOMEBODY);
}

#[test]
fn no_other_site_puts_the_application_into_a_frame() {
    let Some(world) = World::start() else { return };
    let mut visitor = world.signs_in(SOMEBODY);
    let html = format!("<h1>Elsewhere</h1><iframe src='{}/mfa/setup'></iframe>", world.address());
    visitor.visit_elsewhere(&format!("data:text/html,{}", html.replace('#', "%23")));
    let refused = visitor.until("a refusal", |visitor| {
        let said = visitor.console();
        said.into_iter().find(|line| line.contains("frame-ancestors"))
    });
    assert!(refused.contains("/mfa/setup") || refused.contains("'none'"), "{refused}");
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
