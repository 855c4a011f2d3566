//! Opening a challenge that raises a session.

use chrono::TimeDelta;
use mfakit::step_up::Needed;
use mfakit::{Error, Refusal, StepUpRule, Strength};

use crate::rejection::MfaRejection;
use crate::safety::ReturnPath;
use crate::visit::{MANAGE, Visit};
use crate::web::SIGN_IN;

/// Opens a challenge for an action and notes where the visitor was going. Returns `false` for an
/// action that has no rule. `strength` is asked for beside the rule.
pub(crate) async fn open(
    visit: &mut Visit,
    action: &str,
    to: &ReturnPath,
    recovery: bool,
    strength: Option<Strength>,
) -> Result<bool, MfaRejection> {
    let rule = match action {
        MANAGE => manage_rule(visit, recovery),
        SIGN_IN => StepUpRule::signed_in(),
        named => match visit.web.rules().require(named) {
            Ok(rule) => rule.clone(),
            Err(_) => return Ok(false),
        },
    };
    // What a guard has said is missing beside the rule: it may be of one organization.
    let rule = match strength {
        Some(strength) => rule.and(StepUpRule::fresh(Needed::FactorOf(strength), TimeDelta::MAX)),
        None => rule,
    };
    let held = visit.held()?;
    let challenge = match visit.web.mfa().step_up(held.session(), action, &rule).await {
        Ok(challenge) => challenge,
        // Nothing can be asked for yet.
        Err(Error::Refused(Refusal::NotEnabled)) => return Ok(false),
        Err(error) => return Err(visit.refused(error).await),
    };
    let challenge = challenge.clone().with_return_to(to.as_str()).unwrap_or(challenge);
    if let Some(signed_in) = visit.signed_in_mut() {
        signed_in.step_up = Some(challenge);
    }
    visit.changed();
    Ok(true)
}

/// The rules of the adapter's own pages. Replacing a lost factor takes a recovery code; what does not
/// refuses the session that used one.
fn manage_rule(visit: &Visit, recovery: bool) -> StepUpRule {
    let rule = StepUpRule::fresh(Needed::SecondFactor, visit.web.mfa().settings().fresh());
    if recovery { rule.or_recovery() } else { rule }
}
