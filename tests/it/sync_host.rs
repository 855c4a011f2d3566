//! A host without async: the domain alone, a map, and a commit function of its own.

use std::collections::HashMap;
use std::convert::Infallible;

use chrono::{DateTime, Utc};
use mfakit::domain::{
    Account, ChallengeId, Closed, CodeHash, ConfirmedSetup, Context, Decision, DrawnKind,
    DrawnSetup, Fresh, HashScheme, HashedCodes, Issuer, Judged, Judgment, OneTimeCode, Opened,
    Question, Receipt, SealedSecret, SessionId, SetupQuestion, Stamp, TotpSecret, Transition,
    Window,
};
use mfakit::store::{Commit, CommitId, CommitOutcome, Version};
use mfakit::testing::Authenticator;
use mfakit::{
    Answer, EmailStatus, FactorId, FirstFactor, KeyId, NewFactor, RecoveryCodes, Settings, Setup,
    SetupId, Subject,
};

/// Accounts in a map, and a counter where a real host would draw random bytes.
#[derive(Default)]
struct Host {
    rows: HashMap<Subject, Account>,
    drawn: u8,
}

impl Host {
    fn draw<const N: usize>(&mut self) -> [u8; N] {
        self.drawn += 1;
        [self.drawn; N]
    }

    fn load(&mut self, subject: &Subject) -> Account {
        let first = Version::first(self.draw());
        let stored = self.rows.get(subject).cloned();
        stored.unwrap_or_else(|| Account::absent(subject.clone(), first))
    }

    fn swap(&mut self, commit: &Commit) -> CommitOutcome {
        let stored = self.rows.get(commit.subject()).map(Account::version);
        if stored != commit.expected() {
            return CommitOutcome::Conflict;
        }
        match commit.next() {
            Some(next) => self.rows.insert(commit.subject().clone(), (**next).clone()),
            None => self.rows.remove(commit.subject()),
        };
        CommitOutcome::Committed
    }

    fn commit<T>(&mut self, transition: Transition<T>) -> Option<T> {
        let id = CommitId::from_random(self.draw());
        let committed = transition.commit_with(id, |commit| Ok::<_, Infallible>(self.swap(commit)));
        committed.expect("a map does not fail")
    }
}

fn digest(code: &OneTimeCode) -> [u8; 32] {
    let mut digest = [0; 32];
    digest[..16].copy_from_slice(code.expose_bytes());
    digest
}

fn hashed(codes: &RecoveryCodes) -> HashedCodes {
    let hashes = codes.iter().map(|code| CodeHash::new([0; 16], digest(code))).collect();
    HashedCodes { scheme: HashScheme::new("plain-for-a-test").expect("scheme"), hashes }
}

/// A host whose "seal" is the secret itself: it is a test.
fn unsealed(sealed: &SealedSecret) -> TotpSecret {
    TotpSecret::from_bytes(sealed.bytes()).expect("a secret")
}

fn begin(host: &mut Host, session: &mfakit::Assurance, context: Context<'_>) -> Setup {
    let secret =
        TotpSecret::from_random(mfakit::domain::Algorithm::Sha1, &host.draw::<20>()).unwrap();
    let key = KeyId::new("none").unwrap();
    let sealed = SealedSecret::new(1, key, secret.expose_bytes()).unwrap();
    let new = NewFactor::totp("Phone", "ada@example.org").unwrap();
    let (setup, factor) = (SetupId::from_random(host.draw()), FactorId::from_random(host.draw()));
    let kind = DrawnKind::Totp { secret: &secret, sealed };
    let drawn = DrawnSetup { setup, factor, kind };
    let issuer = Issuer::new("Scrivio").unwrap();
    let account = host.load(session.subject());
    let begun = account.begin_setup(session, &new, EmailStatus::Verified, &issuer, &drawn, context);
    host.commit(begun.unwrap()).unwrap()
}

