//! Putting the ports together.

use std::sync::Arc;

use thiserror::Error;

use super::guard::Guards;
use super::issuing::Issuing;
use super::notices::Notices;
use super::ports::Ports;
use super::{Inner, Mfa};
#[cfg(feature = "webauthn")]
use crate::domain::webauthn::RelyingParty;
use crate::domain::{Invalid, Issuer, Settings};
use crate::hashing::Argon2Hasher;
use crate::keyring::Keyring;
use crate::ports::{
    AccountIndex, AccountStore, Clock, CodeHasher, Entropy, EventLog, ImportedCodeHasher, Notifier,
    OrgStore, SecretCipher, Stamps, SubjectEvents,
};

/// Collects what an [`Mfa`] needs. An issuer and a keyring (or a cipher) are required; everything
/// else has a default.
#[must_use]
pub struct MfaBuilder {
    ports: Ports,
    cipher: Option<Arc<dyn SecretCipher>>,
    hasher: Option<Arc<dyn CodeHasher>>,
    notifier: Option<Box<dyn Notifier>>,
    issuer: Option<String>,
    settings: Settings,
    #[cfg(feature = "webauthn")]
    relying_party: Option<RelyingParty>,
}

/// An [`Mfa`] that cannot be put together.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The issuer is missing or cannot be one.
    #[error("issuer: {0}")]
    Issuer(#[from] Invalid),
    /// Neither a keyring nor another cipher was given: there is no mode without sealing.
    #[error("a keyring or another cipher is needed: secrets are never stored unsealed")]
    MissingCipher,
    /// The thread that tells the notifier could not be started.
    #[error("the notifier's thread could not be started")]
    NotifierThread(#[source] std::io::Error),
}

impl MfaBuilder {
    pub(super) fn new(
        store: Arc<dyn AccountStore>,
        organizations: Option<Arc<dyn OrgStore>>,
    ) -> Self {
        Self {
            ports: Ports::new(store, organizations),
            cipher: None,
            hasher: None,
            notifier: None,
            issuer: None,
            settings: Settings::default(),
            #[cfg(feature = "webauthn")]
            relying_party: None,
        }
    }

    /// Who issues the codes, as authenticator apps show it: the product's name. Required.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Seals secrets with keys held in memory. This or [`cipher`](Self::cipher) is required.
    pub fn keyring(self, keyring: Keyring) -> Self {
        self.cipher(keyring)
    }

    /// Seals secrets with something else: a key service.
    pub fn cipher(mut self, cipher: impl SecretCipher + 'static) -> Self {
        self.cipher = Some(Arc::new(cipher));
        self
    }

    /// Hashes one-time codes with something else than the default [`Argon2Hasher`]. Codes that were
    /// imported stay with whatever [`argon2`](Self::argon2) or
    /// [`imported_code_hasher`](Self::imported_code_hasher) was given, if anything was.
    pub fn hasher(mut self, hasher: impl CodeHasher + 'static) -> Self {
        self.hasher = Some(Arc::new(hasher));
        self
    }

    /// Hashes one-time codes, and codes that are imported, with the built-in hasher otherwise set up:
    /// with a pepper, at other costs, on other threads.
    pub fn argon2(mut self, hasher: Argon2Hasher) -> Self {
        let hasher = Arc::new(hasher);
        self.hasher = Some(hasher.clone());
        self.ports.imported_hasher = Some(hasher);
        self
    }

    /// Hashes and judges recovery codes that were imported with something else than an
    /// [`Argon2Hasher`]. A host that gives a [`hasher`](Self::hasher) of its own and not this one
    /// cannot import codes.
    pub fn imported_code_hasher(mut self, hasher: impl ImportedCodeHasher + 'static) -> Self {
        self.ports.imported_hasher = Some(Arc::new(hasher));
        self
    }

    /// Finds many accounts at once. Unlocks [`Mfa::statuses`] and [`Mfa::reseal_page`].
    pub fn index(mut self, index: impl AccountIndex + 'static) -> Self {
        self.ports.index = Some(Arc::new(index));
        self
    }

    /// Reads the events. Completes [`Mfa::export`].
    pub fn event_log(mut self, log: impl EventLog + 'static) -> Self {
        self.ports.log = Some(Arc::new(log));
        self
    }

    /// Reads the latest events of one user. Unlocks [`Mfa::recent_events`].
    pub fn subject_events(mut self, events: impl SubjectEvents + 'static) -> Self {
        self.ports.subject_events = Some(Arc::new(events));
        self
    }

    /// Speeds up [`Mfa::stamps`], which every guarded request reads.
    pub fn stamps(mut self, stamps: impl Stamps + 'static) -> Self {
        self.ports.stamps = Some(Arc::new(stamps));
        self
    }

    /// Is told of every event after its commit.
    pub fn notifier(mut self, notifier: impl Notifier) -> Self {
        self.notifier = Some(Box::new(notifier));
        self
    }

    /// Tells the time instead of the operating system.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.ports.clock = Arc::new(clock);
        self
    }

    /// Gives randomness instead of the operating system.
    pub fn entropy(mut self, entropy: impl Entropy + 'static) -> Self {
        self.ports.entropy = Arc::new(entropy);
        self
    }

    /// Decides under other settings than the defaults.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Registers and asks for passkeys and security keys, for this RP ID and on these origins. It
    /// takes the place of the settings' own.
    ///
    /// ```
    /// use mfakit::domain::webauthn::RelyingParty;
    /// # use mfakit::{Keyring, MemoryStore, Mfa, SealingKey};
    /// # let keyring = Keyring::new(SealingKey::from_bytes("k", &[7; 32])?);
    ///
    /// let mfa = Mfa::builder(MemoryStore::new())
    ///     .issuer("Scrivio")
    ///     .keyring(keyring)
    ///     .relying_party(RelyingParty::new("scrivio.example", ["https://app.scrivio.example"])?)
    ///     .build()?;
    /// # let _ = mfa;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "webauthn")]
    pub fn relying_party(mut self, relying_party: RelyingParty) -> Self {
        self.relying_party = Some(relying_party);
        self
    }

    /// Puts it together.
    ///
    /// # Errors
    /// [`BuildError`] says what is missing or wrong.
    pub fn build(mut self) -> Result<Mfa, BuildError> {
        let issuer = Issuer::new(self.issuer.unwrap_or_default())?;
        let cipher = self.cipher.ok_or(BuildError::MissingCipher)?;
        let hasher = self.hasher.unwrap_or_else(|| {
            // One pool for both kinds of codes, so that accounts take turns in it.
            let default = Arc::new(Argon2Hasher::default());
            self.ports.imported_hasher.get_or_insert_with(|| default.clone());
            default
        });
        #[cfg(feature = "webauthn")]
        if let Some(relying_party) = self.relying_party {
            self.settings.relying_party = Some(relying_party);
        }
        let notices = self.notifier.map(Notices::start).transpose();
        let inner = Inner {
            ports: self.ports,
            cipher,
            hasher,
            notices: notices.map_err(BuildError::NotifierThread)?,
            guards: Guards::default(),
            issuing: Issuing::default(),
            issuer,
            settings: self.settings,
        };
        Ok(Mfa { inner: Arc::new(inner) })
    }
}

impl std::fmt::Debug for MfaBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MfaBuilder").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
