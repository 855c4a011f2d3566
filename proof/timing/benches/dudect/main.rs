//! Whether the time that an answer takes tells what is secret.
//!
//! After Reparaz, Balasch and Verbauwhede, "Dude, is my code constant time?" (2016): an operation
//! is timed on two classes of input in random order, and Welch's t-test asks whether the two
//! distributions differ. |t| above 4.5 says that they do; below it, that this many samples on this
//! machine do not show it.
//!
//! ```sh
//! cargo bench --package mfakit-timing --bench dudect                      # all; some minutes
//! cargo bench --package mfakit-timing --bench dudect -- recovery          # those so named
//! MFAKIT_TIMING_SHARE=20 cargo bench --package mfakit-timing --bench dudect   # a twentieth
//! ```
//!
//! Nothing asserts these numbers in a test: they are a machine's, and noise makes them smaller.
//! Three pairs leak on purpose (`leak_…`), so that a run in which *they* stay below 4.5 is known to
//! be worth nothing. And each pair has a control (`…_control`): its left class against itself. A
//! control above 4.5 says that the measurement is at fault.
//!
//! What is timed is a whole answer: from the typed text to the verdict, through [`mfakit::Mfa`],
//! with a store that gives the same account each time and keeps nothing. The slow hash runs at a
//! cost that allows a million samples: it makes the same number of passes over the same number of
//! blocks whatever it is given, so that a difference in what goes in does not grow with the costs,
//! while the noise does. Cheap costs are the sharper test, and none at all the sharpest.
//!
//! What noise hides a count shows. The same program runs one class so many times and nothing else,
//! and two classes that take the same path take the same number of instructions:
//!
//! ```sh
//! dudect --list                                   # the pairs
//! dudect --run recovery_live_or_spent right 100   # under callgrind, which counts `operate` alone
//! ```
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a bench stops at the first surprise"
)]

mod codes;
mod hashing;
mod leaks;
mod pair;
mod recovery;
mod scene;

use std::hint::black_box;

use dudect_bencher::ctbench::{BenchFn, BenchMetadata, BenchName, BenchOpts, run_benches_console};
use dudect_bencher::rand::{RngExt, SeedableRng};
use dudect_bencher::{BenchRng, CtRunner};

use pair::{Class, Pair};

/// Names the pairs, each with how often it is timed and what builds it.
macro_rules! pairs {
    ($($name:ident, $samples:literal, $build:path;)*) => {
        const PAIRS: &[(&str, fn() -> Pair)] = &[$((stringify!($name), $build)),*];

        const BENCHES: &[(&str, BenchFn)] = &[$(
            (stringify!($name), |runner, rng| {
                time(runner, rng, $samples, &$build(), [Class::Left, Class::Right]);
            }),
            (concat!(stringify!($name), "_control"), |runner, rng| {
                time(runner, rng, $samples, &$build(), [Class::Left, Class::Left]);
            }),
        )*];
    };
}

pairs! {
    code_right_or_wrong, 4_000_000, codes::right_or_wrong;
    code_at_either_end_of_the_window, 4_000_000, codes::either_end;
    code_with_a_right_beginning, 4_000_000, codes::right_beginning;
    code_judged_by_any_secret_or_by_one, 4_000_000, codes::any_secret;
    answer_wrong_or_replayed, 2_000_000, codes::wrong_or_replayed;
    answer_wrong_or_of_an_unknown_factor, 2_000_000, codes::wrong_or_unknown;
    answer_of_either_factor, 2_000_000, codes::either_factor;
    answer_of_an_unknown_factor_wrong_or_right, 2_000_000, codes::unknown_wrong_or_right;
    recovery_live_slot_or_absent, 1_000_000, recovery::hashed::live_or_absent;
    recovery_live_slot_or_spent, 1_000_000, recovery::hashed::live_or_spent;
    recovery_wrong_code_or_the_spent_one, 1_000_000, recovery::hashed::wrong_or_spent;
    recovery_wrong_code_or_the_same_wrong_one, 1_000_000, recovery::hashed::wrong_or_repeated;
    recovery_wrong_code_or_one_of_another_slot, 1_000_000, recovery::hashed::wrong_or_misplaced;
    unhashed_live_slot_or_absent, 4_000_000, recovery::unhashed::live_or_absent;
    unhashed_live_slot_or_spent, 4_000_000, recovery::unhashed::live_or_spent;
    unhashed_wrong_code_or_the_spent_one, 4_000_000, recovery::unhashed::wrong_or_spent;
    unhashed_imported_code_wrong_or_spent, 4_000_000, recovery::imported_wrong_or_spent;
    leak_of_a_window_left_early, 100_000, leaks::window_left_early;
    leak_of_a_skipped_hash, 100_000, leaks::skipped_hash;
    leak_of_a_search_left_at_the_slot, 1_000_000, leaks::search_left_early;
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [list] if list == "--list" => PAIRS.iter().for_each(|(name, _)| println!("{name}")),
        [run, name, class, times] if run == "--run" => {
            let class = match class.as_str() {
                "left" => Class::Left,
                "right" => Class::Right,
                _ => panic!("left or right"),
            };
            run_one_class(name, class, times.parse().expect("a number"));
        }
        // `cargo bench` passes `--bench`; `cargo test --benches` must not measure anything.
        _ if arguments.iter().any(|argument| argument == "--bench") => {
            measure(arguments.into_iter().find(|argument| !argument.starts_with("--")));
        }
        _ => {}
    }
}

fn measure(filter: Option<String>) {
    let benches = BENCHES.iter().map(|(name, run)| BenchMetadata {
        name: BenchName(name),
        seed: None,
        benchfn: *run,
    });
    let options = BenchOpts { filter, ..BenchOpts::default() };
    run_benches_console(options, benches.collect()).expect("a console");
}

/// Times an operation on inputs of two classes, in an order drawn beforehand. Inputs are made one
/// like the other, and each is copied to the same place before the watch starts.
fn time(
    runner: &mut CtRunner,
    rng: &mut BenchRng,
    samples: usize,
    pair: &Pair,
    [left, right]: [Class; 2],
) {
    const BATCH: usize = 10_000;
    let share = std::env::var("MFAKIT_TIMING_SHARE");
    let share = share.map_or(1, |share| share.parse().expect("a whole number"));
    for _ in 0..samples / share / BATCH {
        let inputs: Vec<_> = (0..BATCH)
            .map(|_| {
                let is_right = rng.random::<bool>();
                (is_right, pair.input(if is_right { right } else { left }, rng))
            })
            .collect();
        for (is_right, input) in inputs {
            let input = black_box(input);
            let side =
                if is_right { dudect_bencher::Class::Right } else { dudect_bencher::Class::Left };
            runner.run_one(side, || pair.operate(&input));
        }
    }
}

/// Runs an operation on inputs of one class. Those of the other are drawn the same way.
fn run_one_class(name: &str, class: Class, times: usize) {
    let (_, build) = PAIRS.iter().find(|(known, _)| *known == name).expect("one that --list names");
    let (pair, mut rng) = (build(), BenchRng::seed_from_u64(1));
    for _ in 0..times {
        let input = pair.input(class, &mut rng);
        pair.operate(&input);
    }
}

/// A code of so many digits, any.
fn any_code(digits: usize, rng: &mut BenchRng) -> String {
    (0..digits).map(|_| char::from(b'0' + rng.random_range(0..10))).collect()
}
