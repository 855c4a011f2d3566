//! The identifier of an organization.

use std::fmt;
use std::sync::Arc;

use crate::domain::invalid::{Invalid, bytes_within, no_control};

/// The stable identifier of one organization, as the host knows it.
///
/// 1 to 255 bytes without control characters, compared byte for byte, like a
/// [`Subject`](crate::Subject). Use the primary key of the host's table, never a name or a domain.
///
/// ```
/// use mfakit::organization::OrgId;
///
/// assert_eq!(OrgId::from(42_u64), OrgId::new("42")?);
/// # Ok::<(), mfakit::Invalid>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
pub struct OrgId(Arc<str>);

impl OrgId {
    /// Takes an identifier as the host writes it.
    ///
    /// # Errors
    /// [`Invalid`] when it has no bytes, more than 255, or a control character.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Invalid> {
        let text = text.as_ref();
        bytes_within("organization id", text, 1, 255)?;
        no_control("organization id", text)?;
        Ok(Self(text.into()))
    }

    /// The identifier as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for OrgId {
    type Error = Invalid;
    fn try_from(text: &str) -> Result<Self, Invalid> {
        Self::new(text)
    }
}

impl TryFrom<String> for OrgId {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::new(text)
    }
}

impl std::str::FromStr for OrgId {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::new(text)
    }
}

impl From<OrgId> for String {
    fn from(org: OrgId) -> Self {
        org.as_str().to_owned()
    }
}

macro_rules! org_from_integer {
    ($($int:ty),*) => {$(
        impl From<$int> for OrgId {
            fn from(number: $int) -> Self {
                Self(number.to_string().into())
            }
        }
    )*};
}
org_from_integer!(u32, u64, u128, i32, i64);

impl fmt::Display for OrgId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for OrgId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrgId({:?})", &*self.0)
    }
}
