//! The stored state of a factor that is a credential.

use super::credential::Credential;
use crate::domain::unknown_fields::Extra;

/// The server's side of a passkey or security key.
#[derive(Debug, Clone, PartialEq)]
pub struct WebAuthnState {
    pub(crate) credential: Credential,
    pub(crate) extra: Extra,
}

impl WebAuthnState {
    /// The credential.
    pub fn credential(&self) -> &Credential {
        &self.credential
    }
}
