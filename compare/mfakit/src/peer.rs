//! The library as a host calls it.

use chrono::Utc;
use mfakit::{
    Answer, Assurance, Challenge, Confirmed, EmailStatus, FirstFactor, Mfa, NewFactor,
    SignIn, SignedIn, Subject, Verdict,
};
use shared::{Authenticator, Outcome, Peer};

use crate::sessions::Sessions;

#[derive(Clone)]
pub(crate) struct Library {
    pub(crate) mfa: Mfa,
    pub(crate) sessions: Sessions,
}

impl Library {
    async fn judge(
        &self,
        challenge: &Challenge,
        answer: Answer,
        fresh: Option<u8>,
    ) -> (Outcome, Option<Assurance>) {
        match self.mfa.answer(challenge, answer).await {
            Ok(Verdict::Passed(passed)) => {
                let session = passed.signed_in.full().expect("a full session");
                self.sessions.store(&session).await;
                (Outcome::Accepted, Some(session))
            }
            // A code that is not looked at is not charged either.
            Ok(Verdict::Rejected(why)) if fresh.is_some() && why.answers_left == fresh => {
                (Outcome::Limited, None)
            }
            Ok(Verdict::Rejected(_)) => (Outcome::Refused, None),
            Err(_) => (Outcome::Failed, None),
        }
    }
}

/// Answers that a fresh challenge takes, by default.
const ANSWERS: u8 = 5;

impl Peer for Library {
    type Challenge = Challenge;
    type Session = Assurance;

    async fn enroll(&self, number: u64) -> (Authenticator, Vec<String>) {
        let signed_in = self.mfa.sign_in(password(number)).await;
        let Ok(SignIn::Done(SignedIn::Full(session, _))) = signed_in else { panic!("{signed_in:?}") };
        let phone = NewFactor::totp("Phone", "ada@example.org").expect("a factor");
        let setup =
            self.mfa.begin_setup(&session, phone, EmailStatus::Verified).await.expect("begun");
        let phone = Authenticator::scan(setup.totp().expect("an app").otpauth_uri());
        let confirmed = self.mfa.confirm_setup(&session, setup.id(), Answer::code(&phone.code())).await;
        let Ok(Confirmed::FirstFactor(codes)) = confirmed else { panic!("{confirmed:?}") };
        let _ = self.mfa.finish_setup(&session, setup.id()).await.expect("finished");
        (phone, codes.iter().map(|code| code.reveal().to_string()).collect())
    }

    async fn challenge(&self, number: u64) -> Challenge {
        let signed_in = self.mfa.sign_in(password(number)).await;
        let Ok(SignIn::Challenge(challenge)) = signed_in else { panic!("{signed_in:?}") };
        challenge
    }

    async fn answer(
        &self,
        challenge: &Self::Challenge,
        code: &str,
    ) -> (Outcome, Option<Assurance>) {
        self.judge(challenge, Answer::code(code), Some(ANSWERS)).await
    }

    async fn recover(
        &self,
        challenge: &Self::Challenge,
        code: &str,
    ) -> (Outcome, Option<Assurance>) {
        self.judge(challenge, Answer::recovery(code), None).await
    }

    async fn issue(&self, session: &Assurance) -> Vec<String> {
        let (session, codes) = self.mfa.regenerate_codes(session).await.expect("a fresh code");
        self.sessions.store(&session).await;
        codes.iter().map(|code| code.reveal().to_string()).collect()
    }

    /// One character of a real code is another: the slot that it selects is in use.
    fn wrong_recovery(&self, codes: &[String]) -> String {
        let mut wrong = codes[3].clone();
        let last = wrong.pop();
        wrong.push(if last == Some('2') { '3' } else { '2' });
        wrong
    }
}

fn password(number: u64) -> FirstFactor {
    FirstFactor::password(Subject::from(number), Utc::now())
}
