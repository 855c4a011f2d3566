//! The state of a challenge: the ways to answer it, and how often it still can be.

#[cfg(feature = "webauthn")]
use super::factor::webauthn::RequestOptions;
use super::id::FactorId;
use super::label::Label;

/// One way to answer a challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Prompt {
    /// A code of this authenticator app: [`Answer::code_of`](crate::Answer::code_of).
    Totp {
        /// The factor to name in the answer.
        factor: FactorId,
        /// The name that its owner gave it.
        label: Label,
        /// The number of digits of its codes.
        digits: u8,
    },
    /// An assertion of one of the account's passkeys and security keys: these options are for
    /// `navigator.credentials.get()`, and [`Answer::webauthn`](crate::Answer::webauthn) takes what
    /// it answers.
    #[cfg(feature = "webauthn")]
    WebAuthn(RequestOptions),
    /// A recovery code: [`Answer::recovery`](crate::Answer::recovery).
    Recovery,
    /// An enrollment code: [`Answer::enrollment`](crate::Answer::enrollment).
    EnrollmentCode,
}

/// The state of a challenge: see [`Mfa::ask`](crate::Mfa::ask).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ask {
    /// The ways to answer, the preferred factor first. Empty when nothing can answer it: every
    /// factor is suspended, and the rule of the step-up takes no recovery code.
    pub prompts: Vec<Prompt>,
    /// The number of codes that the challenge still takes. `None` for an enrollment code, which it
    /// does not count.
    pub tries_left: Option<u8>,
    /// Whether a single code is not judged any more, and three in a row are:
    /// [`Answer::three_codes_of`](crate::Answer::three_codes_of).
    pub three_codes: bool,
    /// Whether every factor that could be asked for is suspended after too many failures in a row.
    pub suspended: bool,
    /// Whether the account has a factor that this build cannot ask for: of a kind that a later
    /// release knows, or whose feature is off.
    pub unaskable: bool,
    /// Whether recovery codes are not judged for now: the account's are imported ones of less than
    /// 64 bits, and too many wrong ones were tried.
    pub recovery_paused: bool,
}

impl Ask {
    /// The authenticator apps among the prompts, each with its label and its number of digits.
    pub fn factors(&self) -> impl Iterator<Item = (FactorId, &Label, u8)> {
        self.prompts.iter().filter_map(|prompt| match prompt {
            Prompt::Totp { factor, label, digits } => Some((*factor, label, *digits)),
            #[cfg(feature = "webauthn")]
            Prompt::WebAuthn(_) => None,
            Prompt::Recovery | Prompt::EnrollmentCode => None,
        })
    }

    /// The options for the account's passkeys and security keys, if any can be asked for.
    #[cfg(feature = "webauthn")]
    pub fn webauthn(&self) -> Option<&RequestOptions> {
        self.prompts.iter().find_map(|prompt| match prompt {
            Prompt::WebAuthn(options) => Some(options),
            Prompt::Totp { .. } | Prompt::Recovery | Prompt::EnrollmentCode => None,
        })
    }

    /// Whether a recovery code answers it.
    pub fn takes_recovery(&self) -> bool {
        self.prompts.contains(&Prompt::Recovery)
    }

    /// Whether it wants an enrollment code, and nothing else.
    pub fn wants_enrollment_code(&self) -> bool {
        self.prompts.contains(&Prompt::EnrollmentCode)
    }
}
