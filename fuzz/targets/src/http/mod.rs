//! Requests to the pages and to the JSON API.

mod answer;
pub(crate) mod host;
mod markup;
mod rules;
pub(crate) mod stage;
mod typed;
mod visit;

use crate::input::Input;
use visit::Visit;

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
    "/challenge/enrollment",
    "/challenge/cancel",
    "/step-up?action=mfa.manage&to=/profile",
    "/factors",
    "/factors/$f/prefer",
    "/factors/$f/rename",
    "/factors/$f/remove",
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
    "/api/factors/$f/prefer",
    "/api/factors/$f/rename",
    "/api/factors/$f/remove",
    "/api/codes",
    "/api/disable",
];

/// How an input begins: where Ada's account stands, and how far its owner's session has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begins {
    AtTheChallenge,
    Unprotected,
    WithBothFactors,
    Reset,
    OutOfGuesses,
}

/// Forms: see `run`.
pub fn pages(data: &[u8]) {
    run(data, PAGES, "application/x-www-form-urlencoded");
}

/// JSON bodies: see `run`.
pub fn api(data: &[u8]) {
    run(data, API, "application/json");
}

/// Up to sixteen requests of two people: the owner of the account, who has the phone and the paper,
/// and somebody who knows the password and has seen what the owner has used.
///
/// Whatever they send: no answer is of status 5xx, leaves the site or may be cached; what was sent
/// comes back as text and never as markup; the password alone gets nowhere; a session proves more
/// only by a right code, which is spent by it, and under a new token; methods and codes change by
/// their own routes alone, after a fresh second factor; codes are shown once; a GET and a request of
/// another site change nothing.
///
/// The input: how it begins, then for each request its route, its kind, and its body up to a zero
/// byte. A body that begins with a byte of 1 to 7 is well-formed for its route and goes on with what
/// follows. In a body and in a path `$` and a letter stand for what whoever sends it knows: see
/// `typed`.
fn run(data: &[u8], routes: &[&str], content_type: &'static str) {
    let mut input = Input::new(data);
    let begins = match input.byte() % 5 {
        0 => Begins::AtTheChallenge,
        1 => Begins::Unprotected,
        2 => Begins::WithBothFactors,
        3 => Begins::Reset,
        _ => Begins::OutOfGuesses,
    };
    let stage = stage::stage();
    stage.runtime.block_on(async {
        let mut visit = Visit::of(begins, &stage);
        for _ in 0..16 {
            if input.is_empty() {
                break;
            }
            let route = usize::from(input.byte()) % (routes.len() + 2);
            let kind = input.byte();
            let body = input.field();
            match routes.get(route) {
                Some(path) => visit.request(kind, path, content_type, body).await,
                // One past the last route: the path itself is made up.
                None if route == routes.len() => {
                    let path =
                        String::from_utf8_lossy(body).replace(|c: char| !c.is_ascii_graphic(), "");
                    visit.request(kind, &format!("/{path}"), content_type, b"").await;
                }
                None => visit.password_again(kind),
            }
        }
    });
}
