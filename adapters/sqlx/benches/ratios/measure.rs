//! Timing two sides in turn.

use std::ops::Range;
use std::time::{Duration, Instant};

/// A part of the users, another one each time, so that rounds can be short: on a machine that is
/// shared, only what is timed within the same second can be compared.
pub(crate) struct Parts {
    users: usize,
    of: usize,
    next: usize,
}

impl Parts {
    pub(crate) fn of(users: usize, of: usize) -> Self {
        Self { users, of, next: 0 }
    }

    pub(crate) fn next(&mut self) -> Range<usize> {
        let from = self.next;
        self.next = (from + self.of) % self.users;
        from..from + self.of
    }
}

/// Prints the ratio of both sides, and its limit.
pub(crate) async fn ratio(
    name: &str,
    limit: f64,
    rounds: usize,
    ours: impl AsyncFnMut() -> Duration,
    other: impl AsyncFnMut() -> Duration,
) {
    compare(&format!("ratio {name}"), &format!(" {limit}"), rounds, ours, other).await;
}

/// Prints how far a path is from its floor.
pub(crate) async fn floor(
    name: &str,
    rounds: usize,
    ours: impl AsyncFnMut() -> Duration,
    floor: impl AsyncFnMut() -> Duration,
) {
    compare(&format!("floor {name}"), "", rounds, ours, floor).await;
}

/// Times both sides in turn and prints the median of the rounds' ratios.
async fn compare(
    name: &str,
    limit: &str,
    rounds: usize,
    mut ours: impl AsyncFnMut() -> Duration,
    mut other: impl AsyncFnMut() -> Duration,
) {
    let (_, _) = (ours().await, other().await);
    let (mut ratios, mut our_times, mut other_times) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        // Neither side is always the one that comes first.
        let (a, b) = if round % 2 == 0 {
            let a = ours().await;
            (a, other().await)
        } else {
            let b = other().await;
            (ours().await, b)
        };
        ratios.push(a.as_secs_f64() / b.as_secs_f64());
        our_times.push(a);
        other_times.push(b);
    }
    ratios.sort_by(f64::total_cmp);
    let (ours, other) = (median(our_times), median(other_times));
    println!("{name} {:.3}{limit}", ratios[rounds / 2]);
    let (lower, upper) = (ratios[rounds / 4], ratios[rounds * 3 / 4]);
    println!(
        "  # {ours:.1?} against {other:.1?}; half of the rounds {lower:.3} to {upper:.3}; load {}",
        load()
    );
}

/// The median of several runs.
pub(crate) async fn timed(runs: usize, mut work: impl AsyncFnMut()) -> Duration {
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        let start = Instant::now();
        work().await;
        times.push(start.elapsed());
    }
    median(times)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// How many processes want the machine, on average over the last minute: what a time is worth.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}
