//! The verification screen.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mfakit::{Answer, FactorId, OfferedFactor, Rejection, RejectionReason};

use super::{UNPROCESSABLE, status_of};
use crate::flows::challenge::{self, AnswerKind, Answered, asked, destination, wants_three_codes};
use crate::pages;
use crate::rejection::{MfaRejection, see_other};
use crate::safety::{Fields, page};
use crate::session::{OpenChallenge, State};
use crate::visit::Visit;

/// `GET /challenge`, with `?factor=` of the factor that the visitor has picked.
pub(crate) async fn screen(visit: Visit) -> Result<Response, MfaRejection> {
    let Some(asked) = asked(&visit.session) else { return Ok(onward(visit).await) };
    match challenge::stands(&visit, &asked).await? {
        Answered::Repeated(stands) if asked.factors().is_empty() && !asked.is_enrollment() => {
            let alert = suspended(&visit, &stands);
            Ok(show_recovery(visit, &asked, alert, StatusCode::OK).await)
        }
        Answered::Repeated(stands) => {
            let picked = visit.query().id("factor");
            Ok(show(visit, &asked, picked, stands, None).await)
        }
        answered => Ok(settle(visit, &asked, answered, None, AnswerKind::Code).await),
    }
}

/// `GET /challenge/recovery`
pub(crate) async fn recovery(visit: Visit) -> Result<Response, MfaRejection> {
    let Some(asked) = asked(&visit.session) else { return Ok(onward(visit).await) };
    match challenge::stands(&visit, &asked).await? {
        Answered::Repeated(_) if asked.recovery && !asked.is_enrollment() => {
            Ok(show_recovery(visit, &asked, None, StatusCode::OK).await)
        }
        Answered::Repeated(_) => Ok(visit.go("/challenge").await),
        answered => Ok(settle(visit, &asked, answered, None, AnswerKind::Recovery).await),
    }
}

/// `POST /challenge`
pub(crate) async fn code(mut visit: Visit, fields: Fields) -> Result<Response, MfaRejection> {
    let Some(asked) = asked(&visit.session) else { return Ok(onward(visit).await) };
    if asked.is_enrollment() {
        return Ok(visit.go("/challenge").await);
    }
    let factor: Option<FactorId> = fields.id("factor");
    let typed = ["code", "code2", "code3"].map(|name| fields.text(name));
    let three = !typed[1].is_empty() || !typed[2].is_empty();
    let answer = match (factor, three) {
        (Some(factor), true) => Answer::three_codes_of(factor, typed),
        (Some(factor), false) => Answer::code_of(factor, typed[0]),
        (None, true) => Answer::three_codes(typed),
        (None, false) => Answer::code(typed[0]),
    };
    let kind = if three { AnswerKind::ThreeCodes } else { AnswerKind::Code };
    let answered = challenge::answer(&mut visit, kind, &fields, answer).await?;
    Ok(settle(visit, &asked, answered, factor, kind).await)
}

/// `POST /challenge/recovery`
pub(crate) async fn recover(mut visit: Visit, fields: Fields) -> Result<Response, MfaRejection> {
    let Some(asked) = asked(&visit.session) else { return Ok(onward(visit).await) };
    if !asked.recovery || asked.is_enrollment() {
        return Ok(visit.go("/challenge").await);
    }
    let answer = Answer::recovery(fields.text("code"));
    let kind = AnswerKind::Recovery;
    let answered = challenge::answer(&mut visit, kind, &fields, answer).await?;
    Ok(settle(visit, &asked, answered, None, kind).await)
}

/// `POST /challenge/enrollment`
pub(crate) async fn enroll(mut visit: Visit, fields: Fields) -> Result<Response, MfaRejection> {
    let Some(asked) = asked(&visit.session) else { return Ok(onward(visit).await) };
    if !asked.is_enrollment() {
        return Ok(visit.go("/challenge").await);
    }
    let answer = Answer::enrollment(fields.text("code"));
    let kind = AnswerKind::Enrollment;
    let answered = challenge::answer(&mut visit, kind, &fields, answer).await?;
    Ok(settle(visit, &asked, answered, None, kind).await)
}

/// `POST /challenge/cancel`: nothing is left of a pending sign-in.
pub(crate) async fn cancel(mut visit: Visit) -> Response {
    if challenge::cancel(&mut visit) {
        let sign_in = see_other(visit.web.places().sign_in.as_str());
        return visit.sign_out(sign_in).await;
    }
    visit.go_to_profile().await
}

/// A session without a challenge has passed it, or never had one.
async fn onward(visit: Visit) -> Response {
    let to = destination(&visit);
    visit.answer(see_other(&to)).await
}

