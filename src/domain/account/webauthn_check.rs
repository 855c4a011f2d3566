//! Judging an assertion of a credential.

use super::draft::Draft;
use super::read::Read;
use super::state::Account;
use super::transition::{Decision, Transition};
use crate::domain::challenge::Challenge;
use crate::domain::context::Context;
use crate::domain::event::EventKind;
use crate::domain::factor::webauthn::{
    Accepted, AssertionResponse, Credential, CredentialNotice, RelyingParty, Unverified,
};
use crate::domain::factor::{Factor, FactorState};
use crate::domain::proof::ProvenBy;
use crate::domain::refusal::Refusal;
use crate::domain::strength::Strength;
use crate::domain::verdict::{Judgment, Rejection};

/// A browser's answer, read and within bounds, that waits to be verified.
#[derive(Debug)]
#[must_use]
pub struct WebAuthnCheck<'a> {
    account: &'a Account,
    challenge: &'a Challenge,
    relying_party: &'a RelyingParty,
    factor: &'a Factor,
    credential: &'a Credential,
    /// The answer is of a credential of the account. If not, it is verified by another one all the
    /// same, for the time it takes.
    known: bool,
    response: AssertionResponse,
    context: Context<'a>,
}

impl Account {
    /// Reads an answer of a credential.
    pub(super) fn read_assertion<'a>(
        &'a self,
        challenge: &'a Challenge,
        json: &str,
        context: Context<'a>,
    ) -> Result<Read<WebAuthnCheck<'a>>, Refusal> {
        let here = context.settings.relying_party.as_ref();
        let relying_party = here.ok_or(Refusal::WrongAnswerKind)?;
        let credentials = || {
            let asked = self.asked_factors(challenge, context);
            asked.filter_map(|factor| Some((factor, factor.credential()?)))
        };
        let any = credentials().next().ok_or(Refusal::WrongAnswerKind)?;
        let response = match AssertionResponse::parse(json) {
            Ok(response) => response,
            Err(why) => return Ok(Read::Rejected(Rejection::unverified(why))),
        };
        let found = credentials().find(|(_, known)| known.id() == response.credential_id());
        let (known, (factor, credential)) = (found.is_some(), found.unwrap_or(any));
        let response = if known { response } else { response.said_to_be_of(credential.id()) };
        Ok(Read::Judgeable(WebAuthnCheck {
            account: self,
            challenge,
            relying_party,
            factor,
            credential,
            known,
            response,
            context,
        }))
    }
}

impl WebAuthnCheck<'_> {
    /// Judges the answer. One that does not hold changes nothing and is not counted: a signature
    /// cannot be guessed.
    pub fn judge(self) -> Decision<Judgment> {
        let nonce = self.challenge.id.into();
        let accepted = self.credential.accept(&self.response, &nonce, self.relying_party);
        match accepted {
            // Asked for, and only of credentials that can.
            Ok(accepted) if self.challenge.user_verification && !accepted.user_verified => {
                rejected(Unverified::UserVerification)
            }
            Ok(accepted) if self.known => Decision::Change(self.accepted(accepted)),
            // Told as one whose signature is wrong, and after as much work.
            Ok(_) => rejected(Unverified::Signature),
            Err(why) => rejected(why),
        }
    }

    fn accepted(self, accepted: Accepted) -> Transition<Judgment> {
        let Accepted { next, user_verified, noted } = accepted;
        let mut draft = self.account.draft(self.context);
        draft.used(self.factor, next);
        let (id, purpose) = (self.factor.id, self.challenge.purpose.clone());
        draft.event(EventKind::CredentialAccepted { factor: id, purpose });
        for notice in noted {
            draft.event(match notice {
                CredentialNotice::BecameBackupEligible => {
                    EventKind::CredentialBecameBackupEligible { factor: id }
                }
                CredentialNotice::CounterDidNotRise { stored, found } => {
                    EventKind::CredentialCounterDidNotRise { factor: id, stored, found }
                }
            });
        }
        let (kind, strength) = (self.factor.kind(), Strength::PhishingResistant);
        draft.pass(self.challenge, ProvenBy::Factor { id, kind, strength, user_verified })
    }
}

fn rejected(why: Unverified) -> Decision<Judgment> {
    Decision::Unchanged(Judgment::Rejected(Rejection::unverified(why)))
}

impl Draft<'_> {
    /// The credential was used, and is stored as the assertion has left it.
    fn used(&mut self, factor: &Factor, next: Credential) {
        let now = self.now();
        if let Some(factor) = self.next.factors.iter_mut().find(|other| other.id == factor.id) {
            factor.last_used_at = factor.last_used_at.max(now);
            factor.failures = 0;
            if let FactorState::WebAuthn(state) = &mut factor.state {
                state.credential = next;
            }
        }
    }
}
