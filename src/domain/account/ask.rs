//! How a challenge stands, without an answer to it.

use super::state::Account;
use crate::domain::challenge::Challenge;
use crate::domain::context::Context;
#[cfg(feature = "webauthn")]
use crate::domain::factor::webauthn::{Credential, RequestOptions};
use crate::domain::factor::{Factor, FactorState};
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
        let mut prompts = self.prompts(challenge, context);
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
            unaskable: self.factors.iter().any(|factor| !context.settings.asks_for(factor)),
            recovery_paused: self.recovery.is_none()
                && self.imported_codes().is_some_and(|set| set.paused(context.now)),
        })
    }

    /// A prompt for each authenticator app and one for all credentials, the preferred one first.
    #[cfg_attr(
        not(feature = "webauthn"),
        allow(unused_variables, reason = "for credentials alone")
    )]
    fn prompts(&self, challenge: &Challenge, context: Context<'_>) -> Vec<Prompt> {
        let mut prompts = Vec::with_capacity(self.factors.len() + 1);
        for factor in self.usable_factors(context) {
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
                        let credentials =
                            self.usable_factors(context).filter_map(Factor::credential);
                        let allowed = credentials.map(Credential::descriptor);
                        let options = RequestOptions::new(here, challenge.id.into(), allowed);
                        prompts.push(Prompt::WebAuthn(options));
                    }
                }
                FactorState::Unknown(_) => {}
            }
        }
        prompts
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
