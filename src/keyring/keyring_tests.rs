use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::domain::{Algorithm, Digits, FactorId, Subject, TotpParams};
use crate::ports::EntropyError;

const SECRET: &[u8; 20] = b"12345678901234567890";
/// 32 random bytes, in both alphabets.
const STANDARD: &str = "yFZSjk0qWmq1nlOcLnGBvCFCu+/l5bTDoN0+c2/yKXk=";
const URL_SAFE: &str = "yFZSjk0qWmq1nlOcLnGBvCFCu-_l5bTDoN0-c2_yKXk";

/// 0, 1, 2, …
struct Counting;

impl Entropy for Counting {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.iter_mut().zip(0..).for_each(|(byte, n)| *byte = n);
        Ok(())
    }
}

struct Dry;

impl Entropy for Dry {
    fn fill(&self, _: &mut [u8]) -> Result<(), EntropyError> {
        Err(EntropyError::new("dry"))
    }
}

fn key(id: &str, first: u8) -> SealingKey {
    let bytes: Vec<u8> = (first..).take(32).collect();
    SealingKey::from_bytes(id, &bytes).unwrap()
}

fn secret() -> TotpSecret {
    TotpSecret::from_bytes(SECRET).unwrap()
}

fn subject() -> Subject {
    Subject::new("ada").unwrap()
}

fn place(subject: &Subject) -> SealContext<'_> {
    SealContext { subject, factor: FactorId::from_random([1; 16]), params: TotpParams::default() }
}

fn with_bytes(sealed: &SealedSecret, bytes: &[u8]) -> SealedSecret {
    SealedSecret::new(sealed.algorithm(), sealed.key().clone(), bytes).unwrap()
}

fn assert_tampered(outcome: Result<TotpSecret, CipherError>, what: &str) {
    assert!(matches!(outcome, Err(CipherError::Tampered)), "{what}: {outcome:?}");
}

/// Computed with OpenSSL: key 01 02 … 20, nonce 00 01 … 0b.
#[test]
fn sealed_bytes_are_what_another_implementation_computes() {
    let ada = subject();
    let keyring = Keyring::new(key("k1", 1)).with_entropy(Arc::new(Counting));
    let sealed = keyring.seal_now(&secret(), place(&ada)).unwrap();
    let hex: String = sealed.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        hex,
        "000102030405060708090a0b\
         400232a3fdeb5633361b837357acc2bb1eaf84a5\
         f0bad7b56a5736c5553428f75901032c"
    );
    assert_eq!((sealed.algorithm(), sealed.key().as_str()), (1, "k1"));
}

#[test]
fn secrets_of_every_length_open_as_they_were_sealed() {
    let ada = subject();
    let keyring = Keyring::new(key("k1", 1));
    for len in TotpSecret::MIN_LEN..=TotpSecret::MAX_LEN {
        let secret = TotpSecret::from_bytes(&vec![7; len]).unwrap();
        let sealed = keyring.seal_now(&secret, place(&ada)).unwrap();
        let opened = keyring.open_now(&sealed, place(&ada)).unwrap();
        assert_eq!(opened.expose_bytes(), secret.expose_bytes());
    }
}

#[test]
fn the_port_answers_without_waiting() {
    let ada = subject();
    let keyring: &dyn SecretCipher = &Keyring::new(key("k1", 1));
    let secret = secret();
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(sealed) = pin!(keyring.seal(&secret, place(&ada))).poll(&mut context) else {
        panic!("sealing waits");
    };
    let sealed = sealed.unwrap();
    let Poll::Ready(opened) = pin!(keyring.open(&sealed, place(&ada))).poll(&mut context) else {
        panic!("opening waits");
    };
    assert_eq!(opened.unwrap().expose_bytes(), SECRET);
    assert_eq!(keyring.primary_key(), *sealed.key());
}

#[test]
fn sealing_twice_gives_different_bytes_and_never_shows_the_secret() {
    let ada = subject();
    let keyring = Keyring::new(key("k1", 1));
    let once = keyring.seal_now(&secret(), place(&ada)).unwrap();
    let twice = keyring.seal_now(&secret(), place(&ada)).unwrap();
    assert_ne!(once.bytes()[..NONCE_LEN], twice.bytes()[..NONCE_LEN]);
    for sealed in [once, twice] {
        let shown = |run: &[u8]| SECRET.windows(4).any(|part| part == run);
        assert!(!sealed.bytes().windows(4).any(shown));
    }
}

