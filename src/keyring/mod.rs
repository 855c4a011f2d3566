//! The built-in [`SecretCipher`]: AES-256-GCM under keys that the process holds.

mod error;
mod key;

use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;

use aes_gcm::{AeadInOut, Nonce, Tag};
use async_trait::async_trait;
use zeroize::Zeroizing;

use crate::domain::{KeyId, SealContext, SealedSecret, TotpSecret};
use crate::ports::{CipherError, Entropy, OsEntropy, SecretCipher};

pub use error::KeyringError;
pub use key::SealingKey;

/// The number that stands beside what this cipher seals: AES-256-GCM, the bytes being nonce,
/// ciphertext and tag.
const AES_256_GCM: u8 = 1;

const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;
const OVERHEAD: usize = NONCE_LEN + TAG_LEN;
const MAX_SEALED: usize = OVERHEAD + TotpSecret::MAX_LEN;

/// Seals TOTP secrets with AES-256-GCM: one primary key that seals, and any number of retired keys
/// that still open.
///
/// A key is 32 random bytes with a [name](KeyId). Make one with
///
/// ```text
/// openssl rand -base64 32
/// ```
///
/// and keep it outside the database: a stolen table then opens nothing. Losing the key means losing
/// every factor sealed under it; recovery codes keep working.
///
/// ```
/// use mfakit::{Keyring, SealingKey};
///
/// let old = SealingKey::from_bytes("2025-03", &[7; 32])?; // from a cryptographic generator
/// let new = SealingKey::from_base64("2026-11", "yFZSjk0qWmq1nlOcLnGBvCFCu-_l5bTDoN0-c2_yKXk")?;
/// let keyring = Keyring::new(new).with_retired(old)?;
/// assert_eq!(format!("{keyring:?}"), "Keyring(primary 2026-11, 1 retired)");
/// # Ok::<(), mfakit::KeyringError>(())
/// ```
///
/// # Rotation
/// Put a new key first and leave the old one in as retired. Each secret is sealed again when it is
/// next used, the rest in bulk by [`Mfa::reseal_page`](crate::Mfa::reseal_page). Take the old key
/// out once no account is sealed under it. Never give an old name to a new key.
///
/// # How many seals a key bears
/// Nonces are random, of 96 bits, so one key must not seal more than 2³² secrets (NIST SP 800-38D
/// §8.3: the chance that two nonces meet stays below 2⁻³²). A setup that is begun seals once, and
/// so does moving a factor to a new key or a new subject; checking a code seals nothing. At a
/// million setups a day the limit is eleven years away. The keyring does not count: rotate every
/// year or two, and it is out of reach.
///
/// # Security
/// Every seal is bound to its place: see [`SealContext`]. Keys are wiped when dropped and
/// never printed. On processors without AES instructions the cipher is slower, and still constant
/// in time.
pub struct Keyring {
    primary: SealingKey,
    retired: Vec<SealingKey>,
    entropy: Arc<dyn Entropy>,
}

impl Keyring {
    /// Starts with the key that seals. Nonces come from the operating system.
    pub fn new(primary: SealingKey) -> Self {
        Self { primary, retired: Vec::new(), entropy: Arc::new(OsEntropy) }
    }

    /// Reads the keys from an environment variable: `id:base64`, or several of them separated by
    /// commas. The first is the primary key, the others are retired.
    ///
    /// ```text
    /// MFAKIT_KEYS=2026-11:yFZSjk0qWmq1nlOcLnGBvCFCu+/l5bTDoN0+c2/yKXk=,2025-03:…
    /// ```
    ///
    /// # Errors
    /// [`KeyringError`] says which key is wrong, and how. It never repeats a key.
    pub fn from_env(variable: &str) -> Result<Self, KeyringError> {
        Self::from_variable(variable, std::env::var_os(variable))
    }

    fn from_variable(variable: &str, value: Option<OsString>) -> Result<Self, KeyringError> {
        let variable = || variable.to_owned();
        let value = value.ok_or_else(|| KeyringError::NotSet { variable: variable() })?;
        let value = value.into_string().map(Zeroizing::new);
        let value = value.map_err(|_| KeyringError::NotText { variable: variable() })?;
        Self::from_list(&value)
            .map_err(|error| KeyringError::Variable { variable: variable(), error: error.into() })
    }

