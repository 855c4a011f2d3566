//! The fixture: one application, one user, one phone, and a clock that is moved by hand.

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::domain::Context;
use mfakit::organization::Gate;
use mfakit::ports::Clock;
use mfakit::step_up::Needed;
use mfakit::store::OrgStore;
use mfakit::testing::{Authenticator, FaultyStore, ManualClock, SeededEntropy};
use mfakit::{
    Answer, Argon2Hasher, Assurance, Challenge, Confirmed, EmailStatus, Error, FirstFactor,
    Keyring, Limited, MemoryStore, Mfa, MfaBuilder, NewFactor, Passed, RecoveryCodes, Refusal,
    Rejection, SealingKey, Session, Settings, SignIn, SignedIn, StepUpRule, Subject, Verdict,
};

pub(crate) use mfakit::testing::block_on;

/// When every test begins: a moment like any other, not at the start of a step.
pub(crate) const START: i64 = 1_800_000_007;

/// An application with mfakit in it.
pub(crate) struct World {
    pub(crate) mfa: Mfa,
    pub(crate) clock: ManualClock,
    pub(crate) memory: MemoryStore,
    pub(crate) store: FaultyStore<MemoryStore>,
}

impl World {
    /// With the default settings.
    pub(crate) fn new() -> Self {
        Self::with(Settings::default())
    }

    /// With other settings.
    pub(crate) fn with(settings: Settings) -> Self {
        Self::built(|builder| builder.settings(settings))
    }

    /// With something else than the usual ports.
    pub(crate) fn built(change: impl FnOnce(MfaBuilder) -> MfaBuilder) -> Self {
        Self::over(MemoryStore::new(), change)
    }

    /// On a memory that somebody else has a clone of.
    pub(crate) fn over(memory: MemoryStore, change: impl FnOnce(MfaBuilder) -> MfaBuilder) -> Self {
        let organizations = memory.clone();
        Self::beside(memory, organizations, change)
    }

    /// With organizations that live elsewhere.
    pub(crate) fn beside(
        memory: MemoryStore,
        organizations: impl OrgStore + 'static,
        change: impl FnOnce(MfaBuilder) -> MfaBuilder,
    ) -> Self {
        let clock = ManualClock::at(START);
        let store = FaultyStore::new(memory.clone());
        let builder = Mfa::builder((store.clone(), organizations))
            .issuer("Scrivio")
            .keyring(keyring("k1"))
            .hasher(hasher())
            .index(memory.clone())
            .event_log(memory.clone())
            .subject_events(memory.clone())
            .stamps(memory.clone())
            .clock(clock.clone())
            .entropy(SeededEntropy::new(1));
        let mfa = change(builder).build().expect("a complete builder");
        Self { mfa, clock, memory, store }
    }

    /// Another process on the same stores, whose clock is ahead by so many seconds now and stands
    /// still.
    pub(crate) fn elsewhere(&self, ahead: i64) -> Mfa {
        let clock = ManualClock::at(0);
        clock.set(self.now() + TimeDelta::seconds(ahead));
        Mfa::builder(self.memory.clone())
            .issuer("Scrivio")
            .keyring(keyring("k1"))
            .hasher(hasher())
            .stamps(self.memory.clone())
            .clock(clock)
            .build()
            .expect("a complete builder")
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The settings and the time now.
    pub(crate) fn context(&self) -> Context<'_> {
        self.context_at(self.now())
    }

