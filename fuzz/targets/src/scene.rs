//! One account, its owner's phone and the time: the same in every execution.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use mfakit::domain::webauthn::{
    CredentialDescriptor, CredentialId, Nonce, RelyingParty, RequestOptions, SignatureAlgorithm,
};
use mfakit::domain::{
    Account, ChallengeId, Context, Decision, Digits, Fresh, Opened, SessionId, Stamp, Transition,
};
use mfakit::ports::{Clock, CodeHasher};
use mfakit::store::{AccountStore, CommitId, CommitOutcome, Version};
use mfakit::testing::{Authenticator, SeededEntropy, SoftwareKey, block_on};
use mfakit::{
    Answer, Assurance, Challenge, Confirmed, EmailStatus, FirstFactor, HostAuthority, Keyring,
    MemoryStore, Mfa, NewFactor, RecoveryCodes, SealingKey, Settings, SignIn, SignedIn, Subject,
};

pub(crate) const SEED: &[u8; 20] = b"12345678901234567890";
pub(crate) const NOW: u64 = 1_800_000_007;

pub(crate) fn at(seconds: u64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds.cast_signed(), 0).expect("an instant")
}

pub(crate) fn settings() -> &'static Settings {
    static SETTINGS: OnceLock<Settings> = OnceLock::new();
    SETTINGS.get_or_init(|| {
        let here = RelyingParty::new(RP_ID, [ORIGIN]).expect("a relying party");
        Settings::builder().relying_party(here).build().expect("settings")
    })
}

pub(crate) fn context() -> Context<'static> {
    Context::new(settings(), at(NOW)).expect("a context")
}

/// What a device that the account may not know answers to a challenge.
pub(crate) fn assertion(challenge: &Challenge) -> String {
    let mut key = SoftwareKey::seeded(1815, SignatureAlgorithm::Es256).credential_id([1; 16]);
    let id = CredentialId::new([1; 16]).expect("an ID");
    let nonce = Nonce::from(challenge.id());
    let here = settings().relying_party().expect("a relying party");
    let options = RequestOptions::new(here, nonce, [CredentialDescriptor::new(id)]);
    key.assert(&options.to_json(), ORIGIN).expect("an assertion")
}

pub(crate) const RP_ID: &str = "scrivio.example";
pub(crate) const ORIGIN: &str = "https://app.scrivio.example";

/// A phone that holds [`SEED`].
pub(crate) fn phone(digits: Digits) -> Authenticator {
    let uri = format!(
        "otpauth://totp/Scrivio:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA1&digits={}&period=30",
        digits.count()
    );
    Authenticator::scan(&uri).expect("a URI")
}

pub(crate) fn keyring() -> Keyring {
    let key = SealingKey::from_bytes("k1", &[7; 32]).expect("a key");
    Keyring::new(key).with_entropy(Arc::new(SeededEntropy::new(7)))
}

pub(crate) fn ada() -> Subject {
    Subject::new("ada").expect("a subject")
}

pub(crate) fn fresh() -> Fresh {
    Fresh { session: SessionId::from_random([3; 16]), challenge: ChallengeId::from_random([4; 16]) }
}

/// An account without factors, and a session of it.
pub(crate) fn unprotected(subject: Subject) -> (Account, Assurance) {
    let account = Account::absent(subject.clone(), Version::first([5; 8]));
    let first = FirstFactor::password(subject, at(NOW));
    match account.sign_in(first, fresh(), context()) {
        Ok(Opened::Session(proven)) => {
            let session = proven.signed_in(&[], at(NOW)).full();
            (account, session.expect("a full session"))
        }
        other => panic!("not signed in: {other:?}"),
    }
}

/// Ada's account with one phone and ten recovery codes, and the session that enabled MFA.
pub(crate) fn protected() -> &'static (Arc<Account>, Assurance) {
    &scene().protected
}

/// The recovery codes of [`protected`], as they were shown.
pub(crate) fn paper() -> &'static [String] {
    &scene().paper
}

/// The same account after an administrator's reset, and the enrollment code.
pub(crate) fn reset() -> &'static (Arc<Account>, String) {
    &scene().reset
}

