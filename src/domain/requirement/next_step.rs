//! What a user can do about what is lacking.

use std::fmt;

use crate::domain::first_factor::FirstFactorName;
use crate::domain::id::FactorId;
use crate::domain::strength::Strength;

/// One thing to do for a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NextStep {
    /// Sign in again by any first factor, or by this one: [`Mfa::reauthenticate`].
    ///
    /// [`Mfa::reauthenticate`]: crate::Mfa::reauthenticate
    SignIn(Option<FirstFactorName>),
    /// Sign in again by a first factor that is no device: what the session has beside one is the same
    /// kind of thing once more: [`Mfa::reauthenticate`].
    ///
    /// [`Mfa::reauthenticate`]: crate::Mfa::reauthenticate
    SignInOtherwise,
    /// Answer a challenge with a code of any factor, or of this one: [`Mfa::step_up`].
    ///
    /// [`Mfa::step_up`]: crate::Mfa::step_up
    Code(Option<FactorId>),
    /// Answer a challenge with a factor of at least this strength: [`Mfa::step_up`].
    ///
    /// [`Mfa::step_up`]: crate::Mfa::step_up
    FactorOf(Strength),
    /// Answer a challenge with a factor whose device verifies its user: [`Mfa::step_up`].
    ///
    /// [`Mfa::step_up`]: crate::Mfa::step_up
    UserVerified,
    /// Answer a challenge with a code of any factor or a recovery code.
    CodeOrRecovery,
    /// Set up a first factor: [`Mfa::begin_setup`]. A current session without any second factor
    /// means that MFA is off, so there is nothing that a challenge could ask for.
    ///
    /// [`Mfa::begin_setup`]: crate::Mfa::begin_setup
    SetUp,
    /// Set up a factor of at least this strength: the account has none.
    SetUpOf(Strength),
    /// Set up a factor whose device verifies its user: the account has none that could.
    SetUpUserVerified,
}

/// Steps that satisfy a rule together.
pub(crate) type Way = Vec<NextStep>;

impl fmt::Display for NextStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignIn(None) => f.write_str("sign in again"),
            Self::SignIn(Some(name)) if *name == FirstFactorName::PASSWORD => {
                f.write_str("sign in again with your password")
            }
            Self::SignIn(Some(name)) => write!(f, "sign in again with {name}"),
            Self::SignInOtherwise => f.write_str("sign in again in another way than by a device"),
            Self::Code(None) => f.write_str("enter a code from your authenticator app"),
            Self::Code(Some(_)) => f.write_str("enter a code of the method that is asked for"),
            Self::CodeOrRecovery => {
                f.write_str("enter a code from your authenticator app or a recovery code")
            }
            Self::FactorOf(Strength::Standard) => f.write_str("use your second factor"),
            Self::FactorOf(Strength::PhishingResistant) => {
                f.write_str("use a passkey or a security key")
            }
            Self::UserVerified => {
                f.write_str("use a passkey or a security key with its PIN or your fingerprint")
            }
            Self::SetUpUserVerified => {
                f.write_str("set up a passkey or a security key with a PIN or your fingerprint")
            }
            Self::SetUp | Self::SetUpOf(Strength::Standard) => {
                f.write_str("set up two-factor authentication")
            }
            Self::SetUpOf(Strength::PhishingResistant) => {
                f.write_str("set up a passkey or a security key")
            }
        }
    }
}
