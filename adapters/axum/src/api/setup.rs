//! `GET` and `POST /setup`, and what follows: confirm, reissue, finish, cancel.

use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use mfakit::{FactorId, SetupId, SetupRejection, SetupRejectionReason};
use serde::{Deserialize, Serialize};

use super::body::{Body, Typed, given};
use super::caller::{Shown, SignedInCaller};
use super::problem;
use crate::flows::setup::{self, CodeOutcome, Scan, SetupState, WhyNotBegun};
use crate::rejection::MfaRejection;
use crate::safety::Fields;
use crate::visit::Visit;

/// Where the setup stands.
#[derive(Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum SetupBody {
    NotBegun {
        attempt: u32,
    },
    Begun {
        setup: SetupId,
        otpauth_uri: Shown,
        manual_key: Shown,
        qr_svg: Shown,
        digits: u8,
        confirm_by: DateTime<Utc>,
        attempt: u32,
    },
    Confirmed {
        setup: SetupId,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        recovery_codes: Vec<Shown>,
        attempt: u32,
    },
    Finished {
        #[serde(skip_serializing_if = "Vec::is_empty")]
        recovery_codes: Vec<Shown>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Begin {
    attempt: u32,
    #[serde(default, deserialize_with = "given")]
    label: Option<String>,
    #[serde(default, deserialize_with = "given")]
    replaces: Option<FactorId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Confirm {
    setup: SetupId,
    code: Typed,
    #[serde(default, deserialize_with = "given")]
    attempt: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reissue {
    setup: SetupId,
    attempt: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamedSetup {
    setup: SetupId,
}

/// `GET /setup`
pub(crate) async fn show(
    SignedInCaller(mut visit): SignedInCaller,
) -> Result<Response, MfaRejection> {
    let standing = setup::standing(&mut visit).await?;
    Ok(answer(visit, standing).await)
}

/// `POST /setup`: "Start setup".
pub(crate) async fn begin(
    SignedInCaller(mut visit): SignedInCaller,
    Body(body): Body<Begin>,
) -> Result<Response, MfaRejection> {
    let (attempt, replaces) = (body.attempt.to_string(), body.replaces.map(|id| id.to_string()));
    let label = body.label.as_deref();
    if label.is_some_and(|label| label.trim().is_empty()) {
        return Err(problem::not_begun(&visit, WhyNotBegun::LabelInvalid));
    }
    let label = label.map(|label| ("label", label));
    let replaces = replaces.as_deref().map(|id| ("replaces", id));
    let fields = [("form", attempt.as_str())].into_iter().chain(label).chain(replaces);
    let standing = setup::start(&mut visit, &Fields::of(fields)).await?;
    match standing {
        SetupState::NotBegun(None) | SetupState::BegunElsewhere | SetupState::Finished => {
            let problem = problem::repeated(&visit);
            Ok(visit.answer(problem).await)
        }
        standing => Ok(answer(visit, standing).await),
    }
}

/// `POST /setup/confirm`
pub(crate) async fn confirm(
    SignedInCaller(mut visit): SignedInCaller,
    Body(body): Body<Confirm>,
) -> Result<Response, MfaRejection> {
    let (id, attempt) = (body.setup.to_string(), body.attempt.map(|attempt| attempt.to_string()));
    let attempt = attempt.as_deref().map(|attempt| ("form", attempt));
    let fields = [("setup", id.as_str()), ("code", body.code.as_str())].into_iter();
    let fields = Fields::of(fields.chain(attempt));
    let known = visit.session.has_answered(visit.session.fingerprint("/setup/confirm", &fields));
    if !known && visit.signed_in()?.setup != Some(body.setup) {
        return Err(problem::unknown_setup(&visit));
    }
    match setup::confirm(&mut visit, &fields).await? {
        CodeOutcome::Codes(codes) => {
            let (setup, attempt) = (body.setup, visit.session.form);
            let recovery_codes = Shown::codes(&codes);
            Ok(visit.json(&SetupBody::Confirmed { setup, recovery_codes, attempt }).await)
        }
        CodeOutcome::Replaced(codes) => {
            let recovery_codes = Shown::codes(&codes);
            Ok(visit.json(&SetupBody::Finished { recovery_codes }).await)
        }
        CodeOutcome::Rejected(_, rejected) => {
            let problem = rejection(&visit, &rejected);
            Ok(visit.answer(problem).await)
        }
        CodeOutcome::Repeated(SetupState::Begun(_)) => {
            let detail = "this code was judged before: wait for the next one";
            let problem = visit.problem(StatusCode::CONFLICT, "repeated", detail);
            let problem = problem.with("attempt", visit.session.form);
            Ok(visit.answer(problem).await)
        }
        CodeOutcome::Repeated(standing) | CodeOutcome::Stands(standing) => {
            Ok(stands(visit, standing).await)
        }
    }
}

/// `POST /setup/reissue`: new codes, in the place of those that were lost.
pub(crate) async fn reissue(
    SignedInCaller(mut visit): SignedInCaller,
    Body(body): Body<Reissue>,
) -> Result<Response, MfaRejection> {
    check_named(&visit, body.setup)?;
    let (id, attempt) = (body.setup.to_string(), body.attempt.to_string());
    let fields = Fields::of([("setup", id.as_str()), ("form", attempt.as_str())]);
    match setup::reissue(&mut visit, &fields).await? {
        Ok(codes) => {
            let (setup, attempt) = (body.setup, visit.session.form);
            let recovery_codes = Shown::codes(&codes);
            Ok(visit.json(&SetupBody::Confirmed { setup, recovery_codes, attempt }).await)
        }
        Err(SetupState::Confirmed) => {
            let problem = problem::repeated(&visit);
            Ok(visit.answer(problem).await)
        }
        Err(standing) => Ok(stands(visit, standing).await),
    }
}

/// `POST /setup/finish`: "I have saved my codes".
pub(crate) async fn finish(
    SignedInCaller(mut visit): SignedInCaller,
    Body(body): Body<NamedSetup>,
) -> Result<Response, MfaRejection> {
    let id = body.setup.to_string();
    let fields = Fields::of([("setup", id.as_str())]);
    let known = visit.session.has_answered(visit.session.fingerprint("/setup/finish", &fields));
    if known {
        return Ok(answer(visit, SetupState::Finished).await);
    }
    check_named(&visit, body.setup)?;
    match setup::finish(&mut visit, &fields).await? {
        SetupState::Finished => Ok(answer(visit, SetupState::Finished).await),
        standing => Ok(stands(visit, standing).await),
    }
}

/// `POST /setup/cancel`: nothing was enabled.
pub(crate) async fn cancel(
    SignedInCaller(mut visit): SignedInCaller,
    Body(body): Body<NamedSetup>,
) -> Result<Response, MfaRejection> {
    if visit.signed_in()?.setup.is_some() {
        check_named(&visit, body.setup)?;
    }
    setup::cancel(&mut visit).await?;
    Ok(answer(visit, SetupState::NotBegun(None)).await)
}

/// A window with an older setup must not act on the one that has taken its place.
fn check_named(visit: &Visit, setup: SetupId) -> Result<(), MfaRejection> {
    match visit.signed_in()?.setup == Some(setup) {
        true => Ok(()),
        false => Err(problem::unknown_setup(visit)),
    }
}

/// Answers a request for where the setup stands.
async fn answer(visit: Visit, standing: SetupState) -> Response {
    let attempt = visit.session.form;
    let body = match (standing, visit.signed_in().ok().and_then(|signed_in| signed_in.setup)) {
        (SetupState::Begun(setup), _) => begun(&visit, &setup),
        (SetupState::Confirmed, Some(setup)) => {
            SetupBody::Confirmed { setup, recovery_codes: Vec::new(), attempt }
        }
        (SetupState::Finished, _) => SetupBody::Finished { recovery_codes: Vec::new() },
        (SetupState::NotBegun(None), _) => SetupBody::NotBegun { attempt },
        (standing, _) => return stands(visit, standing).await,
    };
    visit.json(&body).await
}

/// Answers a request that did something else: where the setup stands is then a problem.
async fn stands(visit: Visit, standing: SetupState) -> Response {
    let problem = match standing {
        SetupState::NotBegun(Some(why)) => problem::not_begun(&visit, why),
        SetupState::NotBegun(None) => problem::unknown_setup(&visit),
        SetupState::Begun(_) => {
            let detail = "the setup is not confirmed yet";
            visit.problem(StatusCode::CONFLICT, "setup_unconfirmed", detail)
        }
        SetupState::Confirmed => problem::setup_confirmed(&visit),
        SetupState::BegunElsewhere => problem::repeated(&visit),
        SetupState::Finished => {
            return visit.json(&SetupBody::Finished { recovery_codes: Vec::new() }).await;
        }
    };
    visit.answer(problem).await
}

fn begun(visit: &Visit, setup: &Scan) -> SetupBody {
    SetupBody::Begun {
        setup: setup.id,
        otpauth_uri: Shown::new(setup.app.otpauth_uri().to_owned()),
        manual_key: Shown::new(setup.app.manual_key().to_owned()),
        qr_svg: Shown::new(setup.app.qr_svg()),
        digits: visit.web.mfa().settings().totp().digits().count(),
        confirm_by: setup.confirm_by,
        attempt: visit.session.form,
    }
}

fn rejection(visit: &Visit, rejected: &SetupRejection) -> MfaRejection {
    let (code, clock_off) = match rejected.reason {
        SetupRejectionReason::Malformed => ("code_malformed", None),
        SetupRejectionReason::ClockOff(off) => ("code_rejected", Some(off)),
        SetupRejectionReason::Wrong => ("code_rejected", None),
        SetupRejectionReason::CredentialNotVerified => ("credential_not_verified", None),
        SetupRejectionReason::AlreadyRegistered => ("already_registered", None),
    };
    let problem = visit
        .problem(StatusCode::UNPROCESSABLE_ENTITY, code, &rejected.to_string())
        .with("tries_left", rejected.tries_left)
        .with("attempt", visit.session.form);
    match clock_off {
        Some(off) => problem.with("clock_off_seconds", off.num_seconds()),
        None => problem,
    }
}
