//! Recovery codes as another system holds them.

use std::fmt;

use zeroize::Zeroizing;

use super::code::{CodeReading, ImportedCode, ImportedHash};
use crate::domain::invalid::{Invalid, within};

/// Fewer bits than a look-up secret may have (NIST SP 800-63B-4 §3.1.2).
const LEAST_BITS: u16 = 20;
/// What a recovery code should have (NIST SP 800-63B-4 §4.2.1.1).
const STRONG_BITS: u16 = 64;

/// Unused recovery codes of another system: one to ten.
///
/// Without a selector each answer is judged against all of them, so ten is the most there can be. A
/// system that has issued more keeps them, or its users lose some: take ten.
#[derive(Clone)]
#[must_use]
pub struct ImportedCodes {
    pub(super) codes: Offered,
    pub(super) reading: CodeReading,
    pub(super) bits: u16,
}

/// In which form they came.
#[derive(Clone)]
pub(super) enum Offered {
    /// To be hashed: SHA-256 of each code.
    Digests(Vec<Zeroizing<[u8; 32]>>),
    /// Hashed by a slow hash already.
    Hashes(Vec<ImportedHash>),
}

impl ImportedCodes {
    /// The most codes of a set, and so the most evaluations of an answer.
    pub const MAX: usize = 10;

    /// Codes in the clear, or decrypted. They are stored under our own slow hash. How many bits they
    /// have is counted: as if each character had been drawn from the smallest usual alphabet
    /// (digits, hexadecimal, letters, base32, letters and digits) that holds them all, capitals counting as
    /// small letters.
    ///
    /// # Errors
    /// [`Invalid`] when there are none or more than ten, when two are the same, and when they have
    /// less than 20 bits.
    pub fn plain<T: AsRef<str>>(codes: impl IntoIterator<Item = T>) -> Result<Self, Invalid> {
        let read = |code: T| ImportedCode::parse(code.as_ref(), CodeReading::Folded);
        let codes: Option<Vec<ImportedCode>> = codes.into_iter().map(read).collect();
        let form = "letters and digits, 1 to 64 bytes each";
        let codes = codes.ok_or(Invalid::Form { what: "recovery codes", form })?;
        let bits = bits_of(&codes);
        let digests = codes.iter().map(ImportedCode::digest).collect();
        Self::of(Offered::Digests(digests), CodeReading::Folded, bits)
    }

    /// Codes of which only the SHA-256 is left, as 64 hexadecimal digits each, without a salt. They
    /// are stored with our own slow hash around them. `bits` is how many random bits a code has.
    ///
    /// # Errors
    /// As [`plain`](Self::plain), and when one is no SHA-256.
    pub fn sha256<T: AsRef<str>>(
        digests: impl IntoIterator<Item = T>,
        reading: CodeReading,
        bits: u16,
    ) -> Result<Self, Invalid> {
        let digests: Option<Vec<_>> = digests.into_iter().map(|d| sha256(d.as_ref())).collect();
        let form = "64 hexadecimal digits each";
        let digests = digests.ok_or(Invalid::Form { what: "digests of recovery codes", form })?;
        Self::of(Offered::Digests(digests), reading, bits)
    }

    /// Codes that a slow hash has made unreadable: `$argon2id$…`, and with the feature `bcrypt` also
    /// `$2a$…`, `$2b$…` and `$2y$…`. They stay as they are. `bits` is how many random bits a code
    /// has.
    ///
    /// # Errors
    /// As [`plain`](Self::plain). Whether a hash can be computed is seen when it is imported.
    pub fn hashed<T: AsRef<str>>(
        hashes: impl IntoIterator<Item = T>,
        reading: CodeReading,
        bits: u16,
    ) -> Result<Self, Invalid> {
        let hashes: Result<Vec<_>, _> = hashes.into_iter().map(ImportedHash::new).collect();
        Self::of(Offered::Hashes(hashes?), reading, bits)
    }

    fn of(codes: Offered, reading: CodeReading, bits: u16) -> Result<Self, Invalid> {
        let (found, same) = match &codes {
            Offered::Digests(digests) => (digests.len(), has_twins(digests)),
            Offered::Hashes(hashes) => (hashes.len(), has_twins(hashes)),
        };
        if !(1..=Self::MAX).contains(&found) {
            let (what, min, max, unit) = ("imported recovery codes", 1, Self::MAX, "codes");
            return Err(Invalid::Length { what, min, max, found, unit });
        }
        if same {
            // It would work twice.
            return Err(Invalid::Form { what: "recovery codes", form: "all different" });
        }
        within("random bits of a recovery code", bits.into(), LEAST_BITS.into(), 512)?;
        Ok(Self { codes, reading, bits })
    }

