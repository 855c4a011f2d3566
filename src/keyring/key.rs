//! One key.

use std::fmt;

use aes_gcm::{Aes256Gcm, KeyInit};
use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use super::error::KeyringError;
use crate::domain::KeyId;

/// A named AES-256 key, ready for use. Wiped when dropped, never printed.
pub struct SealingKey {
    pub(super) id: KeyId,
    /// With its key schedule, which is computed once. Boxed, so that moving a key leaves no copy.
    pub(super) cipher: Box<Aes256Gcm>,
}

impl SealingKey {
    /// Bytes of a key.
    pub const LEN: usize = 32;

    /// Takes a key as bytes from a cryptographic generator, with its [name](KeyId).
    ///
    /// # Errors
    /// Returns [`KeyringError`] if the name is invalid, there are not 32 bytes, or all of them are zero.
    pub fn from_bytes(id: impl AsRef<str>, bytes: &[u8]) -> Result<Self, KeyringError> {
        Self::named(name(id)?, bytes)
    }

    /// Takes a key in base64, with its [name](KeyId): in the standard or the URL-safe alphabet
    /// (RFC 4648 §4, §5), padded or not. White space around it is dropped.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes), and when it is not base64.
    pub fn from_base64(id: impl AsRef<str>, text: &str) -> Result<Self, KeyringError> {
        Self::named_from_base64(name(id)?, text)
    }

    /// Its name.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    fn named(id: KeyId, bytes: &[u8]) -> Result<Self, KeyringError> {
        if bytes.len() == Self::LEN && bytes.iter().all(|byte| *byte == 0) {
            return Err(KeyringError::AllZero(id));
        }
        match Aes256Gcm::new_from_slice(bytes) {
            Ok(cipher) => Ok(Self { id, cipher: Box::new(cipher) }),
            Err(_) => Err(KeyringError::Length { key: id, found: bytes.len() }),
        }
    }

    pub(super) fn named_from_base64(id: KeyId, text: &str) -> Result<Self, KeyringError> {
        let text = text.trim();
        let text = text.strip_suffix('=').unwrap_or(text);
        let text = text.strip_suffix('=').unwrap_or(text);
        let url_safe = text.contains(['-', '_']);
        let foreign = |c: char| match c {
            '-' | '_' => !url_safe,
            '+' | '/' => url_safe,
            other => !other.is_ascii_alphanumeric(),
        };
        if let Some(index) = text.chars().position(foreign) {
            return Err(KeyringError::Base64 { key: id, position: index + 1 });
        }
        let whole = text.len() % 4 != 1;
        let found = text.len() / 4 * 3 + (text.len() % 4).saturating_sub(1);
        if whole && found != Self::LEN {
            return Err(KeyringError::Length { key: id, found });
        }
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        // Constant in time: what the key is decides nothing here.
        let decoded = if url_safe {
            Base64UrlUnpadded::decode(text, &mut *bytes)
        } else {
            Base64Unpadded::decode(text, &mut *bytes)
        };
        match decoded {
            Ok(bytes) => Self::named(id, bytes),
            // Cut off, or bits behind the last byte: a typing error that another key hides behind.
            Err(_) => Err(KeyringError::Base64 { key: id, position: text.len() }),
        }
    }
}

fn name(id: impl AsRef<str>) -> Result<KeyId, KeyringError> {
    KeyId::new(id).map_err(|invalid| KeyringError::Id { position: 1, invalid })
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKey({}, redacted)", self.id)
    }
}
