//! What a schedule begins with: a protected account, its owner's phone, key and codes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as Record};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mfakit::domain::webauthn::{RelyingParty, SignatureAlgorithm};
use mfakit::domain::{Account, CodeHash, Evaluation, HashScheme, HashedCodes, OneTimeCode};
use mfakit::ports::{Clock, CodeHasher, Entropy, EntropyError, HasherError, Lane};
use mfakit::store::{AccountStore, Commit, CommitOutcome, StoreError};
use mfakit::testing::{Authenticator, SoftwareKey};
use mfakit::{
    Answer, Assurance, Challenge, Confirmed, EmailStatus, Error, FirstFactor, Keyring, MemoryStore,
    Mfa, NewFactor, RecoveryCodes, SealingKey, Settings, SignIn, SignedIn, Subject, Verdict,
};
use shuttle::future::block_on;

use crate::planted::{Flaw, Shelf};

/// When everything happens. The clock is no lock here: it would only multiply the schedules.
const START: i64 = 1_800_000_037;

const ORIGIN: &str = "https://app.scrivio.example";

/// What was done before the schedules part: the commits to do again, and what is in the owner's
/// hands.
pub(crate) struct Prepared {
    commits: Vec<Commit>,
    pub(crate) phone: Authenticator,
    pub(crate) codes: RecoveryCodes,
    key: SoftwareKey,
    pub(crate) session: Assurance,
}

impl Prepared {
    /// Takes a user from nothing to a protected account.
    pub(crate) fn make(settings: fn() -> Settings) -> Self {
        let recorder = Recorder::default();
        let mfa = service(recorder.clone(), settings(), START - 30, 1);
        block_on(async {
            let SignIn::Done(SignedIn::Full(session, _)) =
                mfa.sign_in(password("ada", -30)).await.expect("in")
            else {
                panic!("MFA is on")
            };
            let setup =
                mfa.begin_setup(&session, phone(), EmailStatus::Verified).await.expect("begin");
            let phone =
                Authenticator::scan(setup.totp().expect("an app").otpauth_uri()).expect("scan");
            let code = phone.code_at(now(-30));
            let confirmed = mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await;
            let Ok(Confirmed::FirstFactor(codes)) = confirmed else { panic!("{confirmed:?}") };
            let session = mfa.finish_setup(&session, setup.id()).await.expect("finish");
            let session = session.full().expect("a full session");
            let new = NewFactor::webauthn("Key", "ada@example.org").expect("a new factor");
            let setup = mfa.begin_setup(&session, new, EmailStatus::Verified).await.expect("begin");
            let mut key = SoftwareKey::seeded(1815, SignatureAlgorithm::EdDsa);
            let options = setup.webauthn().expect("a key").to_json();
            let json = key.register(&options, ORIGIN).expect("a registration");
            let confirmed = mfa.confirm_setup(&session, setup.id(), Answer::webauthn(&json)).await;
            let Ok(Confirmed::Added(SignedIn::Full(session, _))) = confirmed else {
                panic!("{confirmed:?}")
            };
            let commits = recorder.commits.lock().expect("the record").clone();
            Self { commits, phone, codes, key, session }
        })
    }
}

/// One schedule's application: a store of its own, with the prepared account in it.
pub(crate) struct Scene {
    pub(crate) mfa: Mfa,
    pub(crate) shelf: Shelf,
    pub(crate) ada: Arc<Prepared>,
}

impl Scene {
    pub(crate) fn open(
        ada: &Arc<Prepared>,
        flaw: Option<Flaw>,
        settings: fn() -> Settings,
    ) -> Self {
        let shelf = Shelf::new(flaw);
        for commit in &ada.commits {
            let outcome = block_on(shelf.commit(commit)).expect("commit");
            assert_eq!(outcome, CommitOutcome::Committed);
        }
        let mfa = service(shelf.clone(), settings(), START, 2);
        Self { mfa, shelf, ada: Arc::clone(ada) }
    }

    /// A new sign-in's challenge.
    pub(crate) fn challenge(&self) -> Challenge {
        match block_on(self.mfa.sign_in(password("ada", 0))) {
            Ok(SignIn::Challenge(challenge)) => challenge,
            other => panic!("no challenge: {other:?}"),
        }
    }

    /// What the key signs for a challenge, after it has signed so many times.
    pub(crate) fn assertion(&self, challenge: &Challenge, count: u32) -> Answer {
        let asked = block_on(self.mfa.ask(challenge)).expect("it can be answered");
        let options = asked.webauthn().expect("a key is asked for").to_json();
        let mut key = self.ada.key.clone().counter(count);
        Answer::webauthn(&key.assert(&options, ORIGIN).expect("an assertion"))
    }

