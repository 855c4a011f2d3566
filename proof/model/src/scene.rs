//! How a scenario begins: an account with two phones and ten recovery codes, one with a key in the
//! second phone's place, or one with nothing; the sessions and challenges of everybody in it. All by
//! the domain's own functions.

mod keys;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::domain::webauthn::UserHandle;
use mfakit::domain::{
    Account, Algorithm, ChallengeId, CodeHash, ConfirmedSetup, Context, Decision, DrawnKind,
    DrawnSetup, Fresh, HashScheme, HashedCodes, Issuer, Judged, Judgment, OneTimeCode, Opened,
    Proven, Question, SealedSecret, SessionId, SetupQuestion, Stamp, Throttle, TotpSecret,
    Transition,
};
use mfakit::step_up::Needed;
use mfakit::store::{CommitId, CommitOutcome, Version};
use mfakit::testing::Authenticator;
use mfakit::{
    ActionName, Answer, Ask, Assurance, Challenge, EmailStatus, FactorId, FactorKind, FirstFactor,
    KeyId, NewFactor, RecoveryCodes, Refusal, Settings, Setup, SetupId, StepUpRule, Strength,
    Subject,
};

pub use keys::Signer;
pub(crate) use keys::{Keys, STEP_UP, new as new_key};

use crate::request::{SHOWN, WRONG};
use crate::row::REQUESTS;

/// The owner's two browsers, whose sessions have proven both factors, or with MFA off the first.
pub(crate) const SESSIONS: usize = 2;
/// How many factors a protected account begins with: a browser's setup is of one behind them.
pub(crate) const FACTORS: u8 = 2;
/// How many guesses the account has: few, so that they can run out.
pub(crate) const GUESSES: u16 = 2;

pub(crate) struct Scene {
    pub(crate) settings: Settings,
    pub(crate) account: Arc<Account>,
    pub(crate) phones: Vec<Phone>,
    /// What is in the hands of the owner and of others, where there is a key.
    pub(crate) keys: Option<Keys>,
    pub(crate) sessions: Vec<Assurance>,
    /// One for each request that answers one.
    pub(crate) challenges: Vec<Challenge>,
}

pub(crate) struct Phone {
    pub(crate) factor: FactorId,
    pub(crate) secret: TotpSecret,
    pub(crate) app: Authenticator,
}

/// When a scenario stands at this tick. A tick is one step of a code.
pub(crate) fn at(tick: u8) -> DateTime<Utc> {
    let begin = DateTime::from_timestamp(1_800_000_007, 0).expect("an instant");
    begin + TimeDelta::seconds(30) * i32::from(tick)
}

/// The stamps that the scene begins with.
fn stamp(number: u8) -> Stamp {
    Stamp::from_random([0xF0 + number; 8])
}

