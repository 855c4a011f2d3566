//! Asking for more before a form is filled in, where a route's guard cannot know yet what to ask.

use axum::http::HeaderMap;
use mfakit::step_up::Needed;
use mfakit::{Error, Refusal, StepUpRule};
use mfakit_axum::ReturnPath;

use super::{Problem, Viewer, go};
use crate::app::App;

/// Lets a visitor pass whose factors are fresh: the second one, or the password of somebody who has
/// no second one. Anybody else is asked, and comes back to a page.
pub(super) async fn freshness(
    app: &App,
    viewer: &Viewer,
    action: &str,
    to: &str,
) -> Result<(), Problem> {
    let enrolled = app.mfa().status(viewer.id()).await?.enabled;
    let needed = if enrolled { Needed::SecondFactor } else { Needed::FirstFactor };
    let rule = StepUpRule::fresh(needed, app.mfa().settings().fresh());
    // Who has to set up first has no second factor, and types the password on the page itself.
    let Some(session) = viewer.session.assurance() else { return Ok(()) };
    match app.mfa().guard_now(session, &rule).await {
        Ok(_) | Err(Error::Refused(Refusal::SetUpFirst(_))) => Ok(()),
        Err(Error::Refused(Refusal::StepUp(_))) => Err(ask(app, enrolled, action, to)),
        Err(error) => Err(error.into()),
    }
}

/// Sends the visitor to prove more, and back.
pub(super) fn ask(app: &App, enrolled: bool, action: &str, to: &str) -> Problem {
    let page = match enrolled {
        true => format!("{}?action={action}", app.web.path("/step-up")),
        false => "/sign-in".to_owned(),
    };
    match (ReturnPath::parse(&page), ReturnPath::parse(to)) {
        (Some(page), Some(to)) => {
            Problem::Instead(Box::new(go(&page.with_to(&to), HeaderMap::new())))
        }
        _ => Problem::NotFound,
    }
}
