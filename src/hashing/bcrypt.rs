//! bcrypt, as other systems have hashed codes with it (Provos and Mazières, "A Future-Adaptable
//! Password Scheme", 1999). New codes are never hashed so.

use blowfish::Blowfish;
use zeroize::Zeroizing;

/// "OrpheanBeholderScryDoubt", which is encrypted 64 times.
const MAGIC: [u32; 6] =
    [0x4F72_7068, 0x6561_6E42, 0x6568_6F6C, 0x6465_7253, 0x6372_7944, 0x6F75_6274];

/// The digest of a text of at most 71 bytes; `2^cost` rounds. Of its 24 bytes all but the last are
/// written in a hash.
pub(super) fn bcrypt(cost: u8, salt: &[u8; 16], text: &str) -> [u8; 24] {
    // The zero at the end is part of the key (versions 2a, 2b and 2y).
    let mut key = Zeroizing::new(Vec::with_capacity(text.len() + 1));
    key.extend_from_slice(text.as_bytes());
    key.push(0);
    let mut state: Blowfish = Blowfish::bc_init_state();
    state.salted_expand_key(salt, &key);
    for _ in 0..1_u64 << cost.min(31) {
        state.bc_expand_key(&key);
        state.bc_expand_key(salt);
    }
    let mut digest = [0; 24];
    for (block, pair) in digest.as_chunks_mut::<8>().0.iter_mut().zip(MAGIC.as_chunks::<2>().0) {
        let [left, right] = (0..64).fold(*pair, |pair, _| state.bc_encrypt(pair));
        *block = (u64::from(left) << 32 | u64::from(right)).to_be_bytes();
    }
    digest
}
