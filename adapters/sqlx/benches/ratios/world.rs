//! An application on a store: its users, their phones, and a clock moved by hand.

use std::ops::Range;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::ports::Clock;
use mfakit::store::AccountStore;
use mfakit::testing::{Authenticator, ManualClock};
use mfakit::{
    Answer, Argon2Hasher, Challenge, Confirmed, EmailStatus, FirstFactor, Keyring, Mfa, NewFactor,
    SealingKey, SignIn, SignedIn, Subject, Verdict,
};

const START: i64 = 1_800_000_000;

/// Where the users' numbers begin, and how far they are apart: other accounts find room between.
pub(crate) const BASE: u64 = 1_000_000;
pub(crate) const APART: u64 = 1_000;

pub(crate) struct World {
    pub(crate) mfa: Mfa,
    clock: ManualClock,
    users: Vec<User>,
}

struct User {
    subject: Subject,
    phone: Authenticator,
}

/// A challenge that is open, and the code that passes it.
pub(crate) struct Open {
    pub(crate) challenge: Challenge,
    pub(crate) code: String,
}

/// The library on a store. The hashes are cheap: what is measured is what is stored.
pub(crate) fn mfa(store: impl AccountStore + 'static, clock: ManualClock) -> Mfa {
    let key = SealingKey::from_bytes("bench", &[7; 32]).expect("a key");
    let builder = Mfa::builder_without_policies(store).issuer("Scrivio").keyring(Keyring::new(key));
    let builder = builder.hasher(Argon2Hasher::cheap_and_insecure()).clock(clock);
    builder.build().expect("complete")
}

impl World {
    /// So many users, each with MFA on.
    pub(crate) async fn on(store: impl AccountStore + 'static, users: usize) -> Self {
        let clock = ManualClock::at(START);
        let mfa = mfa(store, clock.clone());
        let now = clock.now();
        let set_ups: Vec<_> = (0..4)
            .map(|part| {
                let mfa = mfa.clone();
                tokio::spawn(async move {
                    let mut own = Vec::new();
                    for user in (0..users).filter(|user| user % 4 == part) {
                        own.push((user, set_up(&mfa, user, now).await));
                    }
                    own
                })
            })
            .collect();
        let mut all = Vec::new();
        for part in set_ups {
            all.extend(part.await.expect("a set of users"));
        }
        all.sort_by_key(|(user, _)| *user);
        Self { mfa, clock, users: all.into_iter().map(|(_, user)| user).collect() }
    }

    pub(crate) fn wait(&self, span: TimeDelta) {
        self.clock.advance(span);
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Lets the next code appear, and opens so many challenges for each of these users.
    pub(crate) async fn open(&self, users: Range<usize>, challenges: usize) -> Vec<Vec<Open>> {
        self.wait(TimeDelta::seconds(30));
        let mut all = Vec::with_capacity(users.len());
        for user in &self.users[users] {
            let mut own = Vec::with_capacity(challenges);
            for _ in 0..challenges {
                let first = FirstFactor::password(user.subject.clone(), self.now());
                let Ok(SignIn::Challenge(challenge)) = self.mfa.sign_in(first).await else {
                    panic!("MFA is on, and the store answers");
                };
                own.push(Open { challenge, code: user.phone.code_at(self.now()) });
            }
            all.push(own);
        }
        all
    }

    /// The right answers of these users, by so many clients at once: the time that one takes, from
    /// the first answer to the last, by the number of answers. Opening is not timed.
    pub(crate) async fn answers(&self, users: Range<usize>, clients: usize) -> Duration {
        let count = u32::try_from(users.len()).expect("thousands");
        let mut shares: Vec<Vec<Open>> = (0..clients).map(|_| Vec::new()).collect();
        for (number, open) in self.open(users, 1).await.into_iter().flatten().enumerate() {
            shares[number % clients].push(open);
        }
        let begin = Instant::now();
        let running: Vec<_> = shares
            .into_iter()
            .map(|share| {
                let mfa = self.mfa.clone();
                tokio::spawn(async move {
                    for open in share {
                        assert!(answer(&mfa, &open).await, "a right code passes");
                    }
                })
            })
            .collect();
        for client in running {
            client.await.expect("right answers");
        }
        begin.elapsed() / count
    }

    /// Lets everybody answer until an account remembers as many commits as it ever does.
    pub(crate) async fn grow(&self) {
        for _ in 0..28 {
            self.answers(0..self.users.len(), 4).await;
        }
    }
}

/// Whether an answer is accepted.
pub(crate) async fn answer(mfa: &Mfa, open: &Open) -> bool {
    let verdict = mfa.answer(&open.challenge, Answer::code(&open.code)).await;
    matches!(verdict.expect("a verdict"), Verdict::Passed(_))
}

/// Answers all of these at once; how many were accepted.
pub(crate) async fn race(mfa: &Mfa, all: Vec<Open>) -> usize {
    let run = |open: Open| {
        let mfa = mfa.clone();
        tokio::spawn(async move { answer(&mfa, &open).await })
    };
    let running: Vec<_> = all.into_iter().map(run).collect();
    let mut accepted = 0;
    for answered in running {
        accepted += usize::from(answered.await.expect("an answer"));
    }
    accepted
}

/// The user of this place among all.
pub(crate) fn subject(user: usize) -> Subject {
    Subject::from(BASE + APART * (u64::try_from(user).expect("thousands") + 1))
}

async fn set_up(mfa: &Mfa, user: usize, now: DateTime<Utc>) -> User {
    let subject = subject(user);
    let first = FirstFactor::password(subject.clone(), now);
    let Ok(SignIn::Done(SignedIn::Full(session, _))) = mfa.sign_in(first).await else {
        panic!("nobody is there yet, and the store answers");
    };
    let phone = NewFactor::totp("Phone", "ada@example.org").expect("a factor");
    let setup = mfa.begin_setup(&session, phone, EmailStatus::Verified).await.expect("begun");
    let phone = Authenticator::scan(setup.totp().expect("an app").otpauth_uri()).expect("a URI");
    let confirmed =
        mfa.confirm_setup(&session, setup.id(), Answer::code(&phone.code_at(now))).await;
    assert!(matches!(confirmed, Ok(Confirmed::FirstFactor(_))), "{confirmed:?}");
    let _ = mfa.finish_setup(&session, setup.id()).await.expect("finished");
    User { subject, phone }
}
