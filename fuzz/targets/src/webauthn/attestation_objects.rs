//! What an authenticator brings to a registration.

use mfakit::domain::webauthn::{Registered, RegistrationResponse, Unverified};
use serde_json::json;

use super::{CREDENTIAL_ID, client_data, key, nonce, site, text};

/// What a registration comes to stands in the attestation object, byte for byte and in one piece;
/// and an object ends where it ends.
pub fn webauthn_attestation_objects(data: &[u8]) {
    let found = match registered(data) {
        Ok(found) => found,
        Err(Unverified::TooLarge { found, .. }) => return assert_eq!(found, data.len()),
        Err(_) => return,
    };
    let id = found.credential_id.as_bytes();
    assert_eq!(id, CREDENTIAL_ID);
    let site = &key().clone().authenticator_data(super::RP_ID)[..32];
    let after_flags =
        [&found.counter.to_be_bytes()[..], &found.aaguid, &[0, 4], id, found.public_key.as_cose()]
            .concat();
    let whole = 33 + after_flags.len();
    let there = data.windows(whole).any(|window| {
        let flags = window[32];
        let facts = (found.user_verified, found.backup_eligible, found.backup_state);
        window[..32] == *site
            && window[33..] == after_flags
            && flags & 0x41 == 0x41
            && (flags & 0x04 != 0, flags & 0x08 != 0, flags & 0x10 != 0) == facts
    });
    assert!(there, "{found:?} is not in {data:?}");
    assert!(registered(&data[..data.len() - 1]).is_err(), "a byte less");
    assert!(registered(&[data, &[0]].concat()).is_err(), "a byte more");
}

fn registered(object: &[u8]) -> Result<Registered, Unverified> {
    let id = text(&CREDENTIAL_ID);
    let response = json!({
        "id": id, "rawId": id, "type": "public-key",
        "response": {
            "clientDataJSON": text(&client_data("webauthn.create")),
            "attestationObject": text(object),
        },
    });
    RegistrationResponse::parse(&response.to_string())?.verify(&nonce(), site())
}
