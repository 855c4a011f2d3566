//! How a challenge stands, without an answer to it.

use super::state::Account;
use crate::domain::challenge::Challenge;
use crate::domain::context::Context;
use crate::domain::factor::Factor;
use crate::domain::prompt::{Ask, Prompt};
use crate::domain::purpose::Purpose;
use crate::domain::refusal::Refusal;

impl Account {
    /// Says what a challenge can be answered with now. It judges nothing and changes nothing.
    ///
    /// # Errors
    /// [`Refusal::ChallengeExpired`], [`Refusal::ChallengeSpent`] and
    /// [`Refusal::EnrollmentExpired`], as [`question`](Self::question) would refuse any answer.
    pub fn ask(&self, challenge: &Challenge, context: Context<'_>) -> Result<Ask, Refusal> {
        self.check_challenge(challenge, context)?;
        if challenge.purpose == Purpose::Enroll {
            self.open_enrollment(context)?;
            return Ok(Ask {
                prompts: vec![Prompt::EnrollmentCode],
                tries_left: None,
                three_codes: false,
                suspended: false,
                unaskable: false,
                recovery_paused: false,
            });
        }
        let tries_left = self.answers_left(challenge, context);
        if tries_left == 0 {
            return Err(Refusal::ChallengeSpent);
        }
        let mut prompts: Vec<Prompt> = self.usable_factors().filter_map(Prompt::of).collect();
        let suspended = prompts.is_empty() && self.factors.iter().any(|factor| factor.suspended);
        let three_codes = !self.codes_suspended() && self.guesses_spent(context);
        if challenge.recovery {
            prompts.push(Prompt::Recovery);
        }
        Ok(Ask {
            prompts,
            tries_left: Some(tries_left),
            three_codes,
            suspended,
            unaskable: self.factors.iter().any(|factor| Prompt::of(factor).is_none()),
            recovery_paused: self.recovery.is_none()
                && self.imported_codes().is_some_and(|set| set.paused(context.now)),
        })
    }

    /// The factors that can be asked for, the preferred one first.
    fn usable_factors(&self) -> impl Iterator<Item = &Factor> {
        let usable = |preferred: bool| {
            let of_kind =
                move |f: &&Factor| !f.suspended && (self.preferred == Some(f.id)) == preferred;
            self.factors.iter().filter(of_kind)
        };
        usable(true).chain(usable(false))
    }
}

impl Prompt {
    /// The prompt of a factor; `None` if this build cannot ask for it.
    fn of(factor: &Factor) -> Option<Self> {
        let digits = factor.totp()?.params.digits().count();
        Some(Self::Totp { factor: factor.id, label: factor.label.clone(), digits })
    }
}