#[test]
fn a_host_without_async_sets_up_signs_in_and_recovers() {
    let settings = Settings::default();
    let mut host = Host::default();
    let ada = Subject::new("ada").unwrap();
    let start: DateTime<Utc> = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let context = Context::new(&settings, start).unwrap();

    let sign_in = |host: &mut Host, at: DateTime<Utc>| {
        let fresh = Fresh {
            session: SessionId::from_random(host.draw()),
            challenge: ChallengeId::from_random(host.draw()),
        };
        let first = FirstFactor::password(ada.clone(), at);
        host.load(&ada).sign_in(first, fresh, Context::new(&settings, at).unwrap()).unwrap()
    };
    let Opened::Session(proven) = sign_in(&mut host, start) else { panic!("MFA is off") };
    let session = proven.signed_in(&[], start).full().unwrap();

    let setup = begin(&mut host, &session, context);
    let phone = Authenticator::scan(setup.totp().unwrap().otpauth_uri()).unwrap();
    let account = host.load(&ada);
    let (code, fresh) = (phone.code_at(start), Stamp::from_random(host.draw()));
    let code = Answer::code(&code);
    let question = account.setup_question(&session, setup.id(), &code, context);
    let Ok(SetupQuestion::Totp(asked)) = question else { panic!("{question:?}") };
    let secret = unsealed(asked.sealed());
    let judged = asked.judge(&secret, fresh);
    let Judged::Right(right) = judged else { panic!("{judged:?}") };
    let bytes: Vec<[u8; 16]> = (0..10).map(|_| host.draw()).collect();
    let codes = RecoveryCodes::from_random(&bytes).unwrap();
    let confirmed = right.with_codes(codes.clone(), hashed(&codes)).unwrap();
    assert!(matches!(host.commit(confirmed), Some(ConfirmedSetup::FirstFactor(_))));
    let finished = host.load(&ada).finish_setup(&session, setup.id(), fresh, context).unwrap();
    let _ = host.commit(finished).unwrap();

    let later = start + chrono::TimeDelta::seconds(30);
    let context = Context::new(&settings, later).unwrap();
    let Opened::Challenge(challenge) = sign_in(&mut host, later) else { panic!("on") };
    let account = host.load(&ada);
    let answer = Answer::code(&phone.code_at(later));
    let question = account.question(&challenge, &answer, context);
    let Ok(Question::Totp(asked)) = question else { panic!("{question:?}") };
    let secret = unsealed(asked.sealed());
    let Decision::Change(transition) = asked.judge(&secret, None) else { panic!("not charged") };
    let Some(Judgment::Passed(passed)) = host.commit(transition) else { panic!("not passed") };
    assert!(
        challenge
            .raise(passed.proof, context)
            .unwrap()
            .signed_in(&[], later)
            .full()
            .unwrap()
            .has_second_factor()
    );

    let Opened::Challenge(challenge) = sign_in(&mut host, later) else { panic!("on") };
    let account = host.load(&ada);
    let answer = Answer::recovery(&codes.as_slice()[7].reveal());
    let question = account.question(&challenge, &answer, context);
    let Ok(Question::OneTime(check)) = question else { panic!("{question:?}") };
    let evaluation = check.hash().evaluate(&digest(check.code()));
    let Decision::Change(transition) = check.judge(&evaluation) else { panic!("missed") };
    let Some(Judgment::Passed(passed)) = host.commit(transition) else { panic!("not passed") };
    assert_eq!(passed.recovery_left, Some(9));
}

#[test]
fn a_conflict_shows_no_outcome() {
    let settings = Settings::default();
    let mut host = Host::default();
    let ada = Subject::new("ada").unwrap();
    let context = Context::new(&settings, DateTime::UNIX_EPOCH).unwrap();
    let fresh = Stamp::from_random([7; 8]);
    let stale = host.load(&ada).password_changed(None, fresh, context).unwrap();
    let first = host.load(&ada).password_changed(None, fresh, context).unwrap();
    assert!(host.commit(first).is_some());
    assert!(host.commit(stale).is_none());
}

/// Inside a transaction of the host's own the answer waits for the receipt of that transaction.
#[test]
fn an_answer_opens_with_the_receipt_of_its_own_commit_and_no_other() {
    let settings = Settings::default();
    let mut host = Host::default();
    let context = Context::new(&settings, DateTime::UNIX_EPOCH).unwrap();
    let mut staged = |name: &str, id: u8| -> Closed<_> {
        let account = host.load(&Subject::new(name).unwrap());
        let fresh = Stamp::from_random([7; 8]);
        let changed = account.password_changed(None, fresh, context).unwrap();
        changed.into_commit(CommitId::from_random([id; 16])).1
    };
    let (ada, bob) = (staged("ada", 1), staged("bob", 2));
    let of_bob = Receipt::vouch_that_these_are_durable([bob.waits_for()]);
    let ada = ada.open(&of_bob).expect_err("the receipt of another commit opened it");
    assert!(bob.open(&of_bob).is_ok());
    let of_both =
        Receipt::vouch_that_these_are_durable([1, 2].map(|n| CommitId::from_random([n; 16])));
    assert!(ada.open(&of_both).is_ok());
}

#[test]
fn a_window_is_centred_on_the_step_of_the_clock() {
    let window = Window::around(59, mfakit::domain::TotpParams::default(), -1, 2);
    assert_eq!((window.center, window.reach), (0, 2));
}