async fn settle(
    visit: Visit,
    asked: &OpenChallenge,
    answered: Answered,
    factor: Option<FactorId>,
    kind: AnswerKind,
) -> Response {
    let (rejected, repeated) = match answered {
        Answered::GoOn(to) => return visit.answer(see_other(&to)).await,
        Answered::Ended => return ended(visit, asked).await,
        Answered::EnrollmentExpired => {
            let alert = Some(visit.texts().enrollment_expired.to_string());
            return show_enrollment(visit, alert).await;
        }
        Answered::Rejected(rejected) => (rejected, false),
        Answered::Repeated(rejected) => (rejected, true),
    };
    let digits = digits(&visit, picked(asked, factor));
    let alert = Some(message(&visit, &rejected, repeated, (kind, digits)));
    match kind {
        AnswerKind::Recovery => show_recovery(visit, asked, alert, UNPROCESSABLE).await,
        AnswerKind::Enrollment => show_enrollment(visit, alert).await,
        AnswerKind::Code | AnswerKind::ThreeCodes => {
            show(visit, asked, factor, rejected, alert).await
        }
    }
}

/// Why an answer did not pass, in words.
fn message(
    visit: &Visit,
    rejected: &Rejection,
    repeated: bool,
    (kind, digits): (AnswerKind, u8),
) -> String {
    use RejectionReason::{Malformed, RecoveryPaused, Suspended, ThreeCodesWanted, Wrong};
    let t = visit.texts();
    let text = match (kind, rejected.reason) {
        (_, Suspended) => &t.factors_suspended,
        (AnswerKind::Recovery, RecoveryPaused) => &t.recovery_paused,
        (AnswerKind::Recovery, _) => &t.wrong_recovery_code,
        (AnswerKind::Enrollment, _) => &t.wrong_enrollment_code,
        (AnswerKind::ThreeCodes, _) => &t.wrong_three,
        (AnswerKind::Code, _) if repeated => &t.same_code,
        (AnswerKind::Code, Malformed | ThreeCodesWanted { malformed: true }) => &t.malformed_code,
        (AnswerKind::Code, Wrong | ThreeCodesWanted { malformed: false } | RecoveryPaused) => {
            &t.wrong_code
        }
    };
    let text = visit.fill(text, &[("digits", &digits.to_string())]);
    match rejected.answers_left {
        Some(1) if !wants_three_codes(rejected) => format!("{text} {}", t.last_try),
        _ => text,
    }
}

/// The factor that was picked, if it is offered, or else the preferred one.
fn picked(asked: &OpenChallenge, picked: Option<FactorId>) -> Option<&OfferedFactor> {
    let known = asked.factors().iter().find(|factor| Some(factor.factor()) == picked);
    known.or_else(|| asked.factors().first())
}

/// How many digits a code of this factor has.
fn digits(visit: &Visit, factor: Option<&OfferedFactor>) -> u8 {
    let own = factor.and_then(OfferedFactor::digits);
    own.unwrap_or_else(|| visit.web.mfa().settings().totp().digits()).count()
}

fn suspended(visit: &Visit, stands: &Rejection) -> Option<String> {
    let suspended = stands.reason == RejectionReason::Suspended;
    suspended.then(|| visit.texts().factors_suspended.to_string())
}

async fn show(
    visit: Visit,
    asked: &OpenChallenge,
    factor: Option<FactorId>,
    stands: Rejection,
    alert: Option<String>,
) -> Response {
    if asked.is_enrollment() {
        return show_enrollment(visit, alert).await;
    }
    if stands.reason == RejectionReason::Suspended && asked.recovery {
        return show_recovery(visit, asked, alert, UNPROCESSABLE).await;
    }
    let current = picked(asked, factor);
    let factor = |factor: &OfferedFactor| pages::FactorOption {
        factor: factor.factor(),
        label: factor.label().to_string(),
        asked: current.is_some_and(|current| current.factor() == factor.factor()),
    };
    let view = pages::ChallengePage {
        factors: asked.factors().iter().map(factor).collect(),
        digits: digits(&visit, current),
        three_codes: wants_three_codes(&stands),
        recovery: asked.recovery,
        step_up: asked.is_step_up(),
        alert,
    };
    let status = status_of(view.alert.as_ref());
    visit.show(status, |pages, page| pages.challenge(page, &view)).await
}

async fn show_recovery(
    visit: Visit,
    asked: &OpenChallenge,
    alert: Option<String>,
    status: StatusCode,
) -> Response {
    let view = pages::RecoveryPage { back: !asked.factors().is_empty(), alert };
    visit.show(status, |pages, page| pages.recovery(page, &view)).await
}

async fn show_enrollment(visit: Visit, alert: Option<String>) -> Response {
    let view = pages::EnrollmentPage { alert };
    let status = status_of(view.alert.as_ref());
    visit.show(status, |pages, page| pages.enrollment(page, &view)).await
}

/// The challenge is over. A sign-in ends with it; a step-up can be asked for again.
async fn ended(mut visit: Visit, asked: &OpenChallenge) -> Response {
    let to = challenge::return_to(&visit, asked);
    let step_up = matches!(visit.session.state, State::SignedIn(_));
    let again = match step_up {
        true => to.to_string(),
        false => visit.web.places().sign_in.with_to(&to),
    };
    let view = pages::EndedPage { again, step_up };
    if step_up {
        challenge::cancel(&mut visit);
        return visit.show(UNPROCESSABLE, |pages, page| pages.ended(page, &view)).await;
    }
    let html = {
        let page = visit.web.page(&visit.parts, 0);
        visit.web.pages().ended(&page, &view)
    };
    let response = (UNPROCESSABLE, page(html));
    visit.sign_out(response.into_response()).await
}
