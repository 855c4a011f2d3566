//! The other ports, made to fail: a fuse burns at the call it is told to, and stays burnt.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use mfakit::domain::{
    CodeHash, Evaluation, HashScheme, HashedCodes, OneTimeCode, SealContext, SealedSecret,
    TotpSecret,
};
use mfakit::ports::{
    CipherError, CodeHasher, Entropy, EntropyError, HasherError, Lane, SecretCipher,
};
use mfakit::testing::SeededEntropy;
use mfakit::{Argon2Hasher, KeyId, Keyring, MfaBuilder};

use crate::world::{hasher, keyring};

/// Every port besides the store.
#[derive(Clone, Default)]
pub(crate) struct Fuses {
    pub(crate) cipher: Fuse,
    pub(crate) entropy: Fuse,
    pub(crate) hasher: Fuse,
    rotated: Arc<AtomicBool>,
}

impl Fuses {
    /// Takes the place of a builder's ports.
    pub(crate) fn put_into(&self, builder: MfaBuilder) -> MfaBuilder {
        let cipher = Cipher { fuse: self.cipher.clone(), rotated: Arc::clone(&self.rotated) };
        let entropy = Random { fuse: self.entropy.clone(), inner: SeededEntropy::new(1) };
        builder.cipher(cipher).entropy(entropy).hasher(Hasher { fuse: self.hasher.clone() })
    }

    /// Seals under another key from now on, and returns the name of the old one.
    pub(crate) fn rotate_key(&self) -> KeyId {
        self.rotated.store(true, Ordering::SeqCst);
        KEYRINGS[0].primary_key()
    }
}

/// Counts the calls of one port.
#[derive(Clone, Default)]
pub(crate) struct Fuse(Arc<Calls>);

struct Calls {
    made: AtomicU64,
    burns_at: AtomicU64,
}

impl Default for Calls {
    fn default() -> Self {
        Self { made: AtomicU64::new(0), burns_at: AtomicU64::new(u64::MAX) }
    }
}

impl Fuse {
    /// Counts from zero again and fails from this call on.
    pub(crate) fn burn_at(&self, call: u64) {
        self.0.made.store(0, Ordering::SeqCst);
        self.0.burns_at.store(call, Ordering::SeqCst);
    }

    /// Works again, and says whether it had burnt.
    pub(crate) fn mend(&self) -> bool {
        let burns_at = self.0.burns_at.swap(u64::MAX, Ordering::SeqCst);
        self.0.made.load(Ordering::SeqCst) > burns_at
    }

    fn burnt(&self) -> bool {
        self.0.made.fetch_add(1, Ordering::SeqCst) >= self.0.burns_at.load(Ordering::SeqCst)
    }
}

/// The old key's keyring, and the new one's.
static KEYRINGS: LazyLock<[Keyring; 2]> = LazyLock::new(|| {
    let old = mfakit::SealingKey::from_bytes("k1", &[1; 32]).expect("a key");
    let new = keyring("k2").with_retired(old).expect("another key");
    let old = mfakit::SealingKey::from_bytes("k1", &[1; 32]).expect("a key");
    [Keyring::new(old), new]
});

/// One pool for all the worlds of these tests.
static HASHER: LazyLock<Argon2Hasher> = LazyLock::new(hasher);

struct Cipher {
    fuse: Fuse,
    rotated: Arc<AtomicBool>,
}

impl Cipher {
    fn keyring(&self) -> &'static Keyring {
        &KEYRINGS[usize::from(self.rotated.load(Ordering::SeqCst))]
    }

    fn check(&self) -> Result<(), CipherError> {
        if self.fuse.burnt() { Err(CipherError::Unavailable("burnt".into())) } else { Ok(()) }
    }
}

#[async_trait]
impl SecretCipher for Cipher {
    fn primary_key(&self) -> KeyId {
        self.keyring().primary_key()
    }

    async fn seal(
        &self,
        secret: &TotpSecret,
        context: SealContext<'_>,
    ) -> Result<SealedSecret, CipherError> {
        self.check()?;
        self.keyring().seal(secret, context).await
    }

    async fn open(
        &self,
        sealed: &SealedSecret,
        context: SealContext<'_>,
    ) -> Result<TotpSecret, CipherError> {
        self.check()?;
        self.keyring().open(sealed, context).await
    }
}

struct Random {
    fuse: Fuse,
    inner: SeededEntropy,
}

impl Entropy for Random {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        if self.fuse.burnt() { Err(EntropyError::new("burnt")) } else { self.inner.fill(buffer) }
    }
}

struct Hasher {
    fuse: Fuse,
}

#[async_trait]
impl CodeHasher for Hasher {
    async fn hash(&self, codes: Vec<OneTimeCode>) -> Result<HashedCodes, HasherError> {
        if self.fuse.burnt() { Err(HasherError::Busy) } else { HASHER.hash(codes).await }
    }

    async fn evaluate(
        &self,
        lane: Lane,
        code: OneTimeCode,
        scheme: &HashScheme,
        hash: &CodeHash,
    ) -> Result<Evaluation, HasherError> {
        if self.fuse.burnt() {
            return Err(HasherError::Busy);
        }
        HASHER.evaluate(lane, code, scheme, hash).await
    }
}
