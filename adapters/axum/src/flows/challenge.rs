//! Answering a challenge: of a sign-in, of a step-up, after a reset.

use mfakit::{
    Answer, Ask, Challenge, Error, LimitedTo, Mfa, Purpose, Refusal, Rejection, SignedIn, Verdict,
};

use crate::rejection::MfaRejection;
use crate::safety::{Fields, ReturnPath};
use crate::session::{Fingerprint, Session, State};
use crate::visit::Visit;
use crate::web::SIGN_IN;

/// The kinds of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnswerKind {
    Code,
    ThreeCodes,
    Recovery,
    Enrollment,
}

impl AnswerKind {
    /// The route of the form that gives it.
    pub(crate) fn route(self) -> &'static str {
        match self {
            Self::Code | Self::ThreeCodes => "/challenge",
            Self::Recovery => "/challenge/recovery",
            Self::Enrollment => "/challenge/enrollment",
        }
    }
}

/// Where an answer leads.
#[derive(Debug)]
pub(crate) enum Answered {
    /// On to where the visitor was going.
    GoOn(String),
    /// The code was not accepted, and this is what is asked now.
    Rejected(Rejection, Ask),
    /// This form was answered before. Nothing was judged; this is what is asked.
    Repeated(Ask),
    /// The challenge takes no more answers, or never did.
    Ended,
    /// The enrollment code was not used in time.
    EnrollmentExpired,
}

/// The challenge of this session, if there is one.
pub(crate) fn asked(session: &Session) -> Option<Challenge> {
    match &session.state {
        State::Waiting(challenge) => Some(challenge.clone()),
        State::SignedIn(signed_in) => signed_in.step_up.clone(),
    }
}

/// Whether it wants an enrollment code, and nothing else.
pub(crate) fn is_enrollment(asked: &Challenge) -> bool {
    *asked.purpose() == Purpose::Enroll
}

/// Where a session without a challenge goes from the challenge's page.
pub(crate) fn destination(visit: &Visit) -> String {
    let went_to = match &visit.session.state {
        State::SignedIn(signed_in) => signed_in.went_to.clone(),
        State::Waiting(_) => None,
    };
    went_to.unwrap_or_else(|| visit.web.places().dashboard.to_string())
}

/// How a challenge stands before it is answered: whether it still takes answers, and what kind.
pub(crate) async fn stands(visit: &Visit, asked: &Challenge) -> Result<Answered, MfaRejection> {
    match visit.web.mfa().ask(asked).await {
        Ok(ask) => Ok(Answered::Repeated(ask)),
        Err(error) => over(visit, error).await,
    }
}

/// Judges what was typed, unless this very form was judged before.
pub(crate) async fn answer(
    visit: &mut Visit,
    kind: AnswerKind,
    fields: &Fields,
    answer: Answer,
) -> Result<Answered, MfaRejection> {
    let Some(asked) = asked(&visit.session) else {
        return Ok(Answered::GoOn(destination(visit)));
    };
    let form = visit.session.fingerprint(kind.route(), fields);
    if visit.session.has_answered(form) {
        return stands(visit, &asked).await;
    }
    let mfa = visit.web.mfa().clone();
    let challenge = asked.clone();
    let judging = async move { judge(mfa, challenge, answer).await };
    match visit.web.once().run(form, judging).await {
        Some(Ok(Judged::Raised(raised))) => Ok(Answered::GoOn(go_on(visit, &asked, *raised))),
        Some(Ok(Judged::Rejected(rejected))) => rejected_form(visit, &asked, form, rejected).await,
        // Three codes where one is asked for.
        Some(Err(Error::Refused(Refusal::WrongAnswerKind))) => stands(visit, &asked).await,
        Some(Err(error)) => over(visit, error).await,
        // Another request of the same form has the answer. If it passed, so goes this one.
        None => match stands(visit, &asked).await? {
            Answered::Ended => Ok(Answered::GoOn(return_to(visit, &asked).to_string())),
            stands => Ok(stands),
        },
    }
}

/// Leaves a challenge. `true` when the sign-in is to end with it.
pub(crate) fn cancel(visit: &mut Visit) -> bool {
    match visit.signed_in_mut() {
        Some(signed_in) => {
            signed_in.step_up = None;
            signed_in.resume = None;
            visit.changed();
            false
        }
        None => true,
    }
}

enum Judged {
    Raised(Box<Raised>),
    Rejected(Rejection),
}

struct Raised {
    signed_in: SignedIn,
    low_codes: Option<usize>,
}

async fn judge(mfa: Mfa, challenge: Challenge, answer: Answer) -> Result<Judged, Error> {
    let passed = match mfa.answer(&challenge, answer).await? {
        Verdict::Rejected(rejected) => return Ok(Judged::Rejected(rejected)),
        Verdict::Passed(passed) => passed,
    };
    let low_codes = passed.recovery_left.filter(|_| passed.recovery_low);
    Ok(Judged::Raised(Box::new(Raised { signed_in: passed.signed_in, low_codes })))
}

fn go_on(visit: &mut Visit, asked: &Challenge, raised: Raised) -> String {
    let to = match &raised.signed_in {
        SignedIn::Full(..) => return_to(visit, asked).to_string(),
        SignedIn::Limited(limited) => match limited.next_step() {
            LimitedTo::RegenerateCodes => visit.web.path("/codes"),
            LimitedTo::StepUp(_) => visit.web.step_up_path(SIGN_IN, &return_to(visit, asked), &[]),
            _ => visit.web.path("/setup"),
        },
    };
    match visit.signed_in_mut() {
        Some(_) => visit.session.keep(raised.signed_in),
        None => visit.session = Session::signed_in(raised.signed_in),
    }
    if let Some(signed_in) = visit.signed_in_mut() {
        signed_in.step_up = None;
        signed_in.went_to = Some(to.clone());
        signed_in.passed = Some(asked.id());
        signed_in.low_codes = raised.low_codes;
    }
    visit.raised();
    to
}

async fn rejected_form(
    visit: &mut Visit,
    asked: &Challenge,
    form: Fingerprint,
    rejected: Rejection,
) -> Result<Answered, MfaRejection> {
    visit.session.note_answered(form);
    visit.changed();
    match stands(visit, asked).await? {
        Answered::Repeated(ask) => Ok(Answered::Rejected(rejected, ask)),
        over => Ok(over),
    }
}

/// Where the visitor was going, if that is still a place of this site.
pub(crate) fn return_to(visit: &Visit, asked: &Challenge) -> ReturnPath {
    let noted = asked.return_to().and_then(ReturnPath::parse);
    noted.unwrap_or_else(|| visit.web.places().dashboard.clone())
}

async fn over(visit: &Visit, error: Error) -> Result<Answered, MfaRejection> {
    match error {
        Error::Refused(
            Refusal::ChallengeExpired
            | Refusal::ChallengeSpent
            | Refusal::NotEnabled
            | Refusal::SignInAgain,
        ) => Ok(Answered::Ended),
        Error::Refused(Refusal::EnrollmentExpired(_)) => Ok(Answered::EnrollmentExpired),
        error => Err(visit.refused(error).await),
    }
}
