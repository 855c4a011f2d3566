//! Why an operation failed.

use thiserror::Error;

use crate::domain::Refusal;
use crate::ports::{CipherError, EntropyError, HasherError, StoreError};

/// An operation that did not happen. A wrong code is not one: that is a
/// [`Verdict`](crate::Verdict).
///
/// The account is in its old state, unless the message says otherwise. [`code`](Self::code) is
/// stable across releases. No message holds a secret, a code or a hash.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The rules do not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed. A commit whose reply was lost may have happened; repeating the operation
    /// is safe.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// The sealing of secrets failed. Recovery codes keep working.
    #[error("the secret cipher failed")]
    Cipher(#[from] CipherError),
    /// There was no randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The hashing of one-time codes failed.
    #[error("the code hasher failed")]
    Hasher(#[source] HasherError),
    /// Too many one-time codes are being checked. Nothing was judged; try again in a moment.
    #[error("too many codes are being checked: try again in a moment")]
    Busy,
    /// Others kept changing the account. Nothing was answered; try again.
    #[error("the account kept changing: try again")]
    Contended,
    /// The operation needs a port that was not given to the builder.
    #[error("this operation needs {0}, which was not given to the builder")]
    MissingPort(&'static str),
}

impl Error {
    /// A stable name for APIs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Store(_) => "store",
            Self::Cipher(_) => "cipher",
            Self::Entropy(_) => "entropy",
            Self::Hasher(_) => "hasher",
            Self::Busy => "busy",
            Self::Contended => "contended",
            Self::MissingPort(_) => "missing_port",
        }
    }
}

impl From<HasherError> for Error {
    fn from(error: HasherError) -> Self {
        match error {
            HasherError::Busy => Self::Busy,
            HasherError::Entropy(error) => Self::Entropy(error),
            other => Self::Hasher(other),
        }
    }
}
