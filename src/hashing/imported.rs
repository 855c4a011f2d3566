//! One hash of an imported code: reading it, bounding what it costs, judging by it.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, Version};
use base64ct::{Base64Unpadded, Encoding};
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use super::evaluation::{Evaluation, Memory, Pepper, failed};
use super::scheme::Scheme;
use crate::domain::{CodeHash, HashScheme, ImportedCode, ImportedHash};
use crate::ports::HasherError;

/// Stands before a scheme of our own: the SHA-256 of the code is hashed by it.
const OURS: &str = "$sha256";
const ARGON2ID: &str = "$argon2id$v=19$";

/// The memory of a hash made elsewhere, in KiB.
const MEMORY: std::ops::RangeInclusive<u32> = 64..=65_536;
/// The most memory times passes: RFC 9106 §4 at its second setting, 64 MiB three times. Ten of them
/// are most of a second.
const MOST_WORK: u32 = 3 * 65_536;
const LANES: std::ops::RangeInclusive<u32> = 1..=4;
/// The rounds of bcrypt, as a power of two. Ten hashes of 2¹² are about two seconds.
#[cfg(feature = "bcrypt")]
const BCRYPT_COSTS: std::ops::RangeInclusive<u8> = 4..=12;

/// A hash that was read, and is affordable.
pub(super) enum Imported {
    /// Argon2id of the SHA-256 of the code, under a scheme of our own.
    Ours(Scheme, CodeHash),
    /// Argon2id of the code itself.
    Argon2id { params: Params, salt: Vec<u8>, digest: Vec<u8> },
    /// bcrypt of the code itself.
    #[cfg(feature = "bcrypt")]
    Bcrypt { cost: u8, salt: [u8; 16], digest: [u8; 23] },
}

impl Imported {
    pub(super) fn read(hash: &ImportedHash) -> Result<Self, HasherError> {
        let text = hash.expose_text();
        if let Some(ours) = text.strip_prefix(OURS) {
            return read_ours(ours);
        }
        if let Some(rest) = text.strip_prefix(ARGON2ID) {
            return read_argon2id(rest);
        }
        match text.get(..4).zip(text.get(4..)) {
            Some(("$2a$" | "$2b$" | "$2y$", rest)) => read_bcrypt(rest),
            _ => Err(HasherError::Scheme("an imported hash is neither Argon2id nor bcrypt")),
        }
    }

    /// Writes a hash of our own.
    pub(super) fn write(scheme: &Scheme, hash: &CodeHash) -> Result<ImportedHash, HasherError> {
        let (scheme, encoded) = (scheme.write()?, Base64Unpadded::encode_string);
        let (salt, digest) = (encoded(hash.salt()), encoded(hash.digest()));
        ImportedHash::new(format!("{OURS}{}${salt}${digest}", scheme.as_str()))
            .map_err(|invalid| HasherError::Failed(Box::new(invalid)))
    }

    /// Whether the code is right. That it is not costs as much.
    pub(super) fn judge(
        &self,
        code: &ImportedCode,
        pepper: Option<&Arc<Pepper>>,
        memory: &mut Memory,
    ) -> Result<Choice, HasherError> {
        match self {
            Self::Ours(scheme, hash) => {
                let text = Zeroizing::new(code.digest().to_vec());
                let (costs, pepper, salt) = (scheme.costs, pepper.cloned(), *hash.salt());
                let computed = Evaluation { costs, pepper, text, salt }.compute(memory)?;
                Ok(hash.digest().ct_eq(&computed))
            }
            Self::Argon2id { params, salt, digest } => {
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
                let blocks = memory.borrow(params.block_count());
                let mut computed = Zeroizing::new(vec![0; digest.len()]);
                let text = code.expose_text().as_bytes();
                argon2
                    .hash_password_into_with_memory(text, salt, &mut computed, blocks)
                    .map_err(failed)?;
                Ok(computed.as_slice().ct_eq(digest))
            }
            #[cfg(feature = "bcrypt")]
            Self::Bcrypt { cost, salt, digest } => {
                let computed = super::bcrypt::bcrypt(*cost, salt, code.expose_text());
                Ok(computed.split_at(digest.len()).0.ct_eq(digest))
            }
        }
    }
}

