//! The one-time password of a step (RFC 4226 §5.3, RFC 6238 §4.2).

use hmac::digest::FixedOutputReset;
use hmac::digest::array::Array;
use hmac::digest::common::KeySizeUser;
use hmac::{HmacReset, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::{Choice, ConditionallySelectable};
use zeroize::Zeroize;

use super::params::{Algorithm, Digits};
use super::secret::TotpSecret;
use super::step::Step;

/// An HMAC that has taken in its key. The key costs two of the four compressions of a short
/// signature, so that a window of steps pays for it once. It signs step after step in place, with no
/// copy to wipe for each, and is wiped when dropped.
pub(super) enum Signer {
    Sha1(HmacReset<Sha1>),
    Sha256(HmacReset<Sha256>),
    Sha512(HmacReset<Sha512>),
}

impl Signer {
    pub(super) fn new(algorithm: Algorithm, secret: &TotpSecret) -> Self {
        match algorithm {
            Algorithm::Sha1 => Self::Sha1(keyed(secret)),
            Algorithm::Sha256 => Self::Sha256(keyed(secret)),
            Algorithm::Sha512 => Self::Sha512(keyed(secret)),
        }
    }

    /// The code of a step, as a number.
    pub(super) fn code_at(&mut self, step: Step, digits: Digits) -> u32 {
        match self {
            Self::Sha1(mac) => code(mac, step, digits),
            Self::Sha256(mac) => code(mac, step, digits),
            Self::Sha512(mac) => code(mac, step, digits),
        }
    }
}

/// Keys of up to one block are filled up with zeros (RFC 2104 §2). A secret has at most 64 bytes,
/// the block of SHA-1 and SHA-256.
fn keyed<M: KeyInit + KeySizeUser>(secret: &TotpSecret) -> M {
    let mut block = Array::<u8, M::KeySize>::default();
    for (place, byte) in block.iter_mut().zip(secret.expose_bytes()) {
        *place = *byte;
    }
    let keyed = M::new(&block);
    block.as_mut_slice().zeroize();
    keyed
}

fn code(mac: &mut (impl Mac + FixedOutputReset), step: Step, digits: Digits) -> u32 {
    Mac::update(mac, &step.to_be_bytes());
    truncate(&mac.finalize_reset().into_bytes(), digits)
}

/// Dynamic truncation (RFC 4226 §5.3). Which four bytes count, and what they are, is secret. So they
/// are shifted to the front, in registers: a load from the offset itself would be slower at some than
/// at others. And nothing is divided by a number that the compiler does not know: it makes a
/// multiplication of one that it knows, while a division takes longer for some values.
fn truncate(signature: &[u8], digits: Digits) -> u32 {
    let shift = 8 * u32::from(signature.last().copied().unwrap_or(0) & 0x0f);
    // The last offset is 15, so that no more than 20 bytes can count: a signature has no fewer.
    let mut words = signature.chunks_exact(4).map(|b| b.try_into().map_or(0, u32::from_be_bytes));
    let head = words.by_ref().take(4).fold(0, |head, word| (head << 32) | u128::from(word));
    let tail = u128::from(words.next().unwrap_or(0)) << 96;
    let shifted = (head << shift) | (tail >> 1 >> (127 - shift));
    let word = (shifted >> 96) as u32 & 0x7fff_ffff;
    let (six, eight) = (word % Digits::Six.code_space(), word % Digits::Eight.code_space());
    let is_eight = Choice::from(u8::from(digits == Digits::Eight));
    u32::conditional_select(&six, &eight, is_eight)
}
