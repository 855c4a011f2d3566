//! What a history draws instead of chance: the same every time.

use mfakit::domain::{CodeHash, HashScheme, HashedCodes, OneTimeCode, SealedSecret, Stamp};
use mfakit::{KeyId, RecoveryCodes};

use super::History;

impl History {
    /// Sixteen bytes that no other name has.
    pub(super) fn name(&mut self) -> [u8; 16] {
        self.names += 1;
        let half = |factor: u64| self.names.wrapping_mul(factor).to_be_bytes();
        let mut name = [0; 16];
        name[..8].copy_from_slice(&half(0x9E37_79B9_7F4A_7C15));
        name[8..].copy_from_slice(&half(0xD1B5_4A32_D192_ED03));
        name
    }

    /// A stamp that no earlier credentials had.
    pub(super) fn stamp(&self) -> Stamp {
        Stamp::from_random((self.names + 1).wrapping_mul(0xBF58_476D_1CE4_E5B9).to_be_bytes())
    }

    pub(super) fn seal(&mut self, key: &str) -> SealedSecret {
        let bytes = [self.name(), self.name(), self.name()].concat();
        SealedSecret::new(1, KeyId::new(key).unwrap(), &bytes).unwrap()
    }

    pub(super) fn fresh_codes(&mut self) -> (RecoveryCodes, HashedCodes) {
        let random: Vec<[u8; 16]> = (0..10).map(|_| self.name()).collect();
        let codes = RecoveryCodes::from_random(&random).unwrap();
        let hashes = codes.iter().map(|code| CodeHash::new(self.name(), digest(code))).collect();
        (codes, HashedCodes { scheme: scheme(), hashes })
    }
}

pub(super) fn scheme() -> HashScheme {
    HashScheme::new("$argon2id$v=19$m=19456,t=2,p=1").unwrap()
}

/// Stands in for the slow hash.
pub(super) fn digest(code: &OneTimeCode) -> [u8; 32] {
    let mut digest = [0; 32];
    digest[..16].copy_from_slice(code.expose_bytes());
    digest[16..].copy_from_slice(code.expose_bytes());
    digest
}
