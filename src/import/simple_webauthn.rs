//! From SimpleWebAuthn (npm `@simplewebauthn/server`; values written by 14.0.3), in the columns that
//! its guide recommends.
//!
//! | column | becomes |
//! |---|---|
//! | `id` | the credential ID, from base64url |
//! | `publicKey` | the public key: the COSE key's bytes |
//! | `webauthnUserID` | the user handle, from base64url |
//! | `counter` | the same |
//! | `deviceType`, `backedUp` | the backup flags |
//! | `transports` | hints for the browser, where they are known |
//!
//! The columns do not say whether the authenticator verified its user at registration. A host that
//! has kept `registrationInfo.userVerified` adds it by [`Row::user_verified`]; without it the
//! credential counts as registered without, and satisfies no rule that asks for user verification.
//!
//! ```
//! use mfakit::import::simple_webauthn::Row;
//!
//! let row = Row {
//!     id: "BWw6cMOCcGtHTiZFOjxOgDfj3dUpzXXpgl_TUVUZNVo",
//!     public_key: b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20\x1e\x09\xf8\x34\xe0\x96\x50\xf8\x60\
//!         \x17\x5e\xe7\xed\x8a\x46\x02\x27\x39\x01\xc5\x37\x04\x23\x0c\x6b\xd4\x15\x69\x25\xaa\
//!         \x76\xce",
//!     webauthn_user_id: "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",
//!     counter: 0,
//!     device_type: "multiDevice",
//!     backed_up: true,
//!     transports: &["usb"],
//!     user_verified: false,
//! };
//! let credential = row.credential("scrivio.example")?;
//! assert!(!credential.is_device_bound());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::CredentialError;
use super::rows::decoded;
use crate::domain::Invalid;
use crate::domain::webauthn::{
    Credential, CredentialId, CredentialParts, PublicKey, Transport, UserHandle,
};

/// One row of the passkeys' table.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// `id`, in base64url.
    pub id: &'a str,
    /// `publicKey`: the bytes of the COSE key.
    pub public_key: &'a [u8],
    /// `webauthnUserID`, in base64url.
    pub webauthn_user_id: &'a str,
    /// `counter`.
    pub counter: u32,
    /// `deviceType`: `singleDevice` or `multiDevice`.
    pub device_type: &'a str,
    /// `backedUp`.
    pub backed_up: bool,
    /// `transports`, one each.
    pub transports: &'a [&'a str],
    /// `registrationInfo.userVerified`, if the host has kept it; `false` if not.
    pub user_verified: bool,
}

impl Row<'_> {
    /// Reads the row of a credential that was registered under this RP ID.
    ///
    /// # Errors
    /// [`CredentialError`] if a column has another form, or the key cannot be used here.
    pub fn credential(&self, rp_id: &str) -> Result<Credential, CredentialError> {
        let backup_eligible = match self.device_type {
            "singleDevice" => false,
            "multiDevice" => true,
            _ => {
                let form = "singleDevice or multiDevice";
                return Err(Invalid::Form { what: "deviceType", form }.into());
            }
        };
        let mut transports: Vec<Transport> =
            self.transports.iter().filter_map(|name| Transport::from_name(name)).collect();
        transports.sort_unstable();
        transports.dedup();
        Ok(Credential::from_parts(CredentialParts {
            rp_id: rp_id.to_owned(),
            id: CredentialId::new(decoded("id", self.id)?)?,
            public_key: PublicKey::from_cose(self.public_key)?,
            user_handle: UserHandle::new(decoded("webauthnUserID", self.webauthn_user_id)?)?,
            registered_with_user_verification: self.user_verified,
            backup_eligible,
            backup_state: self.backed_up,
            counter: self.counter,
            aaguid: [0; 16],
            transports,
        })?)
    }
}
