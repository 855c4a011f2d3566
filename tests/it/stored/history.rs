//! An account with a past: every step is a decision of the domain, with fixed names and times.

mod draws;
mod host;
mod keys;

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::domain::{
    Account, Algorithm, ChallengeId, ConfirmedSetup, Context, Decision, DrawnKind, DrawnSetup,
    Fresh, ImportedEvaluation, Issuer, Judged, Judgment, Label, OneTimeCode, Opened, Proven,
    Question, SessionId, SetupQuestion, TotpSecret, Transition,
};
use mfakit::store::{CommitId, CommitOutcome, Version};
use mfakit::testing::SoftwareKey;
use mfakit::{
    Answer, Assurance, Challenge, EmailStatus, EventKind, FactorId, FactorKind, FirstFactor,
    NewFactor, Refusal, Settings, SetupId, SignedIn, Subject,
};

use subtle::Choice;

use draws::digest;

static DEFAULTS: LazyLock<Settings> =
    LazyLock::new(|| Settings::builder().relying_party(keys::relying_party()).build().unwrap());

/// The secret of every factor: RFC 6238 appendix B.
const SECRET: &[u8; 20] = b"12345678901234567890";

/// What a step gives back.
pub(crate) type Step<T = ()> = Result<T, Refusal>;

/// An account, the session of its owner and what he has written down.
pub(crate) struct History {
    pub(crate) account: Arc<Account>,
    pub(crate) session: SignedIn,
    pub(crate) events: Vec<EventKind>,
    pub(crate) settings: &'static Settings,
    pub(crate) phone_is_ahead: TimeDelta,
    codes: Vec<OneTimeCode>,
    enrollment: Option<OneTimeCode>,
    /// The owner's keys, and what the page has shown to the browser for the next one.
    keys: Vec<SoftwareKey>,
    creation: String,
    now: DateTime<Utc>,
    names: u64,
}

impl History {
    /// An account that has no row yet, with a session that has just signed in.
    pub(crate) fn new(subject: &str) -> Self {
        let subject = Subject::new(subject).unwrap();
        let version = Version::first(*b"\x12\x34\x56\x78\x9a\xbc\xde\xf0");
        let account = Arc::new(Account::absent(subject.clone(), version));
        let now = DateTime::from_timestamp_micros(1_800_000_000_123_456).unwrap();
        let context = Context::new(&DEFAULTS, now).unwrap();
        let fresh = Fresh {
            session: SessionId::from_random([0x5E; 16]),
            challenge: ChallengeId::from_random([0xC4; 16]),
        };
        let first = FirstFactor::password(subject, now);
        let Opened::Session(proven) = account.sign_in(first, fresh, context).unwrap() else {
            panic!("a new account has no second factor");
        };
        let session = proven.signed_in(&[], now);
        Self {
            account,
            session,
            events: Vec::new(),
            settings: &DEFAULTS,
            phone_is_ahead: TimeDelta::zero(),
            codes: Vec::new(),
            enrollment: None,
            keys: Vec::new(),
            creation: String::new(),
            now,
            names: 0,
        }
    }

    /// Keeps a session of a user who belongs to no organization.
    fn keep(&mut self, proven: Proven) {
        self.session = proven.signed_in(&[], self.now);
    }

    /// The session, where an operation takes only a full one.
    fn full(&self) -> Result<Assurance, Refusal> {
        self.session.clone().full().ok_or(Refusal::RegenerateFirst)
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, span: TimeDelta) {
        self.now += span;
    }

    pub(crate) fn change_password(&mut self) -> Step {
        let account = Arc::clone(&self.account);
        let own = self.session.clone();
        let session =
            Some(own.session()).filter(|own| account.check_session(*own, self.context()).is_ok());
        let transition = account.password_changed(session, self.stamp(), self.context())?;
        if let Some(proven) = self.commit(transition) {
            self.keep(proven);
        }
        Ok(())
    }

    pub(crate) fn begin(&mut self, label: &str, replaces: Option<FactorId>) -> Step {
        let new = NewFactor::totp(label, "ada@example.org").unwrap();
        self.begin_new(&replaces.iter().fold(new, |new, lost| new.replacing(*lost)))
    }

