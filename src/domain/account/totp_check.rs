//! Judging a code of a TOTP factor, or three in a row.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::draft::Draft;
use super::read::Read;
use super::state::Account;
use super::transition::{Decision, Transition};
use crate::domain::budget::Throttle;
use crate::domain::challenge::{Challenge, Typed};
use crate::domain::context::Context;
use crate::domain::event::EventKind;
use crate::domain::factor::Factor;
use crate::domain::factor::totp::{
    Code, SealContext, Step, TRIPLE_SEARCH, TotpSecret, TotpState, drift_of, find_three, match_code,
};
use crate::domain::id::FactorId;
use crate::domain::proof::ProvenBy;
use crate::domain::refusal::Refusal;
use crate::domain::sealed::SealedSecret;
use crate::domain::strength::Strength;
use crate::domain::verdict::{Judgment, Rejection, RejectionReason};

/// A well-formed answer that waits for a factor's secret.
#[derive(Debug)]
#[must_use]
pub struct TotpCheck<'a> {
    account: &'a Account,
    challenge: &'a Challenge,
    factor: &'a Factor,
    totp: &'a TotpState,
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
    /// Reads an answer in codes.
    pub(super) fn read_codes<'a>(
        &'a self,
        challenge: &'a Challenge,
        named: Option<FactorId>,
        typed: &[Typed],
        context: Context<'a>,
    ) -> Result<Read<TotpCheck<'a>>, Refusal> {
        let settings = context.settings;
        let answers_left = self.answers_left(challenge, context);
        if answers_left == 0 {
            return Err(Refusal::ChallengeSpent);
        }
        let rejected = |reason| Ok(Read::Rejected(Rejection::counted(reason, answers_left)));

        let (known, factor) = self.judged_by(named);
        let Some((factor, totp)) = factor.and_then(|f| Some((f, f.totp()?))) else {
            return Err(Refusal::WrongAnswerKind);
        };
        if factor.suspended {
            return rejected(RejectionReason::Suspended);
        }
        let digits = totp.params.digits();
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
            return rejected(match three_codes_wanted {
                true => RejectionReason::ThreeCodesWanted { malformed: true },
                false => RejectionReason::Malformed,
            });
        };
        match (&codes, settings.throttle) {
            (Codes::One(_), Throttle::Budget { .. }) if three_codes_wanted => {
                return rejected(RejectionReason::ThreeCodesWanted { malformed: false });
            }
            (Codes::Three(_), Throttle::SuspendAfter { .. }) => {
                return Err(Refusal::WrongAnswerKind);
            }
            (Codes::One(_), Throttle::Budget { .. } | Throttle::SuspendAfter { .. })
            | (Codes::Three(_), Throttle::Budget { .. }) => {}
        }
        let check = TotpCheck { account: self, challenge, factor, totp, known, codes, context };
        Ok(Read::Judgeable(check))
    }

    /// Whether the named factor is known, and which one judges: that, or else the preferred one. Only
    /// factors that show codes are looked at, so that no code is compared with anything else.
    ///
    /// Every factor is compared, and none is branched on: time does not tell which ids are known.
    fn judged_by(&self, named: Option<FactorId>) -> (bool, Option<&Factor>) {
        let usable = |wanted: Option<FactorId>| {
            let fits = |f: &Factor| !f.suspended && wanted.is_none_or(|id| f.id == id);
            self.code_factors().find(|(f, _)| fits(f)).map(|(_, place)| place)
        };
        let any = self.code_factors().next().map_or(0, |(_, place)| place);
        let preferred = usable(self.preferred).or_else(|| usable(None)).unwrap_or(any);
        let Some(named) = named else {
            return (true, self.factors.get(preferred as usize));
        };
        let (mut known, mut chosen) = (Choice::from(0), preferred);
        for (factor, place) in self.code_factors() {
            let same = factor.id.as_bytes().ct_eq(named.as_bytes());
            chosen.conditional_assign(&place, same);
            known |= same;
        }
        (known.into(), self.factors.get(chosen as usize))
    }

    /// The factors that show codes, each with its place among all.
    fn code_factors(&self) -> impl Iterator<Item = (&Factor, u32)> {
        self.factors.iter().zip(0_u32..).filter(|(factor, _)| factor.totp().is_some())
    }

    /// Whether every factor that shows codes is suspended.
    pub(super) fn codes_suspended(&self) -> bool {
        self.code_factors().all(|(factor, _)| factor.suspended)
    }

    /// How many more codes of a factor a challenge takes.
    pub(super) fn answers_left(&self, challenge: &Challenge, context: Context<'_>) -> u8 {
        let answered = self.charged.spent(challenge.id);
        context.settings.answers_per_challenge.saturating_sub(answered)
    }

    /// Whether the guess budget is empty, so that only three codes in a row are judged.
    pub(super) fn guesses_spent(&self, context: Context<'_>) -> bool {
        matches!(context.settings.throttle, Throttle::Budget { .. })
            && self.guesses_left(context) == 0
    }
}

