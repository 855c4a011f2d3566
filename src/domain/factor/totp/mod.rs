//! Time-based one-time passwords, RFC 6238.
//!
//! Which steps are tried, in what order and how they are compared is where a second factor is won
//! or lost. The HMAC is RustCrypto's; `totp-rs`, which signs each step from the bare key, is what
//! the tests and the simulated authenticator compare with.

mod code;
mod judge;
mod otpauth;
mod params;
mod seal_context;
mod secret;
mod setup;
mod signer;
mod state;
mod step;

pub use code::Code;
pub use judge::match_code;
pub(crate) use judge::{find_offset, find_three};
pub use params::{Algorithm, Digits, TotpParams};
pub use seal_context::SealContext;
pub use secret::TotpSecret;
pub use setup::{PendingTotp, TotpSetup};
pub use state::TotpState;
pub(crate) use step::drift_of;
pub use step::{DRIFT_LIMIT, Step, TRIPLE_SEARCH, Window};