impl Scene {
    pub(crate) fn context(&self, tick: u8) -> Context<'_> {
        Context::new(&self.settings, at(tick)).expect("a context")
    }

    /// The number of the setup of a browser, and of its factor.
    pub(crate) fn number(&self, browser: usize) -> u8 {
        let before = if self.keys.is_some() { FACTORS } else { 0 };
        before + u8::try_from(browser).expect("two")
    }

    /// With MFA off, and a session in each of the owner's browsers.
    pub(crate) fn unprotected() -> Self {
        let throttle = Throttle::Budget { guesses: GUESSES, regrow: TimeDelta::days(14) };
        let settings = Settings::builder().throttle(throttle).relying_party(keys::relying_party());
        let settings = settings.build().expect("settings");
        let subject = Subject::new("ada").expect("a subject");
        let account = Arc::new(Account::absent(subject, Version::first([1; 8])));
        let mut scene = Self {
            settings,
            account,
            phones: vec![],
            keys: None,
            sessions: vec![],
            challenges: vec![],
        };
        scene.sessions = (0..SESSIONS).map(|n| scene.password_session(n)).collect();
        scene.phones = [0, 1].map(|n| scene.phone(n)).into();
        scene
    }

    /// With two phones and a set of recovery codes, everything confirmed some steps ago.
    pub(crate) fn protected() -> Self {
        let (mut scene, session) = Self::one_phone();
        let setup = scene.begin(&new("Phone 1"), 1, &session);
        let code = Answer::code(&scene.phones[1].app.code_at(at(0)));
        let secret = Some(scene.phones[1].secret.clone());
        let first = scene.add(&session, setup.id(), &code, secret.as_ref());
        // The second browser has signed in with the second phone, a step later.
        let code = scene.phones[1].app.code_at(at(1));
        let second = scene.sign_in(|_| Answer::code_of(FactorId::from_random([1; 16]), &code));
        scene.sessions = vec![first, second];
        scene.open_challenges();
        scene
    }

    /// With a key in the second phone's place.
    pub(crate) fn with_key() -> Self {
        let (mut scene, session) = Self::one_phone();
        let setup = scene.begin(&new_key("Key"), 1, &session);
        let mut keys = Keys::new();
        let first = scene.add(&session, setup.id(), &keys.registered(&setup), None);
        // Registering has proven nothing: what changes an account with a key wants the key.
        let opened = scene.step_up(&first, 0x71, 0);
        let first = scene.pass(&opened, |ask| keys.asserted(ask), 0);
        let second = scene.sign_in(|ask| keys.asserted(ask));
        scene.sessions = vec![first, second];
        scene.open_challenges();
        scene.challenges.push(scene.step_up(&scene.sessions[0], 0x70, 1));
        keys.sign(&scene);
        scene.keys = Some(keys);
        scene
    }

    /// With one phone, which has just been set up in this session.
    fn one_phone() -> (Self, Assurance) {
        let mut scene = Self::unprotected();
        let session = scene.sessions[0].clone();
        let setup = scene.begin(&new("Phone 0"), 0, &session).id();
        let code = Answer::code(&scene.phones[0].app.code_at(at(0)));
        let account = Arc::clone(&scene.account);
        let secret = scene.phones[0].secret.clone();
        let context = scene.context(0);
        let judged =
            self::judged(&account, &session, setup, &code, Some(&secret), stamp(1), context);
        let Ok(Judged::Right(right)) = judged else { panic!("not confirmed: {judged:?}") };
        let confirmed = right.with_codes(codes(0), hashed(0)).expect("codes");
        let (_, account) = change(confirmed);
        let (session, account) = change(
            account.finish_setup(&session, setup, stamp(2), scene.context(0)).expect("finished"),
        );
        scene.account = account;
        (scene, full(session, 0))
    }

    /// Confirms the setup of a further factor.
    fn add(
        &mut self,
        session: &Assurance,
        setup: SetupId,
        answer: &Answer,
        secret: Option<&TotpSecret>,
    ) -> Assurance {
        let account = Arc::clone(&self.account);
        let judged =
            self::judged(&account, session, setup, answer, secret, stamp(3), self.context(0));
        let Ok(Judged::Decided(Decision::Change(added))) = judged else { panic!("not added") };
        let (ConfirmedSetup::Added(session), account) = change(added) else { panic!("not added") };
        self.account = account;
        full(session, 0)
    }

    fn open_challenges(&mut self) {
        let shown = |phone: &Phone| (0..8).any(|tick| phone.app.code_at(at(tick)) == WRONG);
        assert!(!self.phones.iter().any(shown), "the wrong code is right");
        self.challenges = (0..REQUESTS).map(|n| self.challenge(n)).collect();
    }

    /// A browser's, before something that is sensitive.
    fn step_up(&self, session: &Assurance, number: u8, tick: u8) -> Challenge {
        let id = ChallengeId::from_random([number; 16]);
        let rule =
            StepUpRule::fresh(Needed::FactorOf(Strength::PhishingResistant), TimeDelta::zero());
        let action = ActionName::new("payout").expect("an action");
        let opened = self.account.open_step_up(session, action, &rule, id, self.context(tick));
        opened.expect("a challenge")
    }

    fn password_session(&self, number: usize) -> Assurance {
        let number = u8::try_from(number).expect("two");
        let first = FirstFactor::password(self.account.subject().clone(), at(0));
        let fresh = Fresh {
            session: SessionId::from_random([0x10 + number; 16]),
            challenge: ChallengeId::from_random([0x20 + number; 16]),
        };
        match self.account.sign_in(first, fresh, self.context(0)) {
            Ok(Opened::Session(proven)) => full(proven, 0),
            other => panic!("not signed in: {other:?}"),
        }
    }

    fn challenge(&self, number: usize) -> Challenge {
        match self.enter(&self.account, number, 1) {
            Ok(Opened::Challenge(challenge)) => challenge,
            other => panic!("no challenge: {other:?}"),
        }
    }

    /// A challenge opened on the account as it is now. It writes nothing.
    pub(crate) fn open(&self, account: &Account, number: usize, tick: u8) -> Option<Challenge> {
        match self.enter(account, number, tick) {
            Ok(Opened::Challenge(challenge)) => Some(challenge),
            _ => None,
        }
    }

    fn enter(&self, account: &Account, number: usize, tick: u8) -> Result<Opened, Refusal> {
        let number = u8::try_from(number).expect("few");
        let first = FirstFactor::password(account.subject().clone(), at(tick));
        let fresh = Fresh {
            session: SessionId::from_random([0x30 + number; 16]),
            challenge: ChallengeId::from_random([0x50 + number; 16]),
        };
        account.sign_in(first, fresh, self.context(tick))
    }

    /// Signs in with the second factor, a step after it was set up.
    fn sign_in(&mut self, answer: impl FnOnce(&Ask) -> Answer) -> Assurance {
        let challenge = self.challenge(REQUESTS);
        self.pass(&challenge, answer, 1)
    }

    /// Answers a challenge, which has to pass.
    fn pass(
        &mut self,
        challenge: &Challenge,
        answer: impl FnOnce(&Ask) -> Answer,
        tick: u8,
    ) -> Assurance {
        let account = Arc::clone(&self.account);
        let asked = account.ask(challenge, self.context(tick)).expect("it can be answered");
        let answer = answer(&asked);
        let judged = match account.question(challenge, &answer, self.context(tick)) {
            Ok(Question::Totp(asked)) => asked.judge(&self.phones[1].secret, None),
            Ok(Question::WebAuthn(asked)) => asked.judge(),
            other => panic!("not asked: {other:?}"),
        };
        let Decision::Change(judged) = judged else { panic!("not judged") };
        let (Judgment::Passed(passed), account) = change(judged) else { panic!("wrong") };
        self.account = account;
        full(challenge.raise(passed.proof, self.context(tick)).expect("raised"), tick)
    }

    fn begin(&mut self, new: &NewFactor, number: u8, session: &Assurance) -> Setup {
        let account = Arc::clone(&self.account);
        let begun = begin(self, &account, session, new, number, 0).expect("a setup");
        let (setup, account) = change(begun);
        self.account = account;
        setup
    }

    /// The phone that scans the setup of this number.
    fn phone(&self, number: u8) -> Phone {
        let session = &self.sessions[usize::from(number)];
        let begun = begin(self, &self.account, session, &new("Phone"), number, 0).expect("a setup");
        let (setup, _) = change(begun);
        Phone {
            factor: FactorId::from_random([number; 16]),
            secret: secret(number),
            app: Authenticator::scan(setup.totp().expect("an app").otpauth_uri()).expect("a URI"),
        }
    }
}

