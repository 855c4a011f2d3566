//! WebAuthn: passkeys and security keys, as W3C Web Authentication Level 3 has them.
//!
//! Options go to the browser, a response comes back, and what it proves is returned as facts: who
//! was verified, whether the credential is backed up, where its counter stands. Nothing is judged by
//! policy here. A response that does not hold is [`Unverified`], and the reason names the step of
//! the standard at which it failed.
//!
//! ```
//! use mfakit::domain::webauthn::{
//!     AssertionResponse, CreationOptions, Nonce, RegistrationResponse, RelyingParty,
//!     StoredCredential, UserHandle,
//! };
//! # use mfakit::domain::webauthn::{SignatureAlgorithm, CredentialDescriptor, RequestOptions};
//! # use mfakit::testing::SoftwareKey;
//! use mfakit::domain::{AccountName, Issuer};
//!
//! let scrivio = RelyingParty::new("scrivio.example", ["https://app.scrivio.example"])?;
//!
//! // Registration: `navigator.credentials.create` is given these options.
//! let user = UserHandle::from_random([7; 64]); // 64 random bytes
//! let nonce = Nonce::new([1; 16])?; // the setup's ID
//! let (issuer, ada) = (Issuer::new("Scrivio")?, AccountName::new("ada@example.org")?);
//! let options = CreationOptions::new(&scrivio, &issuer, &ada, user.clone(), nonce.clone());
//! # let mut device = SoftwareKey::seeded(1815, SignatureAlgorithm::Es256);
//! # let shown = serde_json::to_string(&options)?;
//! # let json = device.register(&shown, "https://app.scrivio.example").unwrap();
//! let registered = RegistrationResponse::parse(&json)?.verify(&nonce, &scrivio)?;
//!
//! // Sign-in: `navigator.credentials.get` answers with an assertion.
//! let nonce = Nonce::new([2; 16])?; // the challenge's ID
//! # let allowed = CredentialDescriptor::new(registered.credential_id.clone());
//! # let shown = serde_json::to_string(&RequestOptions::new(&scrivio, nonce.clone(), [allowed]))?;
//! # let json = device.assert(&shown, "https://app.scrivio.example").unwrap();
//! let response = AssertionResponse::parse(&json)?;
//! assert_eq!(response.credential_id(), &registered.credential_id);
//! let stored = StoredCredential {
//!     id: &registered.credential_id,
//!     public_key: &registered.public_key,
//!     user_handle: &user,
//! };
//! let asserted = response.verify(stored, &nonce, &scrivio)?;
//! assert!(asserted.counter > registered.counter);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is believed
//!
//! Of a registration: the attestation object and the client data, which hold the key, the flags and
//! the identifier. Of an assertion: what the stored key has signed. Every copy of these beside them
//! (`publicKey`, `publicKeyAlgorithm`, `authenticatorData` of a registration) is left unread. Only
//! the transports are the client's word; they are a hint for its next prompt.
//!
//! # Bounds before work
//!
//! | what | at most |
//! |---|---|
//! | a response, as JSON | 65,536 bytes, before it is parsed |
//! | client data | 4,096 bytes |
//! | attestation object | 32,768 bytes |
//! | authenticator data of an assertion | 4,096 bytes |
//! | signature | 512 bytes, that of the longest RSA key |
//! | credential ID | 1,023 bytes |
//! | user handle | 64 bytes |
//! | nesting of CBOR | 8 |
//! | RSA modulus | 4,096 bits |
//!
#![doc = include_str!("steps.md")]

mod assertion;
mod attestation;
mod authenticator_data;
mod base64;
mod cbor;
mod client_data;
mod cose;
mod credential;
mod identifiers;
mod options;
mod public_key;
mod registration;
mod relying_party;
mod response;
mod setup;
mod state;
mod transport;
mod unverified;

pub use assertion::{Asserted, AssertionResponse, StoredCredential};
pub use credential::{Accepted, Credential, CredentialNotice, CredentialParts};
pub use identifiers::{CredentialId, Nonce, UserHandle};
pub use options::{CreationOptions, CredentialDescriptor, RequestOptions, UserVerification};
pub use public_key::{PublicKey, SignatureAlgorithm};
pub use registration::{Registered, RegistrationResponse};
pub use relying_party::RelyingParty;
pub use setup::PendingCredential;
pub use state::WebAuthnState;
pub use transport::Transport;
pub use unverified::Unverified;
