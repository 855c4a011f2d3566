//! The JSON that a browser sends, in the shape of Level 3 §5.1.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};

use super::base64::{at_most, decoded};
use super::identifiers::CredentialId;
use super::unverified::Unverified;

/// What both responses have around them. Members that are not judged are left unread.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PublicKeyCredential<R> {
    id: String,
    raw_id: String,
    r#type: String,
    response: Object<R>,
}

/// Reads a response as far as its JSON goes: whose credential it is, and the ceremony's own part.
pub(super) fn read<R: DeserializeOwned>(json: &str) -> Result<(CredentialId, R), Unverified> {
    at_most("response", MAX_RESPONSE, json.len())?;
    let Object(credential): Object<PublicKeyCredential<R>> =
        serde_json::from_str(json).map_err(|_| Unverified::Response)?;
    if credential.r#type != "public-key" {
        return Err(Unverified::CredentialType);
    }
    if credential.id != credential.raw_id {
        return Err(Unverified::CredentialIds);
    }
    let id = decoded("rawId", &credential.raw_id, MAX_RESPONSE)?;
    Ok((credential_id(id)?, credential.response.0))
}

pub(super) fn credential_id(bytes: impl Into<Box<[u8]>>) -> Result<CredentialId, Unverified> {
    let bytes = bytes.into();
    let found = bytes.len();
    CredentialId::new(bytes).map_err(|_| Unverified::CredentialIdLength { found })
}

/// A JSON object. Without it, serde takes an array of the members' values for a struct as well.
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// The most of a response that is read, in bytes.
const MAX_RESPONSE: usize = 65_536;
