//! What many requests at once come to, in the service as it is: interleaved at every call of the
//! store, and on threads of the operating system. Every order of two or three is in `shuttle`.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Barrier;
use std::task::Poll;

use mfakit::store::{AccountStore, EventLog};
use mfakit::testing::Fault;
use mfakit::{
    Answer, Challenge, Error, EventKind, HostAuthority, Mfa, Refusal, RejectionReason, SignIn,
    Subject, Verdict,
};

use crate::world::{User, World, block_on, passed, rejected};

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Polls all of them in turn, so that at every call of the store the others come in between.
pub(crate) fn at_once<'a, T: 'a>(
    futures: impl IntoIterator<Item = impl Future<Output = T> + 'a>,
) -> Vec<T> {
    let mut running: Vec<Boxed<'a, T>> = Vec::new();
    futures.into_iter().for_each(|future| running.push(Box::pin(future)));
    let mut outputs: Vec<Option<T>> = running.iter().map(|_| None).collect();
    block_on(poll_fn(|context| {
        for (future, output) in running.iter_mut().zip(&mut outputs) {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(ready) => *output = Some(ready),
                    Poll::Pending => {}
                }
            }
        }
        if outputs.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    }));
    outputs.into_iter().flatten().collect()
}

/// Runs each on a thread of its own, all from the same moment on.
fn on_threads<T: Send, I: Send>(inputs: Vec<I>, run: impl Fn(I) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(inputs.len());
    let (barrier, run) = (&barrier, &run);
    std::thread::scope(|scope| {
        let start = |input| {
            scope.spawn(move || {
                barrier.wait();
                run(input)
            })
        };
        let threads: Vec<_> = inputs.into_iter().map(start).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread that ends")).collect()
    })
}

/// A protected user, and so many sign-ins that have come as far as the challenge.
fn asked(count: usize) -> (World, User, Vec<Challenge>) {
    let world = World::new();
    let ada = block_on(world.protect("ada"));
    let challenges = (0..count).map(|_| block_on(world.challenge(&ada.subject))).collect();
    world.store.yield_around_calls();
    (world, ada, challenges)
}

/// How many passed. A loser is rejected, or refused because somebody was quicker, or told that the
/// hasher is busy; anything else fails the test.
fn accepted(verdicts: Vec<Result<Verdict, Error>>) -> usize {
    let passed = |verdict| match verdict {
        Ok(Verdict::Passed(_)) => true,
        Ok(Verdict::Rejected(_)) | Err(Error::Refused(_) | Error::Busy) => false,
        Err(other) => panic!("{other}"),
    };
    verdicts.into_iter().map(passed).filter(|passed| *passed).count()
}

pub(crate) fn events(world: &World) -> Vec<EventKind> {
    let page = block_on(world.memory.read(None, 10_000)).expect("the log");
    page.events.iter().map(|event| event.kind().clone()).collect()
}

pub(crate) fn counted(world: &World, wanted: impl Fn(&EventKind) -> bool) -> usize {
    events(world).iter().filter(|event| wanted(event)).count()
}

/// How many commits the account has seen.
fn version(world: &World, subject: &Subject) -> u64 {
    let account = block_on(world.memory.load(subject)).expect("the store").expect("an account");
    account.version().number()
}

fn wrong_codes(world: &World, ada: &User, count: usize) -> Vec<String> {
    let right: Vec<String> = (-1..=1).map(|n| ada.phone.code_after(world.now(), n)).collect();
    let codes = (0..).map(|number| format!("{number:06}"));
    codes.filter(|code| !right.contains(code)).take(count).collect()
}

#[test]
fn a_code_is_accepted_once_across_two_hundred_concurrent_requests() {
    let (world, ada, challenges) = asked(200);
    let code = ada.phone.code_at(world.now());
    let answers = challenges.iter().map(|c| world.mfa.answer(c, Answer::code(&code)));
    assert_eq!(accepted(at_once(answers)), 1);
    assert_eq!(counted(&world, |e| matches!(e, EventKind::CodeAccepted { .. })), 1);
}

#[test]
fn a_code_is_accepted_once_across_two_hundred_threads() {
    let (world, ada, challenges) = asked(200);
    let (mfa, code): (&Mfa, _) = (&world.mfa, ada.phone.code_at(world.now()));
    let verdicts = on_threads(challenges, |c| block_on(mfa.answer(&c, Answer::code(&code))));
    assert_eq!(accepted(verdicts), 1);
    assert_eq!(counted(&world, |e| matches!(e, EventKind::CodeAccepted { .. })), 1);
}

