//! Answering a challenge with a code, or with three in a row.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::{Account, ImportedCheck, OneTimeCheck};
use crate::domain::budget::Throttle;
use crate::domain::challenge::{Answer, AnswerKind, Challenge, Purpose, Typed};
use crate::domain::event::EventKind;
use crate::domain::factor::{Factor, drift_of};
use crate::domain::id::FactorId;
use crate::domain::import::ImportNotice;
use crate::domain::proof::{Proof, ProvenBy};
use crate::domain::refusal::Refusal;
use crate::domain::sealed::{SealContext, SealedSecret};
use crate::domain::time::Context;
use crate::domain::totp::{Code, Step, TRIPLE_SEARCH, TotpSecret, find_three, match_code};
use crate::domain::transition::{Decision, Transition};
use crate::domain::verdict::{Passed, Rejection, Verdict};

use super::draft::Draft;

/// What it takes to judge an answer.
#[derive(Debug)]
#[must_use]
pub enum Question<'a> {
    /// Nothing: it is malformed, or throttled.
    Decided(Verdict),
    /// A factor's secret, unsealed.
    Totp(TotpCheck<'a>),
    /// One evaluation of the slow hash.
    OneTime(OneTimeCheck<'a>),
    /// Evaluations of imported recovery codes, one a code.
    Imported(ImportedCheck<'a>),
}

/// A well-formed answer that waits for a factor's secret.
#[derive(Debug)]
#[must_use]
pub struct TotpCheck<'a> {
    account: &'a Account,
    challenge: &'a Challenge,
    factor: &'a Factor,
    /// The answer named a factor of the account. If not, one is judged all the same, for the time
    /// it takes.
    known: bool,
    codes: Codes,
    context: Context<'a>,
}

#[derive(Debug)]
enum Codes {
    One(Code),
    Three([Code; 3]),
}

impl Account {
    /// Reads an answer to a challenge and says what it takes to judge it.
    ///
    /// # Errors
    /// [`Refusal::ChallengeExpired`] after ten minutes or when the credentials have changed,
    /// [`Refusal::ChallengeSpent`] when it was passed or has taken five codes,
    /// [`Refusal::WrongAnswerKind`], [`Refusal::EnrollmentExpired`].
    pub fn question<'a>(
        &'a self,
        challenge: &'a Challenge,
        answer: &Answer,
        context: Context<'a>,
    ) -> Result<Question<'a>, Refusal> {
        self.check_challenge(challenge, context)?;
        match (&answer.0, &challenge.purpose) {
            (AnswerKind::Enrollment(typed), Purpose::Enroll) => {
                self.ask_enrollment(challenge, typed, context)
            }
            (AnswerKind::Enrollment(_), _) | (_, Purpose::Enroll) => Err(Refusal::WrongAnswerKind),
            (AnswerKind::Recovery(typed), _) => self.ask_recovery(challenge, typed, context),
            (AnswerKind::Code { factor, typed }, _) => {
                self.ask(challenge, *factor, std::slice::from_ref(typed), context)
            }
            (AnswerKind::ThreeCodes { factor, typed }, _) => {
                self.ask(challenge, *factor, typed, context)
            }
        }
    }

    fn check_challenge(&self, challenge: &Challenge, context: Context<'_>) -> Result<(), Refusal> {
        self.settled()?;
        if challenge.subject != self.subject {
            return Err(Refusal::ForeignSession);
        }
        if challenge.stamp != self.stamp || context.now > challenge.expires_at {
            return Err(Refusal::ChallengeExpired);
        }
        if self.charged.passed(challenge.id) { Err(Refusal::ChallengeSpent) } else { Ok(()) }
    }

    fn ask<'a>(
        &'a self,
        challenge: &'a Challenge,
        named: Option<FactorId>,
        typed: &[Typed],
        context: Context<'a>,
    ) -> Result<Question<'a>, Refusal> {
        let settings = context.settings;
        let answered = self.charged.spent(challenge.id);
        let answers_left = settings.answers_per_challenge.saturating_sub(answered);
        if answers_left == 0 {
            return Err(Refusal::ChallengeSpent);
        }
        let left = Some(answers_left);
        let rejected = |rejection: Rejection| Ok(Question::Decided(Verdict::Rejected(rejection)));

        let (known, factor) = self.judged_by(named);
        let Some(factor) = factor.filter(|f| !f.suspended) else {
            return rejected(Rejection {
                suspended: true,
                answers_left: left,
                ..Rejection::plain()
            });
        };
        let digits = factor.totp().params.digits();
        let codes = match typed {
            [one] => Code::parse(one, digits).map(Codes::One),
            [a, b, c] => Code::parse(a, digits)
                .zip(Code::parse(b, digits))
                .zip(Code::parse(c, digits))
                .map(|((a, b), c)| Codes::Three([a, b, c])),
            _ => None,
        };
        let three_codes_wanted = self.guesses_spent(context);
        let Some(codes) = codes else {
            let malformed = Rejection::malformed();
            return rejected(Rejection { answers_left: left, three_codes_wanted, ..malformed });
        };
        match (&codes, settings.throttle) {
            (Codes::One(_), Throttle::Budget { .. }) if three_codes_wanted => {
                return rejected(Rejection {
                    answers_left: left,
                    three_codes_wanted,
                    ..Rejection::plain()
                });
            }
            (Codes::Three(_), Throttle::SuspendAfter { .. }) => {
                return Err(Refusal::WrongAnswerKind);
            }
            _ => {}
        }
        Ok(Question::Totp(TotpCheck { account: self, challenge, factor, known, codes, context }))
    }

    /// Whether the named factor is known, and which one judges: that, or else the preferred one.
    ///
    /// Every factor is compared, and none is branched on: time does not tell which ids are known.
    fn judged_by(&self, named: Option<FactorId>) -> (bool, Option<&Factor>) {
        let usable = |wanted: Option<FactorId>| {
            let fits = |f: &Factor| !f.suspended && wanted.is_none_or(|id| f.id == id);
            self.factors.iter().zip(0_u32..).find(|(f, _)| fits(f)).map(|(_, place)| place)
        };
        let preferred = usable(self.preferred).or_else(|| usable(None)).unwrap_or(0);
        let Some(named) = named else {
            return (true, self.factors.get(preferred as usize));
        };
        let (mut known, mut chosen) = (Choice::from(0), preferred);
        for (factor, place) in self.factors.iter().zip(0_u32..) {
            let same = factor.id.as_bytes().ct_eq(named.as_bytes());
            chosen.conditional_assign(&place, same);
            known |= same;
        }
        (known.into(), self.factors.get(chosen as usize))
    }

    fn guesses_spent(&self, context: Context<'_>) -> bool {
        matches!(context.settings.throttle, Throttle::Budget { .. })
            && self.budget.left(&context.settings.throttle, context.now) == 0
    }
}

