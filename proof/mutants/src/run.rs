//! Runs the tests with one mutant on after the other.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::Fallible;
use crate::list;
use crate::results::{Outcome, Results};
use crate::trace::{BINARIES, Test, tests};

/// The tests that pass a mutant are run in heaps, the fast ones first: most mutants do not get any
/// further than the first heap, of so many milliseconds. Each heap is so much larger than the last.
const FIRST_HEAP: u64 = 100;
const NEXT_HEAP: u64 = 5;

/// A test that takes more milliseconds has to wait: only what survives all others meets it, when it
/// is run again.
const SLOW: u64 = 1_000;

/// A run takes at most this many times what it takes without a mutant, and this much on top: a
/// machine is busy now and then.
const PATIENCE: u32 = 3;
const GRACE: Duration = Duration::from_secs(20);

/// A mutant that allocates for ever ends by this, in KiB.
const MEMORY: u32 = 8_000_000;

/// Runs each `of`th mutant from `shard` that has no result yet; with `again`, survivors as well.
pub(crate) fn run(out: &Path, shard: usize, of: usize, again: bool) -> Fallible<()> {
    let mutants = list::parse(&fs::read(out.join("list.json"))?)?;
    let single = fs::read_to_string(out.join("single.txt"))?;
    let single: BTreeSet<_> = single.lines().collect();
    let tests = tests(out)?;
    let out = &std::path::absolute(out)?;
    let tree = out.join("tree");
    let binaries = BINARIES.map(|name| out.join("bin").join(name));
    let binaries = binaries.each_ref().map(|path| path.as_path());
    let mut results = Results::open(out, &format!("shard-{shard}-of-{of}"))?;
    for mutant in mutants.iter().skip(shard).step_by(of) {
        let known = results.of(&mutant.name);
        let settled = known.is_some_and(|known| !again || known.outcome != Outcome::Missed);
        if settled || single.contains(mutant.name.as_str()) {
            continue;
        }
        let due =
            |test: &&Test| (again || test.millis <= SLOW) && test.passes.contains(&mutant.number);
        let passing: Vec<_> = tests.iter().filter(due).collect();
        let begun = Instant::now();
        let (outcome, by) = judge(&tree, binaries, mutant.number, &passing)?;
        results.add(&mutant.name, outcome, &by, begun.elapsed())?;
    }
    Ok(())
}

/// What becomes of a mutant under the tests that pass it.
pub(crate) fn judge(
    tree: &Path,
    binaries: [&Path; 2],
    number: u32,
    tests: &[&Test],
) -> Fallible<(Outcome, String)> {
    let mut rest = tests;
    let mut time = FIRST_HEAP;
    while !rest.is_empty() {
        let mut taken = 0;
        let fits = |test: &&&Test| {
            taken += test.millis;
            taken <= time
        };
        let count = rest.iter().take_while(fits).count().max(1);
        let (heap, later) = rest.split_at(count);
        for (binary, name) in binaries.into_iter().zip(BINARIES) {
            let heap: Vec<_> = heap.iter().filter(|test| test.binary == name).copied().collect();
            if heap.is_empty() {
                continue;
            }
            let (outcome, by) = run_heap(tree, binary, number, &heap)?;
            if outcome != Outcome::Missed {
                return Ok((outcome, by));
            }
        }
        rest = later;
        time *= NEXT_HEAP;
    }
    Ok((Outcome::Missed, format!("{} tests passed it", tests.len())))
}

fn run_heap(
    tree: &Path,
    binary: &Path,
    number: u32,
    heap: &[&Test],
) -> Fallible<(Outcome, String)> {
    let usual = Duration::from_millis(heap.iter().map(|test| test.millis).sum());
    let limit = Instant::now() + usual * PATIENCE + GRACE;
    let mut child = Command::new("sh")
        .args(["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"")])
        .arg(binary)
        .args(["--test-threads=1", "--exact"])
        .args(heap.iter().map(|test| &test.name))
        .current_dir(tree)
        .env("MFAKIT_MUTANT", number.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let verdict = watch(&mut child, limit);
    if !matches!(verdict, Ok(None)) {
        child.kill()?;
    }
    let status = child.wait()?;
    Ok(match verdict? {
        Some(verdict) => verdict,
        None if status.success() => (Outcome::Missed, String::new()),
        None => (Outcome::Caught, status.to_string()),
    })
}

/// Reads until a test fails, the output ends or the time is over.
fn watch(child: &mut Child, limit: Instant) -> Fallible<Option<(Outcome, String)>> {
    let stdout = child.stdout.take().ok_or("no output")?;
    let (lines, heard) = channel();
    thread::spawn(move || {
        let all = BufReader::new(stdout).lines().map_while(Result::ok);
        let _ = all.map(|line| lines.send(line)).find(Result::is_err);
    });
    let mut last = String::new();
    loop {
        match heard.recv_timeout(limit.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                if let Some(test) = line.strip_suffix(" ... FAILED") {
                    let test = test.strip_prefix("test ").unwrap_or(test);
                    return Ok(Some((Outcome::Caught, test.to_owned())));
                }
                last = line;
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
            Err(RecvTimeoutError::Timeout) => {
                return Ok(Some((Outcome::Timeout, format!("after: {last}"))));
            }
        }
    }
}