fn read_ours(text: &str) -> Result<Imported, HasherError> {
    let garbled = HasherError::Scheme("an imported hash cannot be read");
    let mut parts = text.rsplitn(3, '$');
    let (Some(digest), Some(salt), Some(scheme)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(garbled);
    };
    let (Some(salt), Some(digest)) = (bytes(salt), bytes(digest)) else { return Err(garbled) };
    let Ok(scheme) = HashScheme::new(scheme) else { return Err(garbled) };
    Ok(Imported::Ours(Scheme::read(&scheme)?, CodeHash::new(salt, digest)))
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    Base64Unpadded::decode_vec(text).ok()?.try_into().ok()
}

/// Reads `m=…,t=…,p=…$salt$digest`, the PHC form.
fn read_argon2id(text: &str) -> Result<Imported, HasherError> {
    let garbled = || HasherError::Scheme("an imported Argon2id hash cannot be read");
    let mut parts = text.split('$');
    let (Some(costs), Some(salt), Some(digest), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(garbled());
    };
    let mut fields = costs.split(',');
    // In the one form that the PHC string format gives a number: without sign and leading zeros.
    let mut number = |name| {
        let digits = fields.next()?.strip_prefix(name)?;
        digits.parse::<u32>().ok().filter(|number| number.to_string() == digits)
    };
    let (Some(memory), Some(passes), Some(lanes)) = (number("m="), number("t="), number("p="))
    else {
        return Err(garbled());
    };
    if fields.next().is_some() {
        return Err(HasherError::Scheme(
            "an imported Argon2id hash has parameters beside its costs",
        ));
    }
    let affordable = MEMORY.contains(&memory)
        && passes > 0
        && memory.saturating_mul(passes) <= MOST_WORK
        && LANES.contains(&lanes);
    if !affordable {
        return Err(HasherError::Scheme("an imported Argon2id hash costs too much"));
    }
    let salt = Base64Unpadded::decode_vec(salt).map_err(|_| garbled())?;
    let digest = Base64Unpadded::decode_vec(digest).map_err(|_| garbled())?;
    if !(8..=64).contains(&salt.len()) || !(16..=64).contains(&digest.len()) {
        return Err(garbled());
    }
    let params = Params::new(memory, passes, lanes, Some(digest.len())).map_err(failed)?;
    Ok(Imported::Argon2id { params, salt, digest })
}

#[cfg(not(feature = "bcrypt"))]
fn read_bcrypt(_: &str) -> Result<Imported, HasherError> {
    Err(HasherError::Scheme("an imported bcrypt hash needs the feature `bcrypt`"))
}

/// Reads `cost$` and 22 + 31 characters of bcrypt's own base64.
#[cfg(feature = "bcrypt")]
fn read_bcrypt(text: &str) -> Result<Imported, HasherError> {
    use base64ct::Base64Bcrypt;

    let garbled = || HasherError::Scheme("an imported bcrypt hash cannot be read");
    let (cost, rest) = text.split_once('$').ok_or_else(garbled)?;
    let two_digits = cost.len() == 2 && cost.bytes().all(|c| c.is_ascii_digit());
    if !two_digits || rest.len() != 53 {
        return Err(garbled());
    }
    let cost: u8 = cost.parse().map_err(|_| garbled())?;
    if !BCRYPT_COSTS.contains(&cost) {
        return Err(HasherError::Scheme("an imported bcrypt hash costs too much or too little"));
    }
    let (salt, digest) = rest.split_at_checked(22).ok_or_else(garbled)?;
    let decoded = |text| Base64Bcrypt::decode_vec(text).ok();
    let salt = decoded(salt).and_then(|salt| salt.try_into().ok()).ok_or_else(garbled)?;
    let digest = decoded(digest).and_then(|digest| digest.try_into().ok()).ok_or_else(garbled)?;
    Ok(Imported::Bcrypt { cost, salt, digest })
}

#[cfg(test)]
#[path = "imported_tests.rs"]
mod tests;
