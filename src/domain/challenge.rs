//! A question put to a user, and the answers it takes.

use std::fmt;

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::assurance::Assurance;
use super::bounds::check_return_to;
use super::context::Context;
use super::evidence::Evidence;
use super::id::{ChallengeId, FactorId, SessionId, Stamp, Subject};
use super::invalid::Invalid;
use super::proof::{Passing, Proof};
use super::purpose::Purpose;
use super::refusal::Refusal;
use super::session::Proven;
use super::strength::Strength;

/// A question put to one user in one session, kept in that session until it is answered: of a
/// sign-in, of a step-up, or after a reset.
///
/// It holds what the session has proven so far, so that passing it gives the session that comes of
/// it; by itself it opens nothing. What it can be answered with is not in it: see
/// [`Mfa::ask`](crate::Mfa::ask). How often it was answered, and whether it was passed, is kept with
/// the account, where a client cannot wind it back. It expires ten minutes after it was opened, at
/// once when the account's credentials change or the
/// [epoch](crate::domain::SettingsBuilder::epoch) is raised, and when the account has passed 16 others since. With
/// the feature `serde` it can be written and read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[must_use = "a challenge that is not kept cannot be answered"]
pub struct Challenge {
    pub(crate) id: ChallengeId,
    pub(crate) held: Assurance,
    /// How many challenges the account had passed when this one was opened.
    pub(crate) passes: u64,
    pub(crate) purpose: Purpose,
    pub(crate) needed: Strength,
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "super::evidence::is_false")
    )]
    pub(crate) user_verification: bool,
    pub(crate) recovery: bool,
    pub(crate) expires_at: DateTime<Utc>,
    #[cfg_attr(
        feature = "serde",
        serde(default, deserialize_with = "super::bounds::reading::return_to")
    )]
    pub(crate) return_to: Option<String>,
}

impl Challenge {
    /// The challenge's ID.
    pub fn id(&self) -> ChallengeId {
        self.id
    }

    /// The user who is asked.
    pub fn subject(&self) -> &Subject {
        &self.held.subject
    }

    /// The ID of the session that is asked, and that passing it completes or raises.
    pub fn session(&self) -> SessionId {
        self.held.session
    }

    /// What passing it is good for.
    pub fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// The evidence that the session held before.
    pub fn evidence(&self) -> &[Evidence] {
        &self.held.evidence
    }

    /// The strength that a factor must have to be asked for: at a step-up the least that can meet the
    /// rule, and in any case what the policies require of the session and the account can be asked
    /// for here.
    pub fn needed(&self) -> Strength {
        self.needed
    }

    /// Whether the device has to verify its user, because the rule of the step-up asks for it.
    pub fn needs_user_verification(&self) -> bool {
        self.user_verification
    }

    /// Asks for a factor of at least this strength: what policies whose period is over require of
    /// the session ([`Access::needed`](crate::organization::Access::needed)). It never asks for less
    /// than the challenge did before. [`Mfa::sign_in`](crate::Mfa::sign_in) and
    /// [`Mfa::step_up`](crate::Mfa::step_up) do it by themselves.
    ///
    /// # Security
    /// Give it no more than [`Account::askable_strength`](crate::domain::Account::askable_strength):
    /// what nobody can be asked for, nobody can answer.
    pub fn needing(mut self, strength: Option<Strength>) -> Self {
        self.needed = strength.map_or(self.needed, |strength| strength.max(self.needed));
        self
    }

    /// Whether a factor of this strength, on a device that can or cannot verify its user, is asked
    /// for.
    pub(crate) fn asks_for(&self, strength: Option<Strength>, verifies_user: bool) -> bool {
        strength.unwrap_or(Strength::Standard) >= self.needed
            && (verifies_user || !self.user_verification)
    }

    /// Whether a recovery code is taken: always at a sign-in, at a step-up where the rule says
    /// [`or_recovery`](crate::StepUpRule::or_recovery).
    pub fn takes_recovery(&self) -> bool {
        self.recovery
    }

