//! Tries what could not be built in, as cargo-mutants would: replaced in the source.
//!
//! The compiler looks at each function by itself, so that one check can tell of a mutant in each.
//! What it has nothing against is built and tested, one at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::Fallible;
use crate::list::{self, Mutant};
use crate::results::{Outcome, Results};
use crate::run::judge;
use crate::scratch::{Complaint, Scratch};
use crate::trace::tests;

/// A mutant in its place, and where its function is then.
struct Applied {
    number: u32,
    file: String,
    function: Range<usize>,
}

/// Tries each `of`th of them from `shard` that has no result yet; with `again`, survivors as well.
pub(crate) fn single(out: &Path, shard: usize, of: usize, again: bool) -> Fallible<()> {
    let mutants = list::parse(&fs::read(out.join("list.json"))?)?;
    let names = fs::read_to_string(out.join("single.txt"))?;
    let names: BTreeSet<_> = names.lines().collect();
    let mut results = Results::open(out, &format!("single-{shard}-of-{of}"))?;
    let all = mutants.iter().filter(|mutant| names.contains(mutant.name.as_str()));
    let open = all.skip(shard).step_by(of).filter(|mutant| {
        let known = results.of(&mutant.name);
        known.is_none_or(|known| again && known.outcome == Outcome::Missed)
    });
    let mut open: Vec<&Mutant> = open.collect();

    let scratch = Scratch::copy(out, &format!("single-{shard}"))?;
    let mut compiling = Vec::new();
    while !open.is_empty() {
        let [heap, later] = one_a_function(open)?;
        compiling.extend(check(&scratch, heap, &mut results)?);
        open = later;
    }
    let tests = tests(out)?;
    let tests: Vec<_> = tests.iter().collect();
    for mutant in compiling {
        let begun = Instant::now();
        let applied = apply(&scratch, &[mutant])?;
        let (outcome, by) = match scratch.tests()? {
            Ok(binaries) => {
                let binaries = binaries.each_ref().map(|path| path.as_path());
                judge(&scratch.root, binaries, 0, &tests)?
            }
            Err(complaints) => (Outcome::Unviable, first(&complaints)),
        };
        results.add(&mutant.name, outcome, &by, begun.elapsed())?;
        restore(&scratch, &applied)?;
    }
    Ok(())
}

/// Takes a mutant of each function, and what is left for later.
fn one_a_function(open: Vec<&Mutant>) -> Fallible<[Vec<&Mutant>; 2]> {
    let mut functions = BTreeSet::new();
    let mut heaps = [Vec::new(), Vec::new()];
    for mutant in open {
        let function = mutant.function(&fs::read_to_string(&mutant.file)?);
        let new = functions.insert((&mutant.file, function.start, function.end));
        heaps[usize::from(!new)].push(mutant);
    }
    Ok(heaps)
}

/// Takes away what the compiler complains of until it does not, and returns what is left.
fn check<'a>(
    scratch: &Scratch,
    mut heap: Vec<&'a Mutant>,
    results: &mut Results,
) -> Fallible<Vec<&'a Mutant>> {
    loop {
        let applied = apply(scratch, &heap)?;
        let complaints = scratch.check()?;
        restore(scratch, &applied)?;
        println!("{} replaced, {} errors", heap.len(), complaints.len());
        let mut blamed = BTreeMap::new();
        for complaint in &complaints {
            let within = |Applied { number, file, function }: &Applied| {
                let hit = |(at, byte): &(String, usize)| at == file && function.contains(byte);
                complaint.spans.iter().any(hit).then_some(*number)
            };
            for number in applied.iter().filter_map(within) {
                blamed.entry(number).or_insert(complaint);
            }
        }
        for mutant in heap.iter().filter(|mutant| blamed.contains_key(&mutant.number)) {
            let why = blamed.get(&mutant.number).map_or(String::new(), |why| text(why));
            results.add(&mutant.name, Outcome::Unviable, &why, Duration::ZERO)?;
        }
        heap.retain(|mutant| !blamed.contains_key(&mutant.number));
        // A complaint that is nobody's leaves the question to a build of each.
        if blamed.is_empty() {
            return Ok(heap);
        }
    }
}

fn text(complaint: &Complaint) -> String {
    complaint.message.replace(['\n', '\t'], " ")
}

fn first(complaints: &[Complaint]) -> String {
    complaints.first().map_or(String::new(), text)
}

/// Writes the files with these mutants in them, and tells where their functions are then.
fn apply(scratch: &Scratch, mutants: &[&Mutant]) -> Fallible<Vec<Applied>> {
    let mut applied = Vec::new();
    let files: BTreeSet<_> = mutants.iter().map(|mutant| &mutant.file).collect();
    for file in files {
        let source = fs::read_to_string(file)?;
        let mut own: Vec<_> = mutants.iter().filter(|mutant| mutant.file == *file).collect();
        own.sort_by_key(|mutant| mutant.range(&source).start);
        let (mut changed, mut at) = (String::new(), 0);
        for mutant in own {
            let (range, function) = (mutant.range(&source), mutant.function(&source));
            changed.push_str(&source[at..range.start]);
            let begin = changed.len() - (range.start - function.start);
            changed.push_str(&mutant.replacement);
            let end = changed.len() + (function.end - range.end);
            let function = begin..end;
            applied.push(Applied { number: mutant.number, file: file.clone(), function });
            at = range.end;
        }
        changed.push_str(&source[at..]);
        scratch.write(file, changed.as_bytes())?;
    }
    Ok(applied)
}

fn restore(scratch: &Scratch, applied: &[Applied]) -> Fallible<()> {
    for Applied { file, .. } in applied {
        scratch.write(file, &fs::read(file)?)?;
    }
    Ok(())
}