/// The session of a user who belongs to no organization.
fn full(proven: Proven, tick: u8) -> Assurance {
    proven.signed_in(&[], at(tick)).full().expect("a full session")
}

/// A phone to set up.
pub(crate) fn new(label: &str) -> NewFactor {
    NewFactor::totp(label, "ada@example.org").expect("a factor")
}

/// The setup of one number, with its own secret.
pub(crate) fn begin(
    scene: &Scene,
    account: &Account,
    session: &Assurance,
    new: &NewFactor,
    number: u8,
    tick: u8,
) -> Result<Transition<Setup>, Refusal> {
    let issuer = Issuer::new("Scrivio").expect("an issuer");
    let secret = secret(number);
    // What is sealed is not under test: the model hands the secret to whoever is judged by it.
    let key = KeyId::new("k1").expect("a key id");
    let sealed = SealedSecret::new(1, key, &[number; 48]).expect("sealed");
    let drawn = DrawnSetup {
        setup: setup_id(number),
        factor: FactorId::from_random([number; 16]),
        kind: match new.kind() {
            FactorKind::WebAuthn => {
                DrawnKind::WebAuthn { user_handle: UserHandle::from_random([number; 64]) }
            }
            _ => DrawnKind::Totp { secret: &secret, sealed },
        },
    };
    account.begin_setup(session, new, EmailStatus::Verified, &issuer, &drawn, scene.context(tick))
}

/// Judges what is to confirm a setup: a code, with the secret, or what a key answers.
pub(crate) fn judged<'a>(
    account: &'a Account,
    session: &'a Assurance,
    setup: SetupId,
    answer: &Answer,
    secret: Option<&TotpSecret>,
    fresh: Stamp,
    context: Context<'a>,
) -> Result<Judged<'a>, Refusal> {
    match (account.setup_question(session, setup, answer, context)?, secret) {
        (SetupQuestion::Totp(asked), Some(secret)) => Ok(asked.judge(secret, fresh)),
        (SetupQuestion::WebAuthn(asked), None) => Ok(asked.judge(fresh)),
        other => panic!("confirmed by something else: {other:?}"),
    }
}

pub(crate) fn setup_id(number: u8) -> SetupId {
    SetupId::from_random([0x40 + number; 16])
}

pub(crate) fn secret(number: u8) -> TotpSecret {
    TotpSecret::from_random(Algorithm::Sha1, &[0x60 + number; 20]).expect("a secret")
}

/// The recovery codes of a generation: the first, and those that regenerating made.
pub(crate) fn codes(generation: u8) -> RecoveryCodes {
    let bytes: Vec<[u8; 16]> = (0..4).map(|slot| [generation * 7 + slot + 1; 16]).collect();
    RecoveryCodes::from_random(&bytes).expect("codes")
}

/// Not a slow hash: who computes it is not under test, what is made of the result is.
pub(crate) fn hashed(generation: u8) -> HashedCodes {
    let scheme = HashScheme::new("model").expect("a scheme");
    let hash = |code: &OneTimeCode| CodeHash::new([generation + 1; 16], digest(code));
    HashedCodes { scheme, hashes: codes(generation).iter().map(hash).collect() }
}

pub(crate) fn digest(code: &OneTimeCode) -> [u8; 32] {
    let mut digest = [0xd1; 32];
    digest[..16].copy_from_slice(code.expose_bytes());
    digest
}

fn change<T>(transition: Transition<T>) -> (T, Arc<Account>) {
    let mut next = None;
    let answer = transition.commit_with(CommitId::from_random([0xff; 16]), |commit| {
        next = commit.next().cloned();
        Ok::<_, std::convert::Infallible>(CommitOutcome::Committed)
    });
    match (answer, next) {
        (Ok(Some(answer)), Some(next)) => (answer, next),
        _ => panic!("not committed"),
    }
}
