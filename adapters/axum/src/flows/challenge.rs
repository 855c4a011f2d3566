//! Answering a challenge: of a sign-in, of a step-up, after a reset.

use mfakit::{
    Answer, Assurance, Challenge, Error, Mfa, PendingSignIn, Refusal, Rejection, RejectionReason,
    Verdict,
};

use crate::rejection::MfaRejection;
use crate::safety::{Fields, ReturnPath};
use crate::session::{Fingerprint, OpenChallenge, Session, State};
use crate::visit::Visit;

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
    /// The code was not accepted.
    Rejected(Rejection),
    /// This form was answered before. Nothing was judged.
    Repeated(Rejection),
    /// The challenge takes no more answers, or never did.
    Ended,
    /// The enrollment code was not used in time.
    EnrollmentExpired,
}

/// The challenge of this session, if there is one.
pub(crate) fn asked(session: &Session) -> Option<OpenChallenge> {
    match &session.state {
        State::Waiting(waiting) => {
            Some(OpenChallenge { challenge: waiting.challenge.clone(), recovery: true })
        }
        State::SignedIn(signed_in) => signed_in.step_up.clone(),
    }
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
/// Nothing that could be a code is judged, so nothing is charged.
pub(crate) async fn stands(visit: &Visit, asked: &OpenChallenge) -> Result<Answered, MfaRejection> {
    let nothing = match asked.is_enrollment() {
        true => Answer::enrollment(""),
        false if asked.factors().is_empty() => Answer::recovery(""),
        false => Answer::code(""),
    };
    match visit.web.mfa().answer(&asked.challenge, nothing).await {
        Ok(Verdict::Rejected(rejected)) => Ok(Answered::Repeated(rejected)),
        Ok(Verdict::Passed(_)) => Ok(Answered::Ended),
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
    let raising = match &visit.session.state {
        State::Waiting(waiting) => Raising::SignIn(waiting.pending.clone()),
        State::SignedIn(signed_in) => Raising::StepUp(signed_in.assurance.clone()),
    };
    let mfa = visit.web.mfa().clone();
    let challenge = asked.challenge.clone();
    let judging = async move { judge(mfa, challenge, raising, answer).await };
    match visit.web.once().run(form, judging).await {
        Some(Ok(Judged::Raised(raised))) => Ok(Answered::GoOn(go_on(visit, &asked, *raised))),
        Some(Ok(Judged::Rejected(rejected))) => Ok(rejected_form(visit, form, rejected)),
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

/// Whether the challenge takes three codes in a row and no single one.
pub(crate) fn wants_three_codes(stands: &Rejection) -> bool {
    matches!(stands.reason, RejectionReason::ThreeCodesWanted { .. })
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

enum Raising {
    SignIn(PendingSignIn),
    StepUp(Assurance),
}

enum Judged {
    Raised(Box<Raised>),
    Rejected(Rejection),
}

struct Raised {
    assurance: Assurance,
    low_codes: Option<usize>,
}

/// Judges an answer and raises with its proof at once, because a proof lasts a minute and a request
/// may be gone by then.
async fn judge(
    mfa: Mfa,
    challenge: Challenge,
    raising: Raising,
    answer: Answer,
) -> Result<Judged, Error> {
    let passed = match mfa.answer(&challenge, answer).await? {
        Verdict::Rejected(rejected) => return Ok(Judged::Rejected(rejected)),
        Verdict::Passed(passed) => passed,
    };
    let context = mfa.context()?;
    let assurance = match raising {
        Raising::SignIn(pending) => pending.raise(passed.proof, context)?,
        Raising::StepUp(assurance) => assurance.raise(passed.proof, context)?,
    };
    let low_codes = passed.recovery_left.filter(|_| passed.recovery_low);
    Ok(Judged::Raised(Box::new(Raised { assurance, low_codes })))
}

fn go_on(visit: &mut Visit, asked: &OpenChallenge, raised: Raised) -> String {
    let to = if raised.assurance.limited_to_setup() {
        visit.web.path("/setup")
    } else if raised.assurance.limited_to_regenerating() {
        visit.web.path("/codes")
    } else {
        return_to(visit, asked).to_string()
    };
    if visit.signed_in_mut().is_none() {
        visit.session = Session::signed_in(raised.assurance.clone());
    }
    visit.session.keep(raised.assurance);
    if let Some(signed_in) = visit.signed_in_mut() {
        signed_in.step_up = None;
        signed_in.went_to = Some(to.clone());
        signed_in.passed = Some(asked.challenge.id());
        signed_in.low_codes = raised.low_codes;
    }
    visit.raised();
    to
}

fn rejected_form(visit: &mut Visit, form: Fingerprint, rejected: Rejection) -> Answered {
    visit.session.note_answered(form);
    visit.changed();
    match rejected.answers_left {
        Some(0) => Answered::Ended,
        _ => Answered::Rejected(rejected),
    }
}

/// Where the visitor was going, if that is still a place of this site.
pub(crate) fn return_to(visit: &Visit, asked: &OpenChallenge) -> ReturnPath {
    let noted = asked.challenge.return_to().and_then(ReturnPath::parse);
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
