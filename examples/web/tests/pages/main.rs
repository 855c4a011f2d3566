//! The application's own pages, over HTTP, without a browser.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod administration;
mod options;
mod password;
mod profile;
mod sessions;
mod sign_in;
mod stores;
mod wall;
mod world;