    pub(crate) fn begin_new(&mut self, new: &NewFactor) -> Step {
        let account = Arc::clone(&self.account);
        let secret = TotpSecret::from_random(Algorithm::Sha1, SECRET).unwrap();
        let drawn = DrawnSetup {
            setup: SetupId::from_random(self.name()),
            factor: FactorId::from_random(self.name()),
            kind: match new.kind() {
                FactorKind::WebAuthn => DrawnKind::WebAuthn { user_handle: self.user_handle() },
                _ => DrawnKind::Totp { secret: &secret, sealed: self.seal("k1") },
            },
        };
        let issuer = Issuer::new("Scrivio").unwrap();
        let (email, context) = (EmailStatus::Verified, self.context());
        let begun =
            account.begin_setup(self.session.session(), new, email, &issuer, &drawn, context)?;
        let shown = self.commit(begun);
        self.creation = shown.webauthn().map(|options| options.to_json()).unwrap_or_default();
        Ok(())
    }

    pub(crate) fn confirm(&mut self, right: bool) -> Step {
        self.confirm_with(Answer::code(&self.code(right)))
    }

    fn confirm_with(&mut self, answer: Answer) -> Step {
        let account = Arc::clone(&self.account);
        let Some(setup) = account.pending().map(|pending| pending.id()) else {
            return Err(Refusal::UnknownSetup);
        };
        let secret = TotpSecret::from_bytes(SECRET).unwrap();
        let (session, context) = (self.session.clone(), self.context());
        let judged = match account.setup_question(session.session(), setup, &answer, context)? {
            SetupQuestion::Decided(_) => return Ok(()),
            SetupQuestion::Totp(asked) => asked.judge(&secret, self.stamp()),
            SetupQuestion::WebAuthn(asked) => asked.judge(self.stamp()),
        };
        let decision = match judged {
            Judged::Decided(decision) => decision,
            Judged::Right(right) => {
                let (codes, hashed) = self.fresh_codes();
                Decision::Change(right.with_codes(codes, hashed)?)
            }
        };
        match self.decide(decision) {
            ConfirmedSetup::FirstFactor(codes) => self.codes = codes.iter().cloned().collect(),
            ConfirmedSetup::Added(proven) => self.keep(proven),
            ConfirmedSetup::Replaced(proven, codes) => {
                self.keep(proven);
                self.codes = codes.iter().cloned().collect();
            }
            ConfirmedSetup::Rejected(_) => {}
        }
        Ok(())
    }

    pub(crate) fn finish(&mut self) -> Step {
        let account = Arc::clone(&self.account);
        let Some(setup) = account.pending().map(|pending| pending.id()) else {
            return Err(Refusal::UnknownSetup);
        };
        let finished =
            account.finish_setup(self.session.session(), setup, self.stamp(), self.context())?;
        let proven = self.commit(finished);
        self.keep(proven);
        Ok(())
    }

    /// Sets a factor up, from beginning to end.
    pub(crate) fn set_up(&mut self, label: &str, replaces: Option<FactorId>) -> Step {
        self.begin(label, replaces)?;
        self.confirm(true)?;
        if self.account.pending().is_some() { self.finish() } else { Ok(()) }
    }

    /// Signs in, with an answer made from the owner's codes if one is asked for.
    pub(crate) fn sign_in(&mut self, answer: impl FnOnce(&Self) -> Answer) -> Step {
        match self.enter()? {
            Some(challenge) => {
                let answer = answer(self);
                self.answer(&challenge, answer)
            }
            None => Ok(()),
        }
    }

    /// The password is right: a challenge follows, unless MFA is off.
    fn enter(&mut self) -> Step<Option<Challenge>> {
        let account = Arc::clone(&self.account);
        let first = FirstFactor::password(account.subject().clone(), self.now);
        let fresh = Fresh {
            session: SessionId::from_random(self.name()),
            challenge: ChallengeId::from_random(self.name()),
        };
        match account.sign_in(first, fresh, self.context())? {
            Opened::Session(proven) => {
                self.keep(proven);
                Ok(None)
            }
            Opened::Challenge(challenge) => Ok(Some(challenge)),
        }
    }

