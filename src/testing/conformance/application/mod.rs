//! An application on the store under test, and its users.

mod handles;
mod hasher;

use std::sync::Arc;

use self::handles::{Handles, Index, OrgHandles};
use self::hasher::InstantHasher;
use crate::domain::{
    Answer, Assurance, Challenge, EmailStatus, FirstFactor, NewFactor, RecoveryCodes, SignedIn,
    Subject,
};
use crate::keyring::{Keyring, SealingKey};
use crate::ports::Clock;
use crate::service::{Confirmed, Mfa, SignIn, Verdict};
use crate::testing::conformance::Candidate;
use crate::testing::conformance::join::{Boxed, join_all};
use crate::testing::conformance::report::Violation;
use crate::testing::conformance::samples::accounts::{broken_sample, start, subject};
use crate::testing::{Authenticator, ManualClock, SeededEntropy};

/// An application on the candidate, and a user with MFA.
pub(super) struct Application {
    pub(super) mfa: Mfa,
    pub(super) clock: ManualClock,
}

pub(super) struct User {
    pub(super) subject: Subject,
    pub(super) phone: Authenticator,
    pub(super) codes: RecoveryCodes,
}

impl Application {
    pub(super) fn on(c: &Candidate) -> Result<Self, Violation> {
        let clock = ManualClock::at(start().timestamp());
        let key = SealingKey::from_bytes("conformance", &[7; 32]).map_err(broken_sample)?;
        let builder = match OrgHandles::of(c) {
            Some(organizations) => Mfa::builder((Handles::of(c), organizations)),
            None => Mfa::builder_without_policies(Handles::of(c)),
        };
        let mut mfa = builder
            .issuer("Conformance")
            .keyring(Keyring::new(key))
            .hasher(InstantHasher)
            .clock(clock.clone())
            .entropy(SeededEntropy::new(7));
        if let Some(index) = &c.index {
            mfa = mfa.index(Index(Arc::clone(index)));
        }
        Ok(Self { mfa: mfa.build().map_err(broken_sample)?, clock })
    }

    pub(super) fn password(&self, subject: &Subject) -> FirstFactor {
        FirstFactor::password(subject.clone(), self.clock.now())
    }

    pub(super) async fn protect(&self, name: &str) -> Result<User, Violation> {
        let subject = subject(name)?;
        let signed_in = self.mfa.sign_in(self.password(&subject)).await?;
        let SignIn::Done(SignedIn::Full(session, _)) = signed_in else {
            return Err(Violation::new("a fresh store has an account with MFA"));
        };
        let new = NewFactor::totp("Phone", "ada@example.org").map_err(broken_sample)?;
        let setup = self.mfa.begin_setup(&session, new, EmailStatus::Verified).await?;
        let phone = setup.totp().and_then(|app| Authenticator::scan(app.otpauth_uri()));
        let phone = phone.ok_or_else(|| broken_sample("no URI"))?;
        let code = phone.code_at(self.clock.now());
        let confirmed = self.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await?;
        let Confirmed::FirstFactor(codes) = confirmed else {
            return Err(Violation::new(format!(
                "expected a confirmed setup, but {confirmed:?} came"
            )));
        };
        let _ = self.mfa.finish_setup(&session, setup.id()).await?;
        self.clock.advance(chrono::TimeDelta::seconds(30));
        Ok(User { subject, phone, codes })
    }

    pub(super) async fn challenge(&self, user: &User) -> Result<Challenge, Violation> {
        match self.mfa.sign_in(self.password(&user.subject)).await? {
            SignIn::Challenge(challenge) => Ok(challenge),
            other => Err(Violation::new(format!("expected a challenge, but {other:?} came"))),
        }
    }

    pub(super) async fn sign_in(&self, user: &User) -> Result<Assurance, Violation> {
        let challenge = self.challenge(user).await?;
        let answer = Answer::code(&user.phone.code_at(self.clock.now()));
        match self.mfa.answer(&challenge, answer).await? {
            Verdict::Passed(passed) => match passed.signed_in {
                SignedIn::Full(session, _) => Ok(session),
                SignedIn::Limited(limited) => {
                    Err(Violation::new(format!("expected a full session, but {limited:?} came")))
                }
            },
            Verdict::Rejected(why) => {
                Err(Violation::new(format!("a right code was rejected: {why}")))
            }
        }
    }

    /// Puts many answers at once, each to a challenge of its own; how many passed.
    pub(super) async fn answer_at_once(
        &self,
        user: &User,
        answers: impl IntoIterator<Item = Answer>,
    ) -> Result<usize, Violation> {
        let mut challenges = Vec::new();
        for answer in answers {
            challenges.push((self.challenge(user).await?, answer));
        }
        let answers = challenges.iter_mut().map(|(challenge, answer)| {
            let answer = std::mem::replace(answer, Answer::code(""));
            let future: Boxed<'_, _> = Box::pin(self.mfa.answer(challenge, answer));
            future
        });
        let verdicts = join_all(answers.collect()).await;
        Ok(verdicts.iter().filter(|verdict| matches!(verdict, Ok(Verdict::Passed(_)))).count())
    }
}
