//! Randomness.

use rand::TryRng;
use rand::rngs::SysRng;
use thiserror::Error;

/// Gives random bytes: for secrets, codes, salts and identifiers.
///
/// # Contract
/// A cryptographic generator (ASVS 5.0 §6.5.3). When it cannot fill the whole buffer it fails, and
/// what asked fails with it.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    ///
    /// # Errors
    /// [`EntropyError`] when there is no randomness to be had.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError>;
}

/// There was no randomness.
#[derive(Debug, Error)]
#[error("the operating system gave no randomness")]
pub struct EntropyError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl EntropyError {
    /// Wraps what went wrong.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        SysRng.try_fill_bytes(buffer).map_err(EntropyError::new)
    }
}
