//! Requests to the pages and to the JSON API, by three visitors.

#[path = "../../../../adapters/axum/tests/it/world/host.rs"]
#[allow(dead_code, unreachable_pub, reason = "the adapter's own fixture, of which less is needed")]
mod host;
mod visit;

use crate::input::Input;
use visit::{Visit, Visitor};

/// The routes of the pages. `$f` is a factor of the visitor's account.
const PAGES: &[&str] = &[
    "/setup",
    "/setup/confirm",
    "/setup/reissue",
    "/setup/finish",
    "/setup/done",
    "/setup/cancel",
    "/challenge",
    "/challenge/recovery",
    "/challenge/enrolment",
    "/challenge/cancel",
    "/step-up?action=mfa.manage&to=/profile",
    "/methods",
    "/methods/$f/prefer",
    "/methods/$f/rename",
    "/methods/$f/remove",
    "/codes",
    "/disable",
    "/assets/mfa.css",
];

/// The routes of the API.
const API: &[&str] = &[
    "/api/status",
    "/api/setup",
    "/api/setup/confirm",
    "/api/setup/reissue",
    "/api/setup/finish",
    "/api/setup/cancel",
    "/api/challenge",
    "/api/challenge/cancel",
    "/api/step-up",
    "/api/methods/$f/prefer",
    "/api/methods/$f/rename",
    "/api/methods/$f/remove",
    "/api/codes",
    "/api/disable",
];

/// Forms: see `run`.
pub fn pages(data: &[u8]) {
    run(data, PAGES, "application/x-www-form-urlencoded");
}

/// JSON bodies: see `run`.
pub fn api(data: &[u8]) {
    run(data, API, "application/json");
}

/// Up to eight requests of one visitor. Whatever they are, no answer is of status 5xx, none leaves
/// the site or may be cached, what was sent comes back as text and never as markup, and somebody
/// with a password alone neither gets in nor changes anything.
///
/// The input: the visitor, then for each request its route, its kind, and its body up to a zero
/// byte. In a body and in a path `$c`, `$s`, `$f` and `$a` stand for what the visitor's last screen
/// showed: the challenge, the setup, a factor and the number of the form.
fn run(data: &[u8], routes: &[&str], content_type: &'static str) {
    let mut input = Input::new(data);
    let visitor = match input.byte() % 3 {
        0 => Visitor::WithPasswordAlone,
        1 => Visitor::WithoutMfa,
        _ => Visitor::WithBothFactors,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let mut visit = Visit::of(visitor);
        for _ in 0..8 {
            if input.is_empty() {
                break;
            }
            let route = usize::from(input.byte());
            let kind = input.byte();
            let body = input.field();
            match routes.get(route % (routes.len() + 1)) {
                Some(path) => visit.request(kind, path, content_type, body).await,
                // One past the last route: the path itself is made up.
                None => {
                    let path =
                        String::from_utf8_lossy(body).replace(|c: char| !c.is_ascii_graphic(), "");
                    visit.request(kind, &format!("/{path}"), content_type, b"").await;
                }
            }
        }
    });
}
