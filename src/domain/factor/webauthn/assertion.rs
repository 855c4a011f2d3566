//! Signing in with a credential (§7.2).

use serde::Deserialize;

use super::authenticator_data::AuthenticatorData;
use super::base64::decoded;
use super::client_data::{self, Ceremony, MAX_CLIENT_DATA};
use super::identifiers::{CredentialId, Nonce, UserHandle};
use super::public_key::PublicKey;
use super::relying_party::RelyingParty;
use super::response;
use super::unverified::Unverified;

/// What `navigator.credentials.get()` answered: an `AuthenticationResponseJSON`, within bounds and
/// not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssertionResponse {
    id: CredentialId,
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
    user_handle: Vec<u8>,
}

/// What is stored of a credential and decides whether an assertion is its own.
#[derive(Debug, Clone, Copy)]
pub struct StoredCredential<'a> {
    /// The name that the authenticator gave it.
    pub id: &'a CredentialId,
    /// The key that was registered.
    pub public_key: &'a PublicKey,
    /// The user it was registered for.
    pub user_handle: &'a UserHandle,
}

/// What a verified assertion says. Whether it is enough is for policy to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Asserted {
    /// Whether the authenticator verified its user, by PIN or biometrics (flag UV).
    pub user_verified: bool,
    /// Whether the credential may be copied to other devices, by what it says now (flag BE).
    pub backup_eligible: bool,
    /// Whether the credential has been copied (flag BS).
    pub backup_state: bool,
    /// The number of times it has signed; 0 if the authenticator does not count (§6.1.1). A number
    /// that did not rise since the last assertion is a sign of a copy. It is not refused here.
    pub counter: u32,
}

impl AssertionResponse {
    /// Reads a response, bounded before it is parsed.
    ///
    /// # Errors
    /// [`Unverified`] if a part is too large, missing, doubled or not base64url, or if the
    /// credential ID is not one of 1 to 1,023 bytes.
    pub fn parse(json: &str) -> Result<Self, Unverified> {
        let (id, parts) = response::read::<AssertionParts>(json)?;
        let user_handle = parts.user_handle.unwrap_or_default();
        Ok(Self {
            id,
            client_data: decoded("clientDataJSON", &parts.client_data, MAX_CLIENT_DATA)?,
            authenticator_data: decoded(
                "authenticatorData",
                &parts.authenticator_data,
                MAX_AUTHENTICATOR_DATA,
            )?,
            signature: decoded("signature", &parts.signature, MAX_SIGNATURE)?,
            user_handle: decoded("userHandle", &user_handle, MAX_USER_HANDLE)?,
        })
    }

    /// The credential that it says it is of, by which the stored one is found.
    pub fn credential_id(&self) -> &CredentialId {
        &self.id
    }

    /// The same response, as if it said that it is of another credential.
    pub(crate) fn said_to_be_of(self, id: &CredentialId) -> Self {
        Self { id: id.clone(), ..self }
    }

    /// Verifies that the stored credential signed this for the nonce, on a page of the relying
    /// party's.
    ///
    /// # Errors
    /// [`Unverified`] with the first step of §7.2 that fails. The caller changes nothing then:
    /// nothing can be guessed, so that a failure need not be counted.
    pub fn verify(
        &self,
        stored: StoredCredential<'_>,
        nonce: &Nonce,
        relying_party: &RelyingParty,
    ) -> Result<Asserted, Unverified> {
        if self.id != *stored.id {
            return Err(Unverified::Credential);
        }
        // Some clients write an empty handle where the authenticator gave none.
        if !self.user_handle.is_empty() && self.user_handle != stored.user_handle.as_bytes() {
            return Err(Unverified::UserHandle);
        }
        let ceremony = Ceremony::Authentication;
        let hash = client_data::verify(&self.client_data, ceremony, nonce, relying_party)?;
        let data = AuthenticatorData::read(&self.authenticator_data)?;
        data.verify(relying_party)?;
        if data.attested.is_some() {
            return Err(Unverified::AttestedCredential);
        }
        let signed = [&self.authenticator_data[..], &hash].concat();
        stored.public_key.verify(&signed, &self.signature)?;
        Ok(Asserted {
            user_verified: data.user_verified(),
            backup_eligible: data.backup_eligible(),
            backup_state: data.backup_state(),
            counter: data.counter,
        })
    }
}

/// An `AuthenticatorAssertionResponseJSON`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssertionParts {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
    user_handle: Option<String>,
}

/// The most authenticator data of an assertion that is read, in bytes. Without extensions it has 37.
const MAX_AUTHENTICATOR_DATA: usize = 4096;

/// The length of a signature by the longest RSA key, in bytes.
const MAX_SIGNATURE: usize = 512;

/// The most bytes of a user handle (§5.4.3).
const MAX_USER_HANDLE: usize = 64;
