//! What came of each mutant, one line each, so that a run can be stopped and taken up again.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use crate::Fallible;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// A test failed.
    Caught,
    /// The tests took too long: an endless loop, most likely.
    Timeout,
    /// No test failed.
    Missed,
    /// It does not compile.
    Unviable,
}

const OUTCOMES: [(Outcome, &str); 4] = [
    (Outcome::Caught, "caught"),
    (Outcome::Timeout, "timeout"),
    (Outcome::Missed, "missed"),
    (Outcome::Unviable, "unviable"),
];

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = OUTCOMES.iter().find(|(outcome, _)| outcome == self);
        f.pad(own.map_or("", |(_, name)| name))
    }
}

/// One line of a results file.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) outcome: Outcome,
    /// The test that failed, or else why.
    pub(crate) by: String,
}

/// All results so far, and the file that a run adds its own to.
#[derive(Debug)]
pub(crate) struct Results {
    found: BTreeMap<String, Found>,
    file: File,
}

impl Results {
    pub(crate) fn open(out: &Path, shard: &str) -> Fallible<Self> {
        let folder = out.join("results");
        fs::create_dir_all(&folder)?;
        let found = read(out)?;
        let path = folder.join(format!("{shard}.tsv"));
        Ok(Self { found, file: File::options().append(true).create(true).open(path)? })
    }

    pub(crate) fn of(&self, mutant: &str) -> Option<&Found> {
        self.found.get(mutant)
    }

    pub(crate) fn add(
        &mut self,
        mutant: &str,
        outcome: Outcome,
        by: &str,
        took: Duration,
    ) -> Fallible<()> {
        let line = format!("{mutant}\t{outcome}\t{by}\t{} ms\n", took.as_millis());
        self.file.write_all(line.as_bytes())?;
        self.found.insert(mutant.to_owned(), Found { outcome, by: by.to_owned() });
        Ok(())
    }
}

/// Reads all shards. Of a mutant that was run again, what says more than "missed" counts.
pub(crate) fn read(out: &Path) -> Fallible<BTreeMap<String, Found>> {
    let mut all: BTreeMap<String, Found> = BTreeMap::new();
    for entry in fs::read_dir(out.join("results"))? {
        let text = fs::read_to_string(entry?.path())?;
        for (name, found) in text.lines().filter_map(row) {
            let known = all.get(name);
            if known.is_none_or(|known| known.outcome == Outcome::Missed) {
                all.insert(name.to_owned(), found);
            }
        }
    }
    Ok(all)
}

/// A line that was cut off by the end of a run is none.
fn row(line: &str) -> Option<(&str, Found)> {
    let mut cells = line.split('\t');
    let (name, outcome, by) = (cells.next()?, cells.next()?, cells.next()?.to_owned());
    cells.next()?;
    let (outcome, _) = OUTCOMES.iter().find(|(_, text)| *text == outcome)?;
    Some((name, Found { outcome: *outcome, by }))
}
