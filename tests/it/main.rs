//! The integration tests: one binary, a module per capability.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at once"
)]

#[cfg(feature = "serde")]
mod stored;
