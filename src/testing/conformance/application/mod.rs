//! An application on the store under test, and its users.

mod handles;
mod hasher;

use std::sync::Arc;

use self::handles::{Handles, Index, OrgHandles};
use self::hasher::InstantHasher;
use crate::domain::{
    Answer, Assurance, Challenge, Confirmed, EmailStatus, FirstFactor, NewFactor, RecoveryCodes,
    Subject, Verdict,
};
use crate::keyring::{Keyring, SealingKey};
use crate::ports::Clock;
use crate::service::Mfa;
use crate::service::SignIn;
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
        let mut mfa = Mfa::builder(Handles::of(c))
            .issuer("Conformance")
            .keyring(Keyring::new(key))
            .hasher(InstantHasher)
            .clock(clock.clone())
            .entropy(SeededEntropy::new(7));
        if let Some(organizations) = OrgHandles::of(c) {
            mfa = mfa.organizations(organizations);
        }
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
        let SignIn::Complete(session) = self.mfa.sign_in(self.password(&subject)).await? else {
            return Err(Violation::new("a fresh store has an account with MFA"));
        };
        let new = NewFactor::totp("Phone", "ada@example.org").map_err(broken_sample)?;
        let setup = self.mfa.begin_setup(&session, new, EmailStatus::Verified).await?;
        let phone = Authenticator::scan(setup.otpauth_uri());
        let phone = phone.ok_or_else(|| broken_sample("no URI"))?;
        let code = phone.code_at(self.clock.now());
        let confirmed = self.mfa.confirm_setup(&session, setup.id(), &code).await?;
        let Confirmed::FirstFactor(codes) = confirmed else {
            return Err(Violation::new(format!(
                "expected a confirmed setup, but {confirmed:?} came"
            )));
        };
        self.mfa.finish_setup(&session, setup.id()).await?;
        self.clock.advance(chrono::TimeDelta::seconds(30));
        Ok(User { subject, phone, codes })
    }

    pub(super) async fn challenge(
        &self,
        user: &User,
    ) -> Result<(crate::domain::PendingSignIn, Challenge), Violation> {
        match self.mfa.sign_in(self.password(&user.subject)).await? {
            SignIn::Challenge(pending, challenge) => Ok((pending, challenge)),
            other => Err(Violation::new(format!("expected a challenge, but {other:?} came"))),
        }
    }

    pub(super) async fn sign_in(&self, user: &User) -> Result<Assurance, Violation> {
        let (pending, challenge) = self.challenge(user).await?;
        let answer = Answer::code(&user.phone.code_at(self.clock.now()));
        match self.mfa.answer(&challenge, answer).await? {
            Verdict::Passed(passed) => {
                pending.raise(passed.proof, self.mfa.context()?).map_err(broken_sample)
            }
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
            challenges.push((self.challenge(user).await?.1, answer));
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
