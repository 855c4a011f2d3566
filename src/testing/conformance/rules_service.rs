//! Rules about the whole service on the store: what all of this is for.

use std::sync::Arc;

use async_trait::async_trait;

use super::Candidate;
use super::join::{Boxed, join_all};
use super::macros::rules;
use super::report::{Outcome, Violation, expect};
use super::samples::{broken_sample, start, subject};
use crate::domain::{
    Account, Answer, Assurance, Challenge, Commit, CommitOutcome, Confirmed, Email, FirstFactor,
    HostAuthority, NewFactor, RecoveryCodes, SignIn, Subject, Verdict,
};
use crate::hashing::Argon2Hasher;
use crate::keyring::{Keyring, SealingKey};
use crate::ports::{AccountStore, Clock, StoreError};
use crate::service::Mfa;
use crate::testing::{Authenticator, ManualClock, SeededEntropy};

rules! {
    "a code is accepted once, even when two hundred requests carry it at once"
    one_code_is_accepted_once_by_two_hundred_answers
    "a recovery code is spent once"
    one_recovery_code_is_used_once_by_many_answers
    "an answer is revealed only after its guess was charged"
    parallel_guesses_are_charged_exactly
    "regenerating kills the old set in the same instant"
    regenerating_and_using_an_old_code_do_not_both_win
    "every loser of a race sees the conflict and decides again"
    two_administrators_do_not_lose_each_others_reset
}

/// A candidate's accounts by all its handles in turn.
struct Handles(Vec<Arc<dyn AccountStore>>, std::sync::atomic::AtomicUsize);

impl Handles {
    fn of(c: &Candidate) -> Self {
        let all = [Some(&c.accounts), c.other.as_ref()].into_iter().flatten().cloned();
        Self(all.collect(), std::sync::atomic::AtomicUsize::new(0))
    }

    fn next(&self) -> Result<&dyn AccountStore, StoreError> {
        let turn = self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let store = self.0.get(turn % self.0.len().max(1));
        store.map(|store| &**store).ok_or_else(|| StoreError::unavailable("no handle"))
    }
}

#[async_trait]
impl AccountStore for Handles {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        self.next()?.load(subject).await
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        self.next()?.commit(commit).await
    }
}

/// An application on the candidate, and a user with MFA.
struct Application {
    mfa: Mfa,
    clock: ManualClock,
}

struct User {
    subject: Subject,
    phone: Authenticator,
    codes: RecoveryCodes,
}

impl Application {
    fn on(c: &Candidate) -> Result<Self, Violation> {
        let clock = ManualClock::at(start().timestamp());
        let key = SealingKey::from_bytes("conformance", &[7; 32]).map_err(broken_sample)?;
        let mfa = Mfa::builder(Handles::of(c))
            .issuer("Conformance")
            .keyring(Keyring::new(key))
            .hasher(Argon2Hasher::cheap_and_insecure())
            .clock(clock.clone())
            .entropy(SeededEntropy::new(7))
            .build();
        Ok(Self { mfa: mfa.map_err(broken_sample)?, clock })
    }

    fn password(&self, subject: &Subject) -> FirstFactor {
        FirstFactor::password(subject.clone(), self.clock.now())
    }

