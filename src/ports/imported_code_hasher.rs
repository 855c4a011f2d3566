//! The slow hashes of recovery codes that were imported.

use async_trait::async_trait;
use zeroize::Zeroizing;

use super::code_hasher::{HasherError, Lane};
use crate::domain::{ImportedCode, ImportedEvaluation, ImportedHash};

/// Judges typed codes against hashes of another system's codes, which name no slot.
///
/// The built-in [`Argon2Hasher`](crate::Argon2Hasher) knows Argon2id and, with the feature `bcrypt`,
/// bcrypt. Without this port codes cannot be imported, and imported ones are not accepted; factors
/// can.
///
/// # Contract
/// 1. `evaluate_imported` computes every hash it is given, at most ten, whatever came of those
///    before it; off the calling thread; as one job in the [`Lane`], like
///    [`CodeHasher::evaluate`](crate::ports::CodeHasher::evaluate).
/// 2. A hash that demands absurd costs is refused before anything is computed, both when it is
///    imported (`check_imported`) and when it is read from storage.
/// 3. What `hash_imported` makes is a password hash with a salt per code (NIST SP 800-63B-4
///    §3.1.2.2) of the SHA-256 of the code, and is evaluated so: of
///    [`ImportedCode::digest`](crate::domain::ImportedCode::digest). A code that came as a hash is
///    evaluated against [`ImportedCode::expose_text`](crate::domain::ImportedCode::expose_text).
#[async_trait]
pub trait ImportedCodeHasher: Send + Sync {
    /// Hashes the SHA-256 of codes, in their order.
    ///
    /// # Errors
    /// Returns [`HasherError`] if the hasher cannot.
    async fn hash_imported(
        &self,
        digests: Vec<Zeroizing<[u8; 32]>>,
    ) -> Result<Vec<ImportedHash>, HasherError>;

    /// Refuses a hash that `evaluate_imported` would refuse.
    ///
    /// # Errors
    /// [`HasherError::Scheme`] when it is of an unknown kind or its costs are out of bounds.
    fn check_imported(&self, hash: &ImportedHash) -> Result<(), HasherError>;

    /// Judges a typed code against every hash.
    ///
    /// # Errors
    /// Returns [`HasherError`] if the hasher cannot.
    async fn evaluate_imported(
        &self,
        lane: Lane,
        code: ImportedCode,
        hashes: Vec<ImportedHash>,
    ) -> Result<ImportedEvaluation, HasherError>;
}
