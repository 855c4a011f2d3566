//! What the browser says about the page.

use mfakit::domain::webauthn::Unverified;
use serde_json::Value;

use super::{CHALLENGE, ORIGIN, asserted, key};

/// Client data is taken if, and only if, a plain reading of its JSON finds the right page; beyond
/// that, only what says a member twice is refused.
pub fn webauthn_client_data(data: &[u8]) {
    let authenticator_data = key().clone().authenticator_data(super::RP_ID);
    let taken = asserted(data, &authenticator_data);
    match taken {
        Ok(_) => assert!(is_right(data), "taken: {:?}", String::from_utf8_lossy(data)),
        Err(Unverified::TooLarge { found, .. }) => assert_eq!(found, data.len()),
        Err(why) if is_right(data) => assert_eq!(why, Unverified::ClientData, "a member twice"),
        Err(_) => {}
    }
}

fn is_right(data: &[u8]) -> bool {
    let data = data.strip_prefix("\u{feff}".as_bytes()).unwrap_or(data);
    let Ok(said) = serde_json::from_slice::<Value>(data) else { return false };
    let embedded = said["crossOrigin"] == true || !said["topOrigin"].is_null();
    said["type"] == "webauthn.get"
        && said["challenge"] == CHALLENGE
        && said["origin"] == ORIGIN
        && !embedded
}
