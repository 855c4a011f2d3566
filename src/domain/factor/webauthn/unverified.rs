//! Why a response was not verified.

use thiserror::Error;

/// The step at which a browser's response failed.
///
/// Numbers are those of the steps of W3C Web Authentication Level 3, §7.1 for a registration and
/// §7.2 for an assertion. The message never repeats what the client sent, but for numbers.
///
/// ```
/// use mfakit::domain::webauthn::{RegistrationResponse, Unverified};
///
/// assert_eq!(RegistrationResponse::parse("[]").unwrap_err(), Unverified::Response);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum Unverified {
    /// A part is larger than anything a browser sends, and was not read.
    #[error("{what} has {found} bytes; at most {max} are read")]
    TooLarge {
        /// The part's name.
        what: &'static str,
        /// The most that is read, in bytes.
        max: usize,
        /// Its size, in bytes.
        found: usize,
    },
    /// The response is not the JSON that `PublicKeyCredential.toJSON()` writes (§5.1): a member is
    /// missing, doubled or of another type.
    #[error("the response is not the JSON of a public key credential of this ceremony")]
    Response,
    /// A member is not base64url without padding, in its one canonical form (RFC 4648 §5).
    #[error("{what} is not base64url without padding")]
    Base64 {
        /// The member's name.
        what: &'static str,
    },
    /// The credential is of a type other than `public-key` (step 3).
    #[error("the credential's type is not public-key")]
    CredentialType,
    /// The credential ID is empty or longer than 1,023 bytes (§7.1 step 25).
    #[error("the credential ID must have 1 to 1023 bytes, not {found}")]
    CredentialIdLength {
        /// The length found, in bytes.
        found: usize,
    },
    /// `id`, `rawId` and the attested credential ID are not one and the same.
    #[error("the response names two credential IDs")]
    CredentialIds,
    /// The client data is not a JSON object with `type`, `challenge` and `origin` (§7.1 steps 5
    /// and 6, §7.2 steps 8 and 9).
    #[error("the client data is not a JSON object with type, challenge and origin")]
    ClientData,
    /// The client data belongs to the other ceremony (§7.1 step 7, §7.2 step 10).
    #[error("the client data is of another ceremony")]
    Ceremony,
    /// The response answers another nonce (§7.1 step 8, §7.2 step 11).
    #[error("the response answers another challenge")]
    Nonce,
    /// The page's origin is not one of the relying party's (§7.1 step 9, §7.2 step 12).
    #[error("the page's origin is not one of the relying party's")]
    Origin,
    /// The page was embedded in one of another origin (§7.1 steps 10 and 11, §7.2 steps 13 and 14).
    #[error("the page was embedded in one of another origin")]
    CrossOrigin,
    /// The attestation object is not a CBOR map of `fmt`, `attStmt` and `authData` (§7.1 step 13).
    #[error("the attestation object is not a CBOR map of fmt, attStmt and authData")]
    AttestationObject,
    /// The authenticator data is cut short, has trailing bytes, or holds what is not CBOR (§6.1).
    #[error("the authenticator data is malformed")]
    AuthenticatorData,
    /// A registration without a credential, or an assertion with one (§6.1, flag AT).
    #[error("the authenticator data has a credential where none belongs, or none where one does")]
    AttestedCredential,
    /// The authenticator answered another RP ID (§7.1 step 14, §7.2 step 15).
    #[error("the authenticator answered another relying party")]
    RpId,
    /// Nobody touched the authenticator (§7.1 step 15, §7.2 step 16).
    #[error("the user was not present")]
    UserPresence,
    /// The authenticator did not verify its user where that was required (§7.2 step 17).
    #[error("the user was not verified")]
    UserVerification,
    /// The credential is backed up without being eligible for it (§7.1 step 17, §7.2 step 18).
    #[error("the credential is backed up without being eligible for it")]
    BackupState,
    /// The key's algorithm was not offered (§7.1 step 20).
    #[error("algorithm {found} was not offered")]
    SignatureAlgorithm {
        /// Its number in the COSE registry.
        found: i64,
    },
    /// The credential public key is not a COSE key of its algorithm, and nothing else (§6.5.1).
    #[error("the credential public key is not a COSE key of its algorithm")]
    PublicKey,
    /// A P-256 point that is not on the curve, or an Ed25519 point that is not in its one form.
    #[error("the credential public key is not a point of its curve")]
    Point,
    /// An Ed25519 point of small order, for which a signature fits almost any message.
    #[error("the credential public key is a weak point")]
    WeakPoint,
    /// An RSA modulus that is even, or of a length that is not accepted.
    #[error("an RSA modulus must be odd and have 2048 to 4096 bits, not {bits}")]
    RsaModulus {
        /// The length found, in bits.
        bits: usize,
    },
    /// An RSA exponent other than 65537.
    #[error("an RSA exponent must be 65537")]
    RsaExponent,
    /// The assertion is of another credential than the stored one (§7.2 steps 5 and 6).
    #[error("the assertion is of another credential")]
    Credential,
    /// The assertion names another user than the credential's (§7.2 step 6).
    #[error("the assertion names another user")]
    UserHandle,
    /// The stored key did not sign this (§7.2 step 21).
    #[error("the signature does not verify")]
    Signature,
}
