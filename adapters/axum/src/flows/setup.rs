//! Setting up: start, scan, confirm, save the codes.

use chrono::{DateTime, Utc};
use mfakit::{
    Answer, Confirmed, Error, FactorId, Invalid, NewFactor, RecoveryCodes, Refusal, Setup, SetupId,
    SetupPrompt, SetupRejection, SignedIn, TotpSetup,
};

use crate::rejection::MfaRejection;
use crate::safety::{Fields, ReturnPath};
use crate::session::{Fingerprint, Resume};
use crate::visit::Visit;

/// Where the setup stands.
#[derive(Debug)]
pub(crate) enum SetupState {
    /// Nothing is under way, for this reason if there is one.
    NotBegun(Option<WhyNotBegun>),
    /// The QR code can be shown and a code confirmed.
    Begun(Scan),
    /// Another request has begun it just now.
    BegunElsewhere,
    /// A code has confirmed it; only "I have saved my codes" is missing.
    Confirmed,
    /// MFA is on, or one factor more is.
    Finished,
}

/// A setup of an authenticator app, which is all that these pages set up.
#[derive(Debug)]
pub(crate) struct Scan {
    pub(crate) id: SetupId,
    pub(crate) confirm_by: DateTime<Utc>,
    pub(crate) app: TotpSetup,
}

impl SetupState {
    /// One that a page of the host's has begun for a factor of another kind is not shown here.
    fn of(setup: Setup) -> Self {
        let (id, confirm_by) = (setup.id(), setup.confirm_by());
        match setup.into_prompt() {
            SetupPrompt::Totp(app) => Self::Begun(Scan { id, confirm_by, app }),
            _ => Self::NotBegun(None),
        }
    }
}

/// Why a setup is not under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhyNotBegun {
    Expired,
    TriedOut,
    EmailUnverified,
    LabelTaken,
    LabelInvalid,
    TooManyFactors,
    UnknownFactor,
}

/// What came of a code.
#[derive(Debug)]
pub(crate) enum CodeOutcome {
    /// The first factor is confirmed: show its codes, then wait until they are saved.
    Codes(RecoveryCodes),
    /// A lost factor is replaced: show the new codes.
    Replaced(RecoveryCodes),
    /// The code was wrong.
    Rejected(Scan, SetupRejection),
    /// This form was judged before: show where the setup stands.
    Repeated(SetupState),
    /// There is nothing to show but where the setup stands.
    Stands(SetupState),
}

/// Where the setup of this session stands. One that waited for a re-authentication resumes.
pub(crate) async fn standing(visit: &mut Visit) -> Result<SetupState, MfaRejection> {
    let resume = visit.signed_in_mut().and_then(|signed_in| signed_in.resume.take());
    if let Some(resume) = resume {
        visit.changed();
        // If it is still not fresh, its start is asked for again: no visitor is sent in circles.
        return match begin(visit, &resume, None).await {
            Ok(standing) => Ok(standing),
            Err(Error::Refused(Refusal::StepUp(_))) => Ok(SetupState::NotBegun(None)),
            Err(error) => Err(visit.refused(error).await),
        };
    }
    let Some(id) = visit.signed_in()?.setup else { return Ok(SetupState::NotBegun(None)) };
    show(visit, id).await
}

/// "Start setup".
pub(crate) async fn start(visit: &mut Visit, fields: &Fields) -> Result<SetupState, MfaRejection> {
    let label = match fields.text("label").trim() {
        "" => suggested_label(visit).await?,
        label => label.to_owned(),
    };
    let form = visit.session.fingerprint("/setup", fields);
    if visit.session.has_answered(form) {
        return standing(visit).await;
    }
    let resume = Resume { label, replaces: fields.id("replaces") };
    match begin(visit, &resume, Some(form)).await {
        Ok(standing @ SetupState::Begun(_)) => {
            visit.session.note_answered(form);
            Ok(standing)
        }
        Ok(standing) => Ok(standing),
        Err(Error::Refused(Refusal::StepUp(unmet))) => {
            if let Some(signed_in) = visit.signed_in_mut() {
                signed_in.resume = Some(resume);
            }
            visit.changed();
            let headers = visit.write().await?;
            let to = ReturnPath::parse(&visit.web.path("/setup"));
            let to = to.unwrap_or_else(|| visit.web.places().profile.clone());
            let action = crate::visit::MANAGE;
            let rejection = visit.step_up(action, &unmet, &to).await;
            Err(rejection.with_headers(headers))
        }
        Err(error) => Err(visit.refused(error).await),
    }
}

