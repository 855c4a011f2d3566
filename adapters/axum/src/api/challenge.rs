//! `GET` and `POST /challenge`, `POST /challenge/cancel`.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use mfakit::domain::{ChallengeId, Label};
use mfakit::{Answer, Ask, Challenge, FactorId, Purpose, RejectionReason};
use serde::{Deserialize, Serialize};

use super::body::{Body, Typed, given};
use super::caller::Caller;
use crate::flows::challenge::{self, AnswerKind, Answered, asked, is_enrollment, return_to};
use crate::rejection::MfaRejection;
use crate::safety::{Fields, append};
use crate::session::State;
use crate::visit::Visit;

/// The question, and the answers that it takes.
#[derive(Serialize)]
struct ChallengeBody<'a> {
    challenge: ChallengeId,
    purpose: &'static str,
    factors: Vec<FactorBody<'a>>,
    takes: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    answers_left: Option<u8>,
    expires_at: DateTime<Utc>,
    attempt: u32,
}

/// One of the factors that it can be answered with.
#[derive(Serialize)]
struct FactorBody<'a> {
    factor: FactorId,
    kind: &'static str,
    label: &'a str,
    digits: u8,
}

impl<'a> FactorBody<'a> {
    fn of((factor, label, digits): (FactorId, &'a Label, u8)) -> Self {
        Self { factor, kind: "totp", label: label.as_str(), digits }
    }
}

/// Where to go on to.
#[derive(Serialize)]
struct Onward {
    to: String,
    /// Only when they are few.
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_codes_left: Option<usize>,
}

/// One answer; exactly one of the last four.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answering {
    challenge: ChallengeId,
    #[serde(default, deserialize_with = "given")]
    attempt: Option<u32>,
    #[serde(default, deserialize_with = "given")]
    factor: Option<FactorId>,
    #[serde(default, deserialize_with = "given")]
    code: Option<Typed>,
    #[serde(default, deserialize_with = "given")]
    codes: Option<[Typed; 3]>,
    #[serde(default, deserialize_with = "given")]
    recovery_code: Option<Typed>,
    #[serde(default, deserialize_with = "given")]
    enrollment_code: Option<Typed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Canceling {
    challenge: ChallengeId,
}

/// `GET /challenge`
pub(crate) async fn show(Caller(visit): Caller) -> Result<Response, MfaRejection> {
    let Some(asked) = asked(&visit.session) else {
        let detail = "nothing is asked of this session";
        let problem = visit.problem(StatusCode::NOT_FOUND, "no_challenge", detail);
        return Ok(visit.answer(problem).await);
    };
    show_asked(visit, &asked).await
}

/// The question, as long as it stands.
pub(super) async fn show_asked(visit: Visit, asked: &Challenge) -> Result<Response, MfaRejection> {
    match challenge::stands(&visit, asked).await? {
        Answered::Repeated(ask) => {
            let factors: Vec<FactorBody<'_>> = ask.factors().map(FactorBody::of).collect();
            let question = ChallengeBody {
                challenge: asked.id(),
                purpose: match asked.purpose() {
                    Purpose::Enroll => "enroll",
                    Purpose::StepUp(_) => "step_up",
                    _ => "sign_in",
                },
                factors,
                takes: takes(&ask),
                answers_left: ask.tries_left,
                expires_at: asked.expires_at(),
                attempt: visit.session.form,
            };
            Ok(visit.json(&question).await)
        }
        answered => Ok(settle(visit, asked, answered, AnswerKind::Code).await),
    }
}

/// `POST /challenge`
pub(crate) async fn answer(
    Caller(mut visit): Caller,
    Body(body): Body<Answering>,
) -> Result<Response, MfaRejection> {
    let (kind, answer, fields) = match read(&body) {
        Some(read) => read,
        None => {
            let detail = "an answer has one of code, codes, recovery_code and enrollment_code";
            return Err(visit.problem(StatusCode::BAD_REQUEST, "body_malformed", detail));
        }
    };
    let Some(asked) = named(&visit, body.challenge) else {
        return Ok(elsewhere(visit, body.challenge).await);
    };
    let taken = match kind {
        AnswerKind::Code | AnswerKind::ThreeCodes => !is_enrollment(&asked),
        AnswerKind::Recovery => asked.takes_recovery(),
        AnswerKind::Enrollment => is_enrollment(&asked),
    };
    if !taken {
        return Ok(wrong_kind(visit).await);
    }
    let repeated = visit.session.has_answered(visit.session.fingerprint(kind.route(), &fields));
    let answered = challenge::answer(&mut visit, kind, &fields, answer).await?;
    match answered {
        // Three codes where one is asked for.
        Answered::Repeated(ask)
            if kind == AnswerKind::ThreeCodes && !ask.three_codes && !repeated =>
        {
            Ok(wrong_kind(visit).await)
        }
        answered => Ok(settle(visit, &asked, answered, kind).await),
    }
}

/// `POST /challenge/cancel`: nothing is left of a pending sign-in.
pub(crate) async fn cancel(
    Caller(mut visit): Caller,
    Body(body): Body<Canceling>,
) -> Result<Response, MfaRejection> {
    if named(&visit, body.challenge).is_none() {
        return Ok(elsewhere(visit, body.challenge).await);
    }
    let ends = challenge::cancel(&mut visit);
    let places = visit.web.places();
    let to = if ends { &places.sign_in } else { &places.profile }.to_string();
    let onward = Onward { to, recovery_codes_left: None };
    if !ends {
        return Ok(visit.json(&onward).await);
    }
    let signed_out = visit.web.host().sign_out(&visit.parts).await;
    let headers = signed_out.map_err(|error| MfaRejection::host_failed(&visit.parts, error))?;
    let mut response = visit.json(&onward).await;
    append(response.headers_mut(), headers);
    Ok(response)
}

/// The answer of a body, and what recognizes it when it comes again.
fn read(body: &Answering) -> Option<(AnswerKind, Answer, Fields)> {
    let typed = (&body.code, &body.codes, &body.recovery_code, &body.enrollment_code);
    let (kind, typed) = match typed {
        (Some(code), None, None, None) => (AnswerKind::Code, vec![code.as_str()]),
        (None, Some(codes), None, None) => {
            (AnswerKind::ThreeCodes, codes.iter().map(Typed::as_str).collect())
        }
        (None, None, Some(code), None) => (AnswerKind::Recovery, vec![code.as_str()]),
        (None, None, None, Some(code)) => (AnswerKind::Enrollment, vec![code.as_str()]),
        _ => return None,
    };
    let answer = match (kind, typed.as_slice(), body.factor) {
        (AnswerKind::Code, [code], None) => Answer::code(code),
        (AnswerKind::Code, [code], Some(factor)) => Answer::code_of(factor, code),
        (AnswerKind::ThreeCodes, [a, b, c], None) => Answer::three_codes([a, b, c]),
        (AnswerKind::ThreeCodes, [a, b, c], Some(factor)) => {
            Answer::three_codes_of(factor, [a, b, c])
        }
        (AnswerKind::Recovery, [code], None) => Answer::recovery(code),
        (AnswerKind::Enrollment, [code], None) => Answer::enrollment(code),
        // Only codes of an app are a factor's.
        _ => return None,
    };
    let attempt = body.attempt.map(|attempt| attempt.to_string());
    let factor = body.factor.map(|factor| factor.to_string());
    let form = attempt.as_deref().map(|attempt| ("form", attempt));
    let factor = factor.as_deref().map(|factor| ("factor", factor));
    let codes = ["code", "code2", "code3"].into_iter().zip(typed);
    Some((kind, answer, Fields::of(form.into_iter().chain(factor).chain(codes))))
}

/// The challenge of this name, if it is what the session is asked.
fn named(visit: &Visit, challenge: ChallengeId) -> Option<Challenge> {
    asked(&visit.session).filter(|asked| asked.id() == challenge)
}

/// An answer to what is not asked. One that has passed goes on once more.
async fn elsewhere(visit: Visit, challenge: ChallengeId) -> Response {
    if let State::SignedIn(signed_in) = &visit.session.state
        && let Some(to) = signed_in.went_to.clone()
        && signed_in.passed == Some(challenge)
    {
        let recovery_codes_left = signed_in.low_codes;
        return visit.json(&Onward { to, recovery_codes_left }).await;
    }
    let detail = "this challenge is not asked of this session";
    let problem = visit.problem(StatusCode::CONFLICT, "no_challenge", detail);
    visit.answer(problem).await
}

async fn wrong_kind(visit: Visit) -> Response {
    let detail = "the challenge does not take this kind of answer";
    let problem = visit.problem(StatusCode::CONFLICT, "wrong_answer_kind", detail);
    visit.answer(problem).await
}

async fn settle(visit: Visit, asked: &Challenge, answered: Answered, kind: AnswerKind) -> Response {
    let (rejected, ask) = match answered {
        Answered::GoOn(to) => {
            let low = visit.signed_in().ok().and_then(|signed_in| signed_in.low_codes);
            return visit.json(&Onward { to, recovery_codes_left: low }).await;
        }
        Answered::Ended => return ended(visit, asked).await,
        Answered::EnrollmentExpired => {
            let detail = "the enrollment code was not used in time: ask for a new one";
            let problem = visit.problem(StatusCode::CONFLICT, "enrollment_expired", detail);
            return visit.answer(problem).await;
        }
        Answered::Rejected(rejected, ask) => (Some(rejected), ask),
        Answered::Repeated(ask) => (None, ask),
    };
    let (status, code) = match &rejected {
        None => (StatusCode::CONFLICT, "repeated"),
        Some(rejected) => status_and_code(rejected.reason, kind),
    };
    let detail = match &rejected {
        None => "this answer was judged before: wait for the next code".to_owned(),
        Some(rejected) => rejected.to_string(),
    };
    let mut problem = visit
        .problem(status, code, &detail)
        .with("takes", takes(&ask))
        .with("attempt", visit.session.form);
    let left = rejected.map_or(ask.tries_left, |rejected| rejected.answers_left);
    if let Some(left) = left {
        problem = problem.with("answers_left", left);
    }
    visit.answer(problem).await
}

fn status_and_code(reason: RejectionReason, kind: AnswerKind) -> (StatusCode, &'static str) {
    use RejectionReason::{
        CredentialNotVerified, Malformed, RecoveryPaused, Suspended, ThreeCodesWanted, Wrong,
    };
    match (reason, kind) {
        (Suspended, _) => (StatusCode::FORBIDDEN, "factors_suspended"),
        (CredentialNotVerified, _) => (StatusCode::UNPROCESSABLE_ENTITY, "credential_not_verified"),
        (RecoveryPaused, _) => (StatusCode::TOO_MANY_REQUESTS, "recovery_paused"),
        (ThreeCodesWanted { .. }, AnswerKind::Code) => {
            (StatusCode::TOO_MANY_REQUESTS, "three_codes_wanted")
        }
        (Malformed | ThreeCodesWanted { malformed: true }, _) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "code_malformed")
        }
        (Wrong | ThreeCodesWanted { malformed: false }, _) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "code_rejected")
        }
    }
}

