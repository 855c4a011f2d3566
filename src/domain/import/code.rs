//! A recovery code of another system, as it is typed, and the hash it is judged by.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use subtle::Choice;
use zeroize::Zeroizing;

use crate::domain::invalid::{Invalid, bytes_within};

/// How typed text is read before it is hashed: as the other system did before it hashed the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum CodeReading {
    /// Letters and digits only, in lower case: hyphens, spaces and capitals do not matter.
    #[default]
    Folded,
    /// Exactly as written, but for white space around it.
    AsWritten,
}

/// A code as it was typed, read for one set. Wiped when dropped, never printed.
#[derive(Clone)]
pub struct ImportedCode(Zeroizing<String>);

impl ImportedCode {
    /// The most bytes of a code.
    pub const MAX_LEN: usize = 64;

    /// Reads a code, or `None` when nothing is left of it, or too much.
    pub fn parse(typed: &str, reading: CodeReading) -> Option<Self> {
        let mut text = Zeroizing::new(String::with_capacity(typed.len()));
        match reading {
            CodeReading::AsWritten => text.push_str(typed.trim()),
            CodeReading::Folded => {
                let kept = typed.chars().filter(|c| c.is_alphanumeric());
                text.extend(kept.flat_map(char::to_lowercase));
            }
        }
        (1..=Self::MAX_LEN).contains(&text.len()).then_some(Self(text))
    }

    /// The text that is hashed.
    pub fn expose_text(&self) -> &str {
        &self.0
    }

    /// Its SHA-256, the form in which plain codes go into the slow hash.
    pub fn digest(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl fmt::Debug for ImportedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ImportedCode(redacted)")
    }
}

/// The hash of an imported code: 1 to 255 printable ASCII characters, which the
/// [`ImportedCodeHasher`](crate::ports::ImportedCodeHasher) alone reads and writes. It holds salt and costs.
#[derive(Clone, PartialEq, Eq)]
pub struct ImportedHash(Arc<str>);

impl ImportedHash {
    /// Takes a hash as it is written.
    ///
    /// # Errors
    /// [`Invalid`] with the bound that was missed.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Invalid> {
        let text = text.as_ref();
        bytes_within("code hash", text, 1, 255)?;
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Invalid::Form { what: "code hash", form: "printable ASCII" });
        }
        Ok(Self(text.into()))
    }

    /// The hash, for reading it.
    pub fn expose_text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ImportedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ImportedHash(redacted)")
    }
}

/// What came of judging a typed code against every hash of a set. It carries the hashes it judged:
/// one that is no longer in its slot when the account is decided counts for nothing.
#[must_use]
pub struct ImportedEvaluation(Vec<(ImportedHash, Choice)>);

impl ImportedEvaluation {
    /// Puts the hashes and what came of each together, in the order in which they were given.
    pub fn new(judged: impl IntoIterator<Item = (ImportedHash, Choice)>) -> Self {
        Self(judged.into_iter().collect())
    }

    /// Whether the code was right for exactly this hash in this slot.
    pub(crate) fn holds_for(&self, slot: usize, hash: &ImportedHash) -> Choice {
        let judged = self.0.get(slot);
        judged.map_or(Choice::from(0), |(judged, matched)| {
            Choice::from(u8::from(judged == hash)) & *matched
        })
    }

    /// Whether exactly these hashes were judged.
    pub(crate) fn is_of(&self, hashes: &[ImportedHash]) -> bool {
        self.0.iter().map(|(judged, _)| judged).eq(hashes)
    }
}

impl fmt::Debug for ImportedEvaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ImportedEvaluation(closed)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str, reading: CodeReading) -> Option<String> {
        ImportedCode::parse(typed, reading).map(|code| code.expose_text().to_owned())
    }

    #[test]
    fn a_folded_code_is_read_forgivingly_and_one_as_written_is_not() {
        use CodeReading::{AsWritten, Folded};
        assert_eq!(read(" R8K2P-TQVW3\n", Folded).as_deref(), Some("r8k2ptqvw3"));
        assert_eq!(read(" R8K2P-TQVW3\n", AsWritten).as_deref(), Some("R8K2P-TQVW3"));
        for typed in ["", "  ", "-- –"] {
            assert_eq!(read(typed, Folded), None);
        }
        assert_eq!(read(&"x".repeat(65), AsWritten), None);
        // Lower case can be longer than what was typed.
        assert_eq!(read(&"İ".repeat(40), Folded), None);
    }

    #[test]
    fn neither_code_nor_hash_is_printed() {
        let code = ImportedCode::parse("secret", CodeReading::Folded).unwrap();
        let hash = ImportedHash::new("$2a$10$secret").unwrap();
        let shown = format!("{code:?} {hash:?}");
        assert_eq!(shown, "ImportedCode(redacted) ImportedHash(redacted)");
    }

    #[test]
    fn an_evaluation_is_of_the_hashes_it_judged_in_their_order() {
        let [one, other] =
            ["$2a$10$one", "$2a$10$other"].map(|text| ImportedHash::new(text).unwrap());
        let judged = [&one, &other].map(|hash| (hash.clone(), Choice::from(0)));
        let evaluation = ImportedEvaluation::new(judged);
        assert!(evaluation.is_of(&[one.clone(), other.clone()]));
        assert!(!evaluation.is_of(&[other, one.clone()]));
        assert!(!evaluation.is_of(&[one]));
    }
}