/// Begins a setup and keeps its name. What the visitor can mend is a standing, not an error.
async fn begin(
    visit: &mut Visit,
    wanted: &Resume,
    form: Option<Fingerprint>,
) -> Result<SetupState, Error> {
    let not_begun = |why| Ok(SetupState::NotBegun(Some(why)));
    let new = match NewFactor::totp(&wanted.label, &visit.visitor.account) {
        Ok(new) => new,
        Err(
            Invalid::Length { what: "label", .. }
            | Invalid::Character { what: "label", .. }
            | Invalid::Form { what: "label", .. },
        ) => return not_begun(WhyNotBegun::LabelInvalid),
        // The account name is the host's: nothing that a visitor could mend.
        Err(invalid) => return Err(Refusal::from(invalid).into()),
    };
    let new = match wanted.replaces {
        Some(lost) => new.replacing(lost),
        None => new,
    };
    let Some(signed_in) = visit.signed_in_mut() else { return Err(Refusal::SignInAgain.into()) };
    let held = signed_in.held.clone();
    let (mfa, email) = (visit.web.mfa().clone(), visit.visitor.email);
    let beginning = async move { mfa.begin_setup(held.session(), new, email).await };
    let begun = match form {
        Some(form) => visit.web.once().run(form, beginning).await,
        None => Some(beginning.await),
    };
    // Another request of the same form began it, and has its name.
    let Some(begun) = begun else { return Ok(SetupState::BegunElsewhere) };
    match begun {
        Ok(setup) => {
            keep(visit, Some(setup.id()));
            Ok(SetupState::of(setup))
        }
        Err(Error::Refused(Refusal::EmailUnverified)) => not_begun(WhyNotBegun::EmailUnverified),
        Err(Error::Refused(Refusal::LabelTaken)) => not_begun(WhyNotBegun::LabelTaken),
        Err(Error::Refused(Refusal::TooManyFactors)) => not_begun(WhyNotBegun::TooManyFactors),
        Err(Error::Refused(Refusal::UnknownFactor)) => not_begun(WhyNotBegun::UnknownFactor),
        Err(error) => Err(error),
    }
}

async fn show(visit: &mut Visit, id: SetupId) -> Result<SetupState, MfaRejection> {
    match visit.web.mfa().show_setup(visit.held()?.session(), id).await {
        Ok(setup) => Ok(SetupState::of(setup)),
        Err(error) => over(visit, id, error).await,
    }
}

/// "Confirm". A form that comes twice is judged once.
pub(crate) async fn confirm(
    visit: &mut Visit,
    fields: &Fields,
) -> Result<CodeOutcome, MfaRejection> {
    let form = visit.session.fingerprint("/setup/confirm", fields);
    let named: Option<SetupId> = fields.id("setup");
    let current = visit.signed_in()?.setup;
    let repeated = visit.session.has_answered(form);
    let Some(id) = current.filter(|id| named.is_none_or(|named| named == *id)) else {
        let standing = standing(visit).await?;
        // The form of a setup that has become a factor goes on to where that went.
        let finished = repeated && matches!(standing, SetupState::NotBegun(_));
        let standing = if finished { SetupState::Finished } else { standing };
        return Ok(CodeOutcome::Stands(standing));
    };
    if repeated {
        return Ok(CodeOutcome::Repeated(show(visit, id).await?));
    }
    let (mfa, held) = (visit.web.mfa().clone(), visit.held()?);
    let typed = zeroize::Zeroizing::new(fields.text("code").to_owned());
    let confirming =
        async move { mfa.confirm_setup(held.session(), id, Answer::code(&typed)).await };
    let confirmed = match visit.web.once().run(form, confirming).await {
        Some(Ok(confirmed)) => confirmed,
        Some(Err(error)) => return Ok(CodeOutcome::Stands(over(visit, id, error).await?)),
        None => return Ok(CodeOutcome::Repeated(show(visit, id).await?)),
    };
    visit.session.note_answered(form);
    visit.changed();
    match confirmed {
        Confirmed::FirstFactor(codes) => Ok(CodeOutcome::Codes(codes)),
        Confirmed::Added(signed_in) => {
            raised(visit, signed_in);
            Ok(CodeOutcome::Stands(SetupState::Finished))
        }
        Confirmed::Replaced(signed_in, codes) => {
            raised(visit, signed_in);
            Ok(CodeOutcome::Replaced(codes))
        }
        Confirmed::Rejected(rejection) if rejection.tries_left == 0 => {
            keep(visit, None);
            Ok(CodeOutcome::Stands(SetupState::NotBegun(Some(WhyNotBegun::TriedOut))))
        }
        Confirmed::Rejected(rejection) => match show(visit, id).await? {
            SetupState::Begun(setup) => Ok(CodeOutcome::Rejected(setup, rejection)),
            standing => Ok(CodeOutcome::Stands(standing)),
        },
    }
}

