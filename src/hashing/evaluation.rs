//! One Argon2id evaluation, in memory that is kept and wiped.

use std::fmt;
use std::sync::Arc;

use argon2::{Algorithm, Argon2, Block, Version};
use zeroize::{Zeroize, Zeroizing};

use super::scheme::Costs;
use crate::domain::KeyId;
use crate::ports::HasherError;

/// A key that is mixed into every hash and kept away from the database.
pub(super) struct Pepper {
    pub(super) id: KeyId,
    pub(super) secret: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pepper({}, redacted)", self.id)
    }
}

/// Everything that one hash is computed from.
pub(super) struct Evaluation {
    pub(super) costs: Costs,
    pub(super) pepper: Option<Arc<Pepper>>,
    /// What is hashed.
    pub(super) text: Zeroizing<Vec<u8>>,
    pub(super) salt: [u8; 16],
}

impl Evaluation {
    pub(super) fn compute(&self, memory: &mut Memory) -> Result<[u8; 32], HasherError> {
        let params = self.costs.params()?;
        let blocks = memory.borrow(params.block_count());
        let argon2 = match &self.pepper {
            None => Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            Some(pepper) => {
                let secret = &pepper.secret;
                Argon2::new_with_secret(secret, Algorithm::Argon2id, Version::V0x13, params)
                    .map_err(failed)?
            }
        };
        let mut digest = [0; 32];
        argon2
            .hash_password_into_with_memory(&self.text, &self.salt, &mut digest, blocks)
            .map_err(failed)?;
        Ok(digest)
    }
}

pub(super) fn failed(error: argon2::Error) -> HasherError {
    HasherError::Failed(Box::new(std::io::Error::other(error.to_string())))
}

/// The blocks of one hash at a time, kept because allocating them afresh costs 4,864 page faults, a third
/// of the hash and more. What is kept is what the default costs need.
#[derive(Default)]
pub(super) struct Memory {
    blocks: Vec<Block>,
    /// The number of them that may hold something of a hash.
    used: usize,
}

impl Memory {
    const KEPT: usize = 19_456;

    pub(super) fn borrow(&mut self, count: usize) -> &mut [Block] {
        if self.blocks.len() < count {
            // A larger vector would be copied from; there is nothing to keep.
            self.blocks = vec![Block::new(); count];
        }
        self.used = self.used.max(count);
        self.blocks.get_mut(..count).unwrap_or_default()
    }

    /// Wipes what the last hash left, and gives back what an unusually costly one has taken.
    ///
    /// It costs a millisecond, so it comes after the answer has been sent.
    pub(super) fn wipe(&mut self) {
        self.blocks.iter_mut().take(self.used).for_each(Zeroize::zeroize);
        self.used = 0;
        if self.blocks.len() > Self::KEPT {
            self.blocks = Vec::new();
        }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
#[cfg(not(shuttle))]
mod tests {
    use super::*;

    fn evaluation(costs: Costs) -> Evaluation {
        let text = Zeroizing::new(vec![7; 16]);
        Evaluation { costs, pepper: None, text, salt: [1; 16] }
    }

    fn is_wiped(memory: &Memory) -> bool {
        memory.blocks.iter().all(|block| block.as_ref().iter().all(|word| *word == 0))
    }

    #[test]
    fn memory_is_kept_and_wiped() {
        let mut memory = Memory::default();
        evaluation(Costs::DEFAULT).compute(&mut memory).unwrap();
        assert!(!is_wiped(&memory), "the hash left nothing to wipe");
        memory.wipe();
        assert_eq!(memory.blocks.len(), Memory::KEPT);
        assert!(is_wiped(&memory));
    }

    #[test]
    fn a_panic_leaves_no_trace_in_memory() {
        let mut memory = Memory::default();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let blocks = memory.borrow(8);
            blocks.iter_mut().for_each(|block| block.as_mut().fill(u64::MAX));
            panic!("on purpose");
        }));
        assert!(panicked.is_err());
        memory.wipe();
        assert_eq!(memory.blocks.len(), 8);
        assert!(is_wiped(&memory));
    }

    #[test]
    fn what_an_unusual_cost_took_is_given_back() {
        let mut memory = Memory::default();
        evaluation(Costs::for_new_codes(47_104, 1).unwrap()).compute(&mut memory).unwrap();
        memory.wipe();
        assert!(memory.blocks.is_empty());
    }
}
