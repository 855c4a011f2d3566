//! What the host vouches for: that a user has proven a first factor to it.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::id::Subject;
use super::instant::whole_micros;
use super::invalid::{Invalid, bytes_within};

/// The kind of a first factor, so that one thing is not counted twice: a factor of the account may be a
/// second factor beside it, or the same kind of thing once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum FirstFactorKind {
    /// Something that the user knows: a password. Any factor is a second one to it.
    Knowledge,
    /// A device that has not verified its user, such as a passkey without its PIN. Apps, passkeys,
    /// security keys and recovery codes are things that one has, as it is, so none is a second one.
    Device,
    /// A device that has verified its user, by a PIN or a fingerprint. An app and a recovery code are
    /// second ones to it; a passkey or a security key may be the same device, and is none.
    VerifyingDevice,
    /// A mailbox or a number that a link or a code was sent to. Any factor is a second one to it.
    Mailbox,
    /// An identity provider, by whatever means of its own. Any factor is a second one to it.
    Issuer,
}

impl FirstFactorKind {
    pub(crate) const ALL: [Self; 5] =
        [Self::Knowledge, Self::Mailbox, Self::Issuer, Self::VerifyingDevice, Self::Device];

    /// Whether it is something that the user has.
    pub(crate) fn is_device(self) -> bool {
        match self {
            Self::Device | Self::VerifyingDevice => true,
            Self::Knowledge | Self::Mailbox | Self::Issuer => false,
        }
    }
}

/// The name of a way to sign in: 1 to 32 bytes of lower-case ASCII letters, digits, `-`, `_`, `.`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FirstFactorName(Option<Arc<str>>);

impl FirstFactorName {
    /// `password`, the name of [`FirstFactor::password`] and of nothing else.
    pub const PASSWORD: Self = Self(None);

    /// Takes a name.
    ///
    /// # Errors
    /// [`Invalid`] when it is out of bounds.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Invalid> {
        let text = text.as_ref();
        bytes_within("first-factor name", text, 1, 32)?;
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
        if !text.bytes().all(plain) {
            let form = "lower-case ASCII letters, digits, hyphens, underscores and dots";
            return Err(Invalid::Form { what: "first-factor name", form });
        }
        Ok(if text == Self::PASSWORD.as_str() { Self::PASSWORD } else { Self(Some(text.into())) })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or("password")
    }
}

impl fmt::Display for FirstFactorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
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
/// use mfakit::{FirstFactor, FirstFactorKind, Subject};
///
/// let by_password = FirstFactor::password(Subject::from(7_u64), chrono::Utc::now());
/// let (ada, now) = (Subject::from(7_u64), chrono::Utc::now());
/// let by_sso = FirstFactor::named("oidc", FirstFactorKind::Issuer, ada, now)?;
/// # let _ = (by_password, by_sso);
/// # Ok::<(), mfakit::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstFactor {
    pub(crate) subject: Subject,
    pub(crate) name: FirstFactorName,
    pub(crate) kind: FirstFactorKind,
    pub(crate) at: DateTime<Utc>,
}

impl FirstFactor {
    /// The user's password was checked at this time.
    pub fn password(subject: Subject, at: DateTime<Utc>) -> Self {
        let (name, kind) = (FirstFactorName::PASSWORD, FirstFactorKind::Knowledge);
        Self { subject, name, kind, at: whole_micros(at) }
    }

    /// The user has proven another first factor of this kind at this time. For single sign-on, give
    /// the time at which the user authenticated there (`auth_time`), not the time of the redirect.
    ///
    /// # Errors
    /// [`Invalid`] when the name is not a [`FirstFactorName`], or that of a password.
    pub fn named(
        name: &str,
        kind: FirstFactorKind,
        subject: Subject,
        at: DateTime<Utc>,
    ) -> Result<Self, Invalid> {
        let name = FirstFactorName::new(name)?;
        if name == FirstFactorName::PASSWORD {
            let form = "another than `password`";
            return Err(Invalid::Form { what: "first-factor name", form });
        }
        Ok(Self { subject, name, kind, at: whole_micros(at) })
    }

    /// Whose it is.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The name of the way it was proven.
    pub fn name(&self) -> &FirstFactorName {
        &self.name
    }

    /// The kind of first factor.
    pub fn kind(&self) -> FirstFactorKind {
        self.kind
    }

    /// When it was proven.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }
}
