//! The slow hash of one-time codes.

use async_trait::async_trait;
use thiserror::Error;

use crate::domain::{CodeHash, Evaluation, HashScheme, HashedCodes, OneTimeCode};

/// Hashes one-time codes, and judges typed ones.
///
/// The built-in [`Argon2Hasher`](crate::Argon2Hasher) computes Argon2id on threads of its own.
///
/// # Contract
/// 1. A password hash with a salt per code (NIST SP 800-63B-4 §3.1.2.2), off the calling thread.
/// 2. `evaluate` costs the same whether the code is right, wrong or judged against a decoy: one
///    evaluation under the scheme it is given.
/// 3. A scheme that demands absurd costs is refused before anything is computed.
/// 4. What cannot be taken on is refused at once with [`HasherError::Busy`], never queued for long.
///    Evaluations of one [`Lane`] run one after the other, so that a flood on one account leaves
///    the others their share.
#[async_trait]
pub trait CodeHasher: Send + Sync {
    /// Hashes a set of codes, in order.
    ///
    /// # Errors
    /// [`HasherError`] when the hasher cannot.
    async fn hash(&self, codes: Vec<OneTimeCode>) -> Result<HashedCodes, HasherError>;

    /// Judges a typed code against one hash.
    ///
    /// # Errors
    /// [`HasherError`] when the hasher cannot.
    async fn evaluate(
        &self,
        lane: Lane,
        code: OneTimeCode,
        scheme: &HashScheme,
        hash: &CodeHash,
    ) -> Result<Evaluation, HasherError>;
}

/// The account that an evaluation is for. Evaluations of one lane share one place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lane(crate::domain::Subject);

impl Lane {
    /// The lane of an account.
    pub fn of(subject: &crate::domain::Subject) -> Self {
        Self(subject.clone())
    }
}

/// The reason for which codes were not hashed or judged.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HasherError {
    /// Too much is waiting already. Try again in a moment.
    #[error("too many codes are being checked: try again in a moment")]
    Busy,
    /// The stored scheme is not one this hasher knows, or its costs are out of bounds.
    #[error("the stored hash scheme is not usable: {0}")]
    Scheme(&'static str),
    /// There was no randomness for the salts.
    #[error(transparent)]
    Entropy(#[from] super::EntropyError),
    /// The hash could not be computed.
    #[error("the hash could not be computed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}