#[test]
fn one_challenge_that_is_answered_two_hundred_times_at_once_is_passed_once() {
    let (world, ada, challenges) = asked(1);
    let code = ada.phone.code_at(world.now());
    let answers = (0..200).map(|_| world.mfa.answer(&challenges[0], Answer::code(&code)));
    assert_eq!(accepted(at_once(answers)), 1);
}

#[test]
fn a_recovery_code_is_used_once_across_two_hundred_concurrent_requests() {
    let (world, ada, challenges) = asked(200);
    let code = ada.recovery(4);
    let answers = challenges.iter().map(|c| world.mfa.answer(c, Answer::recovery(&code)));
    assert_eq!(accepted(at_once(answers)), 1);
    let left = block_on(world.mfa.status(&ada.subject)).expect("status").recovery_left;
    assert_eq!(left, Some(9));
}

#[test]
fn a_recovery_code_is_used_once_across_two_hundred_threads() {
    let (world, ada, challenges) = asked(200);
    let (mfa, code): (&Mfa, _) = (&world.mfa, ada.recovery(4));
    let verdicts = on_threads(challenges, |c| block_on(mfa.answer(&c, Answer::recovery(&code))));
    assert_eq!(accepted(verdicts), 1);
    assert_eq!(counted(&world, |e| matches!(e, EventKind::RecoveryCodeUsed { .. })), 1);
}

#[test]
fn of_fifty_parallel_guesses_twenty_are_judged_and_the_rest_write_nothing() {
    for threads in [false, true] {
        let (world, ada, challenges) = asked(50);
        let guesses: Vec<_> = challenges.into_iter().zip(wrong_codes(&world, &ada, 50)).collect();
        let before = version(&world, &ada.subject);
        let mfa: &Mfa = &world.mfa;
        let guess = |(c, code): (Challenge, String)| async move {
            rejected(mfa.answer(&c, Answer::code(&code)).await)
        };
        let rejections = if threads {
            on_threads(guesses, |input| block_on(guess(input)))
        } else {
            at_once(guesses.into_iter().map(guess))
        };
        assert_eq!(rejections.len(), 50);
        assert_eq!(counted(&world, |e| matches!(e, EventKind::CodeRejected { .. })), 20);
        assert_eq!(version(&world, &ada.subject) - before, 20, "a throttled answer was committed");
        // The twentieth guess and every throttled one say what is wanted now.
        let three = RejectionReason::ThreeCodesWanted { malformed: false };
        assert_eq!(rejections.iter().filter(|rejection| rejection.reason == three).count(), 31);
        assert_eq!(counted(&world, |e| *e == EventKind::GuessesSpent), 1, "told once");
    }
}

#[test]
fn twelve_parallel_guesses_are_charged_exactly_twelve() {
    let (world, ada, challenges) = asked(12);
    let guesses = challenges.iter().zip(wrong_codes(&world, &ada, 12));
    let guesses = guesses.map(|(c, code)| world.mfa.answer(c, Answer::code(&code)));
    assert_eq!(accepted(at_once(guesses.collect::<Vec<_>>())), 0);
    let account = block_on(world.memory.load(&ada.subject)).expect("the store").expect("a row");
    let throttle = mfakit::domain::Throttle::default();
    assert_eq!(account.budget().left(&throttle, world.now()), 8);
}

#[test]
fn one_challenge_takes_five_of_thirty_parallel_guesses() {
    let (world, ada, challenges) = asked(1);
    let guesses = wrong_codes(&world, &ada, 30);
    let guesses = guesses.iter().map(|code| world.mfa.answer(&challenges[0], Answer::code(code)));
    let verdicts = at_once(guesses.collect::<Vec<_>>());
    let spent =
        |v: &&Result<Verdict, Error>| matches!(v, Err(Error::Refused(Refusal::ChallengeSpent)));
    assert_eq!(verdicts.iter().filter(spent).count(), 25);
    assert_eq!(counted(&world, |e| matches!(e, EventKind::CodeRejected { .. })), 5);
}