    /// Until when it can be answered.
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }

    /// Where the user was heading, as the host noted it.
    pub fn return_to(&self) -> Option<&str> {
        self.return_to.as_deref()
    }

    /// Notes where the user was heading: 1 to 2,048 bytes without control characters.
    ///
    /// # Security
    /// The host decides where it redirects. Allow only paths of its own site: `//host` and
    /// `/\host` leave it.
    ///
    /// # Errors
    /// [`Invalid`] with the bound that was missed.
    pub fn with_return_to(mut self, path: &str) -> Result<Self, Invalid> {
        check_return_to(path)?;
        self.return_to = Some(path.to_owned());
        Ok(self)
    }

    /// Completes or raises the session by the proof that this challenge was passed. Give the session
    /// a new token now (ASVS 5.0 §7.2.4). [`Mfa::answer`](crate::Mfa::answer) does it by itself.
    ///
    /// # Errors
    /// [`Refusal::ProofMismatch`] when the proof is of another challenge,
    /// [`Refusal::ProofTooOld`] after 60 seconds.
    pub fn raise(&self, proof: Proof, context: Context<'_>) -> Result<Proven, Refusal> {
        if proof.challenge() != self.id || *proof.purpose() != self.purpose {
            return Err(Refusal::ProofMismatch);
        }
        Ok(Proven::new(self.held.raised(&proof, context)?, proof.facts()))
    }

    pub(crate) fn passing(&self, stamp: Stamp) -> Passing<'_> {
        let Self { id, held: Assurance { subject, session, .. }, purpose, .. } = self;
        Passing { id: *id, subject, session: *session, stamp, purpose }
    }
}

/// An answer as it was typed, or as the browser gave it.
///
/// What was typed is wiped when dropped. Neither is ever printed.
///
/// ```
/// use mfakit::Answer;
///
/// let answer = Answer::code("492 039");
/// assert_eq!(format!("{answer:?}"), "Answer(redacted)");
/// ```
pub struct Answer(pub(crate) AnswerKind);

pub(crate) enum AnswerKind {
    Code {
        factor: Option<FactorId>,
        typed: Typed,
    },
    ThreeCodes {
        factor: Option<FactorId>,
        typed: [Typed; 3],
    },
    Recovery(Typed),
    Enrollment(Typed),
    /// A browser's answer, as JSON.
    #[cfg(feature = "webauthn")]
    WebAuthn(String),
}

pub(crate) type Typed = Zeroizing<String>;

impl Answer {
    /// A code of the preferred factor.
    pub fn code(typed: &str) -> Self {
        Self(AnswerKind::Code { factor: None, typed: bounded(typed) })
    }

    /// A code of the named factor.
    pub fn code_of(factor: FactorId, typed: &str) -> Self {
        Self(AnswerKind::Code { factor: Some(factor), typed: bounded(typed) })
    }

    /// Three codes that the preferred factor showed one after the other, in that order. This is
    /// what an account asks for once its guess budget is empty.
    pub fn three_codes(typed: [&str; 3]) -> Self {
        Self(AnswerKind::ThreeCodes { factor: None, typed: typed.map(bounded) })
    }

    /// Three codes in a row of the named factor.
    pub fn three_codes_of(factor: FactorId, typed: [&str; 3]) -> Self {
        Self(AnswerKind::ThreeCodes { factor: Some(factor), typed: typed.map(bounded) })
    }

    /// A recovery code.
    pub fn recovery(typed: &str) -> Self {
        Self(AnswerKind::Recovery(bounded(typed)))
    }

    /// An enrollment code, after a reset.
    pub fn enrollment(typed: &str) -> Self {
        Self(AnswerKind::Enrollment(bounded(typed)))
    }

    /// The answer of a passkey or security key: the JSON of
    /// `credential.toJSON()`, at a setup of `navigator.credentials.create()` and at a challenge of
    /// `navigator.credentials.get()`. More than 65,536 bytes are refused.
    #[cfg(feature = "webauthn")]
    pub fn webauthn(json: &str) -> Self {
        Self(AnswerKind::WebAuthn(start(json, MOST_JSON).to_owned()))
    }
}

/// Keeps no more of typed input than it takes to see that it is too long.
fn bounded(typed: &str) -> Typed {
    Zeroizing::new(start(typed, MOST_TYPED).to_owned())
}

/// The first bytes of a text, no more than so many.
fn start(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// The most of typed input that is kept, in bytes.
const MOST_TYPED: usize = 256;

/// The most of a browser's answer that is kept, in bytes. What is cut here, before a character of up
/// to four bytes, is still longer than the 65,536 bytes that are read.
#[cfg(feature = "webauthn")]
const MOST_JSON: usize = 65_536 + 4;

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer(redacted)")
    }
}
