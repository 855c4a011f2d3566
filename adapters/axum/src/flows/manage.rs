//! Managing factors and recovery codes. Every change wants a second factor, fresh; `Mfa` checks it.

use mfakit::organization::{OrgId, OrgRefusal};
use mfakit::step_up::Needed;
use mfakit::{Error, FactorId, RecoveryCodes, Refusal, SignedIn, Status, StepUpRule};

use crate::rejection::MfaRejection;
use crate::safety::{Fields, ReturnPath};
use crate::session::Fingerprint;
use crate::visit::Visit;

/// What came of a change.
#[derive(Debug)]
pub(crate) enum Changed {
    Done,
    Refused(WhyUnchanged),
}

/// Why a change was not made, as far as a visitor can do something about it.
#[derive(Debug)]
pub(crate) enum WhyUnchanged {
    LabelTaken,
    LabelInvalid,
    UnknownFactor,
    NotEnabled,
    PolicyRequires(Vec<OrgId>),
}

/// How the account stands, to a session that still counts.
pub(crate) async fn status(visit: &Visit) -> Result<Status, MfaRejection> {
    visit.still_counts().await?;
    match visit.web.mfa().status(visit.session.subject()).await {
        Ok(status) => Ok(status),
        Err(error) => Err(visit.refused(error).await),
    }
}

/// Asks for the second factor before a change is confirmed, rather than after.
pub(crate) async fn check_fresh(visit: &Visit, to: &ReturnPath) -> Result<(), MfaRejection> {
    let fresh = visit.web.mfa().settings().fresh();
    visit.check(&StepUpRule::fresh(Needed::SecondFactor, fresh), to).await
}

pub(crate) async fn prefer(visit: &Visit, factor: FactorId) -> Result<Changed, MfaRejection> {
    let assurance = visit.assurance()?;
    done(visit, visit.web.mfa().prefer_factor(&assurance, factor).await).await
}

pub(crate) async fn rename(
    visit: &Visit,
    factor: FactorId,
    label: &str,
) -> Result<Changed, MfaRejection> {
    let assurance = visit.assurance()?;
    done(visit, visit.web.mfa().rename_factor(&assurance, factor, label).await).await
}

/// Removes a factor; the last one with it switches MFA off.
pub(crate) async fn remove(
    visit: &mut Visit,
    fields: &Fields,
    factor: FactorId,
) -> Result<Changed, MfaRejection> {
    let (mfa, assurance) = (visit.web.mfa().clone(), visit.assurance()?);
    let form = visit.session.fingerprint(&format!("/factors/{factor}/remove"), fields);
    let removing = async move { mfa.remove_factor(&assurance, factor).await };
    let removed = visit.web.once().run(form, removing).await;
    kept(visit, form, removed).await
}

/// Switches MFA off.
pub(crate) async fn disable(visit: &mut Visit, fields: &Fields) -> Result<Changed, MfaRejection> {
    let (mfa, assurance) = (visit.web.mfa().clone(), visit.assurance()?);
    let form = visit.session.fingerprint("/disable", fields);
    let disabling = async move { mfa.disable(&assurance).await };
    let disabled = visit.web.once().run(form, disabling).await;
    kept(visit, form, disabled).await
}

/// Replaces the recovery codes. `None` when another request of the same form shows them.
pub(crate) async fn regenerate(
    visit: &mut Visit,
    fields: &Fields,
) -> Result<Result<Option<RecoveryCodes>, WhyUnchanged>, MfaRejection> {
    let form = visit.session.fingerprint("/codes", fields);
    if visit.session.has_answered(form) {
        return Ok(Ok(None));
    }
    let (mfa, held) = (visit.web.mfa().clone(), visit.held()?);
    let regenerating = async move { mfa.regenerate_codes(held.session()).await };
    match visit.web.once().run(form, regenerating).await {
        Some(Ok((signed_in, codes))) => {
            visit.session.keep(signed_in);
            if let Some(signed_in) = visit.signed_in_mut() {
                signed_in.low_codes = None;
            }
            visit.session.note_answered(form);
            visit.raised();
            Ok(Ok(Some(codes)))
        }
        Some(Err(error)) => Ok(Err(why(visit, error).await?)),
        None => Ok(Ok(None)),
    }
}

async fn kept(
    visit: &mut Visit,
    form: Fingerprint,
    session: Option<Result<SignedIn, Error>>,
) -> Result<Changed, MfaRejection> {
    match session {
        Some(Ok(signed_in)) => {
            visit.session.keep(signed_in);
            visit.session.note_answered(form);
            visit.raised();
            Ok(Changed::Done)
        }
        Some(Err(error)) => Ok(Changed::Refused(why(visit, error).await?)),
        // Another request of the same form did it.
        None => Ok(Changed::Done),
    }
}

async fn done(visit: &Visit, result: Result<(), Error>) -> Result<Changed, MfaRejection> {
    match result {
        Ok(()) => Ok(Changed::Done),
        Err(error) => Ok(Changed::Refused(why(visit, error).await?)),
    }
}

async fn why(visit: &Visit, error: Error) -> Result<WhyUnchanged, MfaRejection> {
    match error {
        Error::Refused(Refusal::LabelTaken) => Ok(WhyUnchanged::LabelTaken),
        Error::Refused(Refusal::Invalid(_)) => Ok(WhyUnchanged::LabelInvalid),
        Error::Refused(Refusal::UnknownFactor) => Ok(WhyUnchanged::UnknownFactor),
        Error::Refused(Refusal::NotEnabled) => Ok(WhyUnchanged::NotEnabled),
        Error::Refused(Refusal::Organization(OrgRefusal::PolicyRequires(organizations))) => {
            Ok(WhyUnchanged::PolicyRequires(organizations))
        }
        error => Err(visit.refused(error).await),
    }
}
