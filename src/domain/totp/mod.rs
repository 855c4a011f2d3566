//! Time-based one-time passwords, RFC 6238.
//!
//! The signatures come from `totp-rs`; which steps are tried, in what order and how they are
//! compared is decided here, because that is where a second factor is won or lost.

mod code;
mod judge;
mod params;
mod secret;

pub use code::Code;
pub use judge::{DRIFT_LIMIT, Step, TRIPLE_SEARCH, Window, match_code};
pub(crate) use judge::{find_offset, find_three};
pub use params::{Algorithm, Digits, TotpParams};
pub use secret::TotpSecret;
