//! A credential as an account keeps it, and what an assertion does to it.

use super::super::super::invalid::Invalid;
use super::assertion::{AssertionResponse, StoredCredential};
use super::identifiers::{CredentialId, Nonce, UserHandle};
use super::options::CredentialDescriptor;
use super::public_key::PublicKey;
use super::registration::Registered;
use super::relying_party::{RelyingParty, check_rp_id};
use super::transport::Transport;
use super::unverified::Unverified;

/// A registered credential, with everything that later assertions are judged by.
///
/// ```
/// # use mfakit::domain::webauthn::{CreationOptions, RegistrationResponse, RequestOptions};
/// # use mfakit::domain::webauthn::{AssertionResponse, SignatureAlgorithm};
/// use mfakit::domain::webauthn::{Credential, Nonce, RelyingParty, UserHandle};
/// # use mfakit::domain::{AccountName, Issuer};
/// # use mfakit::testing::SoftwareKey;
///
/// let scrivio = RelyingParty::new("scrivio.example", ["https://app.scrivio.example"])?;
/// # let origin = "https://app.scrivio.example";
/// let user = UserHandle::from_random([7; 64]); // 64 random bytes
/// # let mut device = SoftwareKey::seeded(1815, SignatureAlgorithm::Es256);
/// # let nonce = Nonce::new([1; 16])?;
/// # let (issuer, ada) = (Issuer::new("Scrivio")?, AccountName::new("ada@example.org")?);
/// # let options = CreationOptions::new(&scrivio, &issuer, &ada, user.clone(), nonce.clone());
/// # let json = device.register(&serde_json::to_string(&options)?, origin).unwrap();
/// # let registered = RegistrationResponse::parse(&json)?.verify(&nonce, &scrivio)?;
/// let credential = Credential::new(&scrivio, user, registered);
///
/// // Later, at a challenge:
/// let nonce = Nonce::new([2; 16])?;
/// # let options = RequestOptions::new(&scrivio, nonce.clone(), [credential.descriptor()]);
/// # let json = device.assert(&serde_json::to_string(&options)?, origin).unwrap();
/// let accepted = credential.accept(&AssertionResponse::parse(&json)?, &nonce, &scrivio)?;
/// assert!(accepted.noted.is_empty());
/// assert!(accepted.next.counter() > credential.counter());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential(CredentialParts);

/// The parts of a credential: for a store, and for moving one in from another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialParts {
    /// The RP ID that it is bound to.
    pub rp_id: String,
    /// The name that the authenticator gave it.
    pub id: CredentialId,
    /// The key that its assertions are verified by.
    pub public_key: PublicKey,
    /// The user that it was registered for.
    pub user_handle: UserHandle,
    /// Whether the authenticator verified its user at registration. If that was not recorded, say
    /// `false`: user verification then never counts.
    pub registered_with_user_verification: bool,
    /// Whether it may be copied to other devices.
    pub backup_eligible: bool,
    /// Whether it has been copied.
    pub backup_state: bool,
    /// The highest number of signatures seen.
    pub counter: u32,
    /// The authenticator's model; zeros if unknown.
    pub aaguid: [u8; 16],
    /// The ways in which the client reaches the authenticator.
    pub transports: Vec<Transport>,
}

/// The result of an accepted assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Accepted {
    /// The credential as it is stored from now on.
    pub next: Credential,
    /// Whether the authenticator verified its user, in a way that counts: the credential was
    /// registered with user verification too. Otherwise a thief who sets a PIN on a stolen key
    /// that had none would be verified.
    pub user_verified: bool,
    /// What the owner or the audit trail is told of it. None of it is a reason to refuse.
    pub noted: Vec<CredentialNotice>,
}

/// Something that an accepted assertion shows of its credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialNotice {
    /// The credential was bound to its device, and may be copied from now on.
    BecameBackupEligible,
    /// The counter did not rise, though at least one of the two numbers is not 0. A copy of the
    /// credential may exist (§6.1.1); synchronized ones do it without any.
    CounterDidNotRise {
        /// The highest number seen before.
        stored: u32,
        /// The number that this assertion brought.
        found: u32,
    },
}

impl Credential {
    /// Takes what a verified registration says, for the user that its options named.
    pub fn new(
        relying_party: &RelyingParty,
        user_handle: UserHandle,
        registered: Registered,
    ) -> Self {
        Self(CredentialParts {
            rp_id: relying_party.id().into(),
            id: registered.credential_id,
            public_key: registered.public_key,
            user_handle,
            registered_with_user_verification: registered.user_verified,
            backup_eligible: registered.backup_eligible,
            backup_state: registered.backup_state,
            counter: registered.counter,
            aaguid: registered.aaguid,
            transports: registered.transports,
        })
    }

