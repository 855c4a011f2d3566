//! An account with a past: every step is a decision of the domain, with fixed names and times.

mod draws;

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::domain::{
    Account, Algorithm, Arrival, ChallengeId, CodeHash, ConfirmedSetup, Context, Decision,
    DrawnKind, DrawnSetup, Fresh, ImportedEvaluation, ImportedHash, Issuer, Judged, Judgment,
    Label, OneTimeCode, Opened, Proven, Question, Reseal, SessionId, SetupQuestion, TotpSecret,
    Transition,
};
use mfakit::import::{Import, Imported, ImportedCodes, ImportedFactor, Seed};
use mfakit::store::{CommitId, CommitOutcome, Version};
use mfakit::{
    Answer, Assurance, EmailStatus, EventKind, FactorId, FirstFactor, HostAuthority, NewFactor,
    Refusal, Settings, SetupId, SignedIn, Subject,
};

use subtle::Choice;

use draws::{digest, scheme};

static DEFAULTS: LazyLock<Settings> = LazyLock::new(Settings::default);

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
            now,
            names: 0,
        }
    }

    /// Moves in from another system, with a seed of 120 bits and, if wanted, weak codes.
    pub(crate) fn move_in(&mut self, codes: &[&str]) -> Step {
        let weak = Seed::from_bytes(&SECRET[..15]).unwrap();
        self.take_over(ImportedFactor::totp("Old phone", weak).unwrap().drift(-1), codes)
    }

    /// Moves in with one factor and, if wanted, weak codes.
    pub(crate) fn take_over(&mut self, factor: impl Into<ImportedFactor>, codes: &[&str]) -> Step {
        let account = Arc::clone(&self.account);
        let subject = account.subject().clone();
        let authority = HostAuthority::grant(subject.clone(), subject, "moved in").unwrap();
        let mut import =
            Import::new().factor(factor).accept_seeds_under_128_bits().accept_codes_under_64_bits();
        if !codes.is_empty() {
            import = import.codes(ImportedCodes::plain(codes).unwrap());
        }
        let id = FactorId::from_random(self.name());
        let factor = match import.factors()[0].clone() {
            ImportedFactor::Totp(totp) => totp.prepared(id, self.seal("k1")),
            #[cfg(feature = "webauthn")]
            ImportedFactor::Credential(credential) => credential.prepared(id),
            other => panic!("a kind that is new here: {other:?}"),
        };
        let hashes = codes.iter().map(|code| ImportedHash::new(code).unwrap()).collect();
        let codes = import.recovery_codes().cloned().map(|codes| codes.prepared(hashes).unwrap());
        let prepared = import.prepared(vec![factor], codes);
        let Decision::Change(moved) =
            account.import(&authority, &prepared, self.stamp(), self.context())?
        else {
            panic!("imported before");
        };
        let Imported::Now(_) = self.commit(moved) else { panic!("imported before") };
        Ok(())
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
            kind: DrawnKind::Totp { secret: &secret, sealed: self.seal("k1") },
        };
        let issuer = Issuer::new("Scrivio").unwrap();
        let (email, context) = (EmailStatus::Verified, self.context());
        let begun =
            account.begin_setup(self.session.session(), new, email, &issuer, &drawn, context)?;
        self.commit(begun);
        Ok(())
    }

    pub(crate) fn confirm(&mut self, right: bool) -> Step {
        let account = Arc::clone(&self.account);
        let Some(setup) = account.pending().map(|pending| pending.id()) else {
            return Err(Refusal::UnknownSetup);
        };
        let secret = TotpSecret::from_bytes(SECRET).unwrap();
        let session = self.session.clone();
        let (typed, context) = (self.code(right), self.context());
        let answer = Answer::code(&typed);
        let question = account.setup_question(session.session(), setup, &answer, context)?;
        let SetupQuestion::Totp(asked) = question else { panic!("{question:?}") };
        let decision = match asked.judge(&secret, self.stamp()) {
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
        let account = Arc::clone(&self.account);
        let first = FirstFactor::password(account.subject().clone(), self.now);
        let fresh = Fresh {
            session: SessionId::from_random(self.name()),
            challenge: ChallengeId::from_random(self.name()),
        };
        let context = self.context();
        let challenge = match account.sign_in(first, fresh, context)? {
            Opened::Session(proven) => {
                self.keep(proven);
                return Ok(());
            }
            Opened::Challenge(challenge) => challenge,
        };
        let secret = TotpSecret::from_bytes(SECRET).unwrap();
        let decision = match account.question(&challenge, &answer(self), context)? {
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

    pub(crate) fn reset(&mut self) -> Step {
        let account = Arc::clone(&self.account);
        let code = OneTimeCode::from_random(&self.name());
        let hash = CodeHash::new(self.name(), digest(&code));
        let authority = self.authority();
        let reset =
            account.reset(&authority, code, scheme(), hash, self.stamp(), self.context())?;
        self.enrollment = Some(self.commit(reset).code);
        Ok(())
    }

    pub(crate) fn begin_move(&mut self, to: &str) -> Step {
        let account = Arc::clone(&self.account);
        let to = Subject::new(to).unwrap();
        let decision = account.begin_move(&to, &self.authority(), self.stamp(), self.context())?;
        self.decide(decision);
        Ok(())
    }

    /// Completes a move: the account that follows is the one at its new subject.
    pub(crate) fn arrive(&mut self) -> Step {
        let account = Arc::clone(&self.account);
        let subject = account.moving_to().cloned().ok_or(Refusal::Moved)?;
        let mut resealed = Vec::new();
        for (place, sealed) in account.sealed_secrets() {
            if account.factor(place.factor).is_some() {
                let (from, to) = (sealed.clone(), self.seal("k2"));
                resealed.push(Reseal { factor: place.factor, from, to });
            }
        }
        let arrival = Arrival { subject, version: Version::first([7; 8]), stamp: self.stamp() };
        let arrived = account.arrive(arrival, resealed, self.context())?;
        self.commit(arrived);
        Ok(())
    }

    fn context(&self) -> Context<'static> {
        Context::new(self.settings, self.now).unwrap()
    }

    fn authority(&self) -> HostAuthority {
        let admin = Subject::new("admin").unwrap();
        HostAuthority::grant(self.account.subject().clone(), admin, "phone lost").unwrap()
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
