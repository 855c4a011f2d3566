//! The identifier of a user.

use std::fmt;
use std::sync::Arc;

use crate::domain::invalid::{Invalid, bytes_within, no_control};

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
}
