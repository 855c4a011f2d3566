//! From webauthn-rs (crates.io; rows written by 0.6.2): the `Passkey` or `SecurityKey` that the
//! application keeps as JSON.
//!
//! | webauthn-rs | becomes |
//! |---|---|
//! | `cred.cred_id` | the credential ID |
//! | `cred.cred` | the public key: P-256 or RSA, and Ed25519 |
//! | `cred.user_verified` | whether it was registered with user verification: `true` for a `Passkey`, as a rule `false` for a `SecurityKey` |
//! | `cred.counter`, `cred.backup_eligible`, `cred.backup_state` | the same |
//! | `cred.transports` | hints for the browser, where they are known |
//! | the `Uuid` that was given to `start_passkey_registration` | the user handle: its 16 bytes |
//!
//! Everything else is left behind: attestation and extensions are believed by nobody here.
//!
//! ```
//! use mfakit::domain::webauthn::UserHandle;
//! use mfakit::import::webauthn_rs;
//!
//! let row = r#"{"cred": {"cred_id": "3puAhkHwfKpHcWeD12gmiwTIQEIOgyugm4XMuAxSgU4",
//!   "cred": {"type_": "ES256", "key": {"EC_EC2": {"curve": "SECP256R1",
//!     "x": "nxS2WT7-WeO9aPikga7E2VYc3_JpKWftXYeHEfJJTws",
//!     "y": "pjS3VT0pJgCUjLr7fmEMgouDOm-FUDh7aU_53iB1DaI"}}},
//!   "counter": 1, "transports": null, "user_verified": true,
//!   "backup_eligible": true, "backup_state": true}}"#;
//! let uuid = [0; 16]; // `user_unique_id.into_bytes()`
//! let credential = webauthn_rs::credential("scrivio.example", UserHandle::new(uuid)?, row)?;
//! assert!(credential.registered_with_user_verification());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use serde::Deserialize;

use super::CredentialError;
use super::rows::{Bytes, object};
use crate::domain::Invalid;
use crate::domain::webauthn::{
    Credential, CredentialId, CredentialParts, PublicKey, Transport, UserHandle,
};

/// Reads a serialized `Passkey` or `SecurityKey`, which was registered under this RP ID for this
/// user.
///
/// # Errors
/// [`CredentialError`] if the row has another form, or its key cannot be used here: ES384, ES512 and
/// keys outside the bounds of [`PublicKey`].
pub fn credential(
    rp_id: &str,
    user_handle: UserHandle,
    row: &str,
) -> Result<Credential, CredentialError> {
    let Row { cred } = object("webauthn-rs row", "a Passkey or SecurityKey as JSON", row)?;
    let names = cred.transports.unwrap_or_default();
    let mut transports: Vec<Transport> =
        names.iter().filter_map(|name| Transport::from_name(&name.to_lowercase())).collect();
    transports.sort_unstable();
    transports.dedup();
    Ok(Credential::from_parts(CredentialParts {
        rp_id: rp_id.to_owned(),
        id: CredentialId::new(cred.cred_id.0)?,
        public_key: cred.cred.public_key()?,
        user_handle,
        registered_with_user_verification: cred.user_verified,
        backup_eligible: cred.backup_eligible,
        backup_state: cred.backup_state,
        counter: cred.counter,
        aaguid: [0; 16],
        transports,
    })?)
}

#[derive(Deserialize)]
struct Row {
    cred: Stored,
}

/// The members of its `Credential` that are taken over. One that was written before it kept the
/// verification or the backup flags does not say them, and counts as without.
#[derive(Deserialize)]
struct Stored {
    cred_id: Bytes,
    cred: CoseKey,
    counter: u32,
    transports: Option<Vec<String>>,
    #[serde(default)]
    user_verified: bool,
    #[serde(default)]
    backup_eligible: bool,
    #[serde(default)]
    backup_state: bool,
}

#[derive(Deserialize)]
struct CoseKey {
    type_: String,
    key: Key,
}

#[derive(Deserialize)]
enum Key {
    #[serde(rename = "EC_EC2")]
    Ec2 { curve: String, x: Bytes, y: Bytes },
    #[serde(rename = "EC_OKP")]
    Okp { curve: String, x: Bytes },
    #[serde(rename = "RSA")]
    Rsa { n: Bytes, e: [u8; 3] },
}

impl CoseKey {
    fn public_key(&self) -> Result<PublicKey, CredentialError> {
        let read = match (self.type_.as_str(), &self.key) {
            ("ES256", Key::Ec2 { curve, x, y }) if curve == "SECP256R1" => {
                PublicKey::from_p256(&x.0, &y.0)
            }
            ("EDDSA", Key::Okp { curve, x }) if curve == "ED25519" => PublicKey::from_ed25519(&x.0),
            ("RS256", Key::Rsa { n, e }) => PublicKey::from_rsa(&n.0, e),
            _ => {
                let form = "of ES256 on SECP256R1, EDDSA on ED25519, or RS256";
                return Err(Invalid::Form { what: "credential's key", form }.into());
            }
        };
        Ok(read?)
    }
}