    /// Reads the keys from text in the form of [`from_env`](Self::from_env), for hosts that keep
    /// their secrets elsewhere.
    ///
    /// # Errors
    /// [`KeyringError`] says which key is wrong, and how. It never repeats a key.
    pub fn from_list(list: &str) -> Result<Self, KeyringError> {
        if list.trim().is_empty() {
            return Err(KeyringError::Empty);
        }
        let mut keys = list.split(',').zip(1..).map(|(entry, position)| {
            let (id, key) = entry.split_once(':').ok_or(KeyringError::Entry { position })?;
            let id = KeyId::new(id.trim());
            let id = id.map_err(|invalid| KeyringError::Id { position, invalid })?;
            SealingKey::named_from_base64(id, key)
        });
        let primary = keys.next().ok_or(KeyringError::Empty)??;
        keys.try_fold(Self::new(primary), |keyring, key| keyring.with_retired(key?))
    }

    /// Adds a key that seals no more and still opens.
    ///
    /// # Errors
    /// [`KeyringError::Duplicate`] when a key of that name is there already.
    pub fn with_retired(mut self, key: SealingKey) -> Result<Self, KeyringError> {
        if self.find(&key.id).is_some() {
            return Err(KeyringError::Duplicate(key.id));
        }
        self.retired.push(key);
        Ok(self)
    }

    /// Takes nonces from another generator.
    ///
    /// # Security
    /// Two secrets sealed under one key with one nonce betray both. Outside tests, only a
    /// cryptographic generator will do.
    pub fn with_entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.entropy = entropy;
        self
    }

    fn find(&self, id: &KeyId) -> Option<&SealingKey> {
        std::iter::once(&self.primary).chain(&self.retired).find(|key| key.id == *id)
    }

    fn seal_now(
        &self,
        secret: &TotpSecret,
        context: SealContext<'_>,
    ) -> Result<SealedSecret, CipherError> {
        let mut nonce = [0; NONCE_LEN];
        self.entropy.fill(&mut nonce).map_err(unavailable)?;
        let key = &self.primary;
        // Encrypted in place, and wiped if that fails half-way.
        let mut text = Zeroizing::new([0; TotpSecret::MAX_LEN]);
        let secret = secret.expose_bytes();
        let text = text.get_mut(..secret.len()).ok_or_else(|| unavailable("secret too long"))?;
        text.copy_from_slice(secret);
        let associated = context.associated_data(&key.id);
        let tag = key
            .cipher
            .encrypt_inout_detached(&Nonce::from(nonce), &associated, (&mut *text).into())
            .map_err(|_| unavailable("the cipher refused the length"))?;
        let mut bytes = Vec::with_capacity(MAX_SEALED);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(text);
        bytes.extend_from_slice(&tag);
        SealedSecret::new(AES_256_GCM, key.id.clone(), &bytes).map_err(unavailable)
    }

    fn open_now(
        &self,
        sealed: &SealedSecret,
        context: SealContext<'_>,
    ) -> Result<TotpSecret, CipherError> {
        if sealed.algorithm() != AES_256_GCM {
            return Err(CipherError::UnknownAlgorithm(sealed.algorithm()));
        }
        let id = sealed.key();
        let key = self.find(id).ok_or_else(|| CipherError::UnknownKey(id.clone()))?;
        let (nonce, rest) = sealed.bytes().split_first_chunk().ok_or(CipherError::Tampered)?;
        let (sealed, tag) = rest.split_last_chunk().ok_or(CipherError::Tampered)?;
        // On the stack: a secret is at most 64 bytes, and opening one is on the path of every code.
        let mut text = Zeroizing::new([0; TotpSecret::MAX_LEN]);
        let text = text.get_mut(..sealed.len()).ok_or(CipherError::Tampered)?;
        text.copy_from_slice(sealed);
        let nonce: &[u8; NONCE_LEN] = nonce;
        let tag: &[u8; TAG_LEN] = tag;
        let associated = context.associated_data(id);
        key.cipher
            .decrypt_inout_detached(
                &Nonce::from(*nonce),
                &associated,
                (&mut *text).into(),
                &Tag::from(*tag),
            )
            .map_err(|_| CipherError::Tampered)?;
        TotpSecret::from_bytes(text).map_err(|_| CipherError::Tampered)
    }
}

fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CipherError {
    CipherError::Unavailable(source.into())
}

#[async_trait]
impl SecretCipher for Keyring {
    fn primary_key(&self) -> KeyId {
        self.primary.id.clone()
    }

    async fn seal(
        &self,
        secret: &TotpSecret,
        context: SealContext<'_>,
    ) -> Result<SealedSecret, CipherError> {
        self.seal_now(secret, context)
    }

    async fn open(
        &self,
        sealed: &SealedSecret,
        context: SealContext<'_>,
    ) -> Result<TotpSecret, CipherError> {
        self.open_now(sealed, context)
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring(primary {}, {} retired)", self.primary.id, self.retired.len())
    }
}

#[cfg(test)]
#[path = "keyring_tests.rs"]
mod tests;
