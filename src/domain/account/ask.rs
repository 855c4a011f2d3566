//! Describes a challenge without an answer to it.

use chrono::{DateTime, Utc};

use super::state::Account;
use crate::domain::challenge::Challenge;
use crate::domain::context::Context;
#[cfg(feature = "webauthn")]
use crate::domain::factor::webauthn::{Credential, RelyingParty, RequestOptions, UserVerification};
use crate::domain::factor::{Factor, FactorState};
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
        let mut prompts = self.prompts(challenge, context);
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

    /// A prompt for each authenticator app and one for all credentials, the preferred one first.
    fn prompts(&self, challenge: &Challenge, context: Context<'_>) -> Vec<Prompt> {
        let mut prompts = Vec::with_capacity(self.factors.len() + 1);
        for factor in self.asked_factors(challenge, context) {
            match factor.state() {
                FactorState::Totp(totp) => prompts.push(Prompt::Totp {
                    factor: factor.id,
                    label: factor.label.clone(),
                    digits: totp.params.digits().count(),
                }),
                #[cfg(feature = "webauthn")]
                FactorState::WebAuthn(_) => {
                    let asked = |prompt: &Prompt| matches!(prompt, Prompt::WebAuthn(_));
                    let here = context.settings.relying_party.as_ref();
                    if let Some(here) = here.filter(|_| !prompts.iter().any(asked)) {
                        let asked = self.asked_factors(challenge, context);
                        let allowed = asked.filter_map(Factor::credential);
                        prompts.push(Prompt::WebAuthn(options(here, challenge, allowed)));
                    }
                }
                FactorState::Unknown(_) => {}
            }
        }
        prompts
    }

    /// The strength of the strongest factor that can be asked for under these settings; `None` where
    /// there is none. A suspended factor cannot be asked for, nor one of a kind that this build does
    /// not know.
    pub fn askable_strength(&self, context: Context<'_>) -> Option<Strength> {
        self.askable_factors(context).filter_map(Factor::strength).max()
    }

    /// Returns when the newest factor of this strength that can be asked for here was set up.
    pub(super) fn newest_of(
        &self,
        strength: Option<Strength>,
        context: Context<'_>,
    ) -> Option<DateTime<Utc>> {
        let such = self.askable_factors(context).filter(|factor| factor.strength() == strength);
        such.map(Factor::added_at).max()
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
            let askable = self.askable_factors(context);
            askable.filter(move |factor| (self.preferred == Some(factor.id)) == preferred)
        };
        usable(true).chain(usable(false))
    }

    /// The factors that can be asked for, in the order they were added.
    fn askable_factors<'a>(&'a self, context: Context<'a>) -> impl Iterator<Item = &'a Factor> {
        self.factors.iter().filter(move |f| !f.suspended && context.settings.asks_for(f))
    }
}

/// The options that ask the browser for an assertion by one of these credentials.
#[cfg(feature = "webauthn")]
fn options<'a>(
    relying_party: &RelyingParty,
    challenge: &Challenge,
    allowed: impl Iterator<Item = &'a Credential>,
) -> RequestOptions {
    let verification = match challenge.needs_user_verification() {
        true => UserVerification::Required,
        false => UserVerification::Discouraged,
    };
    let allowed = allowed.map(Credential::descriptor);
    RequestOptions::new(relying_party, challenge.id.into(), allowed).user_verification(verification)
}
