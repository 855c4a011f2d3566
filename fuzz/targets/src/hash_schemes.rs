//! Hash schemes (PHC strings) as they stand beside a stored set of codes.

use std::sync::OnceLock;

use mfakit::domain::{HashScheme, HashedCodes, OneTimeCode};
use mfakit::ports::{CodeHasher, HasherError, Lane};
use mfakit::testing::block_on;
use mfakit::{KeyId, RecoveryCodes};

use crate::scene;

/// A scheme is computed if, and only if, it is in the one form that is written, with costs within
/// their bounds; what is not is refused before anything is computed.
pub fn hash_schemes(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let scheme = HashScheme::new(text);
    let printable = !text.is_empty() && text.len() <= 128;
    assert_eq!(scheme.is_ok(), printable && text.bytes().all(|b| (33..=126).contains(&b)));
    let Ok(scheme) = scheme else { return };
    let meaning = meaning(text);
    if let Some((memory, passes, _)) = meaning
        && memory * passes > 512
    {
        // Right, and more than a fuzzer can pay for each time.
        return;
    }
    static HASHED: OnceLock<(OneTimeCode, HashedCodes)> = OnceLock::new();
    let (code, hashed) = HASHED.get_or_init(hashed);
    let hasher = hasher();
    let hash = &hashed.hashes[0];
    let evaluated = block_on(hasher.evaluate(Lane::of(&scene::ada()), code.clone(), &scheme, hash));
    match (meaning, evaluated) {
        (Some((.., None | Some("p1"))), Ok(_)) => {}
        (Some((.., Some(pepper))), Err(HasherError::Scheme(_))) => assert_ne!(pepper, "p1"),
        (None, Err(HasherError::Scheme(_))) => {}
        (meaning, evaluated) => panic!("{text:?} means {meaning:?}: {evaluated:?}"),
    }
}

fn hasher() -> &'static mfakit::Argon2Hasher {
    static HASHER: OnceLock<mfakit::Argon2Hasher> = OnceLock::new();
    HASHER.get_or_init(|| {
        scene::hasher().with_threads(1).with_retired_pepper("p1", &[9; 32]).expect("a pepper")
    })
}

fn hashed() -> (OneTimeCode, HashedCodes) {
    let codes = RecoveryCodes::from_random(&[[1; 16]; 4]).expect("codes");
    let hashed = block_on(hasher().hash(codes.as_slice().to_vec())).expect("hashes");
    (codes.as_slice()[0].clone(), hashed)
}

/// Memory, passes and pepper of a scheme in its usual form and within its bounds.
pub(crate) fn meaning(text: &str) -> Option<(u32, u32, Option<&str>)> {
    let mut parts = text.strip_prefix("$argon2id$v=19$")?.split(',');
    let mut cost = |name: &str, least: u32, most: u32| {
        let digits = parts.next()?.strip_prefix(name)?;
        let number: u32 = digits.parse().ok()?;
        let usual = number.to_string() == digits && (least..=most).contains(&number);
        usual.then_some(number)
    };
    let memory = cost("m=", 64, 65_536)?;
    let passes = cost("t=", 1, 10)?;
    cost("p=", 1, 1)?;
    let pepper = match parts.next() {
        None => None,
        Some(part) => {
            let name = part.strip_prefix("keyid=")?;
            KeyId::new(name).ok()?;
            Some(name)
        }
    };
    parts.next().is_none().then_some((memory, passes, pepper))
}
