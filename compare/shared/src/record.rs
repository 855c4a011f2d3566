//! One JSON line per measurement, on standard output.

use std::time::{Duration, Instant};

use serde_json::json;

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Accepted,
    /// Looked at, and refused.
    Refused,
    /// Turned away by a limit, without a look at the code.
    Limited,
    /// The peer answered with an error: the user is not let in, and not told why.
    Failed,
}

/// The outcomes and times of one kind of work.
#[derive(Default)]
pub struct Tally {
    times: Vec<Duration>,
    counts: [usize; 4],
}

impl Tally {
    /// Times one request.
    pub async fn time<T>(&mut self, work: impl Future<Output = (Outcome, T)>) -> T {
        let begin = Instant::now();
        let (outcome, value) = work.await;
        self.times.push(begin.elapsed());
        self.count(outcome);
        value
    }

    /// Counts a request whose time means nothing, because others ran beside it.
    pub fn count(&mut self, outcome: Outcome) {
        self.counts[outcome as usize] += 1;
    }
}

/// Where a program's lines go.
pub struct Record {
    program: String,
    round: u32,
}

impl Record {
    pub fn new(program: &str, round: u32) -> Self {
        Self { program: program.to_owned(), round }
    }

    /// Writes a line. `ideal` is how many should have been accepted.
    pub fn write(&self, work: &str, ideal: usize, mut tally: Tally) {
        tally.times.sort();
        let micros = |part: usize| {
            let time = tally.times.get(tally.times.len() * part / 4)?;
            Some((time.as_secs_f64() * 1e7).round() / 10.0)
        };
        let [accepted, refused, limited, failed] = tally.counts;
        let tried = accepted + refused + limited + failed;
        println!(
            "{}",
            json!({
                "program": self.program, "round": self.round, "work": work, "tried": tried,
                "ideal": ideal, "accepted": accepted, "refused": refused, "limited": limited,
                "failed": failed, "median_us": micros(2), "lower_us": micros(1),
                "upper_us": micros(3),
            })
        );
    }
}
