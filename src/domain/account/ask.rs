//! How a challenge stands, without an answer to it.

use super::state::Account;
use crate::domain::challenge::Challenge;
use crate::domain::context::Context;
use crate::domain::factor::Factor;
use crate::domain::prompt::{Ask, Prompt};
use crate::domain::purpose::Purpose;
use crate::domain::refusal::Refusal;
use crate::domain::strength::Strength;

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
        let mut prompts: Vec<Prompt> =
            self.asked_factors(challenge, context).filter_map(Prompt::of).collect();
        let suspended = prompts.is_empty() && self.factors.iter().any(|factor| factor.suspended);
        let codes = self.asks_for_codes(challenge) && !self.codes_suspended();
        let three_codes = codes && self.guesses_spent(context);
        if challenge.recovery {
            prompts.push(Prompt::Recovery);
        }
        Ok(Ask {
            prompts,
            tries_left: Some(tries_left),
            three_codes,
            suspended,
            unaskable: self.factors.iter().any(|factor| !context.settings.asks_for(factor)),
            recovery_paused: self.recovery.is_none()
                && self.imported_codes().is_some_and(|set| set.paused(context.now)),
        })
    }

    /// The strength of the strongest factor that can be asked for under these settings; `None` where
    /// there is none. A suspended factor cannot be asked for, nor one of a kind that this build does
    /// not know.
    pub fn askable_strength(&self, context: Context<'_>) -> Option<Strength> {
        self.usable_factors(context).filter_map(Factor::strength).max()
    }

    /// The factors that a challenge asks for, the preferred one first: of those that can be asked for
    /// the ones that are strong enough for it.
    pub(super) fn asked_factors<'a>(
        &'a self,
        challenge: &'a Challenge,
        context: Context<'a>,
    ) -> impl Iterator<Item = &'a Factor> {
        let enough = |f: &&Factor| challenge.asks_for(f.strength(), f.verifies_user());
        self.usable_factors(context).filter(enough)
    }

    /// Whether a challenge asks for codes: what they prove is standard, and no more.
    pub(super) fn asks_for_codes(&self, challenge: &Challenge) -> bool {
        challenge.asks_for(Some(Strength::Standard), false)
    }

    /// The factors that can be asked for, the preferred one first.
    fn usable_factors<'a>(&'a self, context: Context<'a>) -> impl Iterator<Item = &'a Factor> {
        let usable = move |preferred: bool| {
            self.factors.iter().filter(move |factor| {
                !factor.suspended
                    && context.settings.asks_for(factor)
                    && (self.preferred == Some(factor.id)) == preferred
            })
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
