//! The fixture: one site, one user, one software key, and hands that change what it answers.

use base64ct::{Base64UrlUnpadded, Encoding};
use mfakit::domain::webauthn::{
    Asserted, AssertionResponse, CreationOptions, CredentialDescriptor, CredentialId, Nonce,
    PublicKey, Registered, RegistrationResponse, RelyingParty, RequestOptions, SignatureAlgorithm,
    StoredCredential, Unverified, UserHandle,
};
use mfakit::domain::{AccountName, Issuer};
use mfakit::testing::SoftwareKey;
use serde_json::Value;

pub(super) const RP_ID: &str = "scrivio.example";
pub(super) const ORIGIN: &str = "https://app.scrivio.example";

pub(super) fn site() -> RelyingParty {
    RelyingParty::new(RP_ID, [ORIGIN, "http://localhost:3000"]).unwrap()
}

pub(super) fn key() -> SoftwareKey {
    SoftwareKey::seeded(1815, SignatureAlgorithm::Es256)
}

pub(super) fn user() -> UserHandle {
    UserHandle::from_random([7; 64])
}

pub(super) fn setup() -> Nonce {
    Nonce::new([1; 16]).unwrap()
}

pub(super) fn challenge() -> Nonce {
    Nonce::new([2; 16]).unwrap()
}

pub(super) fn creation() -> CreationOptions {
    let (issuer, ada) = (Issuer::new("Scrivio"), AccountName::new("ada@example.org"));
    CreationOptions::new(&site(), &issuer.unwrap(), &ada.unwrap(), user(), setup())
}

pub(super) fn request(id: &CredentialId) -> RequestOptions {
    RequestOptions::new(&site(), challenge(), [CredentialDescriptor::new(id.clone())])
}

/// What a response is made of, to be changed before it is signed and written.
pub(super) struct Parts {
    pub(super) client_data: Vec<u8>,
    pub(super) data: Vec<u8>,
}

impl Parts {
    /// Sets a member of the client data; `null` removes it.
    pub(super) fn say(&mut self, member: &str, value: impl Into<Value>) {
        let mut said: Value = serde_json::from_slice(&self.client_data).unwrap();
        match value.into() {
            Value::Null => drop(said.as_object_mut().unwrap().remove(member)),
            value => said[member] = value,
        }
        self.client_data = said.to_string().into_bytes();
    }

    /// Sets or clears a flag of the authenticator data.
    pub(super) fn flag(&mut self, flag: u8, set: bool) {
        self.data[32] = if set { self.data[32] | flag } else { self.data[32] & !flag };
    }
}

/// A registration's response, changed.
pub(super) fn registration(key: &mut SoftwareKey, change: impl FnOnce(&mut Parts)) -> Value {
    let options = serde_json::to_string(&creation()).unwrap();
    let mut json: Value = serde_json::from_str(&key.register(&options, ORIGIN).unwrap()).unwrap();
    let response = &mut json["response"];
    let mut parts = Parts {
        client_data: bytes(&response["clientDataJSON"]),
        data: bytes(&response["authenticatorData"]),
    };
    change(&mut parts);
    response["clientDataJSON"] = text(&parts.client_data);
    response["attestationObject"] = text(&attestation_object(&parts.data));
    json
}

/// An assertion's response, changed before it is signed.
pub(super) fn assertion(key: &mut SoftwareKey, change: impl FnOnce(&mut Parts)) -> Value {
    let id = stored(key).id;
    let options = serde_json::to_string(&request(&id)).unwrap();
    let mut json: Value = serde_json::from_str(&key.assert(&options, ORIGIN).unwrap()).unwrap();
    let response = &mut json["response"];
    let mut parts = Parts {
        client_data: bytes(&response["clientDataJSON"]),
        data: bytes(&response["authenticatorData"]),
    };
    change(&mut parts);
    response["clientDataJSON"] = text(&parts.client_data);
    response["authenticatorData"] = text(&parts.data);
    response["signature"] = text(&key.sign(&parts.data, &parts.client_data).unwrap());
    json
}

/// What a host stores of this key.
pub(super) struct Stored {
    pub(super) id: CredentialId,
    pub(super) public_key: PublicKey,
    pub(super) user: UserHandle,
}

impl Stored {
    pub(super) fn credential(&self) -> StoredCredential<'_> {
        StoredCredential { id: &self.id, public_key: &self.public_key, user_handle: &self.user }
    }
}

pub(super) fn stored(key: &SoftwareKey) -> Stored {
    let mut key = key.clone().backup(false, false);
    let registered = registered(&registration(&mut key, |_| {})).unwrap();
    Stored { id: registered.credential_id, public_key: registered.public_key, user: user() }
}

pub(super) fn registered(json: &Value) -> Result<Registered, Unverified> {
    RegistrationResponse::parse(&json.to_string())?.verify(&setup(), &site())
}

pub(super) fn asserted(stored: &Stored, json: &Value) -> Result<Asserted, Unverified> {
    let response = AssertionResponse::parse(&json.to_string())?;
    response.verify(stored.credential(), &challenge(), &site())
}

/// An attestation object of the format "none" around authenticator data.
pub(super) fn attestation_object(data: &[u8]) -> Vec<u8> {
    let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData".to_vec();
    object.extend(byte_string(data));
    object
}

/// Bytes in CBOR.
pub(super) fn byte_string(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    [&[0x59], &length.to_be_bytes()[..], bytes].concat()
}

pub(super) fn text(bytes: &[u8]) -> Value {
    Base64UrlUnpadded::encode_string(bytes).into()
}

pub(super) fn bytes(text: &Value) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text.as_str().unwrap()).unwrap()
}
