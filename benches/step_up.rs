//! What a guard pays per request: one step-up check, in nanoseconds. That being satisfied allocates
//! nothing is a test: `tests/allocations.rs`.
#![allow(missing_docs, reason = "a bench has no readers of its documentation")]
#![allow(clippy::expect_used, clippy::panic, reason = "a fixture may stop at the first surprise")]

use std::hint::black_box;

use chrono::TimeDelta;
use criterion::{Criterion, criterion_group, criterion_main};
use mfakit::ports::Clock;
use mfakit::step_up::{AcrNames, Level, Needed};
use mfakit::{Refusal, StepUpRule, StepUpRules};

#[path = "../tests/it/world.rs"]
#[allow(dead_code, reason = "the fixture of all tests")]
mod world;

use world::{World, block_on};

fn step_up(c: &mut Criterion) {
    let world = World::new();
    let session = block_on(world.protect("ada")).session;
    let (stamp, now) = (session.stamp(), world.clock.now());
    let (now, later) = (world.context_at(now), world.context_at(now + TimeDelta::hours(2)));
    let hour = TimeDelta::hours(1);
    let fresh = |needed| StepUpRule::fresh(needed, hour);
    let two = StepUpRule::level(Level::TwoFactors, hour);
    let nested = two.clone().and(fresh(Needed::SecondFactor).or_recovery().or(two.clone()));
    let names = AcrNames::new("one", "two", "strong").expect("names");
    let rules = (0..64).fold(StepUpRules::new(), |rules, number| {
        rules.with(&format!("action.{number}"), two.clone()).expect("rule")
    });

    let mut group = c.benchmark_group("step-up check");
    for (name, rule) in
        [("one kind", &fresh(Needed::SecondFactor)), ("two factors", &two), ("nested", &nested)]
    {
        group.bench_function(format!("satisfied, {name}"), |b| {
            b.iter(|| black_box(rule).check(black_box(&session), stamp, black_box(now)));
        });
    }
    group.bench_function("satisfied, two factors, by name among 64", |b| {
        b.iter(|| rules.require(black_box("action.42"))?.check(black_box(&session), stamp, now));
    });
    group.bench_function("refused, two factors", |b| {
        b.iter(|| black_box(&two).check(black_box(&session), stamp, black_box(later)));
    });
    group.bench_function("refused, two factors, as a header", |b| {
        b.iter(|| match black_box(&two).check(black_box(&session), stamp, later) {
            Err(Refusal::StepUp(unmet)) => unmet.www_authenticate(&names),
            _ => String::new(),
        });
    });
    group.finish();
}

criterion_group!(benches, step_up);
criterion_main!(benches);
