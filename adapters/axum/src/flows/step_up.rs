//! Opening a challenge that raises a session.

use mfakit::{Error, Refusal};

use crate::rejection::MfaRejection;
use crate::safety::ReturnPath;
use crate::session::OpenChallenge;
use crate::visit::{MANAGE, Visit};

/// Opens a challenge for an action and notes where the visitor was going. Returns `false` for an
/// action that has no rule.
pub(crate) async fn open(
    visit: &mut Visit,
    action: &str,
    to: &ReturnPath,
    recovery: bool,
) -> Result<bool, MfaRejection> {
    if action != MANAGE && visit.web.rules().require(action).is_err() {
        return Ok(false);
    }
    let assurance = visit.assurance()?;
    let challenge = match visit.web.mfa().step_up(&assurance, action).await {
        Ok(challenge) => challenge,
        // Nothing can be asked for yet.
        Err(Error::Refused(Refusal::NotEnabled)) => return Ok(false),
        Err(error) => return Err(visit.refused(error).await),
    };
    let challenge = challenge.clone().with_return_to(to.as_str()).unwrap_or(challenge);
    if let Some(signed_in) = visit.signed_in_mut() {
        signed_in.step_up = Some(OpenChallenge { challenge, recovery });
    }
    visit.changed();
    Ok(true)
}