    /// The settings, and the time there was or will be.
    pub(crate) fn context_at(&self, at: DateTime<Utc>) -> Context<'_> {
        Context::new(self.mfa.settings(), at).expect("a context")
    }

    /// Lets so many seconds pass.
    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    /// Lets the next code appear.
    pub(crate) fn next_code(&self) {
        self.wait(30);
    }

    /// The host has checked the user's password just now.
    pub(crate) fn password(&self, subject: &Subject) -> FirstFactor {
        FirstFactor::password(subject.clone(), self.now())
    }

    /// Signs in with the password, however far that goes; MFA has to be off.
    pub(crate) async fn sign_in_as_is(&self, subject: &Subject) -> SignedIn {
        match self.mfa.sign_in(self.password(subject)).await.expect("sign-in") {
            SignIn::Done(signed_in) => signed_in,
            SignIn::Challenge(challenge) => panic!("MFA is on: {challenge:?}"),
        }
    }

    /// Signs in with the password to a full session; MFA has to be off.
    pub(crate) async fn sign_in_plain(&self, subject: &Subject) -> Assurance {
        full(self.sign_in_as_is(subject).await)
    }

    /// Signs in with the password to a session that is limited.
    pub(crate) async fn sign_in_limited(&self, subject: &Subject) -> Limited {
        limited(self.sign_in_as_is(subject).await)
    }

    /// Signs in with the password as far as the challenge; MFA has to be on, or the account reset.
    pub(crate) async fn challenge(&self, subject: &Subject) -> Challenge {
        match self.mfa.sign_in(self.password(subject)).await.expect("sign-in") {
            SignIn::Challenge(challenge) => challenge,
            other => panic!("no challenge: {other:?}"),
        }
    }

    /// Signs in with the password and an answer that has to pass.
    pub(crate) async fn sign_in_with(&self, subject: &Subject, answer: Answer) -> Assurance {
        let challenge = self.challenge(subject).await;
        raised(self.mfa.answer(&challenge, answer).await)
    }

    /// Signs in with the password and the phone's current code.
    pub(crate) async fn sign_in(&self, user: &User) -> Assurance {
        self.sign_in_with(&user.subject, Answer::code(&user.phone.code_at(self.now()))).await
    }

    /// Takes a user from nothing to a protected account.
    pub(crate) async fn protect(&self, subject: &str) -> User {
        let subject = Subject::new(subject).expect("subject");
        let signed_in = self.sign_in_as_is(&subject).await;
        let session = signed_in.session();
        let new = NewFactor::totp("Phone", "ada@example.org").expect("new factor");
        let setup = self.mfa.begin_setup(session, new, EmailStatus::Verified).await.expect("begin");
        let phone = Authenticator::scan(setup.totp().expect("an app").otpauth_uri()).expect("scan");
        let code = phone.code_at(self.now());
        let codes = match self.mfa.confirm_setup(session, setup.id(), Answer::code(&code)).await {
            Ok(Confirmed::FirstFactor(codes)) => codes,
            other => panic!("not confirmed: {other:?}"),
        };
        let session = full(self.mfa.finish_setup(session, setup.id()).await.expect("finish"));
        self.next_code();
        User { subject, phone, codes, session }
    }

    /// Adds a second phone in a session that may.
    pub(crate) async fn add_phone(
        &self,
        session: &dyn Session,
        label: &str,
    ) -> (Authenticator, Assurance) {
        let new = NewFactor::totp(label, "ada@example.org").expect("new factor");
        let setup = self.mfa.begin_setup(session, new, EmailStatus::Verified).await.expect("begin");
        let phone = Authenticator::scan(setup.totp().expect("an app").otpauth_uri()).expect("scan");
        let code = phone.code_at(self.now());
        match self.mfa.confirm_setup(session, setup.id(), Answer::code(&code)).await {
            Ok(Confirmed::Added(session)) => (phone, full(session)),
            other => panic!("not added: {other:?}"),
        }
    }
}

/// A user with MFA, and everything that is in his hands.
pub(crate) struct User {
    pub(crate) subject: Subject,
    pub(crate) phone: Authenticator,
    pub(crate) codes: RecoveryCodes,
    pub(crate) session: Assurance,
}

impl User {
    /// One of his recovery codes, as he would read it off the paper.
    pub(crate) fn recovery(&self, number: usize) -> String {
        self.codes.as_slice()[number].reveal().to_string()
    }
}

/// A keyring with one key, made from its name.
pub(crate) fn keyring(id: &str) -> Keyring {
    let byte = id.bytes().fold(1, u8::wrapping_add);
    Keyring::new(SealingKey::from_bytes(id, &[byte; 32]).expect("key"))
}

/// Argon2id at a cost that tests can pay thousands of times.
pub(crate) fn hasher() -> Argon2Hasher {
    Argon2Hasher::cheap_and_insecure()
}

/// What passed, or the test ends here.
#[track_caller]
pub(crate) fn passed(verdict: Result<Verdict, Error>) -> Passed {
    match verdict {
        Ok(Verdict::Passed(passed)) => passed,
        other => panic!("did not pass: {other:?}"),
    }
}

/// The full session that it passed to, or the test ends here.
#[track_caller]
pub(crate) fn raised(verdict: Result<Verdict, Error>) -> Assurance {
    full(passed(verdict).signed_in)
}

/// The session, which is full, or the test ends here.
#[track_caller]
pub(crate) fn full(signed_in: SignedIn) -> Assurance {
    match signed_in {
        SignedIn::Full(session, _) => session,
        SignedIn::Limited(limited) => panic!("not full: {limited:?}"),
    }
}

/// The session, which is limited, or the test ends here.
#[track_caller]
pub(crate) fn limited(signed_in: SignedIn) -> Limited {
    match signed_in {
        SignedIn::Full(session, _) => panic!("not limited: {session:?}"),
        SignedIn::Limited(limited) => limited,
    }
}

/// A rule that any code meets, a recovery code too.
pub(crate) fn any_code() -> StepUpRule {
    StepUpRule::fresh(Needed::SecondFactor, TimeDelta::hours(1)).or_recovery()
}

/// What the organizations say to a full session, at a page without a rule of its own.
pub(crate) async fn gate(mfa: &Mfa, session: &Assurance) -> Gate {
    match mfa.guard(session, &StepUpRule::signed_in()).await {
        Ok(admitted) => admitted.reminded.map_or(Gate::Allow, Gate::AllowAndRemind),
        Err(Error::Refused(Refusal::SetUpFirst(walled))) => Gate::SetUpFirst(walled),
        Err(other) => panic!("no gate: {other:?}"),
    }
}

/// How it was rejected, or the test ends here.
#[track_caller]
pub(crate) fn rejected(verdict: Result<Verdict, Error>) -> Rejection {
    match verdict {
        Ok(Verdict::Rejected(rejection)) => rejection,
        other => panic!("was not rejected: {other:?}"),
    }
}

/// Why it was refused, or the test ends here.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("was not refused: {other:?}"),
    }
}
