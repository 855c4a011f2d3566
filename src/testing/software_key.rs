//! The user's other side: a passkey or security key, in software.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::software_secret::SoftwareSecret;
use crate::domain::webauthn::SignatureAlgorithm;

/// A browser with an authenticator that holds one credential and touches itself.
///
/// It reads the very JSON that a page gives to `navigator.credentials` and answers with the JSON
/// that the page sends back, so that a test that uses it also tests what the options say. The same
/// seed gives the same credential and the same signatures. It counts from 1, verifies no user and is
/// bound to its device, until it is told otherwise.
///
/// ```
/// use mfakit::testing::SoftwareKey;
/// use mfakit::domain::webauthn::SignatureAlgorithm;
///
/// let mut phone = SoftwareKey::seeded(1815, SignatureAlgorithm::Es256).user_verified(true).backup(true, true);
/// # let options = r#"{"rp":{"id":"localhost","name":"S"},"user":{"id":"AAAA","name":"a","displayName":""},
/// #   "challenge":"AAAAAAAAAAAAAAAAAAAAAA","pubKeyCredParams":[{"type":"public-key","alg":-7}]}"#;
/// let response = phone.register(options, "http://localhost:3000").unwrap();
/// ```
#[derive(Clone)]
pub struct SoftwareKey {
    algorithm: SignatureAlgorithm,
    secret: SoftwareSecret,
    credential_id: Vec<u8>,
    user_handle: Option<String>,
    flags: u8,
    counter: u32,
    counts: bool,
}

impl SoftwareKey {
    /// Makes the key of this seed. Every RSA key is the one that everybody knows.
    pub fn seeded(seed: u64, algorithm: SignatureAlgorithm) -> Self {
        let derived = |what: &str| -> [u8; 32] { Sha256::digest(format!("{what} {seed}")).into() };
        Self::from_secret(&derived("secret"), algorithm).credential_id(derived("credential"))
    }

    /// Makes the key of this secret: a scalar for ES256, a seed for EdDSA, left unread for RS256.
    pub fn from_secret(secret: &[u8; 32], algorithm: SignatureAlgorithm) -> Self {
        Self {
            algorithm,
            secret: SoftwareSecret::new(secret, algorithm),
            credential_id: vec![1; 16],
            user_handle: None,
            flags: USER_PRESENT,
            counter: 0,
            counts: true,
        }
    }

    /// Sets the name that it gives its credential.
    #[must_use]
    pub fn credential_id(mut self, id: impl Into<Vec<u8>>) -> Self {
        self.credential_id = id.into();
        self
    }

    /// Sets whether its user is verified, from now on.
    #[must_use]
    pub fn user_verified(self, verified: bool) -> Self {
        self.flag(USER_VERIFIED, verified)
    }

    /// Sets whether its user is present. A real one always sees to that.
    #[must_use]
    pub fn user_present(self, present: bool) -> Self {
        self.flag(USER_PRESENT, present)
    }

    /// Sets whether its credential may be copied, and whether it has been.
    #[must_use]
    pub fn backup(self, eligible: bool, state: bool) -> Self {
        self.flag(BACKUP_ELIGIBLE, eligible).flag(BACKUP_STATE, state)
    }

    /// Sets how often it has signed. The next answer says one more; `u32::MAX` stays.
    #[must_use]
    pub fn counter(mut self, counter: u32) -> Self {
        self.counter = counter;
        self
    }

    /// Stops counting: every answer from now on says 0, as those of most synchronized passkeys do.
    #[must_use]
    pub fn uncounted(mut self) -> Self {
        self.counter = 0;
        self.counts = false;
        self
    }

