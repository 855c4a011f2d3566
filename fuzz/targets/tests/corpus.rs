//! Every input of the committed corpora, and of what once failed, through its target.
#![allow(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use mfakit_fuzz_targets::TARGETS;

fn corpora() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../corpus")
}

fn names(directory: PathBuf) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    entries.map(|e| e.expect("an entry").file_name().into_string().expect("UTF-8")).collect()
}

#[test]
fn every_input_that_was_ever_interesting_does_what_it_should() {
    let mut failed = Vec::new();
    for (name, target) in TARGETS {
        let inputs = names(corpora().join(name));
        assert!(inputs.len() >= 5, "{name} has {} inputs", inputs.len());
        for input in inputs {
            let data = fs::read(corpora().join(name).join(&input)).expect("an input");
            if std::panic::catch_unwind(|| target(&data)).is_err() {
                failed.push(format!("{name}/{input}: {:?}", String::from_utf8_lossy(&data)));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn every_target_has_a_corpus_and_an_entry_for_the_fuzzer() {
    let listed: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names(corpora()), listed);
    let entries = names(corpora().join("../fuzz_targets"));
    let entries: BTreeSet<String> =
        entries.iter().map(|file| file.trim_end_matches(".rs").to_owned()).collect();
    assert_eq!(entries, listed);
}
