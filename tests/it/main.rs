//! One module per capability; fixtures in `world`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a fixture may stop at the first surprise, as a test may; clippy.toml reaches only tests"
)]

mod broken_stores;
mod compile_fail;
mod conformance;
mod flows;
mod history;
mod house;
mod interop;
mod secrecy;
mod sync_host;
mod threads;
mod world;
