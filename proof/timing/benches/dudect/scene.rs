//! One protected account, read from a store once and never changed.

use std::sync::{Arc, Mutex};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use chrono::{DateTime, Utc};
use dudect_bencher::BenchRng;
use dudect_bencher::rand::RngExt;
use mfakit::domain::{
    Account, CodeHash, Commit, CommitOutcome, Evaluation, HashScheme, HashedCodes,
};
use mfakit::testing::{Authenticator, ManualClock, SeededEntropy, block_on};
use mfakit::{
    AccountStore, Answer, Challenge, CodeHasher, Confirmed, Email, FactorId, FirstFactor,
    HasherError, Keyring, Lane, MemoryStore, Mfa, NewFactor, OneTimeCode, RecoveryCodes,
    SealingKey, SignIn, StoreError, Subject, Verdict,
};

/// The characters of a recovery code.
pub(crate) const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The time of every answer.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_007, 0).expect("a time")
}

pub(crate) struct Scene {
    mfa: Mfa,
    challenge: Challenge,
    pub(crate) factor: FactorId,
    codes: RecoveryCodes,
    /// The codes of the window. The middle one is spent.
    shown: [String; 3],
}

impl Scene {
    /// With one phone, ten recovery codes of which the first is spent, and an open challenge.
    pub(crate) fn new(hashing: Hashing) -> Self {
        block_on(Self::build(hashing))
    }

    async fn build(hashing: Hashing) -> Self {
        let memory = MemoryStore::new();
        let mfa = mfa(memory.clone(), Inline::new(Hashing::Argon2));
        let ada = Subject::new("ada").expect("a subject");
        let first = || FirstFactor::password(ada.clone(), now());
        let Ok(SignIn::Complete(session)) = mfa.sign_in(first()).await else { panic!("sign-in") };
        let new = NewFactor::totp("Phone", "ada@example.org").expect("a factor");
        let setup = mfa.begin_setup(&session, new, Email::Verified).await.expect("a setup");
        let phone = Authenticator::scan(setup.otpauth_uri()).expect("a URI");
        let shown = [-1, 0, 1].map(|n| phone.code_after(now(), n));
        let confirmed = mfa.confirm_setup(&session, setup.id(), &shown[1]).await;
        let Ok(Confirmed::FirstFactor(codes)) = confirmed else { panic!("not confirmed") };
        mfa.finish_setup(&session, setup.id()).await.expect("finished");

        let Ok(SignIn::Challenge(_, challenge)) = mfa.sign_in(first()).await else { panic!() };
        let spent = Answer::recovery(&codes.as_slice()[0].reveal());
        let verdict = mfa.answer(&challenge, spent).await;
        assert!(matches!(verdict, Ok(Verdict::Passed(_))));
        let Ok(SignIn::Challenge(_, challenge)) = mfa.sign_in(first()).await else { panic!() };
        let account = memory.load(&ada).await.expect("the store").expect("a row");
        let factor = account.factors()[0].id();
        let mfa = self::mfa(Frozen(account), Inline::new(hashing));
        Self { mfa, challenge, factor, codes, shown }
    }

    /// Answers the challenge. None of the answers here is right.
    pub(crate) fn answer(&self, answer: Answer) -> Verdict {
        let verdict = block_on(self.mfa.answer(&self.challenge, answer)).expect("an answer");
        assert!(matches!(&verdict, Verdict::Rejected(why) if !why.malformed));
        verdict
    }

    /// The code that was accepted last.
    pub(crate) fn replayed(&self) -> &str {
        &self.shown[1]
    }

    /// A code that no step of the window has.
    pub(crate) fn wrong_code(&self, rng: &mut BenchRng) -> String {
        let mut codes = std::iter::repeat_with(|| crate::any_code(6, rng));
        codes.find(|code| !self.shown.contains(code)).expect("a code")
    }

    /// The recovery code of a slot.
    pub(crate) fn recovery_code(&self, slot: usize) -> String {
        self.codes.as_slice()[slot].reveal().replace('-', "")
    }

    /// The text of a recovery code whose first character names this slot, and that is none.
    pub(crate) fn wrong_recovery(&self, slot: usize, rng: &mut BenchRng) -> String {
        let rest = (0..15).map(|_| rng.random_range(0..32));
        std::iter::once(slot).chain(rest).map(|n| char::from(ALPHABET[n])).collect()
    }
}

fn mfa(store: impl AccountStore + 'static, hasher: impl CodeHasher + 'static) -> Mfa {
    let keyring = Keyring::new(SealingKey::from_bytes("k1", &[7; 32]).expect("a key"));
    Mfa::builder(store)
        .issuer("Scrivio")
        .keyring(keyring)
        .hasher(hasher)
        .clock(ManualClock::at(now().timestamp()))
        .entropy(SeededEntropy::new(1))
        .build()
        .expect("a complete builder")
}

/// A store that keeps nothing, so that every answer finds the same account.
struct Frozen(Arc<Account>);

#[async_trait::async_trait]
impl AccountStore for Frozen {
    async fn load(&self, _: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        Ok(Some(Arc::clone(&self.0)))
    }

    async fn commit(&self, _: &Commit) -> Result<CommitOutcome, StoreError> {
        Ok(CommitOutcome::Committed)
    }
}

/// What an evaluation computes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hashing {
    /// Argon2id at 8 KiB and one pass.
    Argon2,
    /// Nothing.
    None,
    /// A leak: nothing for a slot that is spent or absent.
    SkippedForDecoys,
}

/// A hasher without threads of its own, and with salts that are the same each time.
struct Inline {
    hashing: Hashing,
    argon2: Argon2<'static>,
    blocks: Mutex<Vec<Block>>,
}

impl Inline {
    fn new(hashing: Hashing) -> Self {
        let params = Params::new(8, 1, 1, Some(32)).expect("costs");
        let blocks = Mutex::new(vec![Block::default(); params.block_count()]);
        Self { hashing, argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params), blocks }
    }

    fn compute(&self, code: &OneTimeCode, salt: &[u8; 16]) -> [u8; 32] {
        let mut digest = [0x5a; 32];
        let skipped = match self.hashing {
            Hashing::Argon2 => false,
            Hashing::None => true,
            Hashing::SkippedForDecoys => salt == &[0; 16],
        };
        if !skipped {
            let mut blocks = self.blocks.lock().expect("a lock");
            let (text, blocks) = (code.expose_bytes(), blocks.as_mut_slice());
            let computed =
                self.argon2.hash_password_into_with_memory(text, salt, &mut digest, blocks);
            computed.expect("a hash");
        }
        digest
    }
}

#[async_trait::async_trait]
impl CodeHasher for Inline {
    async fn hash(&self, codes: Vec<OneTimeCode>) -> Result<HashedCodes, HasherError> {
        let salts = (1..).map(|n| [n; 16]);
        let hash = |(code, salt)| CodeHash::new(salt, self.compute(code, &salt));
        let scheme = HashScheme::new("inline").expect("a scheme");
        Ok(HashedCodes { scheme, hashes: codes.iter().zip(salts).map(hash).collect() })
    }

    async fn evaluate(
        &self,
        _: Lane,
        code: OneTimeCode,
        _: &HashScheme,
        hash: &CodeHash,
    ) -> Result<Evaluation, HasherError> {
        Ok(hash.evaluate(&self.compute(&code, hash.salt())))
    }
}
