//! What can go wrong before the application serves anybody.

use std::error::Error;
use std::path::PathBuf;

use thiserror::Error;

use crate::records::RecordsError;

/// Why the application did not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// A database of accounts is there, and the key of their secrets is not.
    #[error(
        "{} holds accounts, but their key is missing: put {} back, or set MFAKIT_KEYS",
        database.display(), key.display()
    )]
    KeyMissing {
        /// The database.
        database: PathBuf,
        /// Where the key was.
        key: PathBuf,
    },
    /// A server's accounts need a key that every process of the application has.
    #[error(
        "--store postgres:… needs a key to seal secrets with, in the environment, and the same at \
         every start: export MFAKIT_KEYS=\"demo:$(openssl rand -base64 32)\""
    )]
    KeysNotSet,
    /// A key file could not be read or written.
    #[error("the key file {}", .0.display())]
    KeyFile(PathBuf, #[source] std::io::Error),
    /// Anything else: its source says what.
    #[error("the application could not start")]
    Other(#[source] Box<dyn Error + Send + Sync>),
}

impl StartError {
    pub(crate) fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Other(cause.into())
    }
}

macro_rules! other {
    ($($error:ty),*) => {$(
        impl From<$error> for StartError {
            fn from(error: $error) -> Self {
                Self::new(error)
            }
        }
    )*};
}
other!(
    RecordsError,
    mfakit::BuildError,
    mfakit::Error,
    mfakit::KeyringError,
    mfakit::domain::SettingsError,
    mfakit::step_up::StepUpRulesError,
    mfakit_axum::WebBuildError,
    mfakit_sqlx::OpenError,
    sqlx::Error,
    std::io::Error
);