    fn answer(&mut self, challenge: &Challenge, answer: Answer) -> Step {
        let (account, context) = (Arc::clone(&self.account), self.context());
        let secret = TotpSecret::from_bytes(SECRET).unwrap();
        let decision = match account.question(challenge, &answer, context)? {
            Question::Decided(why) => Decision::Unchanged(Judgment::Rejected(why)),
            Question::Totp(asked) => asked.judge(&secret, None),
            Question::WebAuthn(asked) => asked.judge(),
            Question::OneTime(check) => {
                let evaluation = check.hash().evaluate(&digest(check.code()));
                check.judge(&evaluation)
            }
            Question::Imported(check) => {
                // The stand-in for a slow hash is the code itself.
                let judged = check.hashes().into_iter().map(|hash| {
                    let met = hash.expose_text() == check.code().expose_text();
                    (hash, Choice::from(u8::from(met)))
                });
                let evaluation = ImportedEvaluation::new(judged.collect::<Vec<_>>());
                check.judge(&evaluation)
            }
        };
        if let Judgment::Passed(passed) = self.decide(decision) {
            self.keep(challenge.raise(passed.proof, context)?);
        }
        Ok(())
    }

    pub(crate) fn right_code(&self) -> Answer {
        Answer::code(&self.code(true))
    }

    pub(crate) fn wrong_code(&self) -> Answer {
        Answer::code(&self.code(false))
    }

    /// The recovery code of a slot, used or not.
    pub(crate) fn recovery_code(&self, slot: usize) -> Answer {
        let code = self.codes.get(slot).map(|code| code.reveal());
        Answer::recovery(code.as_deref().map_or("0", String::as_str))
    }

    pub(crate) fn enrollment_code(&self) -> Answer {
        let code = self.enrollment.as_ref().map(OneTimeCode::reveal);
        Answer::enrollment(code.as_deref().map_or("0", String::as_str))
    }

    pub(crate) fn regenerate(&mut self) -> Step {
        let account = Arc::clone(&self.account);
        let (codes, hashed) = self.fresh_codes();
        let regenerated = account.regenerate(
            self.session.session(),
            codes,
            hashed,
            self.stamp(),
            self.context(),
        )?;
        let (proven, codes) = self.commit(regenerated);
        self.keep(proven);
        self.codes = codes.iter().cloned().collect();
        Ok(())
    }

    pub(crate) fn rename(&mut self, index: usize, label: &str) -> Step {
        let account = Arc::clone(&self.account);
        let id = account.factors().get(index).ok_or(Refusal::UnknownFactor)?.id();
        let label = Label::new(label).unwrap();
        let renamed = account.rename_factor(&self.full()?, id, &label, self.context())?;
        self.commit(renamed);
        Ok(())
    }

    pub(crate) fn prefer(&mut self, index: usize) -> Step {
        let account = Arc::clone(&self.account);
        let id = account.factors().get(index).ok_or(Refusal::UnknownFactor)?.id();
        let preferred = account.prefer_factor(&self.full()?, id, self.context())?;
        self.commit(preferred);
        Ok(())
    }

    pub(crate) fn remove(&mut self, index: usize) -> Step {
        let account = Arc::clone(&self.account);
        let id = account.factors().get(index).ok_or(Refusal::UnknownFactor)?.id();
        let removed = account.remove_factor(&self.full()?, id, self.stamp(), self.context())?;
        let proven = self.commit(removed);
        self.keep(proven);
        Ok(())
    }

    fn context(&self) -> Context<'static> {
        Context::new(self.settings, self.now).unwrap()
    }

    /// What the owner's app shows now, or something else.
    fn code(&self, right: bool) -> String {
        let app = totp_rs::Builder::new().with_secret(SECRET.to_vec()).build_noncompliant();
        let seconds = u64::try_from((self.now + self.phone_is_ahead).timestamp()).unwrap();
        app.generate(if right { seconds } else { seconds + 300_000 }).to_string()
    }

    fn decide<T>(&mut self, decision: Decision<T>) -> T {
        match decision {
            Decision::Unchanged(answer) => answer,
            Decision::Change(transition) => self.commit(transition),
        }
    }

    fn commit<T>(&mut self, transition: Transition<T>) -> T {
        self.events.extend_from_slice(transition.events());
        let id = CommitId::from_random(self.name());
        let committed = transition.commit_with(id, |commit| {
            if let Some(next) = commit.next() {
                self.account = Arc::clone(next);
            }
            Ok::<_, ()>(CommitOutcome::Committed)
        });
        committed.unwrap().expect("nobody else commits")
    }
}
