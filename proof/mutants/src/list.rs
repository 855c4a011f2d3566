//! What cargo-mutants lists.

use std::ops::Range;

use serde_json::Value;

use crate::Fallible;

/// A change to the source, and what cargo-mutants calls it.
#[derive(Debug)]
pub(crate) struct Mutant {
    /// Its number in the list, from 1: what switches it on.
    pub(crate) number: u32,
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) genre: String,
    start: Place,
    end: Place,
    function: Option<(Place, Place)>,
    pub(crate) replacement: String,
}

/// A line and a column, which count characters and from 1.
type Place = (usize, usize);

impl Mutant {
    /// What it replaces, in bytes of its file.
    pub(crate) fn range(&self, source: &str) -> Range<usize> {
        offset(source, self.start)..offset(source, self.end)
    }

    /// The function it is in, or else itself.
    pub(crate) fn function(&self, source: &str) -> Range<usize> {
        let (start, end) = self.function.unwrap_or((self.start, self.end));
        offset(source, start)..offset(source, end)
    }
}

fn offset(source: &str, (line, column): Place) -> usize {
    let before: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = source.get(before..).unwrap_or_default();
    before + rest.chars().take(column - 1).map(char::len_utf8).sum::<usize>()
}

/// Reads the output of `cargo mutants --list --json`.
pub(crate) fn parse(json: &[u8]) -> Fallible<Vec<Mutant>> {
    let list: Vec<Value> = serde_json::from_slice(json)?;
    let mutants = list.iter().zip(1..).map(|(value, number)| mutant(value, number));
    Ok(mutants.collect::<Option<_>>().ok_or("cargo-mutants lists in another form")?)
}

fn mutant(value: &Value, number: u32) -> Option<Mutant> {
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    let place = |end: &Value| {
        let of = |unit: &str| usize::try_from(end[unit].as_u64()?).ok();
        Some((of("line")?, of("column")?))
    };
    let (span, function) = (&value["span"], &value["function"]["span"]);
    Some(Mutant {
        number,
        name: text("name")?,
        file: text("file")?,
        genre: text("genre")?,
        start: place(&span["start"])?,
        end: place(&span["end"])?,
        function: place(&function["start"]).zip(place(&function["end"])),
        replacement: text("replacement")?,
    })
}
