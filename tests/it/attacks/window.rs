//! A challenge passes once, whatever is passed between and wherever it is answered again.

use mfakit::{Answer, Challenge, HostAuthority, Mfa, Refusal, SignIn};

use super::{left, stored, three_codes, wrong_code};
use crate::world::{User, World, any_code, block_on, passed, refused, rejected};

/// The phone's code now, which has never been used.
fn fresh_code(world: &World, ada: &User) -> Answer {
    world.next_code();
    Answer::code(&ada.phone.code_at(world.now()))
}

/// Signs in so many times, each with a code of its own.
async fn sign_in_times(world: &World, ada: &User, times: usize) {
    for _ in 0..times {
        world.sign_in_with(&ada.subject, fresh_code(world, ada)).await;
    }
}

/// Answers a challenge that was passed: with a code and a recovery code that would pass another.
async fn is_spent(world: &World, mfa: &Mfa, ada: &User, challenge: &Challenge) {
    let before = stored(world, &ada.subject);
    for answer in [fresh_code(world, ada), Answer::recovery(&ada.recovery(9))] {
        let again = mfa.answer(challenge, answer).await;
        assert_eq!(refused(again), Refusal::ChallengeSpent);
    }
    assert_eq!(stored(world, &ada.subject), before, "a replay costs nothing and burns nothing");
}

/// The marks of passed challenges once made room for those of later ones, after eight.
#[test]
fn a_passed_challenge_is_refused_at_once_and_after_any_number_of_passes() {
    block_on(async {
        for others in [0, 1, 7, 8, 14, 15, 16] {
            let world = World::new();
            let ada = world.protect("ada").await;
            let challenge = world.challenge(&ada.subject).await;
            passed(world.mfa.answer(&challenge, fresh_code(&world, &ada)).await);
            sign_in_times(&world, &ada, others).await;
            is_spent(&world, &world.mfa, &ada, &challenge).await;
        }
    });
}

#[test]
fn a_passed_challenge_is_refused_in_another_process() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let challenge = world.challenge(&ada.subject).await;
        passed(world.mfa.answer(&challenge, fresh_code(&world, &ada)).await);
        for others in [0, 14] {
            sign_in_times(&world, &ada, others).await;
            // Its clock runs with the world's next codes.
            is_spent(&world, &world.elsewhere(30), &ada, &challenge).await;
        }
    });
}

#[test]
fn a_challenge_passed_by_whatever_answer_is_spent() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        world.wait(90);
        for answer in [three_codes(&world, &ada.phone), Answer::recovery(&ada.recovery(0))] {
            let challenge = world.challenge(&ada.subject).await;
            passed(world.mfa.answer(&challenge, answer).await);
            is_spent(&world, &world.mfa, &ada, &challenge).await;
        }
        let step_up = world.mfa.step_up(&session, "payout", &any_code()).await.unwrap();
        passed(world.mfa.answer(&step_up, fresh_code(&world, &ada)).await);
        is_spent(&world, &world.mfa, &ada, &step_up).await;
    });
}

#[test]
fn an_enrollment_challenge_passes_once() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = (world.protect("admin").await, world.protect("ada").await);
        let (over, actor) = (ada.subject.clone(), admin.subject.clone());
        let authority = HostAuthority::grant(over, actor, "lost her phone").unwrap();
        let issued = world.mfa.reset(&admin.session, &authority).await.unwrap();
        let SignIn::Challenge(challenge) =
            world.mfa.sign_in(world.password(&ada.subject)).await.unwrap()
        else {
            panic!("no enrollment code is asked for")
        };
        let code = || Answer::enrollment(&issued.code.reveal());
        passed(world.mfa.answer(&challenge, code()).await);
        let again = world.mfa.answer(&challenge, code()).await;
        assert_eq!(refused(again), Refusal::ChallengeSpent);
    });
}

/// The window: passes of every purpose and by every answer count.
#[test]
fn a_challenge_outlives_fifteen_passes_of_others_and_not_sixteen() {
    block_on(async {
        for (others, outcome) in [(14, true), (15, true), (16, false), (17, false)] {
            let world = World::new();
            let ada = world.protect("ada").await;
            let session = world.sign_in(&ada).await;
            let old = world.challenge(&ada.subject).await;
            let by_code = others - 2;
            sign_in_times(&world, &ada, by_code).await;
            world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;
            let step_up = world.mfa.step_up(&session, "payout", &any_code()).await.unwrap();
            passed(world.mfa.answer(&step_up, fresh_code(&world, &ada)).await);

            let answer = world.mfa.answer(&old, fresh_code(&world, &ada)).await;
            match outcome {
                true => drop(passed(answer)),
                false => assert_eq!(refused(answer), Refusal::ChallengeSpent, "after {others}"),
            }
        }
    });
}

/// Whoever knows the password must not be able to close the owner's challenge by failing.
#[test]
fn a_failed_answer_closes_no_other_challenge() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let own = world.challenge(&ada.subject).await;
        for _ in 0..19 {
            let other = world.challenge(&ada.subject).await;
            rejected(
                world.mfa.answer(&other, Answer::code(&wrong_code(&world, [&ada.phone]))).await,
            );
            let miss = Answer::recovery("0000-0000-0000-0000");
            rejected(world.mfa.answer(&other, miss).await);
        }
        assert_eq!(left(&world, &ada.subject), 1);
        passed(world.mfa.answer(&own, fresh_code(&world, &ada)).await);
    });
}
