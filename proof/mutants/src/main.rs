//! Runs every mutant of the domain in one build: each is a branch that the environment switches on.
//! See the README of `proof/`; `scripts/mutants` calls this.
#![allow(clippy::print_stdout, reason = "a report is printed")]

mod build;
mod list;
mod report;
mod results;
mod run;
mod scratch;
mod single;
mod trace;
mod weave;

use std::error::Error;
use std::path::Path;

/// What cannot go on says why, and the program ends.
type Fallible<T> = Result<T, Box<dyn Error>>;

/// Everything that is kept from one call to the next.
const OUT: &str = "mutants.out.d";

const USAGE: &str = "build | trace | run N/OF [again] | single N/OF [again] | report";

fn main() -> Fallible<()> {
    let out = Path::new(OUT);
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["build"] => build::build(out),
        ["trace"] => trace::trace(out),
        ["report"] => report::report(out),
        [verb @ ("run" | "single"), shard, ref again @ ..] if matches!(again, [] | ["again"]) => {
            let (shard, of) = shard.split_once('/').ok_or(USAGE)?;
            let (shard, of) = (shard.parse()?, of.parse()?);
            let run = if verb == "run" { run::run } else { single::single };
            run(out, shard, of, !again.is_empty())
        }
        _ => Err(USAGE.into()),
    }
}
