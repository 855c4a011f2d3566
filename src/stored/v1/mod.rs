//! Format 1, field by field. What is written here stays as it is: every later release reads it.
//!
//! Fields may be added, with a default for documents that lack them. A field that is at its
//! default is left out. Identifiers are hexadecimal, bytes base64 without padding, times RFC 3339
//! in UTC with microseconds.

mod account;
mod counts;
#[cfg(feature = "webauthn")]
mod credential;
mod factor;
mod imported;
mod recovery;
mod setup;

pub(super) use account::AccountV1;

/// Whether a field is at its default, and so left out.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
