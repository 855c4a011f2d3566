//! The adapter over HTTP, with a host whose sessions are in memory.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]
#![allow(clippy::duplicate_mod, reason = "each example brings what it shares with the others")]

mod api;
mod attacks;
mod challenge;
mod credentials;
mod examples;
mod guards;
mod hostile;
mod imported;
mod manage;
mod not_renewed;
mod repeated;
mod safety;
mod setup;
mod strengths;
mod words;
mod world;
