//! An application on a store: its users, their phones, and a clock moved by hand.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::domain::{Context, Stamp};
use mfakit::organization::{OrgAuthority, OrgId};
use mfakit::ports::Clock;
use mfakit::store::CommitId;
use mfakit::testing::{Authenticator, ManualClock, SeededEntropy};
use mfakit::{
    Answer, Argon2Hasher, Assurance, Challenge, Confirmed, EmailStatus, FirstFactor, HostAuthority,
    Keyring, Mfa, MfaBuilder, NewFactor, SealingKey, Settings, SignIn, SignedIn, Subject, Verdict,
};

use crate::databases::Store;

pub struct World<S> {
    pub mfa: Mfa,
    pub store: S,
    pub clock: ManualClock,
    pub settings: Settings,
}

pub struct User {
    pub subject: Subject,
    pub phone: Authenticator,
}

/// The key of this name.
pub fn key(name: &str) -> SealingKey {
    SealingKey::from_bytes(name, &[u8::try_from(name.len()).unwrap(); 32]).unwrap()
}

pub fn subject(name: &str) -> Subject {
    Subject::new(name).unwrap()
}

pub fn org(name: &str) -> OrgId {
    OrgId::new(name).unwrap()
}

/// A commit id that no other call gives.
pub fn commit_id() -> CommitId {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let number = u128::from(NUMBER.fetch_add(1, Ordering::Relaxed));
    CommitId::from_random((number << 64).to_be_bytes())
}

/// A stamp that no other call gives.
pub fn stamp() -> Stamp {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    Stamp::from_random(NUMBER.fetch_add(1, Ordering::Relaxed).to_be_bytes())
}

impl<S: Store> World<S> {
    pub fn on(store: S) -> Self {
        let clock = ManualClock::at(1_800_000_000);
        Self::with(store, clock, Keyring::new(key("old")))
    }

    /// Another process on the same database, with another keyring.
    pub fn with(store: S, clock: ManualClock, keyring: Keyring) -> Self {
        static SEED: AtomicU64 = AtomicU64::new(7);
        let entropy = SeededEntropy::new(SEED.fetch_add(1, Ordering::Relaxed));
        let builder: MfaBuilder = Mfa::builder(store.clone())
            .index(store.clone())
            .event_log(store.clone())
            .subject_events(store.clone())
            .stamps(store.clone())
            .issuer("Scrivio")
            .argon2(Argon2Hasher::cheap_and_insecure())
            .clock(clock.clone())
            .entropy(entropy)
            .keyring(keyring);
        Self { mfa: builder.build().unwrap(), store, clock, settings: Settings::default() }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn context(&self) -> Context<'_> {
        Context::new(&self.settings, self.now()).unwrap()
    }

    pub fn password(&self, subject: &Subject) -> FirstFactor {
        FirstFactor::password(subject.clone(), self.now())
    }

    /// A full session of somebody without MFA.
    pub async fn plain_session(&self, subject: &Subject) -> Assurance {
        self.session_as_is(subject).await.full().expect("a full session")
    }

    /// The session of somebody without MFA, however far a sign-in gets.
    pub async fn session_as_is(&self, subject: &Subject) -> SignedIn {
        match self.mfa.sign_in(self.password(subject)).await.unwrap() {
            SignIn::Done(signed_in) => signed_in,
            other => panic!("{other:?}"),
        }
    }

    /// Sets MFA up, up to the last step.
    pub async fn set_up(&self, name: &str) -> (SignedIn, mfakit::SetupId, User) {
        let subject = subject(name);
        let signed_in = self.session_as_is(&subject).await;
        let session = signed_in.session();
        let phone = NewFactor::totp("Phone", "ada@example.org").unwrap();
        let setup = self.mfa.begin_setup(session, phone, EmailStatus::Verified).await.unwrap();
        let phone = Authenticator::scan(setup.totp().unwrap().otpauth_uri()).unwrap();
        let code = phone.code_at(self.now());
        let confirmed =
            self.mfa.confirm_setup(session, setup.id(), Answer::code(&code)).await.unwrap();
        assert!(matches!(confirmed, Confirmed::FirstFactor(_)), "{confirmed:?}");
        let id = setup.id();
        (signed_in, id, User { subject, phone })
    }

    /// A user with MFA, and a session with both factors.
    pub async fn protect(&self, name: &str) -> (User, Assurance) {
        let (session, id, user) = self.set_up(name).await;
        let session = self.mfa.finish_setup(session.session(), id).await.unwrap().full().unwrap();
        self.clock.advance(TimeDelta::seconds(30));
        (user, session)
    }

    pub async fn challenge(&self, user: &User) -> Challenge {
        match self.mfa.sign_in(self.password(&user.subject)).await.unwrap() {
            SignIn::Challenge(challenge) => challenge,
            other => panic!("{other:?}"),
        }
    }

    /// Signs in with both factors.
    pub async fn sign_in(&self, user: &User) -> Assurance {
        self.clock.advance(TimeDelta::seconds(30));
        let challenge = self.challenge(user).await;
        let code = Answer::code(&user.phone.code_at(self.now()));
        match self.mfa.answer(&challenge, code).await.unwrap() {
            Verdict::Passed(passed) => passed.signed_in.full().expect("a full session"),
            Verdict::Rejected(why) => panic!("{why}"),
        }
    }

    pub fn over(&self, subject: &Subject) -> HostAuthority {
        HostAuthority::grant(subject.clone(), subject.clone(), "a test").unwrap()
    }

    pub fn authority(&self, org: &OrgId, actor: &Subject) -> OrgAuthority {
        OrgAuthority::grant(org.clone(), actor.clone(), "a test").unwrap()
    }
}
