//! Seeds in base32 and in hexadecimal.

use mfakit::import::{ImportedFactor, ImportedTotp, Seed};

pub(super) fn check(text: &str) {
    for (read, expected) in [
        (Seed::from_base32(text), base32_meaning(text)),
        (Seed::from_hex(text), hex_meaning(text)),
        (Seed::from_bytes(text.as_bytes()), sized(text.as_bytes().to_vec())),
    ] {
        assert_eq!(read.is_ok(), expected.is_some(), "{text:?}");
        let (Ok(seed), Some(expected)) = (read, expected) else { continue };
        assert_eq!(seed.is_weak(), expected.len() < 16, "{text:?}");
        assert_eq!(format!("{seed:?}"), "Seed(redacted)");
        let factor = ImportedFactor::totp("Phone", seed).expect("a label");
        assert_eq!(bytes(&factor), padded(&expected), "{text:?}");
    }
}

/// The key of the HMAC. One under 16 bytes is filled up with zeros, which changes no code.
pub(super) fn bytes(factor: &ImportedTotp) -> Vec<u8> {
    factor.secret().0.expose_bytes().to_vec()
}

pub(super) fn padded(seed: &[u8]) -> Vec<u8> {
    let mut seed = seed.to_vec();
    seed.resize(seed.len().max(16), 0);
    seed
}

fn sized(bytes: Vec<u8>) -> Option<Vec<u8>> {
    (10..=64).contains(&bytes.len()).then_some(bytes)
}

const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// By way of a text of ones and zeros: RFC 4648 §6 in any case, spaces and hyphens dropped, padding
/// at the end.
pub(super) fn base32_meaning(text: &str) -> Option<Vec<u8>> {
    let mut bits = String::new();
    for c in text.trim_end_matches('=').chars().filter(|c| !" -".contains(*c)) {
        bits += &format!("{:05b}", LETTERS.find(c.to_ascii_uppercase())?);
    }
    let bytes = bits.as_bytes().chunks_exact(8).map(|byte| {
        u8::from_str_radix(std::str::from_utf8(byte).expect("ASCII"), 2).expect("eight bits")
    });
    sized(bytes.collect())
}

pub(super) fn hex_meaning(text: &str) -> Option<Vec<u8>> {
    let hex = text.len().is_multiple_of(2) && text.bytes().all(|b| b.is_ascii_hexdigit());
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("two digits");
    hex.then(|| (0..text.len()).step_by(2).map(byte).collect()).and_then(sized)
}

pub(super) fn base32(bytes: &[u8]) -> String {
    let mut bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    bits.extend(std::iter::repeat_n('0', (5 - bits.len() % 5) % 5));
    let letter = |at: usize| {
        let index = usize::from_str_radix(&bits[at..at + 5], 2).expect("five bits");
        LETTERS.as_bytes()[index]
    };
    (0..bits.len()).step_by(5).map(letter).map(char::from).collect()
}
