//! Explores every scenario and prints how many states there are and how long it took. With
//! `everything` it goes on to the one that no test has time for.
//!
//! ```sh
//! cargo run --package mfakit-model --example report
//! cargo run --package mfakit-model --example report -- everything
//! ```
#![allow(clippy::print_stdout, reason = "a report is printed")]

use std::time::Instant;

use mfakit_model::{PROMISES, Protocol, Scenario};
use stateright::{Checker, Model};

fn main() {
    println!("{} promises, checked in every state", PROMISES.len());
    println!(
        "{:<14} {:>10} {:>12} {:>6} {:>9}",
        "scenario", "states", "transitions", "depth", "time"
    );
    let everything = std::env::args().nth(1).is_some_and(|asked| asked == "everything");
    for scenario in Scenario::bounded().into_iter().chain(everything.then(Scenario::everything)) {
        let (name, begin) = (scenario.name, Instant::now());
        let checker = Protocol::new(scenario).checker().threads(2).spawn_bfs().join();
        let (states, transitions) = (checker.unique_state_count(), checker.state_count());
        let (depth, time) = (checker.max_depth(), begin.elapsed());
        println!("{name:<14} {states:>10} {transitions:>12} {depth:>6} {time:>9.1?}");
        checker.assert_properties();
    }
}
