//! Which test passes which mutants, and how long it takes.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::Fallible;

/// What reads the sources would complain of the branches; what starts other programs is slow; and
/// noting what a test passes allocates, so that one that counts allocations is red.
const SKIPPED: [&str; 4] =
    ["house::", "compile_fail::", "interop::", "webauthn::bad_input::megabytes_are_refused"];

/// The library's own tests, and those in `tests/it`.
pub(crate) const BINARIES: [&str; 2] = ["lib", "it"];

/// A test, and what it passes when no mutant is on.
#[derive(Debug)]
pub(crate) struct Test {
    pub(crate) binary: String,
    pub(crate) name: String,
    pub(crate) millis: u64,
    pub(crate) passes: Vec<u32>,
}

/// Runs each test alone, so that what it passes is its own. All have to be green.
pub(crate) fn trace(out: &Path) -> Fallible<()> {
    let out = std::path::absolute(out)?;
    let (mut rows, mut red) = (String::new(), Vec::new());
    for binary in BINARIES {
        let names = Command::new(out.join("bin").join(binary))
            .args(["--list", "--format=terse"])
            .output()?;
        for line in String::from_utf8(names.stdout)?.lines() {
            let Some(name) = line.strip_suffix(": test") else { continue };
            if SKIPPED.iter().any(|prefix| name.starts_with(prefix)) {
                continue;
            }
            let passed = out.join("passed");
            let _ = fs::remove_file(&passed);
            let begun = Instant::now();
            let status = Command::new(out.join("bin").join(binary))
                .args(["--exact", name])
                .current_dir(out.join("tree"))
                .env("MFAKIT_MUTANTS_PASSED", &passed)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()?;
            let millis = begun.elapsed().as_millis();
            if !status.success() {
                red.push(name.to_owned());
            }
            write!(rows, "{binary}\t{name}\t{millis}\t")?;
            // A test that passes none writes no file.
            let passes = fs::read(&passed).unwrap_or_default();
            for number in passes.as_chunks::<4>().0 {
                write!(rows, "{} ", u32::from_le_bytes(*number))?;
            }
            rows.push('\n');
        }
    }
    if !red.is_empty() {
        return Err(format!("red without a mutant: {}", red.join(", ")).into());
    }
    println!("{} tests, all green without a mutant", rows.lines().count());
    Ok(fs::write(out.join("tests.tsv"), rows)?)
}

/// Reads what [`trace`] wrote, the fastest first.
pub(crate) fn tests(out: &Path) -> Fallible<Vec<Test>> {
    let rows = fs::read_to_string(out.join("tests.tsv"))?;
    let mut tests =
        rows.lines().map(test).collect::<Option<Vec<_>>>().ok_or("tests.tsv is damaged")?;
    tests.sort_by_key(|test| test.millis);
    Ok(tests)
}

fn test(row: &str) -> Option<Test> {
    let mut cells = row.split('\t');
    let mut cell = || cells.next().map(str::to_owned);
    let (binary, name, millis) = (cell()?, cell()?, cell()?.parse().ok()?);
    let passes = cell()?.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
    Some(Test { binary, name, millis, passes })
}
