//! Registering a credential (§7.1).

use serde::Deserialize;

use super::attestation::{MAX_ATTESTATION_OBJECT, authenticator_data};
use super::authenticator_data::AuthenticatorData;
use super::base64::decoded;
use super::client_data::{self, Ceremony, MAX_CLIENT_DATA};
use super::identifiers::{CredentialId, Nonce};
use super::public_key::PublicKey;
use super::relying_party::RelyingParty;
use super::response;
use super::transport::{Transport, known};
use super::unverified::Unverified;

/// What `navigator.credentials.create()` answered: a `RegistrationResponseJSON`, within bounds and
/// not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationResponse {
    id: CredentialId,
    client_data: Vec<u8>,
    attestation_object: Vec<u8>,
    transports: Vec<Transport>,
}

/// What a verified registration says. Whether it is enough is for policy to say.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Registered {
    /// The name that the authenticator gave the credential.
    ///
    /// Whether another account has it is not looked up: see the table of steps.
    pub credential_id: CredentialId,
    /// The key that its assertions are verified by, and with it the algorithm.
    pub public_key: PublicKey,
    /// Whether the authenticator verified its user, by PIN or biometrics (flag UV).
    pub user_verified: bool,
    /// Whether the credential may be copied to other devices (flag BE).
    pub backup_eligible: bool,
    /// Whether the credential has been copied (flag BS).
    pub backup_state: bool,
    /// The number of times it has signed; 0 if the authenticator does not count (§6.1.1).
    pub counter: u32,
    /// The authenticator's model by its own, unproven word; zeros if it does not say.
    pub aaguid: [u8; 16],
    /// The ways in which the client says it reaches the authenticator.
    pub transports: Vec<Transport>,
}

impl RegistrationResponse {
    /// Reads a response, bounded before it is parsed.
    ///
    /// # Errors
    /// [`Unverified`] if a part is too large, missing, doubled or not base64url, or if the
    /// credential ID is not one of 1 to 1,023 bytes.
    pub fn parse(json: &str) -> Result<Self, Unverified> {
        let (id, parts) = response::read::<AttestationParts>(json)?;
        let client_data = decoded("clientDataJSON", &parts.client_data, MAX_CLIENT_DATA)?;
        let attestation_object =
            decoded("attestationObject", &parts.attestation_object, MAX_ATTESTATION_OBJECT)?;
        let transports = known(&parts.transports.unwrap_or_default());
        Ok(Self { id, client_data, attestation_object, transports })
    }

    /// Verifies that this answers the nonce, on a page of the relying party's.
    ///
    /// # Errors
    /// [`Unverified`] with the first step of §7.1 that fails.
    pub fn verify(
        &self,
        nonce: &Nonce,
        relying_party: &RelyingParty,
    ) -> Result<Registered, Unverified> {
        client_data::verify(&self.client_data, Ceremony::Registration, nonce, relying_party)?;
        let data = AuthenticatorData::read(authenticator_data(&self.attestation_object)?)?;
        data.verify(relying_party)?;
        let attested = data.attested.as_ref().ok_or(Unverified::AttestedCredential)?;
        let public_key = PublicKey::from_cose(attested.public_key)?;
        let credential_id = response::credential_id(attested.id)?;
        if credential_id != self.id {
            return Err(Unverified::CredentialIds);
        }
        Ok(Registered {
            credential_id,
            public_key,
            user_verified: data.user_verified(),
            backup_eligible: data.backup_eligible(),
            backup_state: data.backup_state(),
            counter: data.counter,
            aaguid: attested.aaguid,
            transports: self.transports.clone(),
        })
    }
}

/// An `AuthenticatorAttestationResponseJSON`, without the copies of what is inside the attestation
/// object.
#[derive(Deserialize)]
struct AttestationParts {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(rename = "attestationObject")]
    attestation_object: String,
    transports: Option<Vec<String>>,
}
