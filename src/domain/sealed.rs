//! A secret as it is stored: sealed.

use std::fmt;
use std::sync::Arc;

use super::id::KeyId;
use super::invalid::Invalid;

/// A TOTP secret, encrypted and authenticated by a [`SecretCipher`](crate::ports::SecretCipher).
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret {
    algorithm: u8,
    key: KeyId,
    bytes: Arc<[u8]>,
}

impl SealedSecret {
    /// The most bytes of a sealed secret: room for a key service's envelope.
    pub const MAX_LEN: usize = 1024;

    /// Takes what a cipher made: the number of its algorithm, the key's name, and the bytes, which
    /// hold whatever the cipher needs besides the key.
    ///
    /// # Errors
    /// [`Invalid`] when there are no bytes or more than [`MAX_LEN`](Self::MAX_LEN).
    pub fn new(algorithm: u8, key: KeyId, bytes: &[u8]) -> Result<Self, Invalid> {
        if bytes.is_empty() || bytes.len() > Self::MAX_LEN {
            return Err(Invalid::Length {
                what: "sealed secret",
                min: 1,
                max: Self::MAX_LEN,
                found: bytes.len(),
                unit: "bytes",
            });
        }
        Ok(Self { algorithm, key, bytes: bytes.into() })
    }

    /// The number of the algorithm, as the cipher that sealed it counts them.
    pub fn algorithm(&self) -> u8 {
        self.algorithm
    }

    /// The key it is sealed under.
    pub fn key(&self) -> &KeyId {
        &self.key
    }

    /// The sealed bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedSecret(key {}, {} bytes)", self.key, self.bytes.len())
    }
}
