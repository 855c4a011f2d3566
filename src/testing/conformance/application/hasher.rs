//! A hash that is computed where it is asked for.

use async_trait::async_trait;
use sha2::{Digest, Sha256};

use crate::domain::{CodeHash, Evaluation, HashScheme, HashedCodes, OneTimeCode};
use crate::ports::{CodeHasher, HasherError, Lane};

/// Without threads, so that requests at once take the same turns in every run and meet in the store.
pub(super) struct InstantHasher;

fn digest(code: &OneTimeCode) -> [u8; 32] {
    Sha256::digest(code.reveal().as_bytes()).into()
}

#[async_trait]
impl CodeHasher for InstantHasher {
    async fn hash(&self, codes: Vec<OneTimeCode>) -> Result<HashedCodes, HasherError> {
        let scheme = HashScheme::new("$instant$").map_err(|why| HasherError::Failed(why.into()))?;
        let hashes = codes.iter().map(|code| CodeHash::new([0; 16], digest(code))).collect();
        Ok(HashedCodes { scheme, hashes })
    }

    async fn evaluate(
        &self,
        _: Lane,
        code: OneTimeCode,
        _: &HashScheme,
        hash: &CodeHash,
    ) -> Result<Evaluation, HasherError> {
        Ok(hash.evaluate(&digest(&code)))
    }
}
