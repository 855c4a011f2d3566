//! Why a stored account cannot be read.

use std::fmt;

use thiserror::Error;

use super::Format;

/// A stored account that cannot be read. An adapter hands it on as
/// [`StoreError::unreadable`](crate::store::StoreError::unreadable), never as an account that is absent.
///
/// No message repeats what was stored.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StoredError {
    /// The document does not say its format.
    #[error("the stored account has no format: the field `format` is missing")]
    NoFormat,
    /// The document is of a format that this release does not know: a newer release wrote it.
    #[error("the stored account has format {found}; this release knows {}", Known)]
    UnknownFormat {
        /// The number that was found.
        found: u64,
    },
    /// A field holds what no release has written there.
    #[error("the stored account is corrupt at `{field}`: {why}")]
    Corrupt {
        /// The field, with its path, for instance `factors[2].totp.drift`.
        field: String,
        /// The reason why it cannot be read.
        why: String,
    },
}

impl StoredError {
    pub(super) fn corrupt(field: impl Into<String>, why: impl fmt::Display) -> Self {
        Self::Corrupt { field: field.into(), why: why.to_string() }
    }

    /// The same error, seen from the field that the corrupt one lies in.
    pub(super) fn within(self, parent: impl fmt::Display) -> Self {
        match self {
            Self::Corrupt { field, why } => {
                Self::Corrupt { field: format!("{parent}.{field}"), why }
            }
            other => other,
        }
    }
}

/// The formats that this release knows, in words.
struct Known;

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, format) in Format::KNOWN.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(f, "{separator}{}", format.number())?;
        }
        Ok(())
    }
}
