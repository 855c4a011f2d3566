//! What a challenge is for.

use std::borrow::Borrow;
use std::sync::Arc;

use super::invalid::{Invalid, bytes_within, no_control};

/// What passing a challenge is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Purpose {
    /// Completing a sign-in.
    SignIn,
    /// Raising a session that is signed in already, for the action of this name.
    StepUp(ActionName),
    /// Enrolling after a reset: it takes an enrollment code and nothing else.
    Enroll,
}

/// The name of an action that asks for a step-up: 1 to 64 bytes without control characters, for
/// instance `payout` or `api_keys.create`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActionName(Arc<str>);

impl ActionName {
    /// Takes a name.
    ///
    /// # Errors
    /// [`Invalid`] with the bound that was missed.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Invalid> {
        let text = text.as_ref();
        bytes_within("action name", text, 1, 64)?;
        no_control("action name", text)?;
        Ok(Self(text.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for ActionName {
    fn borrow(&self) -> &str {
        &self.0
    }
}