impl TotpCheck<'_> {
    /// The sealed secret to open.
    pub fn sealed(&self) -> &SealedSecret {
        &self.factor.totp().sealed
    }

    /// The place it is bound to.
    pub fn context(&self) -> SealContext<'_> {
        SealContext {
            subject: &self.account.subject,
            factor: self.factor.id,
            params: self.factor.totp().params,
        }
    }

    /// Judges the answer. `resealed` is the same secret under the primary key, when the stored one
    /// is not: a right answer stores it.
    ///
    /// A single code is charged before it is judged, a replayed one too. A failed triple changes
    /// nothing: it needs no limit, at 7 chances in 10¹⁸.
    pub fn judge(self, secret: &TotpSecret, resealed: Option<SealedSecret>) -> Decision<Verdict> {
        let totp = self.factor.totp();
        let seconds = self.context.unix_seconds();
        let acceptable = |step: &Step| self.known && *step > totp.last_step;
        match &self.codes {
            Codes::One(code) => {
                let window = totp.window(seconds, self.context.settings.window);
                let step = match_code(secret, totp.params, code, window).filter(acceptable);
                Decision::Change(self.charged(step, resealed))
            }
            Codes::Three(codes) => {
                let window = totp.window(seconds, TRIPLE_SEARCH);
                match find_three(secret, totp.params, codes, window).filter(acceptable) {
                    Some(first) => Decision::Change(self.three_in_a_row(first + 2, resealed)),
                    None => Decision::Unchanged(Verdict::Rejected(self.rejection(self.account))),
                }
            }
        }
    }

    fn charged(self, step: Option<Step>, resealed: Option<SealedSecret>) -> Transition<Verdict> {
        let mut draft = self.account.draft(self.context);
        let throttle = &self.context.settings.throttle;
        draft.next.budget.charge(throttle, self.context.now);
        draft.next.charged.charge(self.challenge.id);
        match step {
            Some(step) => self.accepted(draft, step, resealed),
            None => self.rejected(draft),
        }
    }

    fn three_in_a_row(self, last: Step, resealed: Option<SealedSecret>) -> Transition<Verdict> {
        let mut draft = self.account.draft(self.context);
        let drift = drift_of(last, self.context.unix_seconds(), self.factor.totp().params);
        if let Some(factor) = draft.factor_mut(self.factor.id) {
            factor.totp_mut().drift = drift;
        }
        self.accepted(draft, last, resealed)
    }

    fn accepted(
        self,
        mut draft: Draft<'_>,
        step: Step,
        resealed: Option<SealedSecret>,
    ) -> Transition<Verdict> {
        let seconds = self.context.unix_seconds();
        if let Some(factor) = draft.factor_mut(self.factor.id) {
            factor.last_used_at = factor.last_used_at.max(self.context.now);
            let totp = factor.totp_mut();
            totp.learn(step, seconds);
            // Every step up to this one is burned, whatever the clock does next.
            totp.last_step = step;
            if let Some(resealed) = resealed {
                totp.sealed = resealed;
            }
        }
        draft.next.budget.failures = 0;
        let factor = self.factor.id;
        draft.event(EventKind::CodeAccepted { factor, purpose: self.challenge.purpose.clone() });
        draft.pass(self.challenge, ProvenBy::Totp(factor))
    }

    fn rejected(self, mut draft: Draft<'_>) -> Transition<Verdict> {
        // Looked up: a branch on what is known could be timed.
        let factor = [None, Some(self.factor.id)][usize::from(self.known)];
        draft.event(EventKind::CodeRejected { factor, purpose: self.challenge.purpose.clone() });
        let spent = draft.next.budget.left(&self.context.settings.throttle, self.context.now) == 0;
        match self.context.settings.throttle {
            Throttle::Budget { .. } if spent && !draft.next.budget.told => {
                draft.next.budget.told = true;
                draft.event(EventKind::GuessesSpent);
            }
            Throttle::SuspendAfter { .. } if spent => {
                draft.next.factors.iter_mut().for_each(|factor| factor.suspended = true);
                draft.event(EventKind::FactorsSuspended);
            }
            _ => {}
        }
        let rejection = self.rejection(&draft.next);
        draft.commit(Verdict::Rejected(rejection))
    }

    /// What the user may know of the state after this answer.
    fn rejection(&self, after: &Account) -> Rejection {
        let answered = after.charged.spent(self.challenge.id);
        Rejection {
            malformed: false,
            answers_left: Some(
                self.context.settings.answers_per_challenge.saturating_sub(answered),
            ),
            three_codes_wanted: after.guesses_spent(self.context),
            suspended: after.factors.iter().all(|factor| factor.suspended),
            recovery_paused: false,
        }
    }
}

