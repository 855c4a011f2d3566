//! What a flood of hostile requests leaves behind: nothing that grows.
//!
//! `cargo bench --bench resources` sends a million and prints the sizes.

mod requests;

use mfakit::store::{AccountStore, Format, StoredAccount};

use crate::world::{World, block_on};
use requests::Attacker;

/// What `StoredAccount` promises.
const MOST: usize = 11 * 1024;

fn stored_size(world: &World, attacker: &Attacker) -> usize {
    let account = block_on(world.memory.load(attacker.subject())).unwrap().expect("a row");
    serde_json::to_string(&StoredAccount::new(&account, Format::default())).unwrap().len()
}

#[test]
fn hostile_requests_do_not_make_an_account_grow() {
    let world = World::new();
    let mut attacker = Attacker::of_a_full_account(&world);
    let mut send = |requests| {
        (0..requests).for_each(|_| attacker.request(&world));
        stored_size(&world, &attacker)
    };
    let (begin, soon, late) = (send(0), send(1_000), send(5_000));
    assert!(begin < soon, "{soon} bytes: nothing was ever committed");
    assert!(soon < MOST && late < MOST, "{soon} and {late} bytes");
    // Times and counts have more digits or fewer; nothing else may differ.
    assert!(soon.abs_diff(late) < 64, "{soon} bytes after 1,000 requests, {late} after 6,000");
}