#[test]
fn of_two_regenerations_at_once_one_wins_and_its_codes_are_the_ones_that_work() {
    let (world, ada, _) = asked(0);
    let other = block_on(world.sign_in(&ada));
    let sessions = [&ada.session, &other];
    let results = at_once(sessions.map(|session| world.mfa.regenerate_codes(session)));
    let mut won = results.iter().filter_map(|result| result.as_ref().ok());
    let (_, codes) = won.next().expect("one of them won");
    assert!(won.next().is_none(), "both were shown codes, and one set is worthless");
    let lost = results.iter().filter_map(|result| result.as_ref().err());
    let lost: Vec<_> = lost.map(Error::code).collect();
    assert_eq!(lost, ["sign_in_again"]);
    let challenge = block_on(world.challenge(&ada.subject));
    let code = codes.as_slice()[0].reveal();
    let _ = passed(block_on(world.mfa.answer(&challenge, Answer::recovery(&code))));
}

#[test]
fn of_two_resets_at_once_the_later_code_enrolls_and_the_other_does_not() {
    let (world, ada, _) = asked(0);
    let admins = ["admin", "root"].map(|name| block_on(world.protect(name)));
    let authority = |admin: &User| {
        let (over, actor) = (ada.subject.clone(), admin.subject.clone());
        HostAuthority::grant(over, actor, "identified in person").expect("an authority")
    };
    let authorities = admins.each_ref().map(authority);
    let resets = admins.iter().zip(&authorities);
    let resets = resets.map(|(admin, authority)| world.mfa.reset(&admin.session, authority));
    let codes = at_once(resets).into_iter().map(|reset| reset.expect("a reset").code.reveal());
    let enrolls = codes.map(|code| {
        let again = block_on(world.mfa.sign_in(world.password(&ada.subject)));
        let Ok(SignIn::Challenge(challenge)) = again else { panic!("{again:?}") };
        matches!(
            block_on(world.mfa.answer(&challenge, Answer::enrollment(&code))),
            Ok(Verdict::Passed(_))
        )
    });
    assert_eq!(enrolls.filter(|enrolls| *enrolls).count(), 1);
    assert_eq!(counted(&world, |e| matches!(e, EventKind::Reset { .. })), 2, "both are on record");
}

#[test]
fn sixty_changes_of_one_account_at_once_all_go_through() {
    let (world, ada, _) = asked(0);
    let changes = (0..60).map(|_| world.mfa.password_changed(&ada.subject, None));
    for changed in at_once(changes) {
        changed.expect("nobody gives up");
    }
    assert_eq!(counted(&world, |e| *e == EventKind::PasswordChanged), 60);
}

#[test]
fn beyond_the_bound_an_operation_gives_up_having_changed_nothing() {
    let (world, ada, _) = asked(0);
    let changes = (0..100).map(|_| world.mfa.password_changed(&ada.subject, None));
    let changed = at_once(changes);
    let gave_up = changed.iter().filter(|changed| matches!(changed, Err(Error::Contended))).count();
    let went_through = changed.iter().filter(|changed| changed.is_ok()).count();
    assert_eq!((went_through, gave_up), (64, 36));
    assert_eq!(counted(&world, |e| *e == EventKind::PasswordChanged), 64);
}

#[test]
fn a_lost_reply_is_recognized_although_others_have_committed_since() {
    let (world, ada, challenges) = asked(11);
    world.store.reset();
    // The recovery code's commit is the first one, and the guesses come before its reload.
    let mine = world.mfa.answer(&challenges[0], Answer::recovery(&ada.recovery(0)));
    let mut mine: Boxed<'_, _> = Box::pin(mine);
    world.store.fail(1, Fault::LostReply);
    while world.store.commits() == 0 {
        block_on(poll_fn(|context| {
            assert!(mine.as_mut().poll(context).is_pending(), "it was answered too early");
            Poll::Ready(())
        }));
    }
    let guesses = wrong_codes(&world, &ada, 10);
    for (challenge, code) in challenges[1..].iter().zip(&guesses) {
        rejected(block_on(world.mfa.answer(challenge, Answer::code(code))));
    }
    let passed = passed(block_on(mine));
    assert_eq!(passed.recovery_left, Some(9));
    assert_eq!(counted(&world, |e| matches!(e, EventKind::RecoveryCodeUsed { .. })), 1);
}
