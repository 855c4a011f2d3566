//! The built-in side of [`ImportedCodeHasher`]: the same threads, the same turns.

use std::sync::Arc;

use async_trait::async_trait;
use subtle::Choice;
use zeroize::Zeroizing;

use super::evaluation::{Memory, Pepper};
use super::hasher::Argon2Hasher;
use super::imported::Imported;
use crate::domain::{ImportedCode, ImportedCodes, ImportedEvaluation, ImportedHash};
use crate::ports::{HasherError, ImportedCodeHasher, Lane};

#[async_trait]
impl ImportedCodeHasher for Argon2Hasher {
    async fn hash_imported(
        &self,
        digests: Vec<Zeroizing<[u8; 32]>>,
    ) -> Result<Vec<ImportedHash>, HasherError> {
        let scheme = self.scheme();
        let texts = digests.iter().map(|digest| Zeroizing::new(digest.to_vec())).collect();
        let hashes = self.hash_new(texts).await?;
        hashes.iter().map(|hash| Imported::write(&scheme, hash)).collect()
    }

    fn check_imported(&self, hash: &ImportedHash) -> Result<(), HasherError> {
        self.readied(hash).map(drop)
    }

    async fn evaluate_imported(
        &self,
        lane: Lane,
        code: ImportedCode,
        hashes: Vec<ImportedHash>,
    ) -> Result<ImportedEvaluation, HasherError> {
        if hashes.len() > ImportedCodes::MAX {
            return Err(HasherError::Scheme("more than ten imported hashes"));
        }
        // Read and priced, all of them, before anything is computed.
        let readied: Result<Vec<_>, _> = hashes.iter().map(|hash| self.readied(hash)).collect();
        let readied = readied?;
        #[cfg(test)]
        let computed = Arc::clone(&self.computed);
        let count = move || {
            #[cfg(test)]
            computed.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        };
        let work = Box::new(move |memory: &mut Memory| judge_all(&code, &readied, memory, count));
        let matched = self.pool.evaluate(lane, work)?.digest().await?;
        Ok(ImportedEvaluation::new(hashes.into_iter().zip(matched.map(Choice::from))))
    }
}

/// A hash, and the pepper that it names.
type Readied = (Imported, Option<Arc<Pepper>>);

impl Argon2Hasher {
    fn readied(&self, hash: &ImportedHash) -> Result<Readied, HasherError> {
        let imported = Imported::read(hash)?;
        let pepper = match &imported {
            Imported::Ours(scheme, _) => self.stored_pepper(scheme.pepper.as_ref())?,
            _ => None,
        };
        Ok((imported, pepper))
    }
}

/// Judges by every hash, whatever came of those before. The result has the size of any of the pool's:
/// its bytes are 1 where a hash was met.
fn judge_all(
    code: &ImportedCode,
    hashes: &[Readied],
    memory: &mut Memory,
    count: impl Fn(),
) -> Result<[u8; 32], HasherError> {
    let mut matched = [0; 32];
    for (met, (hash, pepper)) in matched.iter_mut().zip(hashes) {
        count();
        *met = hash.judge(code, pepper.as_ref(), memory)?.unwrap_u8();
    }
    Ok(matched)
}

#[cfg(test)]
#[cfg(not(shuttle))]
#[path = "imported_hasher_tests.rs"]
mod tests;
