//! Why a key was not taken.

use thiserror::Error;

use crate::domain::{Invalid, KeyId};

/// A keyring that cannot be. The message names the key and what is wrong with it.
///
/// It never repeats a key. What stands in a name's place is shown as a name, if it can be one: 32
/// bytes in base64 cannot, they are 43 characters.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// The environment variable is not there.
    #[error("the environment variable {variable} is not set")]
    NotSet {
        /// The variable's name.
        variable: String,
    },
    /// The environment variable is not UTF-8.
    #[error("the environment variable {variable} is not text")]
    NotText {
        /// The variable's name.
        variable: String,
    },
    /// The environment variable is there, and what it holds is wrong.
    #[error("in the environment variable {variable}: {error}")]
    Variable {
        /// The variable's name.
        variable: String,
        /// The error in its value.
        error: Box<KeyringError>,
    },
    /// There is no key at all.
    #[error("the list of keys is empty: write id:base64")]
    Empty,
    /// A key without a name.
    #[error("key number {position} has no id: write id:base64")]
    Entry {
        /// The key's position in the list, counted from one.
        position: usize,
    },
    /// An invalid name.
    #[error("key number {position}: {invalid}")]
    Id {
        /// The key's position in the list, counted from one; one for a single key.
        position: usize,
        /// The reason why the name is invalid.
        invalid: Invalid,
    },
    /// Not base64.
    #[error("sealing key {key} is not base64 at character {position}")]
    Base64 {
        /// The key's name.
        key: KeyId,
        /// The first wrong character, counted from one.
        position: usize,
    },
    /// Too short or too long.
    #[error("sealing key {key} must have 32 bytes, not {found}")]
    Length {
        /// The key's name.
        key: KeyId,
        /// Its number of bytes.
        found: usize,
    },
    /// Nothing but zeros: an empty file, or a placeholder.
    #[error("sealing key {0} is all zeros")]
    AllZero(KeyId),
    /// Two keys of one name.
    #[error("there are two sealing keys called {0}")]
    Duplicate(KeyId),
}
