//! The name of a sealing key.

use std::fmt;
use std::sync::Arc;

use crate::domain::invalid::{Invalid, bytes_within};

/// The name of a sealing key: 1 to 32 bytes of ASCII letters, digits, `-`, `_` and `.`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(Arc<str>);

impl KeyId {
    /// Takes a key's name.
    ///
    /// # Errors
    /// [`Invalid`] with the bound that was missed.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Invalid> {
        let text = text.as_ref();
        bytes_within("key id", text, 1, 32)?;
        if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
            let form = "ASCII letters, digits, hyphens, underscores and dots";
            return Err(Invalid::Form { what: "key id", form });
        }
        Ok(Self(text.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({})", self.0)
    }
}
