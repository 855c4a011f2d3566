//! Sealing of TOTP secrets.

use async_trait::async_trait;
use thiserror::Error;

use crate::domain::{KeyId, SealContext, SealedSecret, TotpSecret};

/// Encrypts secrets before they are stored, and opens them when a code is to be judged.
///
/// The built-in [`Keyring`](crate::Keyring) keeps its keys in memory. The methods are async so that
/// a key service fits as well. Recovery codes need no cipher and keep working while it is down.
///
/// # Contract
/// 1. Authenticated encryption, with [`SealContext::associated_data`] as associated data: a sealed
///    secret that was moved to another subject, factor or parameters does not open.
/// 2. Sealing the same secret twice gives different bytes.
/// 3. What was sealed under a retired key still opens; only the primary key seals.
/// 4. No secret, key or plaintext appears in an error.
#[async_trait]
pub trait SecretCipher: Send + Sync {
    /// The key that seals now. A secret under another one is sealed again
    /// when it is next used.
    fn primary_key(&self) -> KeyId;

    /// Seals a secret for its place, under the primary key.
    ///
    /// # Errors
    /// [`CipherError`] when the cipher cannot.
    async fn seal(
        &self,
        secret: &TotpSecret,
        context: SealContext<'_>,
    ) -> Result<SealedSecret, CipherError>;

    /// Opens a secret that was sealed for this place.
    ///
    /// # Errors
    /// [`CipherError`] when the key is unknown, the bytes are not what was sealed, or the place is
    /// another.
    async fn open(
        &self,
        sealed: &SealedSecret,
        context: SealContext<'_>,
    ) -> Result<TotpSecret, CipherError>;
}

/// The reason for which a secret was not sealed or opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CipherError {
    /// The key is not in the keyring.
    #[error("no sealing key is called {0}")]
    UnknownKey(KeyId),
    /// The cipher does not know the algorithm of this number.
    #[error("unknown sealing algorithm {0}")]
    UnknownAlgorithm(u8),
    /// The bytes were changed, truncated or moved, or the key of that name is another.
    #[error("the sealed secret does not open: it was changed, moved, or sealed by another key")]
    Tampered,
    /// The cipher cannot be reached, or gave no answer.
    #[error("the cipher is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
