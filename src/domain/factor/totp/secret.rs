//! The key that server and authenticator share.

use std::fmt;

use zeroize::Zeroizing;

use super::params::Algorithm;
use crate::domain::invalid::Invalid;

/// The secret of a TOTP factor: 16 to 64 bytes, wiped when dropped, never printed.
///
/// ```
/// use mfakit::domain::{Algorithm, TotpSecret};
///
/// let random = [7; 20]; // from a cryptographic generator
/// let secret = TotpSecret::from_random(Algorithm::Sha1, &random)?;
/// assert_eq!(format!("{secret:?}"), "TotpSecret(redacted)");
/// # Ok::<(), mfakit::Invalid>(())
/// ```
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<Vec<u8>>);

impl TotpSecret {
    /// The least bytes of any secret: 128 bits (RFC 4226 §4 R6, NIST SP 800-63B-4 §3.1.4.1).
    pub const MIN_LEN: usize = 16;
    /// The most bytes of any secret.
    pub const MAX_LEN: usize = 64;

    /// Makes a new secret from bytes of a cryptographic generator, as many as the algorithm's
    /// [`secret_len`](Algorithm::secret_len).
    ///
    /// # Errors
    /// [`Invalid`] when there are fewer or more.
    pub fn from_random(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, Invalid> {
        let len = algorithm.secret_len();
        Self::within(bytes, len, len)
    }

    /// Takes the bytes of a secret that exists already: one that was unsealed.
    ///
    /// # Errors
    /// [`Invalid`] when there are not 16 to 64 of them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Invalid> {
        Self::within(bytes, Self::MIN_LEN, Self::MAX_LEN)
    }

    fn within(bytes: &[u8], min: usize, max: usize) -> Result<Self, Invalid> {
        if !(min..=max).contains(&bytes.len()) {
            return Err(Invalid::Length {
                what: "secret",
                min,
                max,
                found: bytes.len(),
                unit: "bytes",
            });
        }
        Ok(Self(Zeroizing::new(bytes.to_vec())))
    }

    /// The bytes, for sealing. Whoever copies them out has to wipe the copy.
    pub fn expose_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret in base32, upper case, without padding (RFC 4648 §6).
    pub(crate) fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(totp_rs::Secret::new(self.0.as_slice().into()).to_base32())
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(redacted)")
    }
}
