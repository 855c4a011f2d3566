//! The profile: the e-mail address, two-factor authentication, the password, the messages.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use mfakit::Status;
use mfakit::organization::Gate;

use super::{Answer, Frame, Viewer, go, page};
use crate::app::App;
use crate::words;

/// How many messages are shown, and how many events are searched for them: most tell of codes.
const MESSAGES: usize = 5;
const SEARCHED: usize = 200;

#[derive(Template)]
#[template(path = "profile.html")]
struct Page {
    frame: Frame,
    verified: bool,
    demand: Option<String>,
    mfa: Status,
    codes_left: String,
    advice: &'static str,
    messages: Vec<Message>,
}

/// What the owner was told of.
struct Message {
    at: String,
    text: String,
}

/// `GET /profile`
pub(crate) async fn show(State(app): State<App>, viewer: Viewer) -> Answer {
    let mfa = app.mfa().status(viewer.id()).await?;
    let latest = app.mfa().recent_events(viewer.id(), SEARCHED).await?;
    let message = |event: &mfakit::Event| {
        Some(Message { at: words::time(event.at()), text: words::message(event)? })
    };
    let messages = latest.iter().filter_map(message).take(MESSAGES).collect();
    let left = mfa.recovery_left.unwrap_or_default();
    let view = Page {
        frame: viewer.frame("/profile"),
        verified: viewer.user.verified,
        demand: demand(&app, &viewer).await?,
        codes_left: words::count(left, "recovery code is left", "recovery codes are left"),
        mfa,
        advice: words::ADVICE,
        messages,
    };
    page(None, &view)
}

/// `POST /profile/verify-email`: stands for the link of a message that a real application sends.
pub(crate) async fn verify_email(State(app): State<App>, viewer: Viewer) -> Answer {
    app.records.verify_email(viewer.id()).await?;
    Ok(go("/profile", HeaderMap::new()))
}

/// What the organizations ask, when it is not done yet.
async fn demand(app: &App, viewer: &Viewer) -> Result<Option<String>, mfakit::Error> {
    Ok(match app.mfa().access(viewer.id()).await?.gate {
        Gate::Allow => None,
        Gate::AllowAndRemind(asked) => Some(format!(
            "{} will require {} from {} on: {} left.",
            words::names(asked.organizations.iter().map(|demand| &demand.org)),
            asked.organizations.first().map_or("", |demand| words::required(demand.required)),
            words::time(asked.deadline),
            words::count(asked.days_left(app.now()), "day", "days"),
        )),
        Gate::SetUpFirst(walled) => Some(format!(
            "{} has required {} since {}. Set it up to go on.",
            words::names(walled.organizations.iter().map(|demand| &demand.org)),
            walled.organizations.first().map_or("", |demand| words::required(demand.required)),
            words::time(walled.since),
        )),
    })
}