/// "Show new codes", after a reload lost them. `Err` inside is where the setup stands instead.
pub(crate) async fn reissue(
    visit: &mut Visit,
    fields: &Fields,
) -> Result<Result<RecoveryCodes, SetupState>, MfaRejection> {
    let form = visit.session.fingerprint("/setup/reissue", fields);
    let Some(id) = visit.signed_in()?.setup else { return Ok(Err(SetupState::NotBegun(None))) };
    if visit.session.has_answered(form) {
        return Ok(Err(show(visit, id).await?));
    }
    let (mfa, held) = (visit.web.mfa().clone(), visit.held()?);
    let reissuing = async move { mfa.reissue_codes(held.session(), id).await };
    match visit.web.once().run(form, reissuing).await {
        Some(Ok(codes)) => {
            visit.session.note_answered(form);
            visit.changed();
            Ok(Ok(codes))
        }
        Some(Err(error)) => Ok(Err(over(visit, id, error).await?)),
        // The codes that count are in the answer to another request of the same form.
        None => Ok(Err(SetupState::Confirmed)),
    }
}

/// "I have saved my codes".
pub(crate) async fn finish(visit: &mut Visit, fields: &Fields) -> Result<SetupState, MfaRejection> {
    let form = visit.session.fingerprint("/setup/finish", fields);
    let Some(id) = visit.signed_in()?.setup else { return Ok(SetupState::Finished) };
    // Another window has replaced the codes since: those that were saved may not be those that count.
    if fields.names_another_form(visit.session.form) {
        return show(visit, id).await;
    }
    let (mfa, held) = (visit.web.mfa().clone(), visit.held()?);
    let finishing = async move { mfa.finish_setup(held.session(), id).await };
    match visit.web.once().run(form, finishing).await {
        Some(Ok(signed_in)) => {
            visit.session.note_answered(form);
            raised(visit, signed_in);
            Ok(SetupState::Finished)
        }
        Some(Err(error)) => over(visit, id, error).await,
        None => Ok(SetupState::Finished),
    }
}

/// "Cancel": nothing was enabled.
pub(crate) async fn cancel(visit: &mut Visit) -> Result<(), MfaRejection> {
    let signed_in = visit.signed_in()?;
    let (held, setup) = (signed_in.held.clone(), signed_in.setup);
    if let Some(id) = setup {
        match visit.web.mfa().cancel_setup(held.session(), id).await {
            Ok(()) | Err(Error::Refused(Refusal::UnknownSetup | Refusal::SetupElsewhere)) => {}
            Err(error) => return Err(visit.refused(error).await),
        }
    }
    keep(visit, None);
    if let Some(signed_in) = visit.signed_in_mut() {
        signed_in.resume = None;
    }
    Ok(())
}

/// What a factor is called unless its owner says otherwise: a name that no other one has.
pub(crate) async fn suggested_label(visit: &Visit) -> Result<String, MfaRejection> {
    let status = match visit.web.mfa().status(visit.visitor.first_factor.subject()).await {
        Ok(status) => status,
        Err(error) => return Err(visit.refused(error).await),
    };
    let name = visit.texts().default_label.clone();
    let taken = |label: &str| status.factors.iter().any(|factor| factor.label.as_str() == label);
    let numbered = (2..=11).map(|number| format!("{name} {number}"));
    let mut free = std::iter::once(name.to_string()).chain(numbered).filter(|l| !taken(l));
    Ok(free.next().unwrap_or_default())
}

/// The label of a factor that is to be replaced.
pub(crate) async fn label_of(
    visit: &Visit,
    factor: FactorId,
) -> Result<Option<String>, MfaRejection> {
    match visit.web.mfa().status(visit.visitor.first_factor.subject()).await {
        Ok(status) => {
            let factor = status.factors.iter().find(|known| known.factor == factor);
            Ok(factor.map(|factor| factor.label.to_string()))
        }
        Err(error) => Err(visit.refused(error).await),
    }
}

async fn over(visit: &mut Visit, id: SetupId, error: Error) -> Result<SetupState, MfaRejection> {
    match error {
        Error::Refused(Refusal::SetupConfirmed) => Ok(SetupState::Confirmed),
        Error::Refused(Refusal::SetupUnconfirmed) => Box::pin(show(visit, id)).await,
        Error::Refused(Refusal::SetupExpired | Refusal::UnknownSetup | Refusal::SetupElsewhere) => {
            keep(visit, None);
            Ok(SetupState::NotBegun(Some(WhyNotBegun::Expired)))
        }
        error => Err(visit.refused(error).await),
    }
}

fn raised(visit: &mut Visit, signed_in: SignedIn) {
    visit.session.keep(signed_in);
    keep(visit, None);
    visit.raised();
}

fn keep(visit: &mut Visit, setup: Option<SetupId>) {
    if let Some(signed_in) = visit.signed_in_mut() {
        signed_in.setup = setup;
    }
    visit.changed();
}
