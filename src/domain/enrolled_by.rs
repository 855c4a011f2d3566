//! The evidence by which a factor was enrolled.

use std::fmt;

use super::invalid::{Invalid, bytes_within};
use super::strength::Strength;

/// The evidence of the session that enrolled a factor.
///
/// A credential that was enrolled by an app's code is no better than that code was on that day. It is
/// for people who look at an account; no rule goes by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum EnrolledBy {
    /// A first factor alone: it was the first factor of its account.
    #[default]
    FirstFactor,
    /// An enrollment code, after a reset.
    Enrollment,
    /// A factor that the account had, of this strength.
    Factor(Strength),
    /// A recovery code.
    Recovery,
    /// An import from another system.
    Import,
    /// Something that this release does not know, by its name.
    Unknown(Box<str>),
}

impl EnrolledBy {
    /// The name that it is stored by.
    pub fn as_str(&self) -> &str {
        match self {
            Self::FirstFactor => "first_factor",
            Self::Enrollment => "enrollment",
            Self::Factor(Strength::Standard) => "standard",
            Self::Factor(Strength::PhishingResistant) => "phishing_resistant",
            Self::Recovery => "recovery",
            Self::Import => "import",
            Self::Unknown(name) => name,
        }
    }

    /// Reads a name back: 1 to 32 bytes of lower-case ASCII letters, digits and underscores.
    ///
    /// # Errors
    /// [`Invalid`] with the bound that was missed.
    pub fn named(name: &str) -> Result<Self, Invalid> {
        let known = [
            Self::FirstFactor,
            Self::Enrollment,
            Self::Factor(Strength::Standard),
            Self::Factor(Strength::PhishingResistant),
            Self::Recovery,
            Self::Import,
        ];
        if let Some(known) = known.into_iter().find(|known| known.as_str() == name) {
            return Ok(known);
        }
        bytes_within("name of what enrolled a factor", name, 1, 32)?;
        if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
            let form = "lower-case ASCII letters, digits and underscores";
            return Err(Invalid::Form { what: "name of what enrolled a factor", form });
        }
        Ok(Self::Unknown(name.into()))
    }
}

impl fmt::Display for EnrolledBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for EnrolledBy {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
