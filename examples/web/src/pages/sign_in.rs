//! Signing in, signing in again, and signing out.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::http::request::Parts;
use mfakit_axum::ReturnPath;
use serde::Deserialize;

use super::{Answer, go, page};
use crate::app::{App, PRODUCT};
use crate::passwords::Typed;
use crate::records::{RecordsError, Session};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page<'a> {
    product: &'static str,
    /// The visitor is signed in already and types the password again.
    again: bool,
    email: &'a str,
    to: &'a str,
    alert: Option<String>,
}

/// Where the visitor was heading.
#[derive(Deserialize)]
pub(crate) struct Heading {
    #[serde(default)]
    to: String,
}

/// What the visitor typed.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    to: String,
}

/// `GET /sign-in`
pub(crate) async fn show(
    State(app): State<App>,
    request: Parts,
    Query(heading): Query<Heading>,
) -> Answer {
    let known = match signed_in(&app, &request).await? {
        Some(session) => app.records.user(&session.user).await?,
        None => None,
    };
    let (again, email) = (known.is_some(), known.map(|user| user.email).unwrap_or_default());
    let (email, to) = (email.as_str(), heading.to.as_str());
    page(None, &Page { product: PRODUCT, again, email, to, alert: None })
}

/// `POST /sign-in`
pub(crate) async fn sign_in(
    State(app): State<App>,
    request: Parts,
    Form(typed): Form<Credentials>,
) -> Answer {
    let current = signed_in(&app, &request).await?;
    let email = typed.email.trim().to_lowercase();
    let user = app.records.user_by_email(&email).await?;
    let hash = user.as_ref().map(|user| user.password.as_str());
    let checked = app.passwords.check(&email, &typed.password, hash).await?;
    let alert = match (checked, user) {
        (Typed::Right, Some(user)) => {
            let now = app.now();
            app.records.note_sign_in(&user.id, now).await?;
            let headers = match current {
                // The adapter takes the later time as a re-authentication, and what waited for it
                // resumes.
                Some(session) if session.user == user.id => {
                    app.sessions.sign_in_again(&request, now).await?
                }
                _ => app.sessions.begin(&request, &user.id, now).await?,
            };
            let to = ReturnPath::parse(&typed.to);
            return Ok(go(to.as_ref().map_or("/dashboard", ReturnPath::as_str), headers));
        }
        (Typed::Throttled(seconds), _) => {
            format!("There were too many wrong passwords. Try again in {seconds} seconds.")
        }
        _ => "That e-mail address and password do not go together.".to_owned(),
    };
    let (again, to) = (current.is_some(), typed.to.as_str());
    let view = Page { product: PRODUCT, again, email: &email, to, alert: Some(alert) };
    page(view.alert.as_ref(), &view)
}

/// `POST /sign-out`
pub(crate) async fn sign_out(State(app): State<App>, request: Parts) -> Answer {
    let headers = app.sessions.end(&request).await?;
    Ok(go("/sign-in", headers))
}

/// The request's session, if its sign-in is complete. One that waits for its second factor begins
/// again.
async fn signed_in(app: &App, request: &Parts) -> Result<Option<Session>, RecordsError> {
    let complete = |session: &Session| {
        let mfa = session.mfa.as_deref().map(serde_json::from_str::<mfakit_axum::Session>);
        mfa.is_some_and(|mfa| {
            mfa.is_ok_and(|mfa| mfa.assurance().is_some() || mfa.limited().is_some())
        })
    };
    Ok(app.sessions.of(request).await?.filter(complete))
}
