//! Builds the tests with as many mutants in them as compile.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::Fallible;
use crate::list::{self, Mutant};
use crate::scratch::{Complaint, Scratch};
use crate::trace::BINARIES;
use crate::weave::{Woven, called_in_constant, weave};

/// The list and the test binaries go into `out`, and which mutants are not in them.
pub(crate) fn build(out: &Path) -> Fallible<()> {
    let listed = Command::new("cargo").args(["mutants", "--list", "--json"]).output()?;
    let mutants = list::parse(&listed.stdout)?;
    fs::create_dir_all(out)?;
    let mut rejected = rejected_before(out, &listed.stdout, &mutants)?;
    fs::write(out.join("list.json"), &listed.stdout)?;

    let scratch = Scratch::copy(out, "tree")?;
    let switch =
        format!("{}\nconst COUNT: usize = {};\n", include_str!("switch.rs"), mutants.len() + 1);
    scratch.write("src/mutant_switch.rs", switch.as_bytes())?;
    let root = fs::read_to_string("src/lib.rs")?;
    scratch.write("src/lib.rs", format!("{root}\nmod mutant_switch;\n").as_bytes())?;

    let mut constant = BTreeSet::new();
    for round in 1.. {
        let woven = weave_all(&scratch, &mutants, &rejected, &constant)?;
        let mut complaints = scratch.check()?;
        println!("round {round}: {} woven, {} errors", count(&woven), complaints.len());
        if complaints.is_empty() {
            match scratch.tests()? {
                Ok(binaries) => return finish(out, &binaries, &mutants, &woven),
                Err(late) => complaints = late,
            }
        }
        let before = (rejected.len(), constant.len());
        for complaint in &complaints {
            blame(complaint, &woven, &mut rejected, &mut constant);
        }
        if before == (rejected.len(), constant.len()) {
            let all = complaints.iter().map(|complaint| complaint.rendered.as_str());
            return Err(all.collect::<Vec<_>>().join("\n").into());
        }
    }
    Ok(())
}

/// What an earlier build could not take, as long as cargo-mutants says the same of it, down to the
/// lines around it.
fn rejected_before(out: &Path, listed: &[u8], mutants: &[Mutant]) -> Fallible<BTreeSet<u32>> {
    let Ok(before) = fs::read(out.join("list.json")) else { return Ok(BTreeSet::new()) };
    let before: Vec<Value> = serde_json::from_slice(&before)?;
    let before: BTreeMap<_, _> =
        before.iter().map(|value| (value["name"].as_str(), value)).collect();
    let single = fs::read_to_string(out.join("single.txt")).unwrap_or_default();
    let single: BTreeSet<_> = single.lines().collect();
    let now: Vec<Value> = serde_json::from_slice(listed)?;
    let known = mutants.iter().zip(&now).filter(|(mutant, value)| {
        let name = mutant.name.as_str();
        single.contains(name) && before.get(&Some(name)) == Some(value)
    });
    Ok(known.map(|(mutant, _)| mutant.number).collect())
}

type All<'a> = BTreeMap<&'a str, Woven>;

fn count(woven: &All<'_>) -> usize {
    numbers(woven).len()
}

fn numbers(woven: &All<'_>) -> BTreeSet<u32> {
    woven.values().flat_map(|file| file.places.iter().map(|(number, _)| *number)).collect()
}

fn weave_all<'a>(
    scratch: &Scratch,
    mutants: &'a [Mutant],
    rejected: &BTreeSet<u32>,
    constant: &BTreeSet<String>,
) -> Fallible<All<'a>> {
    let mut files: BTreeMap<&str, Vec<&Mutant>> = BTreeMap::new();
    for mutant in mutants {
        let of_file = files.entry(&mutant.file).or_default();
        if !rejected.contains(&mutant.number) {
            of_file.push(mutant);
        }
    }
    let mut all = BTreeMap::new();
    for (file, mutants) in files {
        let woven = weave(&fs::read_to_string(file)?, &mutants, constant)?;
        scratch.write(file, woven.text.as_bytes())?;
        all.insert(file, woven);
    }
    Ok(all)
}

/// Finds the mutants in whose own code the compiler found an error.
fn blame(
    complaint: &Complaint,
    woven: &All<'_>,
    rejected: &mut BTreeSet<u32>,
    constant: &mut BTreeSet<String>,
) {
    let at = |(file, byte): &(String, usize)| {
        let places = &woven.get(file.as_str())?.places;
        places.iter().find(|(_, place)| place.contains(byte)).map(|(number, _)| *number)
    };
    let blamed: Vec<_> = complaint.spans.iter().filter_map(at).collect();
    if blamed.is_empty() {
        constant.extend(called_in_constant(&complaint.message));
    }
    rejected.extend(blamed);
    // An arm with a guard does not count as one that matches: the complaint is about the whole match.
    if complaint.message.starts_with("non-exhaustive patterns") {
        let after = |(file, byte): &(String, usize)| {
            let places = &woven.get(file.as_str())?.places;
            places.iter().find(|(_, place)| place.start > *byte).map(|(number, _)| *number)
        };
        rejected.extend(complaint.spans.iter().filter_map(after));
    }
}

fn finish(out: &Path, binaries: &[PathBuf], mutants: &[Mutant], woven: &All<'_>) -> Fallible<()> {
    // Apart, so that a later build does not change them while they run.
    fs::create_dir_all(out.join("bin"))?;
    for (binary, name) in binaries.iter().zip(BINARIES) {
        let place = out.join("bin").join(name);
        // Not written over, because it may be running.
        let _ = fs::remove_file(&place);
        fs::copy(binary, place)?;
    }
    let woven = numbers(woven);
    let single = mutants.iter().filter(|mutant| !woven.contains(&mutant.number));
    let single: String = single.map(|mutant| format!("{}\n", mutant.name)).collect();
    fs::write(out.join("single.txt"), &single)?;
    println!(
        "{} listed, {} built in, {} to be tried one by one",
        mutants.len(),
        woven.len(),
        single.lines().count()
    );
    Ok(())
}