/// The members that an answer may have.
fn takes(ask: &Ask) -> &'static [&'static str] {
    if ask.wants_enrollment_code() {
        return &["enrollment_code"];
    }
    let recovery = ask.takes_recovery() && !ask.recovery_paused;
    match (ask.suspended, ask.three_codes, recovery) {
        (false, false, true) => &["code", "recovery_code"],
        (false, false, false) => &["code"],
        (false, true, true) => &["codes", "recovery_code"],
        (false, true, false) => &["codes"],
        (true, _, true) => &["recovery_code"],
        (true, _, false) => &[],
    }
}

/// The challenge is over. A sign-in ends with it; a step-up can be asked for again.
async fn ended(mut visit: Visit, asked: &Challenge) -> Response {
    const CODE: &str = "challenge_over";
    if visit.signed_in().is_ok() {
        challenge::cancel(&mut visit);
        let detail = "the challenge takes no more answers: ask for a new one";
        let problem = visit.problem(StatusCode::CONFLICT, CODE, detail);
        return visit.answer(problem).await;
    }
    let location = visit.web.places().sign_in.with_to(&return_to(&visit, asked));
    let detail = "the challenge takes no more answers: sign in again";
    let problem = visit.problem(StatusCode::UNAUTHORIZED, CODE, detail);
    let problem = problem.to(location).authenticate("Bearer error=\"invalid_token\"");
    visit.sign_out(problem.into_response()).await
}
