use std::sync::atomic::Ordering;

use super::super::block_on::block_on;
use super::*;
use crate::domain::Subject;
use crate::ports::EntropyError;

const CODE: &str = "3ABC-DEFG-HJKM-0000";
const PEPPER: &[u8] = b"a pepper of 24 bytes !!!";

/// 0, 1, 2, … in every salt.
struct Counting;

impl Entropy for Counting {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.iter_mut().zip((0..16).cycle()).for_each(|(byte, n)| *byte = n);
        Ok(())
    }
}

struct Dry;

impl Entropy for Dry {
    fn fill(&self, _: &mut [u8]) -> Result<(), EntropyError> {
        Err(EntropyError::new("dry"))
    }
}

fn code(text: &str) -> OneTimeCode {
    OneTimeCode::parse(text).unwrap()
}

fn ada() -> Lane {
    Lane::of(&Subject::new("ada").unwrap())
}

fn hash(hasher: &Argon2Hasher, text: &str) -> (HashScheme, CodeHash) {
    let hashed = block_on(hasher.hash(vec![code(text)])).unwrap();
    (hashed.scheme, hashed.hashes[0])
}

fn matches(hasher: &Argon2Hasher, text: &str, scheme: &HashScheme, hash: &CodeHash) -> bool {
    block_on(hasher.evaluate(ada(), code(text), scheme, hash)).unwrap().holds_for(hash).into()
}