#[test]
fn a_flipped_bit_anywhere_does_not_open() {
    let ada = subject();
    let keyring = Keyring::new(key("k1", 1));
    let sealed = keyring.seal_now(&secret(), place(&ada)).unwrap();
    for index in 0..sealed.bytes().len() {
        for bit in 0..8 {
            let mut bytes = sealed.bytes().to_vec();
            bytes[index] ^= 1 << bit;
            assert_tampered(
                keyring.open_now(&with_bytes(&sealed, &bytes), place(&ada)),
                &format!("bit {bit} of byte {index}"),
            );
        }
    }
}

#[test]
fn a_sealed_secret_of_another_length_does_not_open() {
    let ada = subject();
    let keyring = Keyring::new(key("k1", 1));
    let sealed = keyring.seal_now(&secret(), place(&ada)).unwrap();
    for len in 1..sealed.bytes().len() {
        let cut = with_bytes(&sealed, &sealed.bytes()[..len]);
        assert_tampered(keyring.open_now(&cut, place(&ada)), &format!("{len} bytes"));
    }
    for more in [1, 44, 45, 500] {
        let bytes = [sealed.bytes(), &vec![0; more]].concat();
        let long = with_bytes(&sealed, &bytes);
        assert_tampered(keyring.open_now(&long, place(&ada)), &format!("{more} bytes more"));
    }
}

#[test]
fn a_sealed_secret_that_was_moved_does_not_open() {
    let (ada, bob) = (subject(), Subject::new("bob").unwrap());
    let keyring = Keyring::new(key("k1", 1)).with_retired(key("k2", 1)).unwrap();
    let sealed = keyring.seal_now(&secret(), place(&ada)).unwrap();
    let here = place(&ada);
    let params = |algorithm, digits, period| TotpParams::new(algorithm, digits, period).unwrap();
    for (what, there) in [
        ("another subject", place(&bob)),
        ("another factor", SealContext { factor: FactorId::from_random([2; 16]), ..here }),
        (
            "another algorithm",
            SealContext { params: params(Algorithm::Sha256, Digits::Six, 30), ..here },
        ),
        ("more digits", SealContext { params: params(Algorithm::Sha1, Digits::Eight, 30), ..here }),
        (
            "a longer period",
            SealContext { params: params(Algorithm::Sha1, Digits::Six, 60), ..here },
        ),
    ] {
        assert_tampered(keyring.open_now(&sealed, there), what);
    }
    // The other key has the same bytes: only its name differs.
    let renamed = SealedSecret::new(1, KeyId::new("k2").unwrap(), sealed.bytes()).unwrap();
    assert_tampered(keyring.open_now(&renamed, here), "another key's name");
}

#[test]
fn after_a_rotation_the_old_key_opens_and_the_new_one_seals() {
    let ada = subject();
    let before = Keyring::new(key("old", 1)).seal_now(&secret(), place(&ada)).unwrap();
    let keyring = Keyring::new(key("new", 2)).with_retired(key("old", 1)).unwrap();
    assert_eq!(keyring.open_now(&before, place(&ada)).unwrap().expose_bytes(), SECRET);
    let after = keyring.seal_now(&secret(), place(&ada)).unwrap();
    assert_eq!(*after.key(), keyring.primary_key());

    let without = Keyring::new(key("new", 2));
    let refused = without.open_now(&before, place(&ada)).unwrap_err();
    assert_eq!(refused.to_string(), "no sealing key is called old");
    let another = Keyring::new(key("old", 3));
    assert_tampered(another.open_now(&before, place(&ada)), "another key of that name");
}

#[test]
fn an_unknown_algorithm_is_refused() {
    let ada = subject();
    let keyring = Keyring::new(key("k1", 1));
    let sealed = keyring.seal_now(&secret(), place(&ada)).unwrap();
    let foreign = SealedSecret::new(2, sealed.key().clone(), sealed.bytes()).unwrap();
    let refused = keyring.open_now(&foreign, place(&ada)).unwrap_err();
    assert_eq!(refused.to_string(), "unknown sealing algorithm 2");
}

#[test]
fn without_randomness_nothing_is_sealed() {
    let keyring = Keyring::new(key("k1", 1)).with_entropy(Arc::new(Dry));
    let outcome = keyring.seal_now(&secret(), place(&subject()));
    assert!(matches!(outcome, Err(CipherError::Unavailable(_))));
}