    /// Answers `navigator.credentials.create()` as a `RegistrationResponseJSON`.
    ///
    /// `None` if the options are not JSON of that shape, do not offer its algorithm, or exclude its
    /// credential: what a browser would throw for.
    pub fn register(&mut self, options: &str, origin: &str) -> Option<String> {
        let options: Value = serde_json::from_str(options).ok()?;
        let offered = |parameter: &Value| parameter["alg"] == self.algorithm.number();
        if !options["pubKeyCredParams"].as_array()?.iter().any(offered)
            || self.is_among(&options["excludeCredentials"])
        {
            return None;
        }
        self.user_handle = Some(options["user"]["id"].as_str()?.to_owned());
        let client_data = client_data("webauthn.create", &options["challenge"], origin)?;
        let authenticator_data = self.attested_data(options["rp"]["id"].as_str()?);
        let id = encoded(&self.credential_id);
        let response = json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": "cross-platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encoded(client_data.as_bytes()),
                "attestationObject": encoded(&attestation_object(&authenticator_data)?),
                "authenticatorData": encoded(&authenticator_data),
                "publicKeyAlgorithm": self.algorithm.number(),
                "transports": ["usb"],
            },
        });
        Some(response.to_string())
    }

    /// Answers `navigator.credentials.get()` as an `AuthenticationResponseJSON`.
    ///
    /// `None` if the options are not JSON of that shape, or allow other credentials alone.
    pub fn assert(&mut self, options: &str, origin: &str) -> Option<String> {
        let options: Value = serde_json::from_str(options).ok()?;
        if !self.is_among(&options["allowCredentials"]) {
            return None;
        }
        let client_data = client_data("webauthn.get", &options["challenge"], origin)?;
        let authenticator_data = self.authenticator_data(options["rpId"].as_str()?);
        let id = encoded(&self.credential_id);
        let response = json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": "cross-platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encoded(client_data.as_bytes()),
                "authenticatorData": encoded(&authenticator_data),
                "signature": encoded(&self.sign(&authenticator_data, client_data.as_bytes())?),
                "userHandle": self.user_handle,
            },
        });
        Some(response.to_string())
    }

    /// Counts, unless it does not, and says so: the 37 bytes of authenticator data for an assertion.
    pub fn authenticator_data(&mut self, rp_id: &str) -> Vec<u8> {
        self.counter = self.counter.saturating_add(self.counts.into());
        let hash = Sha256::digest(rp_id.as_bytes());
        [&hash[..], &[self.flags], &self.counter.to_be_bytes()].concat()
    }

    /// The authenticator data of a registration, with the credential in it.
    pub fn attested_data(&mut self, rp_id: &str) -> Vec<u8> {
        let mut data = self.authenticator_data(rp_id);
        data[32] |= ATTESTED;
        let length = u16::try_from(self.credential_id.len()).unwrap_or(u16::MAX).to_be_bytes();
        data.extend([&AAGUID[..], &length, &self.credential_id, &self.public_key()].concat());
        data
    }

    /// Its COSE key.
    pub fn public_key(&self) -> Vec<u8> {
        self.secret.public_key()
    }

    /// Signs what an assertion's signature is made over, whatever that says.
    pub fn sign(&self, authenticator_data: &[u8], client_data: &[u8]) -> Option<Vec<u8>> {
        let hash = Sha256::digest(client_data);
        self.secret.sign(&[authenticator_data, &hash[..]].concat())
    }

    fn flag(mut self, flag: u8, set: bool) -> Self {
        self.flags = if set { self.flags | flag } else { self.flags & !flag };
        self
    }

    fn is_among(&self, descriptors: &Value) -> bool {
        let own = encoded(&self.credential_id);
        let mut descriptors = descriptors.as_array().into_iter().flatten();
        descriptors.any(|descriptor| descriptor["id"] == *own)
    }
}

impl fmt::Debug for SoftwareKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoftwareKey({:?}, {})", self.algorithm, encoded(&self.credential_id))
    }
}

/// Written as browsers do, member by member in this order (§5.8.1.1).
fn client_data(ceremony: &str, challenge: &Value, origin: &str) -> Option<String> {
    let challenge = challenge.as_str()?;
    Some(format!(
        r#"{{"type":"{ceremony}","challenge":"{challenge}","origin":{},"crossOrigin":false}}"#,
        json!(origin)
    ))
}

/// An attestation object of the format "none".
fn attestation_object(authenticator_data: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = minicbor::Encoder::new(Vec::new());
    encoder.map(3).ok()?.str("fmt").ok()?.str("none").ok()?;
    encoder.str("attStmt").ok()?.map(0).ok()?;
    encoder.str("authData").ok()?.bytes(authenticator_data).ok()?;
    Some(encoder.into_writer())
}

fn encoded(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// The flags of authenticator data (§6.1).
const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKUP_STATE: u8 = 0x10;
const ATTESTED: u8 = 0x40;

/// "mfakit software": no authenticator's model.
const AAGUID: &[u8; 16] = b"mfakit software\0";
