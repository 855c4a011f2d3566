//! What the browser says about the page that asked (§5.8.1).

use serde::Deserialize;
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};

use super::base64::encoded;
use super::identifiers::Nonce;
use super::relying_party::RelyingParty;
use super::response::Object;
use super::unverified::Unverified;

/// Which of the two ceremonies client data belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ceremony {
    Registration,
    Authentication,
}

/// The members that are judged. What else there is grows with browsers and is left unread.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    cross_origin: Option<bool>,
    top_origin: Option<IgnoredAny>,
}

/// Verifies client data, and returns the hash that the authenticator signed.
pub(super) fn verify(
    bytes: &[u8],
    ceremony: Ceremony,
    nonce: &Nonce,
    relying_party: &RelyingParty,
) -> Result<[u8; 32], Unverified> {
    let client_data = read(bytes).ok_or(Unverified::ClientData)?;
    if client_data.r#type != ceremony.type_name() {
        return Err(Unverified::Ceremony);
    }
    if client_data.challenge != encoded(nonce.as_bytes()) {
        return Err(Unverified::Nonce);
    }
    if !relying_party.expects(&client_data.origin) {
        return Err(Unverified::Origin);
    }
    if client_data.cross_origin == Some(true) || client_data.top_origin.is_some() {
        return Err(Unverified::CrossOrigin);
    }
    Ok(Sha256::digest(bytes).into())
}

/// Reads what "UTF-8 decode" leaves: a byte order mark in front is no part of it.
fn read(bytes: &[u8]) -> Option<ClientData> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).ok().map(|Object(client_data)| client_data)
}

impl Ceremony {
    fn type_name(self) -> &'static str {
        match self {
            Self::Registration => "webauthn.create",
            Self::Authentication => "webauthn.get",
        }
    }
}

/// The most client data that is read, in bytes. Browsers write about 250.
pub(super) const MAX_CLIENT_DATA: usize = 4096;
