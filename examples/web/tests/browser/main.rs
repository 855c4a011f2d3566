//! The product page, walked in a real browser. One module per capability; the fixture is `world`.
//!
//! Each test starts the application and a Chromium of its own. What a phone shows comes from programs
//! that know nothing of this project, which read the QR code from the screen; no test looks into a
//! store.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

mod backwards;
mod codes;
mod elsewhere;
mod guessing;
mod keyboard;
mod languages;
mod moved_in;
mod organization;
mod payout;
mod repeated;
mod restart;
mod sessions;
mod setup;
mod sign_in;
mod without_scripts;
mod world;
