//! What the browser is asked, in the JSON that it parses (§5.1.8 and §5.1.9).

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};

use super::super::super::label::{AccountName, Issuer};
use super::identifiers::{CredentialId, Nonce, UserHandle};
use super::public_key::SignatureAlgorithm;
use super::relying_party::RelyingParty;
use super::transport::Transport;

/// Whether the authenticator is to verify its user, by PIN or biometrics (§5.8.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum UserVerification {
    /// Asked for only where a rule wants it: the password was the other factor.
    Discouraged,
    /// Wherever the authenticator can.
    Preferred,
    /// Or the browser fails.
    Required,
}

/// What `navigator.credentials.create()` is given: a `PublicKeyCredentialCreationOptionsJSON`.
///
/// It offers ES256, EdDSA and RS256 in that order, asks for no attestation, and for a credential
/// that is looked up by its ID: a second factor needs none of the few places in a security key.
/// Give its [JSON](Self::to_json) to `PublicKeyCredential.parseCreationOptionsFromJSON`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions {
    rp: Entity,
    user: User,
    challenge: Nonce,
    pub_key_cred_params: Parameters,
    timeout: u32,
    exclude_credentials: Vec<CredentialDescriptor>,
    authenticator_selection: Selection,
    attestation: &'static str,
}

impl CreationOptions {
    /// Asks for a credential of this user, with user verification preferred.
    ///
    /// The names are shown by the browser and kept by the authenticator.
    pub fn new(
        relying_party: &RelyingParty,
        issuer: &Issuer,
        account: &AccountName,
        user: UserHandle,
        nonce: Nonce,
    ) -> Self {
        let name = account.as_str().to_owned();
        Self {
            rp: Entity { id: relying_party.id().into(), name: issuer.as_str().into() },
            user: User { id: user, display_name: name.clone(), name },
            challenge: nonce,
            pub_key_cred_params: Parameters,
            timeout: TIMEOUT,
            exclude_credentials: Vec::new(),
            authenticator_selection: Selection {
                resident_key: "discouraged",
                require_resident_key: false,
                user_verification: UserVerification::Preferred,
            },
            attestation: "none",
        }
    }

    /// Names the credentials that the account has already, so that no authenticator is registered
    /// twice.
    #[must_use]
    pub fn excluding(mut self, known: impl IntoIterator<Item = CredentialDescriptor>) -> Self {
        self.exclude_credentials = known.into_iter().collect();
        self
    }

    /// Sets whether the authenticator is to verify its user.
    #[must_use]
    pub fn user_verification(mut self, wanted: UserVerification) -> Self {
        self.authenticator_selection.user_verification = wanted;
        self
    }

    /// The options as the page gives them to the browser.
    pub fn to_json(&self) -> String {
        to_json(self)
    }
}

/// What `navigator.credentials.get()` is given: a `PublicKeyCredentialRequestOptionsJSON`.
///
/// Give its [JSON](Self::to_json) to `PublicKeyCredential.parseRequestOptionsFromJSON`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestOptions {
    challenge: Nonce,
    timeout: u32,
    rp_id: String,
    allow_credentials: Vec<CredentialDescriptor>,
    user_verification: UserVerification,
}

impl RequestOptions {
    /// Asks for an assertion by one of these credentials, with user verification discouraged.
    pub fn new(
        relying_party: &RelyingParty,
        nonce: Nonce,
        allowed: impl IntoIterator<Item = CredentialDescriptor>,
    ) -> Self {
        Self {
            challenge: nonce,
            timeout: TIMEOUT,
            rp_id: relying_party.id().into(),
            allow_credentials: allowed.into_iter().collect(),
            user_verification: UserVerification::Discouraged,
        }
    }

    /// Sets whether the authenticator is to verify its user.
    #[must_use]
    pub fn user_verification(mut self, wanted: UserVerification) -> Self {
        self.user_verification = wanted;
        self
    }

    /// The options as the page gives them to the browser.
    pub fn to_json(&self) -> String {
        to_json(self)
    }
}

/// Strings, numbers and lists of them: nothing that JSON could not hold.
fn to_json(options: &impl Serialize) -> String {
    serde_json::to_string(options).unwrap_or_default()
}

/// A credential as the browser is told of it (§5.8.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CredentialDescriptor {
    r#type: &'static str,
    id: CredentialId,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    transports: Vec<Transport>,
}

impl CredentialDescriptor {
    /// Names a credential.
    pub fn new(id: CredentialId) -> Self {
        Self { r#type: "public-key", id, transports: Vec::new() }
    }

    /// Adds how the authenticator was reached at registration.
    #[must_use]
    pub fn transports(mut self, transports: impl IntoIterator<Item = Transport>) -> Self {
        self.transports = transports.into_iter().collect();
        self
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Entity {
    id: String,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: UserHandle,
    name: String,
    display_name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Selection {
    resident_key: &'static str,
    require_resident_key: bool,
    user_verification: UserVerification,
}

/// The algorithms that are offered.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Parameters;

#[derive(Serialize)]
struct Parameter {
    r#type: &'static str,
    alg: i64,
}

impl Serialize for Parameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(SignatureAlgorithm::OFFERED.len()))?;
        for algorithm in SignatureAlgorithm::OFFERED {
            list.serialize_element(&Parameter { r#type: "public-key", alg: algorithm.number() })?;
        }
        list.end()
    }
}

/// How long the browser waits for its user, in milliseconds: five minutes, the least that §15.1
/// recommends, and less than a challenge lives.
const TIMEOUT: u32 = 300_000;
