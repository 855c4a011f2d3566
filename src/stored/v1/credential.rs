//! A passkey or security key.

use serde::{Deserialize, Serialize};

use super::is_default;
use crate::domain::parts::Extra;
use crate::domain::webauthn::{
    Credential, CredentialId, CredentialParts, PublicKey, Transport, UserHandle, WebAuthnState,
};
use crate::stored::StoredError;
use crate::stored::reading::{bytes, checked, ensure, write_bytes};

#[derive(Serialize, Deserialize)]
pub(super) struct CredentialV1 {
    rp: String,
    credential: String,
    key: String,
    user: String,
    counter: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    registered_verified: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    backup_eligible: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    backed_up: bool,
    aaguid: String,
    #[serde(default, skip_serializing_if = "is_default")]
    transports: Vec<String>,
    #[serde(flatten)]
    extra: Extra,
}

impl CredentialV1 {
    pub(super) fn of(state: &WebAuthnState) -> Self {
        let parts = state.credential.parts();
        Self {
            rp: parts.rp_id.clone(),
            credential: write_bytes(parts.id.as_bytes()),
            key: write_bytes(parts.public_key.as_cose()),
            user: write_bytes(parts.user_handle.as_bytes()),
            counter: parts.counter,
            registered_verified: parts.registered_with_user_verification,
            backup_eligible: parts.backup_eligible,
            backed_up: parts.backup_state,
            aaguid: write_bytes(&parts.aaguid),
            transports: parts.transports.iter().map(|known| known.as_str().to_owned()).collect(),
            extra: state.extra.clone(),
        }
    }

    /// Reads a credential. A transport that this release does not know is dropped: it is a hint for
    /// the browser that registered it, and no decision rests on it.
    pub(super) fn into_state(self) -> Result<WebAuthnState, StoredError> {
        let key = bytes("key", &self.key)?;
        let aaguid = bytes("aaguid", &self.aaguid)?;
        ensure(aaguid.len() == 16, "aaguid", "must have 16 bytes")?;
        let parts = CredentialParts {
            rp_id: self.rp,
            id: checked("credential", CredentialId::new(bytes("credential", &self.credential)?))?,
            public_key: PublicKey::from_cose(&key)
                .map_err(|why| StoredError::corrupt("key", why))?,
            user_handle: checked("user", UserHandle::new(bytes("user", &self.user)?))?,
            registered_with_user_verification: self.registered_verified,
            backup_eligible: self.backup_eligible,
            backup_state: self.backed_up,
            counter: self.counter,
            aaguid: aaguid.try_into().unwrap_or_default(),
            transports: self.transports.iter().filter_map(|t| Transport::from_name(t)).collect(),
        };
        let credential = checked("credential", Credential::from_parts(parts))?;
        Ok(WebAuthnState { credential, extra: self.extra })
    }
}