#[test]
fn a_key_is_read_in_both_alphabets_with_and_without_padding() {
    let ada = subject();
    let sealed = Keyring::new(SealingKey::from_base64("k1", STANDARD).unwrap())
        .seal_now(&secret(), place(&ada))
        .unwrap();
    let (unpadded, padded) = (STANDARD.trim_end_matches('='), format!("{URL_SAFE}="));
    for text in [unpadded, URL_SAFE, &padded, &format!("\t{STANDARD}\n")] {
        let keyring = Keyring::new(SealingKey::from_base64("k1", text).unwrap());
        assert!(keyring.open_now(&sealed, place(&ada)).is_ok());
        let keyring = Keyring::from_list(&format!(" k1 : {text} , k0:{}", "A".repeat(42) + "E"));
        assert!(keyring.unwrap().open_now(&sealed, place(&ada)).is_ok());
    }
}

#[test]
fn a_wrong_key_is_named_and_never_repeated() {
    let mixed = format!("k1:{}", STANDARD.replace("c2/", "c2_"));
    let hex = format!("k1:{}", "c8".repeat(32));
    let rows = [
        ("", "the list of keys is empty: write id:base64"),
        (" \n", "the list of keys is empty: write id:base64"),
        (STANDARD, "key number 1 has no id: write id:base64"),
        (&format!("k1:{STANDARD},"), "key number 2 has no id: write id:base64"),
        (&format!(":{STANDARD}"), "key number 1: key id must have 1 to 32 bytes, not 0"),
        // In the wrong order: what is taken for the name is the key.
        (&format!("{STANDARD}:k1"), "key number 1: key id must have 1 to 32 bytes, not 44"),
        (&format!("{URL_SAFE}:k1"), "key number 1: key id must have 1 to 32 bytes, not 43"),
        ("k1:", "sealing key k1 must have 32 bytes, not 0"),
        ("k1:c2VjcmV0c2VjcmV0c2VjcmV0", "sealing key k1 must have 32 bytes, not 18"),
        (&hex, "sealing key k1 must have 32 bytes, not 48"),
        ("k1:secret secret", "sealing key k1 is not base64 at character 7"),
        ("k1:sécret", "sealing key k1 is not base64 at character 2"),
        (&mixed, "sealing key k1 is not base64 at character 26"),
        (&format!("k1:{}", &URL_SAFE[..41]), "sealing key k1 is not base64 at character 41"),
        (&format!("k1:{}l", &URL_SAFE[..42]), "sealing key k1 is not base64 at character 43"),
        (&format!("k1:{}", "A".repeat(43)), "sealing key k1 is all zeros"),
        (&format!("k1:{STANDARD},k1:{URL_SAFE}"), "there are two sealing keys called k1"),
    ];
    for (list, expected) in rows {
        let refused = Keyring::from_list(list).unwrap_err();
        assert_eq!(refused.to_string(), expected);
        let printed = format!("{refused} {refused:?}");
        for part in list.split([',', ':']).filter(|part| part.len() > 4) {
            assert!(!printed.contains(part.trim()), "{printed}");
        }
    }
}

#[test]
fn the_environment_variable_is_named() {
    let read = |value: &str| Keyring::from_variable("MFAKIT_KEYS", Some(value.into()));
    assert_eq!(read(&format!("k2:{STANDARD}")).unwrap().primary_key().as_str(), "k2");
    assert_eq!(
        read("k1:AAAA").unwrap_err().to_string(),
        "in the environment variable MFAKIT_KEYS: sealing key k1 must have 32 bytes, not 3"
    );
    assert_eq!(
        read("").unwrap_err().to_string(),
        "in the environment variable MFAKIT_KEYS: the list of keys is empty: write id:base64"
    );
    assert_eq!(
        Keyring::from_env("MFAKIT_NO_SUCH_VARIABLE").unwrap_err().to_string(),
        "the environment variable MFAKIT_NO_SUCH_VARIABLE is not set"
    );
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_text_is_refused() {
    use std::os::unix::ffi::OsStringExt;
    let value = OsString::from_vec(b"k1:\xff".to_vec());
    let refused = Keyring::from_variable("MFAKIT_KEYS", Some(value)).unwrap_err();
    assert_eq!(refused.to_string(), "the environment variable MFAKIT_KEYS is not text");
}

#[test]
fn keys_are_never_printed() {
    let keyring = Keyring::new(key("new", 2)).with_retired(key("old", 1)).unwrap();
    assert_eq!(format!("{keyring:?}"), "Keyring(primary new, 1 retired)");
    assert_eq!(format!("{:?}", key("k1", 1)), "SealingKey(k1, redacted)");
}

#[test]
fn keys_are_wiped_when_dropped() {
    fn wipes<T: zeroize::ZeroizeOnDrop>(_: &T) {}
    wipes(&*key("k1", 1).cipher);
}