    /// A session that the key has opened: as strong as the account.
    pub(crate) fn session_by_key(&self) -> Assurance {
        let challenge = self.challenge();
        match block_on(self.mfa.answer(&challenge, self.assertion(&challenge, 1))) {
            Ok(Verdict::Passed(passed)) => passed.signed_in.full().expect("a full session"),
            other => panic!("did not pass: {other:?}"),
        }
    }

    /// A session of somebody who has no second factor.
    pub(crate) fn plain_session(&self) -> Assurance {
        match block_on(self.mfa.sign_in(password("bob", 0))) {
            Ok(SignIn::Done(SignedIn::Full(session, _))) => session,
            other => panic!("no session: {other:?}"),
        }
    }

    /// Runs each of these at once, and returns what came of them in their order.
    pub(crate) fn at_once<T: Send + 'static>(
        &self,
        tasks: Vec<Box<dyn FnOnce(Mfa) -> T + Send>>,
    ) -> Vec<T> {
        let start = |task: Box<dyn FnOnce(Mfa) -> T + Send>| {
            let mfa = self.mfa.clone();
            shuttle::thread::spawn(move || task(mfa))
        };
        let started: Vec<_> = tasks.into_iter().map(start).collect();
        started.into_iter().map(|task| task.join().expect("a task that ends")).collect()
    }
}

/// Whether an answer passed. Whoever lost a race may be refused; nothing may fail otherwise.
pub(crate) fn passed(verdict: Result<Verdict, Error>) -> bool {
    match verdict {
        Ok(verdict) => matches!(verdict, Verdict::Passed(_)),
        Err(Error::Refused(_)) => false,
        Err(other) => panic!("{other}"),
    }
}

/// The phone that is set up.
pub(crate) fn phone() -> NewFactor {
    NewFactor::totp("Phone", "ada@example.org").expect("a new factor")
}

/// The time, so many seconds off.
pub(crate) fn now(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(START + seconds, 0).expect("a time")
}

fn password(subject: &str, seconds: i64) -> FirstFactor {
    FirstFactor::password(Subject::new(subject).expect("a subject"), now(seconds))
}

fn service(store: impl AccountStore + 'static, settings: Settings, at: i64, seed: u64) -> Mfa {
    let keyring = Keyring::new(SealingKey::from_bytes("k1", &[7; 32]).expect("a key"));
    let builder =
        Mfa::builder_without_policies(store).issuer("Scrivio").keyring(keyring).settings(settings);
    let here = RelyingParty::new("scrivio.example", [ORIGIN]).expect("a relying party");
    let builder = builder.relying_party(here).hasher(NoHash).clock(Still(at));
    builder.entropy(Counting(AtomicU64::new(seed << 32))).build().expect("a complete builder")
}

/// A clock without a lock.
struct Still(i64);

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0, 0).expect("a time")
    }
}

/// Entropy without a lock: it never repeats, and that is all that these tests ask.
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        for chunk in buffer.chunks_mut(8) {
            let count = self.0.fetch_add(1, Ordering::Relaxed);
            let stirred = count.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
            chunk.copy_from_slice(&stirred[..chunk.len()]);
        }
        Ok(())
    }
}

/// Stores codes as they are: what is explored is the order of steps, ten thousand times over.
struct NoHash;

#[async_trait]
impl CodeHasher for NoHash {
    async fn hash(&self, codes: Vec<OneTimeCode>) -> Result<HashedCodes, HasherError> {
        let scheme = HashScheme::new("none").map_err(|_| HasherError::Busy)?;
        let hashes = codes.iter().map(|code| CodeHash::new([1; 16], digest(code))).collect();
        Ok(HashedCodes { scheme, hashes })
    }

    async fn evaluate(
        &self,
        _: Lane,
        code: OneTimeCode,
        _: &HashScheme,
        hash: &CodeHash,
    ) -> Result<Evaluation, HasherError> {
        Ok(hash.evaluate(&digest(&code)))
    }
}

fn digest(code: &OneTimeCode) -> [u8; 32] {
    let mut digest = [0; 32];
    digest[..OneTimeCode::LEN].copy_from_slice(code.expose_bytes());
    digest
}

/// A memory store that remembers its commits.
#[derive(Clone, Default)]
struct Recorder {
    memory: MemoryStore,
    commits: Arc<Record<Vec<Commit>>>,
}

#[async_trait]
impl AccountStore for Recorder {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        self.memory.load(subject).await
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        self.commits.lock().expect("the record").push(commit.clone());
        self.memory.commit(commit).await
    }
}
