//! The order of the work. Every program keeps to it, whatever language it is written in.

use std::env;
use std::sync::Arc;

use tokio::sync::Barrier;

use crate::authenticator::Authenticator;
use crate::record::{Outcome, Record, Tally};

/// Two-factor sign-in as an application has it, between its handlers and its database.
pub trait Peer: Clone + Send + Sync + 'static {
    /// A sign-in whose password was right and whose code is asked for.
    type Challenge: Send + Sync + 'static;
    /// A session with two factors, as it was stored.
    type Session: Send;

    /// Makes a user with two-factor sign-in on, and her recovery codes.
    fn enroll(&self, number: u64) -> impl Future<Output = (Authenticator, Vec<String>)> + Send;

    /// The user's password was right.
    fn challenge(&self, number: u64) -> impl Future<Output = Self::Challenge> + Send;

    /// Judges a code. Accepted means that the session is stored.
    fn answer(
        &self,
        challenge: &Self::Challenge,
        code: &str,
    ) -> impl Future<Output = (Outcome, Option<Self::Session>)> + Send;

    /// Judges a recovery code, likewise.
    fn recover(
        &self,
        challenge: &Self::Challenge,
        code: &str,
    ) -> impl Future<Output = (Outcome, Option<Self::Session>)> + Send;

    /// Replaces the recovery codes.
    fn issue(&self, session: &Self::Session) -> impl Future<Output = Vec<String>> + Send;

    /// A code of the right form that is none of these.
    fn wrong_recovery(&self, codes: &[String]) -> String;
}

struct User {
    number: u64,
    phone: Authenticator,
    codes: Vec<String>,
}

/// Requests that carry the same code at once.
const AT_ONCE: usize = 8;
/// Wrong codes that arrive at once.
const GUESSES: usize = 40;

/// Does all the work with accounts. Sizes are from the environment, as `compare/run` sets them.
///
/// # Panics
/// When the peer does not work at all.
pub async fn drive<P: Peer>(peer: P, record: &Record) {
    let (accounts, trials) = (size("COMPARE_ACCOUNTS", 40), size("COMPARE_TRIALS", 30));
    let users = enroll(&peer, 3 * accounts + 3 * trials).await;
    let (first, rest) = users.split_at(accounts);
    let (second, rest) = rest.split_at(accounts);
    let (third, rest) = rest.split_at(accounts);

    codes(&peer, record, first, second).await;
    recovery(&peer, record, second, third).await;

    let (for_codes, rest) = rest.split_at(trials);
    let (for_recovery, for_guesses) = rest.split_at(trials);
    let mut tally = Tally::default();
    for user in for_codes {
        let code = user.phone.next_code();
        at_once(&peer, user, vec![code; AT_ONCE], Kind::Code, &mut tally).await;
    }
    record.write("race_code", for_codes.len(), tally);
    let mut tally = Tally::default();
    for user in for_recovery {
        let code = user.codes[0].clone();
        at_once(&peer, user, vec![code; AT_ONCE], Kind::Recovery, &mut tally).await;
    }
    record.write("race_recovery", for_recovery.len(), tally);
    let mut tally = Tally::default();
    for user in for_guesses {
        at_once(&peer, user, user.phone.wrong_codes(GUESSES), Kind::Code, &mut tally).await;
    }
    record.write("race_guesses", 0, tally);
}

async fn codes<P: Peer>(peer: &P, record: &Record, first: &[User], second: &[User]) {
    let mut used = Vec::new();
    let mut right = Tally::default();
    for user in first {
        let (challenge, code) = (peer.challenge(user.number).await, user.phone.next_code());
        let session = right.time(peer.answer(&challenge, &code)).await;
        used.push((user, code, session.expect("a right code passes")));
    }
    record.write("right_code", first.len(), right);

    let mut replayed = Tally::default();
    for (user, code, _) in &used {
        let challenge = peer.challenge(user.number).await;
        replayed.time(peer.answer(&challenge, code)).await;
    }
    record.write("replayed_code", 0, replayed);

    let mut wrong = Tally::default();
    for user in second {
        let (challenge, code) = (peer.challenge(user.number).await, user.phone.wrong_code());
        wrong.time(peer.answer(&challenge, &code)).await;
    }
    record.write("wrong_code", 0, wrong);

    let (mut issued, mut old) = (Tally::default(), Tally::default());
    for (user, _, session) in &used {
        let issue = async { (Outcome::Accepted, peer.issue(session).await) };
        let new = issued.time(issue).await;
        assert_eq!(new.len(), 10);
        let challenge = peer.challenge(user.number).await;
        old.time(peer.recover(&challenge, &user.codes[1])).await;
    }
    record.write("issue_codes", first.len(), issued);
    record.write("recovery_old", 0, old);
}

async fn recovery<P: Peer>(peer: &P, record: &Record, second: &[User], third: &[User]) {
    let (mut right, mut again) = (Tally::default(), Tally::default());
    for user in second {
        // Any place in the set is as likely as another.
        let code = &user.codes[usize::try_from(user.number % 10).expect("a digit")];
        let challenge = peer.challenge(user.number).await;
        right.time(peer.recover(&challenge, code)).await;
        let challenge = peer.challenge(user.number).await;
        again.time(peer.recover(&challenge, code)).await;
    }
    record.write("recovery_right", second.len(), right);
    record.write("recovery_again", 0, again);

    let mut wrong = Tally::default();
    for user in third {
        let challenge = peer.challenge(user.number).await;
        wrong.time(peer.recover(&challenge, &peer.wrong_recovery(&user.codes))).await;
    }
    record.write("recovery_wrong", 0, wrong);
}

#[derive(Clone, Copy)]
enum Kind {
    Code,
    Recovery,
}

/// Each code in a sign-in of its own, all let go by one barrier, on the runtime's threads.
async fn at_once<P: Peer>(
    peer: &P,
    user: &User,
    codes: Vec<String>,
    kind: Kind,
    tally: &mut Tally,
) {
    let barrier = Arc::new(Barrier::new(codes.len()));
    let mut running = Vec::with_capacity(codes.len());
    for code in codes {
        let challenge = peer.challenge(user.number).await;
        let (peer, barrier) = (peer.clone(), Arc::clone(&barrier));
        running.push(tokio::spawn(async move {
            barrier.wait().await;
            match kind {
                Kind::Code => peer.answer(&challenge, &code).await.0,
                Kind::Recovery => peer.recover(&challenge, &code).await.0,
            }
        }));
    }
    for answered in running {
        tally.count(answered.await.expect("an outcome"));
    }
}

async fn enroll<P: Peer>(peer: &P, count: usize) -> Vec<User> {
    let running: Vec<_> = (0..4)
        .map(|part| {
            let peer = peer.clone();
            let numbers = (1..=u64::try_from(count).expect("few")).filter(move |n| n % 4 == part);
            tokio::spawn(async move {
                let mut users = Vec::new();
                for number in numbers {
                    let (phone, codes) = peer.enroll(number).await;
                    users.push(User { number, phone, codes });
                }
                users
            })
        })
        .collect();
    let mut users = Vec::with_capacity(count);
    for part in running {
        users.extend(part.await.expect("users"));
    }
    users.sort_by_key(|user| user.number);
    users
}

fn size(name: &str, default: usize) -> usize {
    env::var(name).map_or(default, |text| text.parse().expect("a number"))
}
