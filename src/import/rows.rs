//! The common part of credentials' rows.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error};

use crate::domain::Invalid;

/// Reads a JSON object, bounded before it is parsed.
pub(super) fn object<T: DeserializeOwned>(
    what: &'static str,
    form: &'static str,
    json: &str,
) -> Result<T, Invalid> {
    let (min, max, found, unit) = (2, MAX_ROW, json.len(), "bytes");
    if !(min..=max).contains(&found) {
        return Err(Invalid::Length { what, min, max, found, unit });
    }
    serde_json::from_str(json).map_err(|_| Invalid::Form { what, form })
}

/// The bytes of a column in base64url without padding.
pub(super) fn decoded(what: &'static str, text: &str) -> Result<Vec<u8>, Invalid> {
    let form = "base64url without padding";
    let (min, max, found, unit) = (1, MAX_ROW, text.len(), "bytes");
    if !(min..=max).contains(&found) {
        return Err(Invalid::Length { what, min, max, found, unit });
    }
    Base64UrlUnpadded::decode_vec(text).map_err(|_| Invalid::Form { what, form })
}

/// Bytes, written as base64url without padding or as a list of numbers.
pub(super) struct Bytes(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Text(text) => {
                Base64UrlUnpadded::decode_vec(&text).map(Self).map_err(D::Error::custom)
            }
            Written::List(bytes) => Ok(Self(bytes)),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    List(Vec<u8>),
}

/// The most of a row or a column that is read, in bytes. Attestation certificates make some long.
const MAX_ROW: usize = 65_536;