    /// The number of codes.
    #[allow(clippy::len_without_is_empty, reason = "a set is never empty")]
    pub fn len(&self) -> usize {
        match &self.codes {
            Offered::Digests(digests) => digests.len(),
            Offered::Hashes(hashes) => hashes.len(),
        }
    }

    /// Whether they have less than 64 bits.
    pub fn is_weak(&self) -> bool {
        self.bits < STRONG_BITS
    }
}

fn has_twins<T: PartialEq>(all: &[T]) -> bool {
    all.iter().enumerate().any(|(at, one)| all.iter().take(at).any(|other| other == one))
}

fn sha256(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut digest = Zeroizing::new([0; 32]);
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(text.as_bytes().as_chunks::<2>().0) {
        let digit = |c: u8| char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let [high, low] = *pair;
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Some(digest)
}

/// How many bits the weakest of these codes has, if it was drawn at random: never more than it
/// really has, unless whoever drew it was careless.
fn bits_of(codes: &[ImportedCode]) -> u16 {
    let within = |alphabet: fn(char) -> bool| {
        codes.iter().all(|code| code.expose_text().chars().all(alphabet))
    };
    // Hundredths of a bit per character.
    let per_character = if within(|c| c.is_ascii_digit()) {
        332
    } else if within(|c| c.is_ascii_hexdigit()) {
        400
    } else if within(|c| c.is_ascii_lowercase()) {
        470
    } else if within(|c| matches!(c, 'a'..='z' | '2'..='7')) {
        500
    } else {
        516
    };
    let shortest = codes.iter().map(|code| code.expose_text().chars().count()).min();
    u16::try_from(shortest.unwrap_or(0) * per_character / 100).unwrap_or(u16::MAX)
}

impl fmt::Debug for ImportedCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImportedCodes({} redacted)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(codes: &[&str]) -> u16 {
        ImportedCodes::plain(codes).unwrap().bits
    }

    #[test]
    fn the_bits_of_plain_codes_are_counted() {
        assert_eq!(bits(&["12345678", "87654321"]), 26, "eight digits");
        assert_eq!(bits(&["mfrggzdf", "onswg4tf"]), 40, "base32");
        assert_eq!(bits(&["R8K2P-TQVW3"]), 51, "ten letters and digits");
        assert_eq!(bits(&["9f86d081884c7d65"]), 64, "sixteen hexadecimal digits");
        assert_eq!(bits(&["Kq3vB9xWz1-pL0aYt7Rc2"]), 103);
        // The weakest counts, and the alphabet is that of all.
        assert_eq!(bits(&["abcdef0123456789", "01234567"]), 32);
    }

    #[test]
    fn codes_that_cannot_be_a_set_are_refused() {
        let eleven: Vec<String> = (0..11).map(|n| format!("{n:08}")).collect();
        assert!(ImportedCodes::plain(&eleven).is_err());
        assert!(ImportedCodes::plain(&eleven[..10]).is_ok());
        assert!(ImportedCodes::plain(Vec::<&str>::new()).is_err());
        assert!(ImportedCodes::plain(["12345678", "1234-5678"]).is_err(), "the same twice");
        assert!(ImportedCodes::plain(["123456"]).is_err(), "19 bits");
        assert!(ImportedCodes::plain(["12345678", ""]).is_err());
        let hashed = |text: &str| ImportedCodes::hashed([text], CodeReading::Folded, 64);
        assert!(hashed("$2a$11$x").is_ok() && hashed("").is_err() && hashed("a b").is_err());
        let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        let sha256 = |text: &str| ImportedCodes::sha256([text], CodeReading::Folded, 64);
        assert!(sha256(digest).is_ok());
        assert!(sha256(&digest[1..]).is_err() && sha256(&digest.replace('9', "g")).is_err());
    }

    /// NIST's "abc" and the like: SHA-256 of `test` is the digest above.
    #[test]
    fn a_digest_from_outside_is_the_digest_of_the_typed_code() {
        let typed = ImportedCode::parse("test", CodeReading::AsWritten).unwrap();
        let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        assert_eq!(sha256(digest).unwrap(), typed.digest());
    }
}