impl Draft<'_> {
    fn factor_mut(&mut self, id: FactorId) -> Option<&mut Factor> {
        self.next.factors.iter_mut().find(|factor| factor.id == id)
    }

    /// The challenge is passed: gives back its guesses, closes it and makes the proof.
    pub(super) fn pass(mut self, challenge: &Challenge, by: ProvenBy) -> Transition<Verdict> {
        let next = &mut self.next;
        next.budget.give_back(next.charged.spent(challenge.id));
        if next.budget.refill_due && challenge.purpose == Purpose::SignIn {
            next.budget.refill();
        }
        next.charged.pass(challenge.id);
        let recovery_left = next.codes_left();
        let import_notices = next.import_notices();
        let replace = import_notices.contains(&ImportNotice::RegenerateCodes);
        let both_factors = matches!(by, ProvenBy::Totp(_));
        let recovery_low = recovery_left.is_some_and(|left| left <= usize::from(self.low_stock()));
        let proof = Proof::new(
            challenge.subject.clone(),
            challenge.session,
            self.next.stamp,
            challenge.purpose.clone(),
            by,
            self.now(),
        );
        // Whoever has shown both factors can replace the codes, and has to.
        let proof = if replace && both_factors { proof.limited_to_regenerating() } else { proof };
        let return_to = challenge.return_to.clone();
        self.commit(Verdict::Passed(Passed {
            proof,
            recovery_left,
            recovery_low,
            import_notices,
            return_to,
        }))
    }
}
