//! The account protocol under a model checker.
//!
//! A handful of requests (two devices of the owner, a key and a copy of it, an attacker who knows the
//! password and has seen a code, a writer with stale state) run on one account, and [`stateright`]
//! explores **every** order of their steps: load, decide and commit, answer; with a crash and a lost
//! reply wherever they can happen. What decides is the crate's own `mfakit::domain`, not a copy of its rules; only
//! the store and the loop around it are modeled, as the contract of `AccountStore` says.
//!
//! In every state that is reached the [promises](PROMISES) are checked. That they can fail is shown
//! by [`Fault`]s: each takes one rule away, and the promise that rests on it is broken. That
//! something happens at all is checked too: each request obtains what it asks for in some state.
//!
//! ```sh
//! cargo test --package mfakit-model
//! cargo run --package mfakit-model --example report      # sizes and times
//! ```
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a model stops at the first thing that it does not know"
)]

mod fault;
mod history;
mod promises;
mod protocol;
mod request;
mod row;
mod scenario;
mod scene;
mod witnesses;

pub use fault::Fault;
pub use promises::PROMISES;
pub use protocol::{Protocol, State, Step};
pub use request::Request;
pub use scenario::Scenario;
pub use scene::Signer;