/// The same account after so many wrong codes that it asks for three in a row.
pub(crate) fn out_of_guesses() -> &'static Arc<Account> {
    &scene().out_of_guesses
}

struct Scene {
    protected: (Arc<Account>, Assurance),
    paper: Vec<String>,
    reset: (Arc<Account>, String),
    out_of_guesses: Arc<Account>,
}

fn scene() -> &'static Scene {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    SCENE.get_or_init(|| block_on(set()))
}

struct Standing;

impl Clock for Standing {
    fn now(&self) -> DateTime<Utc> {
        at(NOW)
    }
}

async fn set() -> Scene {
    let memory = MemoryStore::new();
    let mfa = Mfa::builder_without_policies(memory.clone())
        .issuer("Scrivio")
        .keyring(keyring())
        .hasher(hasher())
        .clock(Standing)
        .entropy(SeededEntropy::new(1))
        .build()
        .expect("a complete builder");
    let first = || FirstFactor::password(ada(), at(NOW));
    let Ok(SignIn::Done(SignedIn::Full(session, _))) = mfa.sign_in(first()).await else {
        panic!("no sign-in")
    };
    let new = NewFactor::totp("Phone", "ada@example.org").expect("a factor");
    let setup = mfa.begin_setup(&session, new, EmailStatus::Verified).await.expect("a setup");
    let phone = Authenticator::scan(setup.totp().expect("an app").otpauth_uri()).expect("a URI");
    let confirmed =
        mfa.confirm_setup(&session, setup.id(), Answer::code(&phone.code_at(at(NOW)))).await;
    let Ok(Confirmed::FirstFactor(codes)) = confirmed else { panic!("not confirmed") };
    let session = mfa.finish_setup(&session, setup.id()).await.expect("finished");
    let session = session.full().expect("a full session");
    let stored = async || memory.load(&ada()).await.expect("the store").expect("a row");
    let account = stored().await;

    while stored().await.budget().left(settings().throttle(), at(NOW)) > 0 {
        let Ok(SignIn::Challenge(challenge)) = mfa.sign_in(first()).await else { break };
        for _ in 0..5 {
            let _ = mfa.answer(&challenge, Answer::code("000000")).await.expect("judged");
        }
    }
    let out_of_guesses = stored().await;

    let hashed = RecoveryCodes::from_random(&[[8; 16]; 4]).expect("codes");
    let code = hashed.as_slice()[0].clone();
    let hashed = hasher().hash(vec![code.clone()]).await.expect("hashed");
    let admin = Subject::new("admin").expect("a subject");
    let authority = HostAuthority::grant(ada(), admin, "lost").expect("an authority");
    let shown = code.reveal().to_string();
    let (scheme, hash, fresh) = (hashed.scheme, hashed.hashes[0], Stamp::from_random([9; 8]));
    let reset = account.reset(&authority, code, scheme, hash, fresh, context());
    let (_, reset) = change(reset.expect("a reset"));
    Scene {
        protected: (account, session),
        paper: codes.iter().map(|code| code.reveal().to_string()).collect(),
        reset: (reset, shown),
        out_of_guesses,
    }
}

pub(crate) fn hasher() -> mfakit::Argon2Hasher {
    mfakit::Argon2Hasher::cheap_and_insecure().with_entropy(Arc::new(SeededEntropy::new(2)))
}

/// Commits a decision to nowhere: the answer, and the account after it.
pub(crate) fn committed<T>(decision: Decision<T>, before: &Account) -> (T, Arc<Account>) {
    match decision {
        Decision::Unchanged(answer) => (answer, Arc::new(before.clone())),
        Decision::Change(transition) => change(transition),
    }
}

pub(crate) fn change<T>(transition: Transition<T>) -> (T, Arc<Account>) {
    let mut next = None;
    let answer = transition.commit_with(CommitId::from_random([6; 16]), |commit| {
        next = commit.next().cloned();
        Ok::<_, std::convert::Infallible>(CommitOutcome::Committed)
    });
    let answer = match answer {
        Ok(Some(answer)) => answer,
        _ => panic!("not committed"),
    };
    (answer, next.expect("a row"))
}
