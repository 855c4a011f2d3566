//! Changing the password, which ends every other session.

use askama::Template;
use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use serde::Deserialize;

use super::step_up::freshness;
use super::{Answer, Frame, Viewer, go, page};
use crate::app::{App, CHANGE_PASSWORD};
use crate::passwords::{self, LONGEST, Typed};

/// The shortest password that is taken, in characters.
const SHORTEST: usize = 12;
const PATH: &str = "/profile/password";

#[derive(Template)]
#[template(path = "password.html")]
struct Page {
    frame: Frame,
    shortest: usize,
    alert: Option<String>,
}

/// What the visitor typed.
#[derive(Deserialize)]
pub(crate) struct Change {
    #[serde(default)]
    current: String,
    #[serde(default)]
    new: String,
}

/// `GET /profile/password`
pub(crate) async fn show(State(app): State<App>, viewer: Viewer) -> Answer {
    freshness(&app, &viewer, CHANGE_PASSWORD, PATH).await?;
    ask(&viewer, None)
}

/// `POST /profile/password`
pub(crate) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    request: Parts,
    Form(typed): Form<Change>,
) -> Answer {
    freshness(&app, &viewer, CHANGE_PASSWORD, PATH).await?;
    let user = &viewer.user;
    if typed.new.chars().count() < SHORTEST || typed.new.len() > LONGEST {
        let alert = format!("The new password needs {SHORTEST} characters at least.");
        return ask(&viewer, Some(alert));
    }
    match app.passwords.check(&user.email, &typed.current, Some(&user.password)).await? {
        Typed::Right => {}
        Typed::Wrong => {
            return ask(&viewer, Some("The current password is not right.".to_owned()));
        }
        Typed::Throttled(seconds) => {
            let alert =
                format!("There were too many wrong passwords. Try again in {seconds} seconds.");
            return ask(&viewer, Some(alert));
        }
    }
    app.records.change_password(&user.id, &passwords::hash(&typed.new).await?).await?;
    // From here on every other session is void; this one goes on, under another token.
    let session = viewer.session.session();
    let headers = match app.mfa().password_changed(&user.id, Some(session)).await? {
        Some(session) => app.web.keep(&request, session).await?,
        None => HeaderMap::new(),
    };
    Ok(go("/profile", headers))
}

fn ask(viewer: &Viewer, alert: Option<String>) -> Answer {
    let view = Page { frame: viewer.frame("/profile"), shortest: SHORTEST, alert };
    page(view.alert.as_ref(), &view)
}