fn hex(hash: &CodeHash) -> String {
    hash.digest().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Computed with the reference implementation in C.
#[test]
fn hashes_are_what_another_implementation_computes() {
    let hasher = Argon2Hasher::new().with_entropy(Arc::new(Counting));
    let (scheme, hash_of) = hash(&hasher, CODE);
    assert_eq!(scheme.as_str(), "$argon2id$v=19$m=19456,t=2,p=1");
    assert_eq!(hex(&hash_of), "d2e7ab1a6fbb577783246888c0add4d47c40f840c9f2dac1703f74fcb9a98157");

    let hasher = hasher.with_pepper("p1", PEPPER).unwrap();
    let (scheme, hash_of) = hash(&hasher, CODE);
    assert_eq!(scheme.as_str(), "$argon2id$v=19$m=19456,t=2,p=1,keyid=p1");
    assert_eq!(hex(&hash_of), "209799ebe60644d3aa247613c73817007e804eff5598a867c2164cba60303e92");
    assert!(matches(&hasher, CODE, &scheme, &hash_of));
}

/// Were memory of one hash to reach into the next, equal inputs would differ.
#[test]
fn a_kept_buffer_does_not_show_in_the_next_hash() {
    let hasher = Argon2Hasher::cheap_and_insecure().with_threads(1);
    let hasher = hasher.with_entropy(Arc::new(Counting));
    let (_, once) = hash(&hasher, CODE);
    let large = HashScheme::new("$argon2id$v=19$m=30000,t=1,p=1").unwrap();
    assert!(!matches(&hasher, CODE, &large, &once));
    assert_eq!(hash(&hasher, CODE).1, once);
    assert_eq!(hex(&once), "00efdeeaf6ba60f372318ff8012908bd5af19fd0245b3bce4bae809c1ebcf209");
}

#[test]
fn only_the_right_code_matches_and_only_its_own_hash() {
    let hasher = Argon2Hasher::cheap_and_insecure();
    let codes = vec![code(CODE), code("4ABC-DEFG-HJKM-0000")];
    let hashed = block_on(hasher.hash(codes)).unwrap();
    let [first, second] = hashed.hashes[..] else { panic!("two codes, two hashes") };
    assert!(matches(&hasher, CODE, &hashed.scheme, &first));
    assert!(!matches(&hasher, CODE, &hashed.scheme, &second));
    assert!(matches(&hasher, "4abc defg hjkm oooo", &hashed.scheme, &second));
}

#[test]
fn equal_codes_have_unequal_salts_and_hashes() {
    let hasher = Argon2Hasher::cheap_and_insecure();
    let hashed = block_on(hasher.hash(vec![code(CODE); 10])).unwrap();
    let mut digests: Vec<_> = hashed.hashes.iter().map(|hash| *hash.digest()).collect();
    let mut salts: Vec<_> = hashed.hashes.iter().map(|hash| *hash.salt()).collect();
    for values in [digests.len(), salts.len()] {
        assert_eq!(values, 10);
    }
    digests.sort_unstable();
    digests.dedup();
    salts.sort_unstable();
    salts.dedup();
    assert_eq!((digests.len(), salts.len()), (10, 10));
}

#[test]
fn right_wrong_and_decoy_cost_one_evaluation_each() {
    let hasher = Argon2Hasher::cheap_and_insecure();
    let (scheme, right) = hash(&hasher, CODE);
    let (_, other) = hash(&hasher, "4ABC-DEFG-HJKM-0000");
    let computed = || hasher.computed.load(Ordering::SeqCst);
    assert_eq!(computed(), 2);
    for (judged, count) in [(right, 3), (other, 4), (CodeHash::DECOY, 5)] {
        let _ = matches(&hasher, CODE, &scheme, &judged);
        assert_eq!(computed(), count);
    }
}

#[test]
fn absurd_costs_are_refused_before_anything_is_computed() {
    let hasher = Argon2Hasher::cheap_and_insecure();
    let (_, right) = hash(&hasher, CODE);
    let absurd = HashScheme::new("$argon2id$v=19$m=4194304,t=2,p=1").unwrap();
    let outcome = block_on(hasher.evaluate(ada(), code(CODE), &absurd, &right));
    assert!(matches!(outcome, Err(HasherError::Scheme(_))));
    assert_eq!(hasher.computed.load(Ordering::SeqCst), 1);
}

#[test]
fn a_retired_pepper_still_verifies_and_an_unknown_one_is_refused() {
    let old = Argon2Hasher::cheap_and_insecure().with_pepper("old", PEPPER).unwrap();
    let (scheme, right) = hash(&old, CODE);

    let new = || Argon2Hasher::cheap_and_insecure().with_pepper("new", &[9; 32]).unwrap();
    let refused = block_on(new().evaluate(ada(), code(CODE), &scheme, &right)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the stored hash scheme is not usable: its pepper is not among this hasher's"
    );
    let new = new().with_retired_pepper("old", PEPPER).unwrap();
    assert!(matches(&new, CODE, &scheme, &right));
    assert!(hash(&new, CODE).0.as_str().ends_with(",keyid=new"));

    let replaced = old.with_pepper("new", &[9; 32]).unwrap();
    assert!(matches(&replaced, CODE, &scheme, &right), "the replaced pepper is retired");
    let another = Argon2Hasher::cheap_and_insecure().with_pepper("old", &[9; 32]).unwrap();
    assert!(!matches(&another, CODE, &scheme, &right));
}

#[test]
fn a_pepper_is_long_enough_and_its_name_is_its_own() {
    let refusal = |id: &str, secret: &[u8]| {
        let hasher = Argon2Hasher::cheap_and_insecure().with_pepper("p1", PEPPER).unwrap();
        hasher.with_retired_pepper(id, secret).unwrap_err().to_string()
    };
    assert_eq!(refusal("p2", &[7; 15]), "pepper must have 16 to 1024 bytes, not 15");
    assert_eq!(refusal("p1", PEPPER), "pepper's id must be unlike that of any other");
    assert_eq!(refusal("", PEPPER), "key id must have 1 to 32 bytes, not 0");
}

#[test]
fn stored_codes_keep_their_costs() {
    let cheap = Argon2Hasher::cheap_and_insecure();
    let (scheme, right) = hash(&cheap, CODE);
    let dear = Argon2Hasher::new().with_costs(12_288, 3).unwrap();
    assert!(matches(&dear, CODE, &scheme, &right));
    assert_eq!(hash(&dear, CODE).0.as_str(), "$argon2id$v=19$m=12288,t=3,p=1");
}

#[test]
fn without_randomness_no_code_is_hashed() {
    let hasher = Argon2Hasher::cheap_and_insecure().with_entropy(Arc::new(Dry));
    let outcome = block_on(hasher.hash(vec![code(CODE)]));
    assert!(matches!(outcome, Err(HasherError::Entropy(_))));
}

#[test]
fn peppers_are_never_printed() {
    let hasher = Argon2Hasher::new().with_pepper("p1", PEPPER).unwrap();
    let printed = format!("{hasher:?}");
    assert!(printed.contains("Pepper(p1, redacted)"), "{printed}");
    assert!(!printed.contains("97, 32, 112"), "{printed}");
}
