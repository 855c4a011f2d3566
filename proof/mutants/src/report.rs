//! The numbers, and who survived.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::Fallible;
use crate::list;
use crate::results::{Outcome, read};

pub(crate) fn report(out: &Path) -> Fallible<()> {
    let mutants = list::parse(&fs::read(out.join("list.json"))?)?;
    let found = read(out)?;
    let mut counts = BTreeMap::new();
    for mutant in &mutants {
        let outcome = found.get(&mutant.name).map(|found| found.outcome);
        *counts.entry(outcome).or_insert(0) += 1;
        match found.get(&mutant.name) {
            Some(found) if found.outcome == Outcome::Missed => {
                println!("missed   {} ({})", mutant.name, found.by);
            }
            Some(found) if found.outcome == Outcome::Timeout => {
                println!("timeout  {} ({})", mutant.name, found.by);
            }
            _ => {}
        }
    }
    println!("{:>6} listed", mutants.len());
    for (outcome, count) in &counts {
        let name = outcome.map_or("not run yet".to_owned(), |outcome| outcome.to_string());
        println!("{count:>6} {name}");
    }
    let count = |outcome| counts.get(&Some(outcome)).copied().unwrap_or(0);
    let caught = count(Outcome::Caught) + count(Outcome::Timeout);
    let viable = caught + count(Outcome::Missed);
    let share = 100.0 * f64::from(caught) / f64::from(viable.max(1));
    println!("{caught} of {viable} viable ones caught or timed out: {share:.2} %");
    Ok(())
}
