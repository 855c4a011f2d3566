//! `POST /step-up`: opens a challenge that raises the session.

use axum::http::StatusCode;
use axum::response::Response;
use mfakit::Strength;
use serde::Deserialize;

use super::body::{Body, given};
use super::caller::SignedInCaller;
use super::challenge::show_asked;
use super::problem;
use crate::flows::challenge::asked;
use crate::flows::step_up;
use crate::rejection::MfaRejection;
use crate::safety::ReturnPath;
use crate::visit::MANAGE;
use crate::web::SIGN_IN;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    action: String,
    #[serde(default, deserialize_with = "given")]
    to: Option<String>,
    /// A recovery code would do as well.
    #[serde(default)]
    recovery: bool,
    /// The strength of a factor that is asked for in any case.
    #[serde(default, deserialize_with = "given")]
    strength: Option<Strength>,
}

pub(crate) async fn open(
    SignedInCaller(mut visit): SignedInCaller,
    Body(wanted): Body<Wanted>,
) -> Result<Response, MfaRejection> {
    let to = match wanted.to {
        Some(to) => ReturnPath::parse(&to),
        None => Some(visit.web.places().dashboard.clone()),
    };
    let Some(to) = to else {
        let detail = "to must be a path of this site";
        return Err(visit.problem(StatusCode::UNPROCESSABLE_ENTITY, "foreign_path", detail));
    };
    let own = [MANAGE, SIGN_IN].contains(&wanted.action.as_str());
    if !own && visit.web.rules().require(&wanted.action).is_err() {
        let detail = "no step-up rule has this name";
        return Err(visit.problem(StatusCode::NOT_FOUND, "unknown_action", detail));
    }
    let opened =
        step_up::open(&mut visit, &wanted.action, &to, wanted.recovery, wanted.strength).await?;
    match asked(&visit.session).filter(|_| opened) {
        Some(asked) => show_asked(visit, &asked).await,
        None => Err(problem::not_enabled(&visit)),
    }
}
