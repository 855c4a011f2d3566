//! What a browser and its authenticator answer, part by part.
//!
//! Each target is given the bytes of one part. Everything around it is right, and signed by the
//! stored key, so that the part alone decides.

mod attestation_objects;
mod authenticator_data;
mod client_data;
mod cose_keys;

pub use attestation_objects::webauthn_attestation_objects;
pub use authenticator_data::webauthn_authenticator_data;
pub use client_data::webauthn_client_data;
pub use cose_keys::webauthn_cose_keys;

use std::sync::OnceLock;

use base64ct::{Base64UrlUnpadded, Encoding};
use mfakit::domain::webauthn::{
    Asserted, AssertionResponse, CredentialId, Nonce, PublicKey, RelyingParty, SignatureAlgorithm,
    StoredCredential, Unverified, UserHandle,
};
use mfakit::testing::SoftwareKey;
use serde_json::json;

const RP_ID: &str = "localhost";
const ORIGIN: &str = "http://localhost:3000";

/// The challenge that client data must name, in base64url: 16 zeros.
const CHALLENGE: &str = "AAAAAAAAAAAAAAAAAAAAAA";

const CREDENTIAL_ID: [u8; 4] = *b"cred";

fn site() -> &'static RelyingParty {
    static SITE: OnceLock<RelyingParty> = OnceLock::new();
    SITE.get_or_init(|| RelyingParty::new(RP_ID, [ORIGIN]).expect("a relying party"))
}

fn nonce() -> Nonce {
    Nonce::new([0; 16]).expect("a nonce")
}

fn key() -> &'static SoftwareKey {
    static KEY: OnceLock<SoftwareKey> = OnceLock::new();
    KEY.get_or_init(|| {
        SoftwareKey::seeded(1, SignatureAlgorithm::EdDsa).credential_id(CREDENTIAL_ID)
    })
}

fn text(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// What comes of an assertion of these parts, signed by the stored key.
fn asserted(client_data: &[u8], authenticator_data: &[u8]) -> Result<Asserted, Unverified> {
    let id = text(&CREDENTIAL_ID);
    let signature = key().sign(authenticator_data, client_data).expect("a signature");
    let response = json!({
        "id": id, "rawId": id, "type": "public-key",
        "response": {
            "clientDataJSON": text(client_data),
            "authenticatorData": text(authenticator_data),
            "signature": text(&signature),
        },
    });
    let stored = StoredCredential {
        id: &CredentialId::new(CREDENTIAL_ID).expect("an id"),
        public_key: &PublicKey::from_cose(&key().public_key()).expect("a key"),
        user_handle: &UserHandle::from_random([0; 64]),
    };
    AssertionResponse::parse(&response.to_string())?.verify(stored, &nonce(), site())
}

fn client_data(ceremony: &str) -> Vec<u8> {
    json!({ "type": ceremony, "challenge": CHALLENGE, "origin": ORIGIN }).to_string().into()
}
