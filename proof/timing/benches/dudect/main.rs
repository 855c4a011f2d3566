//! Whether the time that an answer takes tells what is secret.
//!
//! After Reparaz, Balasch and Verbauwhede, "Dude, is my code constant time?" (2016): an operation
//! is timed on two classes of input in random order, and Welch's t-test asks whether the two
//! distributions differ. |t| above 4.5 says that they do; below it, that this many samples on this
//! machine do not show it.
//!
//! ```sh
//! cargo bench --package mfakit-timing                      # all; a few minutes
//! cargo bench --package mfakit-timing -- recovery          # those with this in their name
//! MFAKIT_TIMING_SHARE=20 cargo bench --package mfakit-timing   # a twentieth of the samples
//! ```
//!
//! Nothing asserts these numbers in a test: they are a machine's, and noise makes them smaller. Two
//! programs leak on purpose (`leak_…`), so that a run in which *they* stay below 4.5 is known to be
//! worth nothing.
//!
//! What is timed is everything between the typed text and the closed answer: reading it, finding
//! the factor or slot, unsealing, comparing, drafting the next account. The slow hash is timed as
//! the whole that it is part of, at costs that allow a million samples: it runs the same number of
//! passes over the same number of blocks whatever it is given, so that a difference in what goes in
//! does not grow with the costs, while the noise does. Cheap costs are the sharper test.
#![allow(
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a bench stops at the first surprise"
)]

mod codes;
mod leaks;
mod recovery;
mod scene;

use dudect_bencher::ctbench::{BenchFn, BenchMetadata, BenchName, BenchOpts, run_benches_console};
use dudect_bencher::rand::RngExt;
use dudect_bencher::{BenchRng, Class, CtRunner};

const BENCHES: &[(&str, BenchFn)] = &[
    ("code_right_or_wrong", codes::right_or_wrong),
    ("code_at_either_end_of_the_window", codes::either_end),
    ("code_with_a_right_beginning", codes::right_beginning),
    ("answer_wrong_or_replayed", codes::wrong_or_replayed),
    ("answer_wrong_or_of_an_unknown_method", codes::wrong_or_unknown),
    ("recovery_live_slot_or_absent", recovery::live_or_absent),
    ("recovery_live_slot_or_spent", recovery::live_or_spent),
    ("recovery_decision_live_slot_or_absent", recovery::decision_live_or_absent),
    ("recovery_decision_live_slot_or_spent", recovery::decision_live_or_spent),
    ("recovery_decision_spent_code_or_wrong", recovery::decision_spent_code_or_wrong),
    ("leak_of_a_window_left_early", leaks::window_left_early),
    ("leak_of_a_skipped_hash", leaks::skipped_hash),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo bench` passes `--bench`; `cargo test --benches` must not measure anything.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let filter = arguments.into_iter().find(|argument| !argument.starts_with("--"));
    let benches = BENCHES.iter().map(|(name, run)| BenchMetadata {
        name: BenchName(name),
        seed: None,
        benchfn: *run,
    });
    let options = BenchOpts { filter, ..BenchOpts::default() };
    run_benches_console(options, benches.collect()).expect("a console");
}

/// Times an operation on inputs of two classes, in an order drawn beforehand. The inputs are made
/// one like the other, and each is used once.
fn compare<I, T>(
    runner: &mut CtRunner,
    rng: &mut BenchRng,
    samples: usize,
    mut input: impl FnMut(bool, &mut BenchRng) -> I,
    operation: impl Fn(&I) -> T,
) {
    const BATCH: usize = 10_000;
    let share = std::env::var("MFAKIT_TIMING_SHARE");
    let share = share.map_or(1, |share| share.parse().expect("a whole number"));
    for _ in 0..samples / share / BATCH {
        let inputs: Vec<(bool, I)> = (0..BATCH)
            .map(|_| {
                let right = rng.random::<bool>();
                (right, input(right, rng))
            })
            .collect();
        for (right, input) in &inputs {
            let class = if *right { Class::Right } else { Class::Left };
            runner.run_one(class, || operation(input));
        }
    }
}

/// A code of so many digits, any.
fn any_code(digits: usize, rng: &mut BenchRng) -> String {
    (0..digits).map(|_| char::from(b'0' + rng.random_range(0..10))).collect()
}