    async fn protect(&self, name: &str) -> Result<User, Violation> {
        let subject = subject(name)?;
        let SignIn::Complete(session) = self.mfa.sign_in(self.password(&subject)).await? else {
            return Err(Violation::new("a fresh store has an account with MFA"));
        };
        let new = NewFactor::totp("Phone", "ada@example.org").map_err(broken_sample)?;
        let setup = self.mfa.begin_setup(&session, new, Email::Verified).await?;
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

    async fn challenge(
        &self,
        user: &User,
    ) -> Result<(crate::domain::PendingSignIn, Challenge), Violation> {
        match self.mfa.sign_in(self.password(&user.subject)).await? {
            SignIn::Challenge(pending, challenge) => Ok((pending, challenge)),
            other => Err(Violation::new(format!("expected a challenge, but {other:?} came"))),
        }
    }

    async fn sign_in(&self, user: &User) -> Result<Assurance, Violation> {
        let (pending, challenge) = self.challenge(user).await?;
        let answer = Answer::code(&user.phone.code_at(self.clock.now()));
        match self.mfa.answer(&challenge, answer).await? {
            Verdict::Passed(passed) => {
                pending.raise(passed.proof, self.mfa.moment()?).map_err(broken_sample)
            }
            Verdict::Rejected(why) => {
                Err(Violation::new(format!("a right code was rejected: {why}")))
            }
        }
    }

    /// Puts many answers at once, each to a challenge of its own; how many passed.
    async fn answer_at_once(
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

async fn one_code_is_accepted_once_by_two_hundred_answers(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let app = Application::on(&c)?;
    let ada = app.protect("ada").await?;
    let code = ada.phone.code_at(app.clock.now());
    let passed = app.answer_at_once(&ada, (0..200).map(|_| Answer::code(&code))).await?;
    expect("acceptances of one code by 200 answers", &1, &passed)?;
    Ok(Outcome::Kept)
}

async fn one_recovery_code_is_used_once_by_many_answers(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let app = Application::on(&c)?;
    let ada = app.protect("ada").await?;
    let code = ada.codes.iter().next().map(|code| code.reveal()).unwrap_or_default();
    let passed = app.answer_at_once(&ada, (0..50).map(|_| Answer::recovery(&code))).await?;
    expect("uses of one recovery code by 50 answers", &1, &passed)?;
    let left = app.mfa.status(&ada.subject).await?.recovery_left;
    expect("recovery codes left", &Some(9), &left)?;
    Ok(Outcome::Kept)
}

async fn parallel_guesses_are_charged_exactly(c: Candidate) -> Result<Outcome, Violation> {
    let app = Application::on(&c)?;
    let ada = app.protect("ada").await?;
    let right: Vec<String> = (-4..=4).map(|n| ada.phone.code_after(app.clock.now(), n)).collect();
    let wrong = (0..).map(|n| format!("{n:06}")).filter(|code| !right.contains(code));
    let wrong: Vec<String> = wrong.take(15).collect();
    let passed = app.answer_at_once(&ada, wrong.iter().map(|code| Answer::code(code))).await?;
    expect("acceptances of wrong codes", &0, &passed)?;
    let account = c.accounts.load(&ada.subject).await?;
    let account = account.ok_or_else(|| Violation::new("the account is gone"))?;
    let left = account.budget().left(app.mfa.settings().throttle(), app.clock.now());
    expect("guesses left of 20 after 15 at once", &5, &left)?;
    Ok(Outcome::Kept)
}

async fn regenerating_and_using_an_old_code_do_not_both_win(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let app = Application::on(&c)?;
    for round in 0..8 {
        let ada = app.protect(&format!("ada {round}")).await?;
        let session = app.sign_in(&ada).await?;
        let (_, challenge) = app.challenge(&ada).await?;
        let code = ada.codes.iter().next().map(|code| code.reveal()).unwrap_or_default();
        let regenerate: Boxed<'_, Result<bool, crate::error::Error>> =
            Box::pin(async { app.mfa.regenerate_codes(&session).await.map(|_| true) });
        let answer: Boxed<'_, Result<bool, crate::error::Error>> = Box::pin(async {
            let verdict = app.mfa.answer(&challenge, Answer::recovery(&code)).await?;
            Ok(matches!(verdict, Verdict::Passed(_)))
        });
        let racing =
            if round % 2 == 0 { vec![regenerate, answer] } else { vec![answer, regenerate] };
        join_all(racing).await;
        // Whoever came first: afterwards the new set is whole and the old one dead.
        let left = app.mfa.status(&ada.subject).await?.recovery_left;
        expect("codes of the new set", &Some(10), &left)?;
        let old = ada.codes.iter().map(|code| Answer::recovery(&code.reveal()));
        expect("old codes that still work", &0, &app.answer_at_once(&ada, old).await?)?;
    }
    Ok(Outcome::Kept)
}

async fn two_administrators_do_not_lose_each_others_reset(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let app = Application::on(&c)?;
    let (one, two) = (app.protect("one").await?, app.protect("two").await?);
    let ada = app.protect("ada").await?;
    let sessions = [app.sign_in(&one).await?, app.sign_in(&two).await?];
    let resets: Vec<Boxed<'_, _>> = sessions
        .iter()
        .map(|session| {
            let (over, actor) = (ada.subject.clone(), session.subject().clone());
            let mfa = &app.mfa;
            let reset: Boxed<'_, Result<_, Violation>> = Box::pin(async move {
                let authority = HostAuthority::grant(over, actor, "a test");
                Ok(mfa.reset(session, &authority.map_err(broken_sample)?).await?)
            });
            reset
        })
        .collect();
    let issued: Result<Vec<_>, _> = join_all(resets).await.into_iter().collect();
    let SignIn::Enrol(_, challenge) = app.mfa.sign_in(app.password(&ada.subject)).await? else {
        return Err(Violation::new("the password alone signed in after a reset"));
    };
    let mut works = 0;
    for enrolment in issued? {
        let answer = Answer::enrolment(&enrolment.code.reveal());
        if let Ok(Verdict::Passed(_)) = app.mfa.answer(&challenge, answer).await {
            works += 1;
        }
    }
    expect("enrolment codes that work after two resets at once", &1, &works)?;
    Ok(Outcome::Kept)
}
