//! What the host vouches for: that a user has proven a first factor to it.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::id::Subject;
use super::instant::whole_micros;
use super::invalid::{Invalid, bytes_within};

/// How a first factor was proven.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FirstFactorKind {
    /// A password that the host has checked.
    Password,
    /// Another way, by name: single sign-on, a magic link, a passkey.
    Named(FirstFactorName),
}

impl fmt::Display for FirstFactorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Password => f.write_str("password"),
            Self::Named(name) => f.write_str(name.as_str()),
        }
    }
}

/// The name of a way to sign in: 1 to 32 bytes of lower-case ASCII letters, digits, `-`, `_`, `.`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FirstFactorName(Arc<str>);

impl FirstFactorName {
    /// Takes a name.
    ///
    /// # Errors
    /// [`Invalid`] when it is out of bounds, or `password`, which has a variant of its own.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Invalid> {
        let text = text.as_ref();
        bytes_within("first-factor name", text, 1, 32)?;
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
        if !text.bytes().all(plain) || text == "password" {
            let form = "lower-case ASCII letters, digits, hyphens, underscores and dots, and not `password`";
            return Err(Invalid::Form { what: "first-factor name", form });
        }
        Ok(Self(text.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A first factor that the host has just checked, for one user.
///
/// # Security
/// Nothing here can check it: the host vouches with its own name. Make one only where the password,
/// the identity provider's answer or the like has really been verified, on *every* way to sign in
/// (password reset, remembered browser, token exchange): each of them is a first factor and no more
/// (ASVS 5.0 §6.4.3).
///
/// ```
/// use mfakit::{FirstFactor, Subject};
///
/// let by_password = FirstFactor::password(Subject::from(7_u64), chrono::Utc::now());
/// let by_sso = FirstFactor::named("oidc", Subject::from(7_u64), chrono::Utc::now())?;
/// # let _ = (by_password, by_sso);
/// # Ok::<(), mfakit::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstFactor {
    pub(crate) subject: Subject,
    pub(crate) kind: FirstFactorKind,
    pub(crate) at: DateTime<Utc>,
}

impl FirstFactor {
    /// The user's password was checked at this time.
    pub fn password(subject: Subject, at: DateTime<Utc>) -> Self {
        Self { subject, kind: FirstFactorKind::Password, at: whole_micros(at) }
    }

    /// The user has proven another first factor at this time. For single sign-on, give the time at
    /// which the user authenticated there (`auth_time`), not the time of the redirect.
    ///
    /// # Errors
    /// [`Invalid`] when the name is not a [`FirstFactorName`].
    pub fn named(name: &str, subject: Subject, at: DateTime<Utc>) -> Result<Self, Invalid> {
        let kind = FirstFactorKind::Named(FirstFactorName::new(name)?);
        Ok(Self { subject, kind, at: whole_micros(at) })
    }

    /// Whose it is.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// How it was proven.
    pub fn kind(&self) -> &FirstFactorKind {
        &self.kind
    }

    /// When it was proven.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }
}
