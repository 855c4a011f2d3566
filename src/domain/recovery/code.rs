//! A code of sixteen characters that is written down and typed back once.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::domain::invalid::Invalid;

/// Crockford's base 32: no I, L, O or U, so that nothing is misread and little is spelled.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What may be typed, in upper case: the alphabet, then what looks like one of it.
const TYPED: &[u8; 36] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZOILU";

/// What each of [`TYPED`] reads as.
const READ: &[u8; 36] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ011V";

/// More than any code with every separator one could think of. Longer input is not even read.
const MAX_INPUT: usize = 128;

/// A one-time code: sixteen characters of five bits each, shown in groups of four.
///
/// In a recovery set the first character is public: it names the slot, so that a guess costs one
/// evaluation of the slow hash instead of one per code. The other fifteen carry 75 random bits
/// (NIST SP 800-63B-4 §4.2.1.1 asks for 64). An enrollment code has 80.
///
/// Input is forgiving: case, white space and hyphens do not matter, `O` reads as `0`, `I` and `L`
/// as `1`, `U` as `V`. The code is wiped when dropped and never printed by `Debug`.
///
/// ```
/// use mfakit::domain::OneTimeCode;
///
/// let typed = OneTimeCode::parse(" 3abc-defg hjkm oooo ").unwrap();
/// assert_eq!(&*typed.reveal(), "3ABC-DEFG-HJKM-0000");
/// assert!(OneTimeCode::parse("").is_none());
/// ```
#[derive(Clone)]
pub struct OneTimeCode(Zeroizing<[u8; Self::LEN]>);

impl OneTimeCode {
    /// Characters of a code, without the hyphens.
    pub const LEN: usize = 16;

    /// Makes a code of 16 bytes from a cryptographic generator, of which five bits each count.
    pub fn from_random(bytes: &[u8; Self::LEN]) -> Self {
        Self(Zeroizing::new(bytes.map(|byte| ALPHABET[usize::from(byte & 31)])))
    }

    /// Makes the code of a slot: its first character names the slot.
    fn for_slot(slot: usize, bytes: &[u8; Self::LEN]) -> Self {
        let mut code = Self::from_random(bytes);
        code.0[0] = ALPHABET[slot % ALPHABET.len()];
        code
    }

    /// Reads a code as it is typed, or `None` when it cannot be one.
    pub fn parse(input: &str) -> Option<Self> {
        if input.len() > MAX_INPUT {
            return None;
        }
        let mut code = Zeroizing::new([0; Self::LEN]);
        let mut places = code.iter_mut();
        for c in input.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            *places.next()? = read(u8::try_from(c).ok()?)?;
        }
        places.next().is_none().then_some(Self(code))
    }

    /// The code in groups of four, for showing it to its owner.
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(Self::LEN + 3));
        for (position, c) in self.0.iter().enumerate() {
            if position > 0 && position % 4 == 0 {
                text.push('-');
            }
            text.push(char::from(*c));
        }
        text
    }

    /// The bytes that are hashed.
    pub fn expose_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// The slot that the first character names, 0 to 31.
    pub(crate) fn slot(&self) -> usize {
        let places = ALPHABET.iter().zip(0..);
        places.fold(0, |slot, (c, place)| slot | if *c == self.0[0] { place } else { 0 })
    }
}

/// Reads one character. None is searched for and found: all are looked at, so that neither time nor
/// cache tells which it was.
fn read(c: u8) -> Option<u8> {
    let c = c.to_ascii_uppercase();
    let places = TYPED.iter().zip(READ);
    let found = places.fold(0, |found, (typed, read)| found | if *typed == c { *read } else { 0 });
    (found != 0).then_some(found)
}

/// Compared in constant time (ASVS 5.0 §11.2.4).
impl PartialEq for OneTimeCode {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&*other.0).into()
    }
}

impl Eq for OneTimeCode {}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(redacted)")
    }
}

/// A fresh set of recovery codes. It exists once, when it is issued; only hashes are stored.
#[derive(Clone)]
pub struct RecoveryCodes(Vec<OneTimeCode>);

