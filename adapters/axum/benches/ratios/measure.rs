//! Medians, and the lines that are printed.

use std::time::Duration;

pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

pub(crate) fn ratio(name: &str, one: Duration, other: Duration, limit: f64) {
    let value = one.as_secs_f64() / other.as_secs_f64();
    println!("ratio {name} {value:.3} {limit}");
}

pub(crate) fn per_second(time: Duration) -> f64 {
    1.0 / time.as_secs_f64()
}
