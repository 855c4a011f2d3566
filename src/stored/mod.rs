//! The stored form of an account, and the serde of what sessions keep (feature `serde`, on by
//! default).
//!
//! The domain knows no format. What is stored is spelled out here in plain structs, one module a
//! format, so that no change to the domain changes a stored document by accident.

mod document;
mod error;
mod events;
mod extra;
mod format;
mod reading;
mod v1;
mod values;

pub use document::StoredAccount;
pub use error::StoredError;
pub use format::Format;
