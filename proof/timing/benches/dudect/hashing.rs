//! Hashers without threads of their own, which would add their noise.

use std::sync::Mutex;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use async_trait::async_trait;
use mfakit::domain::{
    CodeHash, Evaluation, HashScheme, HashedCodes, ImportedCode, ImportedEvaluation, ImportedHash,
    OneTimeCode,
};
use mfakit::ports::{CodeHasher, HasherError, ImportedCodeHasher, Lane};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// What an evaluation computes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hashing {
    /// Argon2id at 8 KiB and one pass.
    Argon2,
    /// Nothing.
    None,
    /// A leak: nothing for a slot that is spent or absent.
    SkippedForDecoys,
}

/// Argon2id, with salts that are the same each time.
pub(crate) struct Inline {
    hashing: Hashing,
    argon2: Argon2<'static>,
    blocks: Mutex<Vec<Block>>,
}

impl Inline {
    pub(crate) fn new(hashing: Hashing) -> Self {
        let params = Params::new(8, 1, 1, Some(32)).expect("costs");
        let blocks = Mutex::new(vec![Block::default(); params.block_count()]);
        Self { hashing, argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params), blocks }
    }

    fn compute(&self, code: &OneTimeCode, salt: &[u8; 16]) -> [u8; 32] {
        let mut digest = [0x5a; 32];
        let skipped = match self.hashing {
            Hashing::Argon2 => false,
            Hashing::None => true,
            Hashing::SkippedForDecoys => salt == &[0; 16],
        };
        if !skipped {
            let mut blocks = self.blocks.lock().expect("a lock");
            let (text, blocks) = (code.expose_bytes(), blocks.as_mut_slice());
            let computed =
                self.argon2.hash_password_into_with_memory(text, salt, &mut digest, blocks);
            computed.expect("a hash");
        }
        digest
    }
}

#[async_trait]
impl CodeHasher for Inline {
    async fn hash(&self, codes: Vec<OneTimeCode>) -> Result<HashedCodes, HasherError> {
        let salts = (1..).map(|n| [n; 16]);
        let hash = |(code, salt)| CodeHash::new(salt, self.compute(code, &salt));
        let scheme = HashScheme::new("inline").expect("a scheme");
        Ok(HashedCodes { scheme, hashes: codes.iter().zip(salts).map(hash).collect() })
    }

    async fn evaluate(
        &self,
        _: Lane,
        code: OneTimeCode,
        _: &HashScheme,
        hash: &CodeHash,
    ) -> Result<Evaluation, HasherError> {
        Ok(hash.evaluate(&self.compute(&code, hash.salt())))
    }
}

/// Stands for the slow hashes of imported codes: their SHA-256, compared as it is.
pub(crate) struct Plain;

#[async_trait]
impl ImportedCodeHasher for Plain {
    async fn hash_imported(
        &self,
        digests: Vec<Zeroizing<[u8; 32]>>,
    ) -> Result<Vec<ImportedHash>, HasherError> {
        Ok(digests.iter().map(|digest| ImportedHash::new(hex(digest)).expect("a hash")).collect())
    }

    fn check_imported(&self, _: &ImportedHash) -> Result<(), HasherError> {
        Ok(())
    }

    async fn evaluate_imported(
        &self,
        _: Lane,
        code: ImportedCode,
        hashes: Vec<ImportedHash>,
    ) -> Result<ImportedEvaluation, HasherError> {
        let computed = hex(&code.digest());
        let judged = hashes.into_iter().map(|hash| {
            let matched = hash.expose_text().as_bytes().ct_eq(computed.as_bytes());
            (hash, matched)
        });
        Ok(ImportedEvaluation::new(judged))
    }
}

/// Four bits a character, whatever they are.
fn hex(digest: &[u8; 32]) -> String {
    let halves = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves.map(|half| char::from(b'A' + half)).collect()
}
