//! Requests of somebody who knows the password and does not mean well.

use chrono::TimeDelta;
use mfakit::{
    Answer, Challenge, EmailStatus, Error, FactorId, FirstFactor, NewFactor, SignIn, Subject,
    Verdict,
};

use crate::world::{User, World, block_on};

/// An attacker, and the account that he is at: one with everything that an account can have.
pub(crate) struct Attacker {
    victim: User,
    challenge: Challenge,
    sent: u64,
}

impl Attacker {
    /// Ten factors with the longest labels, and a setup that was begun and not finished.
    pub(crate) fn of_a_full_account(world: &World) -> Self {
        let victim = block_on(async {
            let mut user = world.protect("0123456789abcdef0123456789abcdef").await;
            for number in 1..10 {
                let label = format!("{number}{}", "ü".repeat(63));
                let (_, session) = world.add_phone(&user.session, &label).await;
                user.session = session;
                world.next_code();
            }
            let lost = user.session.evidence().iter().find_map(|e| match e.kind() {
                mfakit::domain::EvidenceKind::Factor { id, .. } => Some(*id),
                _ => None,
            });
            let new = NewFactor::totp("A new one", "ada@example.org").expect("a factor");
            let new = new.replacing(lost.expect("a factor"));
            world
                .mfa
                .begin_setup(&user.session, new, EmailStatus::Verified)
                .await
                .expect("a setup");
            user
        });
        let challenge = block_on(world.challenge(&victim.subject));
        Self { victim, challenge, sent: 0 }
    }

    pub(crate) fn subject(&self) -> &Subject {
        &self.victim.subject
    }

    /// The next request. Now and then so much time passes that there are guesses again.
    pub(crate) fn request(&mut self, world: &World) {
        self.sent += 1;
        if self.sent.is_multiple_of(100) {
            world.clock.advance(TimeDelta::days(14));
        }
        if self.sent.is_multiple_of(5) {
            self.sign_in(world);
        }
        // A multiplicative step through all of them, so that no two in a row are alike.
        let drawn = self.sent.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let code = format!("{:06}", drawn % 1_000_000);
        let answer = match drawn % 7 {
            0 | 1 => Answer::code(&code),
            2 => Answer::code_of(FactorId::from_random([self.sent.to_le_bytes()[0]; 16]), &code),
            3 => Answer::three_codes([&code, &code, &code]),
            4 => Answer::recovery(&format!("{:016}", drawn)),
            5 => Answer::enrollment(&format!("{:016}", drawn)),
            _ => Answer::code(&"9".repeat(300)),
        };
        let lucky = match block_on(world.mfa.answer(&self.challenge, answer)) {
            Ok(Verdict::Passed(_)) => true,
            Ok(Verdict::Rejected(_)) | Err(Error::Refused(_)) => false,
            Err(error) => panic!("{error}"),
        };
        assert!(!lucky, "a code was guessed: 1 in 300,000");
    }

    fn sign_in(&mut self, world: &World) {
        let first = FirstFactor::password(self.victim.subject.clone(), world.now());
        match block_on(world.mfa.sign_in(first)).expect("an answer") {
            SignIn::Challenge(challenge) => self.challenge = challenge,
            other => panic!("no challenge: {other:?}"),
        }
    }
}
