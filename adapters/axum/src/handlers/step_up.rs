//! The page that a guard redirects to when the session has to prove more.

use axum::response::Response;

use crate::flows::step_up;
use crate::rejection::{MfaRejection, see_other};
use crate::safety::ReturnPath;
use crate::visit::Visit;

/// `GET /step-up`, with `?action=` what for, `&to=` where to afterwards, and `&recovery=1` where a
/// recovery code would do as well. It changes what the session is asked, and nothing else.
pub(crate) async fn open(mut visit: Visit) -> Result<Response, MfaRejection> {
    let wanted = visit.query();
    let to = ReturnPath::parse(wanted.text("to"));
    let to = to.unwrap_or_else(|| visit.web.places().dashboard.clone());
    let recovery = wanted.text("recovery") == "1";
    if step_up::open(&mut visit, wanted.text("action"), &to, recovery).await? {
        return Ok(visit.go("/challenge").await);
    }
    Ok(visit.answer(see_other(to.as_str())).await)
}