impl RecoveryCodes {
    /// Makes a set from 16 bytes a code of a cryptographic generator.
    ///
    /// # Errors
    /// [`Invalid`] when that makes fewer than 4 codes or more than 32.
    pub fn from_random(bytes: &[[u8; OneTimeCode::LEN]]) -> Result<Self, Invalid> {
        if !(4..=ALPHABET.len()).contains(&bytes.len()) {
            return Err(Invalid::Length {
                what: "recovery set",
                min: 4,
                max: ALPHABET.len(),
                found: bytes.len(),
                unit: "codes",
            });
        }
        let codes = bytes.iter().enumerate();
        Ok(Self(codes.map(|(slot, bytes)| OneTimeCode::for_slot(slot, bytes)).collect()))
    }

    /// The codes, in the order of their first characters.
    pub fn iter(&self) -> std::slice::Iter<'_, OneTimeCode> {
        self.0.iter()
    }

    /// How many there are.
    #[allow(clippy::len_without_is_empty, reason = "a set is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The codes as a slice, for hashing.
    pub fn as_slice(&self) -> &[OneTimeCode] {
        &self.0
    }
}

impl<'a> IntoIterator for &'a RecoveryCodes {
    type Item = &'a OneTimeCode;
    type IntoIter = std::slice::Iter<'a, OneTimeCode>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecoveryCodes({} redacted)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_character_names_the_slot_and_the_rest_is_random() {
        let codes = RecoveryCodes::from_random(&[[0xff; 16]; 32]).unwrap();
        for (slot, code) in codes.iter().enumerate() {
            assert_eq!(code.slot(), slot);
            assert_eq!(&code.reveal()[1..], "ZZZ-ZZZZ-ZZZZ-ZZZZ");
        }
    }

    #[test]
    fn typed_codes_are_read_forgivingly() {
        let code =
            OneTimeCode::from_random(&[0, 1, 2, 27, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        assert_eq!(&*code.reveal(), "012V-4567-89AB-CDEF");
        for typed in [
            "012V-4567-89AB-CDEF",
            "012v456789abcdef",
            " o12u 4567 89ab cdef\n",
            "OI2V-4567–89AB-CDEF",
            "0L2V45-67-89-ABCD-EF",
        ] {
            let expected = (!typed.contains('–')).then(|| code.clone());
            assert_eq!(OneTimeCode::parse(typed), expected, "{typed:?}");
        }
    }

    #[test]
    fn every_byte_reads_as_one_of_the_alphabet_as_its_look_alike_or_as_nothing() {
        for byte in 0..=u8::MAX {
            let expected = match byte.to_ascii_uppercase() {
                b'O' => Some(b'0'),
                b'I' | b'L' => Some(b'1'),
                b'U' => Some(b'V'),
                other => ALPHABET.contains(&other).then_some(other),
            };
            assert_eq!(read(byte), expected, "{byte}");
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_not_one() {
        let kilobytes = "0".repeat(5000);
        for typed in [
            "",
            " - ",
            "012V-4567-89AB-CDE",
            "012V-4567-89AB-CDEF0",
            "012V-4567-89AB-CD*F",
            "０12V456789ABCDEF",
            &kilobytes,
        ] {
            assert!(OneTimeCode::parse(typed).is_none(), "{typed:?}");
        }
    }

    #[test]
    fn a_code_is_never_printed() {
        let code = OneTimeCode::from_random(&[3; 16]);
        assert_eq!(format!("{code:?}"), "OneTimeCode(redacted)");
        let codes = RecoveryCodes::from_random(&[[3; 16]; 10]).unwrap();
        assert_eq!(format!("{codes:?}"), "RecoveryCodes(10 redacted)");
    }

    #[test]
    fn a_code_among_separators_is_read_up_to_a_bound() {
        let code = OneTimeCode::from_random(&[9; 16]).reveal();
        let typed = |length: usize| format!("{:-<length$}", *code);
        assert!(OneTimeCode::parse(&typed(MAX_INPUT)).is_some());
        assert!(OneTimeCode::parse(&typed(MAX_INPUT + 1)).is_none());
    }

    #[test]
    fn every_code_of_a_set_is_another_one() {
        let codes = RecoveryCodes::from_random(&[[7; 16]; 4]).unwrap();
        let mut seen: Vec<&OneTimeCode> = Vec::new();
        for code in &codes {
            assert!(!seen.contains(&code), "the first character differs");
            assert_eq!(*code, OneTimeCode::parse(&code.reveal()).unwrap());
            seen.push(code);
        }
        assert_eq!((seen.len(), codes.len()), (4, 4));
    }
}
