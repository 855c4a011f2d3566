//! Where a guard sends whoever has to prove more.

use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use crate::flows::step_up;
use crate::rejection::{Rejection, see_other};
use crate::safety::ReturnPath;
use crate::visit::Visit;

/// What for, and where to afterwards.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    action: String,
    #[serde(default)]
    to: String,
    /// A recovery code would do as well.
    #[serde(default)]
    recovery: String,
}

/// `GET /step-up`: it changes what the session is asked, and nothing else.
pub(crate) async fn open(
    mut visit: Visit,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Rejection> {
    let to = ReturnPath::parse(&wanted.to);
    let to = to.unwrap_or_else(|| visit.web.places().dashboard.clone());
    let recovery = wanted.recovery == "1";
    if step_up::open(&mut visit, &wanted.action, &to, recovery).await? {
        return Ok(visit.go("/challenge").await);
    }
    Ok(visit.answer(see_other(to.as_str())).await)
}
