//! The verification screen.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mfakit::{Answer, Ask, Challenge, FactorId, Purpose, Rejection, RejectionReason};

use super::{UNPROCESSABLE, status_of};
use crate::flows::challenge::{self, AnswerKind, Answered, asked, destination, is_enrollment};
use crate::pages;
use crate::rejection::{MfaRejection, see_other};
use crate::safety::{Fields, page};
use crate::session::State;
use crate::visit::Visit;

/// `GET /challenge`, with `?factor=` of the factor that the visitor has picked.
pub(crate) async fn screen(visit: Visit) -> Result<Response, MfaRejection> {
    let Some(asked) = asked(&visit.session) else { return Ok(onward(visit).await) };
    match challenge::stands(&visit, &asked).await? {
        Answered::Repeated(ask) if ask.suspended && ask.takes_recovery() => {
            let alert = Some(visit.texts().factors_suspended.to_string());
            Ok(show_recovery(visit, &ask, alert, StatusCode::OK).await)
        }
        Answered::Repeated(ask) => {
            let picked = visit.query().id("factor");
            Ok(show(visit, &asked, picked, &ask, None).await)
        }
        answered => Ok(settle(visit, &asked, answered, None, AnswerKind::Code).await),
    }
}

/// `GET /challenge/recovery`
pub(crate) async fn recovery(visit: Visit) -> Result<Response, MfaRejection> {
    let Some(asked) = asked(&visit.session) else { return Ok(onward(visit).await) };
    match challenge::stands(&visit, &asked).await? {
        Answered::Repeated(ask) if ask.takes_recovery() => {
            Ok(show_recovery(visit, &ask, None, StatusCode::OK).await)
        }
        Answered::Repeated(_) => Ok(visit.go("/challenge").await),
        answered => Ok(settle(visit, &asked, answered, None, AnswerKind::Recovery).await),
    }
}

/// `POST /challenge`
pub(crate) async fn code(mut visit: Visit, fields: Fields) -> Result<Response, MfaRejection> {
    let Some(asked) = asked(&visit.session) else { return Ok(onward(visit).await) };
    if is_enrollment(&asked) {
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
    if !asked.takes_recovery() {
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
    if !is_enrollment(&asked) {
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
    asked: &Challenge,
    answered: Answered,
    factor: Option<FactorId>,
    kind: AnswerKind,
) -> Response {
    let (rejected, ask) = match answered {
        Answered::GoOn(to) => return visit.answer(see_other(&to)).await,
        Answered::Ended => return ended(visit, asked).await,
        Answered::EnrollmentExpired => {
            let alert = Some(visit.texts().enrollment_expired.to_string());
            return show_enrollment(visit, alert).await;
        }
        Answered::Rejected(rejected, ask) => (Some(rejected), ask),
        Answered::Repeated(ask) => (None, ask),
    };
    let digits = digits(&visit, picked(&ask, factor));
    let alert = Some(message(&visit, rejected.as_ref(), &ask, (kind, digits)));
    match kind {
        AnswerKind::Recovery => show_recovery(visit, &ask, alert, UNPROCESSABLE).await,
        AnswerKind::Enrollment => show_enrollment(visit, alert).await,
        AnswerKind::Code | AnswerKind::ThreeCodes => show(visit, asked, factor, &ask, alert).await,
    }
}

/// Why an answer did not pass, in words. Without a rejection it was judged before.
fn message(
    visit: &Visit,
    rejected: Option<&Rejection>,
    ask: &Ask,
    (kind, digits): (AnswerKind, u8),
) -> String {
    use RejectionReason::{
        CredentialNotVerified, Malformed, RecoveryPaused, Suspended, ThreeCodesWanted, Wrong,
    };
    let t = visit.texts();
    let text = match (kind, rejected.map(|rejected| rejected.reason)) {
        (_, Some(Suspended)) => &t.factors_suspended,
        (_, Some(CredentialNotVerified)) => &t.credential_not_verified,
        (_, None) if ask.suspended => &t.factors_suspended,
        (AnswerKind::Recovery, Some(RecoveryPaused)) => &t.recovery_paused,
        (AnswerKind::Recovery, None) if ask.recovery_paused => &t.recovery_paused,
        (AnswerKind::Recovery, _) => &t.wrong_recovery_code,
        (AnswerKind::Enrollment, _) => &t.wrong_enrollment_code,
        (AnswerKind::ThreeCodes, _) => &t.wrong_three,
        (AnswerKind::Code, None) => &t.same_code,
        (AnswerKind::Code, Some(Malformed | ThreeCodesWanted { malformed: true })) => {
            &t.malformed_code
        }
        (
            AnswerKind::Code,
            Some(Wrong | ThreeCodesWanted { malformed: false } | RecoveryPaused),
        ) => &t.wrong_code,
    };
    let text = visit.fill(text, &[("digits", &digits.to_string())]);
    let counted = matches!(kind, AnswerKind::Code | AnswerKind::ThreeCodes);
    match ask.tries_left {
        Some(1) if counted && !ask.three_codes => format!("{text} {}", t.last_try),
        _ => text,
    }
}

/// The factor that was picked, if it is asked for, or else the preferred one, with the digits of its
/// codes.
fn picked(ask: &Ask, picked: Option<FactorId>) -> Option<(FactorId, u8)> {
    let known = ask.factors().find(|(factor, ..)| Some(*factor) == picked);
    known.or_else(|| ask.factors().next()).map(|(factor, _, digits)| (factor, digits))
}

/// The number of digits that a code of this factor has.
fn digits(visit: &Visit, factor: Option<(FactorId, u8)>) -> u8 {
    let usual = visit.web.mfa().settings().totp().digits().count();
    factor.map_or(usual, |(_, digits)| digits)
}

async fn show(
    visit: Visit,
    asked: &Challenge,
    factor: Option<FactorId>,
    ask: &Ask,
    alert: Option<String>,
) -> Response {
    if is_enrollment(asked) {
        return show_enrollment(visit, alert).await;
    }
    if ask.suspended && ask.takes_recovery() {
        return show_recovery(visit, ask, alert, UNPROCESSABLE).await;
    }
    let current = picked(ask, factor);
    let view = pages::ChallengePage {
        factors: ask
            .factors()
            .map(|(factor, label, _)| pages::FactorOption {
                factor,
                label: label.to_string(),
                asked: current.is_some_and(|(current, _)| current == factor),
            })
            .collect(),
        digits: digits(&visit, current),
        three_codes: ask.three_codes,
        recovery: ask.takes_recovery(),
        step_up: matches!(asked.purpose(), Purpose::StepUp(_)),
        alert,
    };
    let status = status_of(view.alert.as_ref());
    visit.show(status, |pages, page| pages.challenge(page, &view)).await
}

async fn show_recovery(
    visit: Visit,
    ask: &Ask,
    alert: Option<String>,
    status: StatusCode,
) -> Response {
    let view = pages::RecoveryPage { back: ask.factors().next().is_some(), alert };
    visit.show(status, |pages, page| pages.recovery(page, &view)).await
}

async fn show_enrollment(visit: Visit, alert: Option<String>) -> Response {
    let view = pages::EnrollmentPage { alert };
    let status = status_of(view.alert.as_ref());
    visit.show(status, |pages, page| pages.enrollment(page, &view)).await
}

/// The challenge is over. A sign-in ends with it; a step-up can be asked for again.
async fn ended(mut visit: Visit, asked: &Challenge) -> Response {
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
