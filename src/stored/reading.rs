//! Reading single fields, with the field's name in every error; and writing them.

use base64ct::{Base64Unpadded, Encoding};
use chrono::{DateTime, SecondsFormat, Utc};

use super::StoredError;
use crate::domain::parts::whole_micros;
use crate::domain::{CodeHash, Invalid, KeyId, SealedSecret};

/// Names the field of a value that is out of its bounds.
pub(super) fn checked<T>(field: &str, read: Result<T, Invalid>) -> Result<T, StoredError> {
    read.map_err(|why| StoredError::corrupt(field, why))
}

/// Refuses what breaks a rule between fields.
pub(super) fn ensure(holds: bool, field: &str, why: &str) -> Result<(), StoredError> {
    if holds { Ok(()) } else { Err(StoredError::corrupt(field, why)) }
}

pub(super) fn at_most(field: &str, found: usize, max: usize) -> Result<(), StoredError> {
    if found <= max {
        return Ok(());
    }
    Err(StoredError::corrupt(field, format_args!("must have at most {max} entries, not {found}")))
}

pub(super) fn write_time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Reads a time: not before 1970, and no later than a span after the last moment that anything is
/// decided in.
pub(super) fn time(field: &str, text: &str) -> Result<DateTime<Utc>, StoredError> {
    const YEAR_10001: i64 = 253_433_923_200;
    let at = text
        .parse()
        .ok()
        .filter(|at: &DateTime<Utc>| at.timestamp() >= 0 && at.timestamp() < YEAR_10001);
    let form = "must be an RFC 3339 time from 1970 on";
    at.map(whole_micros).ok_or_else(|| StoredError::corrupt(field, form))
}

pub(super) fn optional_time(
    field: &str,
    text: Option<&str>,
) -> Result<Option<DateTime<Utc>>, StoredError> {
    text.map(|text| time(field, text)).transpose()
}

/// Reads a step, or a count. No signed column overflows with it.
pub(super) fn whole(field: &str, number: u64) -> Result<u64, StoredError> {
    ensure(i64::try_from(number).is_ok(), field, "must be 0 to 2^63 - 1")?;
    Ok(number)
}

pub(super) fn write_bytes(bytes: &[u8]) -> String {
    Base64Unpadded::encode_string(bytes)
}

pub(super) fn bytes(field: &str, text: &str) -> Result<Vec<u8>, StoredError> {
    Base64Unpadded::decode_vec(text)
        .map_err(|_| StoredError::corrupt(field, "must be base64 without padding"))
}

/// A salt and a digest, one after the other.
pub(super) fn write_hash(hash: &CodeHash) -> String {
    write_bytes(&[hash.salt().as_slice(), hash.digest()].concat())
}

pub(super) fn hash(field: &str, text: &str) -> Result<CodeHash, StoredError> {
    let bytes = bytes(field, text)?;
    let parts =
        bytes.split_first_chunk().and_then(|(salt, rest)| Some((*salt, rest.try_into().ok()?)));
    let (salt, digest) =
        parts.ok_or_else(|| StoredError::corrupt(field, "must have 16 + 32 bytes"))?;
    Ok(CodeHash::new(salt, digest))
}

/// The algorithm's number, the key's name, which holds no colon, and the sealed bytes.
pub(super) fn write_sealed(sealed: &SealedSecret) -> String {
    format!("{}:{}:{}", sealed.algorithm(), sealed.key(), write_bytes(sealed.bytes()))
}

pub(super) fn sealed(field: &str, text: &str) -> Result<SealedSecret, StoredError> {
    let mut parts = text.splitn(3, ':');
    let (Some(algorithm), Some(key), Some(data)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(StoredError::corrupt(field, "must be an algorithm, a key and bytes"));
    };
    let algorithm = algorithm
        .parse()
        .map_err(|_| StoredError::corrupt(field, "the algorithm must be 0 to 255"))?;
    let key = checked(field, KeyId::new(key))?;
    checked(field, SealedSecret::new(algorithm, key, &bytes(field, data)?))
}
