//! Exploring schedules, and counting them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use shuttle::scheduler::{DfsScheduler, PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, FailurePersistence, Runner};

use crate::planted::Flaw;
use crate::promises::Promise;
use crate::scene::{Prepared, Scene};

/// How many schedules the searches that never end by themselves take.
const SCHEDULES: usize = 1_500;

/// How schedules are chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Search {
    /// All of them, depth first.
    Every,
    /// At random, from a fixed seed.
    Random,
    /// With few changes of priority at random places: what takes a rare order, found quickly.
    Pct,
}

/// Every search, with how many tasks, and how many schedules make it worth something. Depth first
/// ends by itself, with two tasks; with three it does not.
const SEARCHES: [(Search, usize, usize); 3] =
    [(Search::Every, 2, 5_000), (Search::Random, 3, SCHEDULES), (Search::Pct, 3, SCHEDULES)];

/// Asserts that a promise holds on the memory store.
pub(crate) fn holds(promise: &'static Promise) {
    for (search, tasks, least) in SEARCHES {
        holds_on(None, promise, search, tasks, least);
    }
}

/// Asserts that a promise holds on the planted store without its flaw: what breaks on the others is
/// the flaw.
pub(crate) fn holds_without_flaw(promise: &'static Promise) {
    holds_on(Some(Flaw::Sound), promise, Search::Random, 2, SCHEDULES);
}

fn holds_on(flaw: Option<Flaw>, of: &'static Promise, search: Search, tasks: usize, least: usize) {
    let name = of.name;
    match explore(of, tasks, search, flaw) {
        Ok(schedules) => {
            say(&format!("{name}: holds in {schedules} schedules ({search:?}, {tasks} tasks)"));
            assert!(schedules >= least, "{name}: only {schedules} schedules of {least}");
        }
        Err(schedule) => {
            panic!("{name}: broken in schedule {schedule} ({search:?}, {tasks} tasks)")
        }
    }
}

/// Asserts that a promise is seen to break on a store that has this flaw.
pub(crate) fn breaks(promise: &'static Promise, flaw: Flaw) {
    for search in [Search::Every, Search::Random, Search::Pct] {
        match explore(promise, 2, search, Some(flaw)) {
            Ok(schedules) => {
                panic!("{}: {flaw:?} was not seen in {schedules} schedules", promise.name)
            }
            Err(schedules) => say(&format!(
                "{}: {flaw:?} seen in schedule {schedules} ({search:?})",
                promise.name
            )),
        }
    }
}

/// Runs the schedules: how many there were, or the number of the first one that broke the promise.
fn explore(
    promise: &'static Promise,
    tasks: usize,
    search: Search,
    flaw: Option<Flaw>,
) -> Result<usize, usize> {
    let prepared = Arc::new(prepare(promise));
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let check = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        (promise.check)(&Scene::open(&prepared, flaw, promise.settings), tasks);
    };
    let ran = catch_unwind(AssertUnwindSafe(|| match search {
        Search::Every => run(DfsScheduler::new(None, false), check),
        Search::Random => run(RandomScheduler::new_from_seed(1815, SCHEDULES), check),
        Search::Pct => run(PctScheduler::new_from_seed(1815, 3, SCHEDULES), check),
    }));
    let schedules = count.load(Ordering::Relaxed);
    if ran.is_ok() { Ok(schedules) } else { Err(schedules) }
}

/// What every schedule begins with, made once: a schedule is short then.
fn prepare(promise: &'static Promise) -> Prepared {
    let (made, ready) = std::sync::mpsc::sync_channel(1);
    run(DfsScheduler::new(Some(1), false), move || {
        made.send(Prepared::make(promise.settings)).expect("somebody waits for it");
    });
    ready.recv().expect("it was made")
}

fn run(scheduler: impl Scheduler + 'static, check: impl Fn() + Send + Sync + 'static) {
    let mut config = Config::new();
    // A task's whole stack. What an answer keeps while it waits is larger than the default, 32 KiB.
    config.stack_size = 512 * 1024;
    config.failure_persistence = FailurePersistence::None;
    Runner::new(scheduler, config).run(check);
}

#[expect(clippy::print_stdout, reason = "how much was explored is the result of these tests")]
fn say(line: &str) {
    println!("{line}");
}
