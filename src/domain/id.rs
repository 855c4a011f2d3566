//! Identifiers: who, which factor, which setup, which commit.

use std::fmt;
use std::sync::Arc;

use super::invalid::{Invalid, bytes_within, no_control};

/// The stable identifier of one user, as the host knows it.
///
/// 1 to 255 bytes without control characters, compared byte for byte: no case folding, no
/// trimming, no Unicode normalization. Use the primary key of the host's user table, never an
/// e-mail address: addresses change hands, and with them would the factors.
///
/// ```
/// use mfakit::Subject;
///
/// let by_text = Subject::new("user-1815")?;
/// let by_number = Subject::from(1815_u64);
/// let by_uuid = Subject::new("c0ffee00-1815-4a11-8b1d-1c0de0c0de00")?;
/// assert_eq!(by_number.as_str(), "1815");
/// # let _ = (by_text, by_uuid);
/// # Ok::<(), mfakit::Invalid>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject(Arc<str>);

impl Subject {
    /// Takes an identifier as the host writes it.
    ///
    /// # Errors
    /// [`Invalid`] when it has no bytes, more than 255, or a control character.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Invalid> {
        let text = text.as_ref();
        bytes_within("subject", text, 1, 255)?;
        no_control("subject", text)?;
        Ok(Self(text.into()))
    }

    /// The identifier as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for Subject {
    type Error = Invalid;
    fn try_from(text: &str) -> Result<Self, Invalid> {
        Self::new(text)
    }
}

impl TryFrom<String> for Subject {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::new(text)
    }
}

impl std::str::FromStr for Subject {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::new(text)
    }
}

macro_rules! subject_from_integer {
    ($($int:ty),*) => {$(
        impl From<$int> for Subject {
            fn from(number: $int) -> Self {
                Self(number.to_string().into())
            }
        }
    )*};
}
subject_from_integer!(u32, u64, u128, i32, i64);

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subject({:?})", &*self.0)
    }
}

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        ///
        /// 128 random bits, written as 32 lower-case hexadecimal digits. Whoever makes one passes
        /// the randomness in: the domain draws none of its own.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Makes an identifier from 16 bytes of a cryptographic generator.
            pub const fn from_random(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The 16 bytes.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = Invalid;
            fn from_str(text: &str) -> Result<Self, Invalid> {
                parse_hex(text).map(Self).ok_or(Invalid::Form {
                    what: $what,
                    form: "32 lower-case hexadecimal digits",
                })
            }
        }
    };
}

random_id!(
    /// One registered factor of an account.
    FactorId, "factor id");
random_id!(
    /// One setup, from its beginning to its end.
    SetupId, "setup id");
random_id!(
    /// One challenge.
    ChallengeId, "challenge id");
random_id!(
    /// One session of one user. Re-authentication, raising and token renewal keep it.
    SessionId, "session id");
random_id!(
    /// One attempt to commit. The stored account remembers its last 32, so that a commit whose
    /// reply was lost is recognized instead of repeated.
    CommitId, "commit id");

/// Written as one text: an account is stored with some forty of these.
fn write_hex(bytes: &[u8; 16], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
    let mut text = [0; 32];
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 0x0f)]);
    }
    f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
}

fn parse_hex(text: &str) -> Option<[u8; 16]> {
    let digits = text.as_bytes();
    if digits.len() != 32 {
        return None;
    }
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = (value(pair[0])? << 4) | value(pair[1])?;
    }
    Some(bytes)
}

/// The version of a stored account: what compare-and-swap compares.
///
/// The first version of a row is random and every later one is one more. A row that is erased and
/// made again therefore never meets a version of its former life. It fits a signed 64-bit column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(u64);

impl Version {
    /// The largest number a first version has. It leaves 2⁶² further commits.
    const FIRST_MAX: u64 = (1 << 62) - 1;

    /// The first version of a row that does not exist yet, from 8 random bytes.
    pub const fn first(random: [u8; 8]) -> Self {
        // Zero is the stamp of an account without credentials (see `Stamp`).
        let number = u64::from_be_bytes(random) & Self::FIRST_MAX;
        Self(if number == 0 { 1 } else { number })
    }

    /// The version that a stored column holds.
    ///
    /// # Errors
    /// [`Invalid`] when it is zero or above 2⁶³ − 1, which no version ever is.
    pub const fn from_stored(number: u64) -> Result<Self, Invalid> {
        if number == 0 || number > i64::MAX as u64 {
            return Err(Invalid::Form { what: "version", form: "between 1 and 2^63 - 1" });
        }
        Ok(Self(number))
    }

    /// The number, 1 to 2⁶³ − 1.
    pub const fn number(self) -> u64 {
        self.0
    }

    pub(crate) const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Identifies the set of credentials that a session's evidence was gained under.
///
/// It changes with every credential or password change, and evidence under another stamp is void
/// (NIST SP 800-63B-4 §5.2; ASVS 5.0 §7.4.3). It is the [`Version`] at which the credentials last changed, and zero as
/// long as the account has never had any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Stamp(u64);

impl Stamp {
    /// The stamp of an account whose credentials never changed.
    pub const NONE: Self = Self(0);

    pub(crate) const fn at(version: Version) -> Self {
        Self(version.0)
    }

    /// The stamp that a stored column holds.
    pub const fn from_stored(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_compared_byte_for_byte() {
        let plain = Subject::new("ada").unwrap();
        for other in ["Ada", "ada ", " ada", "a\u{0308}da", "аda"] {
            assert_ne!(plain, Subject::new(other).unwrap(), "{other:?}");
        }
    }

    #[test]
    fn subjects_outside_their_bounds_are_refused() {
        assert!(Subject::new("").is_err());
        assert!(Subject::new("a".repeat(255)).is_ok());
        assert!(Subject::new("a".repeat(256)).is_err());
        for control in ["a\0b", "a\nb", "a\u{7f}b", "a\u{85}b"] {
            assert!(Subject::new(control).is_err(), "{control:?}");
        }
    }

    #[test]
    fn ids_read_what_they_write_and_nothing_else() {
        let id = FactorId::from_random(*b"0123456789abcdef");
        assert_eq!(id.to_string().parse::<FactorId>().unwrap(), id);
        for garbled in
            ["", "00", &"0".repeat(31), &"0".repeat(33), &"G".repeat(32), &"é".repeat(16)]
        {
            assert!(garbled.parse::<FactorId>().is_err(), "{garbled:?}");
        }
    }

    #[test]
    fn a_first_version_is_never_zero_and_fits_a_signed_column() {
        assert_eq!(Version::first([0; 8]).number(), 1);
        assert!(Version::first([0xff; 8]).number() < i64::MAX as u64);
        assert!(Version::from_stored(0).is_err());
        assert!(Version::from_stored(u64::MAX).is_err());
    }
}
