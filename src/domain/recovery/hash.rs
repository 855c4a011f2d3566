//! The stored side of a one-time code.

use std::fmt;
use std::sync::Arc;

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::domain::invalid::{Invalid, bytes_within};

/// How a set of codes was hashed: function, version, costs and pepper id, once for the set.
///
/// 1 to 128 printable ASCII characters, written and read by the [`CodeHasher`](crate::ports::CodeHasher)
/// alone, for instance `$argon2id$v=19$m=19456,t=2,p=1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HashScheme(Arc<str>);

impl HashScheme {
    /// Takes a scheme as a hasher writes it.
    ///
    /// # Errors
    /// [`Invalid`] with the bound that was missed.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Invalid> {
        let text = text.as_ref();
        bytes_within("hash scheme", text, 1, 128)?;
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Invalid::Form { what: "hash scheme", form: "printable ASCII" });
        }
        Ok(Self(text.into()))
    }

    /// The scheme.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The salted hash of one code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CodeHash {
    salt: [u8; 16],
    digest: [u8; 32],
}

impl CodeHash {
    /// Puts a salt and what was computed with it together.
    pub const fn new(salt: [u8; 16], digest: [u8; 32]) -> Self {
        Self { salt, digest }
    }

    /// What a code without a slot of its own is judged against, so that it costs what others cost.
    pub(crate) const DECOY: Self = Self::new([0; 16], [0; 32]);

    /// One of two hashes, the second if so chosen, without a branch.
    pub(crate) fn select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self {
            salt: <[u8; 16]>::conditional_select(&a.salt, &b.salt, choice),
            digest: <[u8; 32]>::conditional_select(&a.digest, &b.digest, choice),
        }
    }

    /// The salt: 16 random bytes, never the same for two codes.
    pub fn salt(&self) -> &[u8; 16] {
        &self.salt
    }

    /// The digest.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// What came of judging a code against this hash; `computed` is the digest of the code with
    /// this salt. Compared in constant time.
    pub fn evaluate(&self, computed: &[u8; 32]) -> Evaluation {
        Evaluation { judged: *self, matched: self.digest.ct_eq(computed) }
    }
}

impl fmt::Debug for CodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeHash(redacted)")
    }
}

/// What came of judging a typed code. It carries the hash it judged: if that is no longer the one
/// in the slot when the account is decided, it counts for nothing.
#[derive(Clone, Copy)]
#[must_use]
pub struct Evaluation {
    judged: CodeHash,
    matched: Choice,
}

impl Evaluation {
    /// Whether the code was right for exactly this hash.
    pub(crate) fn holds_for(&self, hash: &CodeHash) -> Choice {
        let same = self.judged.salt.ct_eq(&hash.salt) & self.judged.digest.ct_eq(&hash.digest);
        same & self.matched
    }
}

impl fmt::Debug for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Evaluation(closed)")
    }
}

/// Hashes of several codes under one scheme, in the codes' order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashedCodes {
    /// How they were hashed.
    pub scheme: HashScheme,
    /// One hash a code.
    pub hashes: Vec<CodeHash>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_evaluation_holds_for_the_hash_it_judged_and_for_no_other() {
        let judged = CodeHash::new([1; 16], [2; 32]);
        let right = judged.evaluate(&[2; 32]);
        let holds =
            |evaluation: Evaluation, hash: &CodeHash| bool::from(evaluation.holds_for(hash));
        assert!(holds(right, &judged));
        assert!(!holds(right, &CodeHash::new([3; 16], [2; 32])), "another salt");
        assert!(!holds(right, &CodeHash::new([1; 16], [4; 32])), "another digest");
        assert!(!holds(judged.evaluate(&[5; 32]), &judged), "a wrong code");
    }
}