    /// Puts a credential together from its parts.
    ///
    /// # Errors
    /// [`Invalid`] if the RP ID is not a domain, a transport is named twice, or the credential is
    /// backed up without being eligible for it (§6.1.3).
    pub fn from_parts(parts: CredentialParts) -> Result<Self, Invalid> {
        check_rp_id(&parts.rp_id)?;
        if parts.backup_state && !parts.backup_eligible {
            let form = "of a credential that is backup eligible";
            return Err(Invalid::Form { what: "backup state", form });
        }
        let mut transports = parts.transports.clone();
        transports.sort_unstable();
        if transports.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Invalid::Form { what: "transports", form: "different from each other" });
        }
        Ok(Self(CredentialParts { transports, ..parts }))
    }

    /// The parts, as [`from_parts`](Self::from_parts) takes them.
    pub fn parts(&self) -> &CredentialParts {
        &self.0
    }

    /// The RP ID that the credential is bound to.
    pub fn rp_id(&self) -> &str {
        &self.0.rp_id
    }

    /// The name that the authenticator gave the credential.
    pub fn id(&self) -> &CredentialId {
        &self.0.id
    }

    /// The key that its assertions are verified by.
    pub fn public_key(&self) -> &PublicKey {
        &self.0.public_key
    }

    /// The user that it was registered for. Further credentials of the account take the same one.
    pub fn user_handle(&self) -> &UserHandle {
        &self.0.user_handle
    }

    /// Whether the authenticator verified its user when the credential was registered.
    pub fn registered_with_user_verification(&self) -> bool {
        self.0.registered_with_user_verification
    }

    /// Whether the credential cannot be copied to other devices, as far as its flags have ever
    /// said. Without attestation that is the authenticator's unproven word.
    pub fn is_device_bound(&self) -> bool {
        !self.0.backup_eligible
    }

    /// Whether the credential had been copied when it was last used.
    pub fn is_backed_up(&self) -> bool {
        self.0.backup_state
    }

    /// The highest number of signatures seen; it never falls.
    pub fn counter(&self) -> u32 {
        self.0.counter
    }

    /// The authenticator's model by its own, unproven word; zeros if it does not say.
    pub fn aaguid(&self) -> &[u8; 16] {
        &self.0.aaguid
    }

    /// The ways in which the client said at registration that it reaches the authenticator.
    pub fn transports(&self) -> &[Transport] {
        &self.0.transports
    }

    /// Names the credential in options, with its transports.
    pub fn descriptor(&self) -> CredentialDescriptor {
        let transports = self.0.transports.iter().copied();
        CredentialDescriptor::new(self.0.id.clone()).transports(transports)
    }

    /// Whether a relying party can ask for the credential: whether it is bound to its RP ID.
    pub fn is_of(&self, relying_party: &RelyingParty) -> bool {
        self.0.rp_id == relying_party.id()
    }

    /// Judges an assertion, and says what the credential becomes by it.
    ///
    /// Backup eligibility is taken from the registration and can only be gained later; a counter
    /// that does not rise is noted, and the stored one stays.
    ///
    /// # Errors
    /// [`Unverified`] with the first step of §7.2 that fails. Change nothing then.
    pub fn accept(
        &self,
        response: &AssertionResponse,
        nonce: &Nonce,
        relying_party: &RelyingParty,
    ) -> Result<Accepted, Unverified> {
        if !self.is_of(relying_party) {
            return Err(Unverified::RpId);
        }
        let asserted = response.verify(self.stored(), nonce, relying_party)?;
        let mut next = self.clone();
        let mut noted = Vec::new();
        next.0.backup_state = asserted.backup_state;
        if asserted.backup_eligible && !self.0.backup_eligible {
            next.0.backup_eligible = true;
            noted.push(CredentialNotice::BecameBackupEligible);
        }
        let (stored, found) = (self.0.counter, asserted.counter);
        if found > stored {
            next.0.counter = found;
        } else if (stored, found) != (0, 0) {
            noted.push(CredentialNotice::CounterDidNotRise { stored, found });
        }
        let user_verified = asserted.user_verified && self.0.registered_with_user_verification;
        Ok(Accepted { next, user_verified, noted })
    }

    fn stored(&self) -> StoredCredential<'_> {
        let CredentialParts { id, public_key, user_handle, .. } = &self.0;
        StoredCredential { id, public_key, user_handle }
    }
}
