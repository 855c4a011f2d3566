use std::sync::atomic::Ordering;

use super::super::block_on::block_on;
use super::*;
use crate::domain::{CodeReading, Subject};

fn code(typed: &str) -> ImportedCode {
    ImportedCode::parse(typed, CodeReading::Folded).unwrap()
}

fn lane() -> Lane {
    Lane::of(&Subject::from(7_u64))
}

fn hashed(hasher: &Argon2Hasher, codes: &[&str]) -> Vec<ImportedHash> {
    let digests = codes.iter().map(|typed| code(typed).digest()).collect();
    block_on(hasher.hash_imported(digests)).unwrap()
}

fn met(hasher: &Argon2Hasher, typed: &str, hashes: &[ImportedHash]) -> Vec<usize> {
    let judged = block_on(hasher.evaluate_imported(lane(), code(typed), hashes.to_vec())).unwrap();
    let holds = |(index, hash)| bool::from(judged.holds_for(index, hash)).then_some(index);
    hashes.iter().enumerate().filter_map(holds).collect()
}

#[test]
fn every_hash_is_computed_whether_a_code_is_right_or_wrong() {
    let hasher = Argon2Hasher::cheap_and_insecure();
    let hashes = hashed(&hasher, &["code-1", "code-2", "code-3", "code-4"]);
    let before = hasher.computed.load(Ordering::SeqCst);
    for (typed, slots) in [("CODE 1", vec![0]), ("code4", vec![3]), ("code5", vec![])] {
        let at = hasher.computed.load(Ordering::SeqCst);
        assert_eq!(met(&hasher, typed, &hashes), slots);
        assert_eq!(hasher.computed.load(Ordering::SeqCst) - at, 4, "{typed}");
    }
    assert_eq!(hasher.computed.load(Ordering::SeqCst) - before, 12);
}

#[test]
fn imported_codes_take_the_pepper_of_the_day_and_keep_it() {
    let old = Argon2Hasher::cheap_and_insecure().with_pepper("old", &[1; 16]).unwrap();
    let hashes = hashed(&old, &["code-1"]);
    assert!(hashes[0].expose_text().contains(",keyid=old$"));
    let new = Argon2Hasher::cheap_and_insecure().with_pepper("new", &[2; 16]).unwrap();
    assert!(matches!(new.check_imported(&hashes[0]), Err(HasherError::Scheme(_))));
    let new = new.with_retired_pepper("old", &[1; 16]).unwrap();
    assert_eq!(met(&new, "code-1", &hashes), [0]);
    // The same name with another secret is another pepper.
    let other = Argon2Hasher::cheap_and_insecure().with_pepper("old", &[3; 16]).unwrap();
    assert!(met(&other, "code-1", &hashes).is_empty());
}

#[test]
fn one_absurd_hash_costs_nothing_and_eleven_are_refused() {
    let hasher = Argon2Hasher::cheap_and_insecure();
    let mut hashes = hashed(&hasher, &["code-1", "code-2"]);
    let absurd = "$argon2id$v=19$m=4194304,t=1000,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA";
    hashes.push(ImportedHash::new(absurd).unwrap());
    let at = hasher.computed.load(Ordering::SeqCst);
    let judged = block_on(hasher.evaluate_imported(lane(), code("code-1"), hashes.clone()));
    assert!(matches!(judged, Err(HasherError::Scheme(_))));
    let eleven = vec![hashes[0].clone(); 11];
    assert!(block_on(hasher.evaluate_imported(lane(), code("code-1"), eleven)).is_err());
    assert_eq!(hasher.computed.load(Ordering::SeqCst), at);
}

#[test]
fn an_answer_is_one_job_in_its_lane() {
    let hasher = Argon2Hasher::cheap_and_insecure().with_threads(1).with_waiting(1);
    let hashes = hashed(&hasher, &["code-1", "code-2", "code-3"]);
    // One place to wait in is enough for an answer of three evaluations.
    assert_eq!(met(&hasher, "code-2", &hashes), [1]);
}
