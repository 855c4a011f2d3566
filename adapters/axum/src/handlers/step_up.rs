//! The page that a guard redirects to when the session has to prove more.

use axum::response::Response;
use mfakit::Strength;

use crate::flows::step_up;
use crate::rejection::{MfaRejection, see_other};
use crate::safety::ReturnPath;
use crate::visit::Visit;
use crate::web::STRONGER;

/// `GET /step-up`, with `?action=` what for, `&to=` where to afterwards, `&recovery=1` where a
/// recovery code would do as well, and `&strength=` of a factor that is asked for in any case. It changes what the session is asked, and nothing else.
pub(crate) async fn open(mut visit: Visit) -> Result<Response, MfaRejection> {
    let wanted = visit.query();
    let to = ReturnPath::parse(wanted.text("to"));
    let to = to.unwrap_or_else(|| visit.web.places().dashboard.clone());
    let recovery = wanted.text("recovery") == "1";
    let strength = (wanted.text("strength") == STRONGER).then_some(Strength::PhishingResistant);
    if step_up::open(&mut visit, wanted.text("action"), &to, recovery, strength).await? {
        return Ok(visit.go("/challenge").await);
    }
    Ok(visit.answer(see_other(to.as_str())).await)
}

/// `GET /sign-in-again`, with `&to=` where to afterwards: on to the host's own page. It notes with
/// which first factor the visitor went there, so that one who comes back with the same is told.
pub(crate) async fn sign_in_again(mut visit: Visit) -> Result<Response, MfaRejection> {
    let to = ReturnPath::parse(visit.query().text("to"));
    let to = to.unwrap_or_else(|| visit.web.places().dashboard.clone());
    let location = visit.web.places().reauthenticate.with_to(&to);
    if let Some(signed_in) = visit.signed_in_mut() {
        let held = signed_in.first_factor_at();
        if signed_in.sent_with != held {
            signed_in.sent_with = held;
            visit.changed();
        }
    }
    Ok(visit.answer(see_other(&location)).await)
}
