//! Bad input: each has a typed outcome, changes nothing that it should not, and never panics.
//!
//! A store or a cipher that fails at any call of any operation is in `faults`; a stored account
//! that cannot be read in `stored`.

mod clocks;
mod damaged;
mod strangers;
mod typed;

use std::sync::Arc;

use mfakit::domain::Account;
use mfakit::store::{AccountStore, EventLog};
use mfakit::{Event, Subject};

use crate::world::{World, block_on};

/// Everything that is stored about a user, and how often something was.
#[derive(Debug, PartialEq)]
struct Scene {
    account: Option<Arc<Account>>,
    events: Vec<Event>,
    commits: u64,
}

fn scene(world: &World, subject: &Subject) -> Scene {
    Scene {
        account: block_on(world.memory.load(subject)).expect("the store"),
        events: block_on(world.memory.read(None, 10_000)).expect("the log").events,
        commits: world.store.commits(),
    }
}