impl TotpCheck<'_> {
    /// The sealed secret to open.
    pub fn sealed(&self) -> &SealedSecret {
        &self.totp.sealed
    }

    /// The place it is bound to.
    pub fn context(&self) -> SealContext<'_> {
        SealContext {
            subject: &self.account.subject,
            factor: self.factor.id,
            params: self.totp.params,
        }
    }

    /// Judges the answer. `resealed` is the same secret under the primary key, when the stored one
    /// is not: a right answer stores it.
    ///
    /// A single code is charged before it is judged, a replayed one too. A failed triple changes
    /// nothing: it needs no limit, at 7 chances in 10¹⁸.
    pub fn judge(self, secret: &TotpSecret, resealed: Option<SealedSecret>) -> Decision<Judgment> {
        let totp = self.totp;
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
                    None => Decision::Unchanged(Judgment::Rejected(self.rejection(self.account))),
                }
            }
        }
    }

    fn charged(self, step: Option<Step>, resealed: Option<SealedSecret>) -> Transition<Judgment> {
        let mut draft = self.account.draft(self.context);
        let throttle = &self.context.settings.throttle;
        draft.next.budget.charge(throttle, self.context.now);
        if let Some(factor) = draft.factor_mut(self.factor.id) {
            factor.failures = factor.failures.saturating_add(1);
        }
        draft.next.charged.charge(self.challenge.id);
        match step {
            Some(step) => self.accepted(draft, step, resealed),
            None => self.rejected(draft),
        }
    }

    fn three_in_a_row(self, last: Step, resealed: Option<SealedSecret>) -> Transition<Judgment> {
        let mut draft = self.account.draft(self.context);
        let drift = drift_of(last, self.context.unix_seconds(), self.totp.params);
        if let Some(totp) = draft.factor_mut(self.factor.id).and_then(Factor::totp_mut) {
            totp.drift = drift;
        }
        self.accepted(draft, last, resealed)
    }

    fn accepted(
        self,
        mut draft: Draft<'_>,
        step: Step,
        resealed: Option<SealedSecret>,
    ) -> Transition<Judgment> {
        let seconds = self.context.unix_seconds();
        if let Some(factor) = draft.factor_mut(self.factor.id) {
            factor.last_used_at = factor.last_used_at.max(self.context.now);
            factor.failures = 0;
            if let Some(totp) = factor.totp_mut() {
                totp.learn(step, seconds);
                // Every step up to this one is burned, whatever the clock does next.
                totp.last_step = step;
                totp.sealed = resealed.unwrap_or_else(|| totp.sealed.clone());
            }
        }
        let (id, purpose) = (self.factor.id, self.challenge.purpose.clone());
        draft.event(EventKind::CodeAccepted { factor: id, purpose });
        let (kind, strength) = (self.factor.kind(), Strength::Standard);
        draft.pass(self.challenge, ProvenBy::Factor { id, kind, strength, user_verified: false })
    }

    fn rejected(self, mut draft: Draft<'_>) -> Transition<Judgment> {
        // Looked up: a branch on what is known could be timed.
        let factor = [None, Some(self.factor.id)][usize::from(self.known)];
        draft.event(EventKind::CodeRejected { factor, purpose: self.challenge.purpose.clone() });
        let spent = draft.next.guesses_left(self.context) == 0;
        match self.context.settings.throttle {
            Throttle::Budget { .. } if spent && !draft.next.budget.told => {
                draft.next.budget.told = true;
                draft.event(EventKind::GuessesSpent);
            }
            Throttle::SuspendAfter { .. } if spent => {
                // What cannot be guessed is not suspended for guesses.
                let codes = draft.next.factors.iter_mut().filter(|f| f.totp().is_some());
                codes.for_each(|factor| factor.suspended = true);
                draft.event(EventKind::FactorsSuspended);
            }
            Throttle::Budget { .. } | Throttle::SuspendAfter { .. } => {}
        }
        let rejection = self.rejection(&draft.next);
        draft.commit(Judgment::Rejected(rejection))
    }

    /// What the user may know of the state after this answer.
    fn rejection(&self, after: &Account) -> Rejection {
        let answers_left = after.answers_left(self.challenge, self.context);
        let reason = if after.codes_suspended() {
            RejectionReason::Suspended
        } else if after.guesses_spent(self.context) {
            RejectionReason::ThreeCodesWanted { malformed: false }
        } else {
            RejectionReason::Wrong
        };
        Rejection::counted(reason, answers_left)
    }
}

impl Draft<'_> {
    fn factor_mut(&mut self, id: FactorId) -> Option<&mut Factor> {
        self.next.factors.iter_mut().find(|factor| factor.id == id)
    }
}
