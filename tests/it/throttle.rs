//! What guessing costs, and whom.

mod drift;
mod siege;
mod strict;
mod yearly;

use chrono::TimeDelta;
use mfakit::domain::Throttle;
use mfakit::store::EventLog;
use mfakit::{Answer, Event, EventKind, RejectionReason};

use crate::attacks::{guess, left, stored, three_codes, wrong_code};
use crate::concurrency::counted;
use crate::world::{User, World, any_code, block_on, full, passed, rejected};

/// Random numbers that are the same in every run: SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of so many; what the division leaves over is of no account for so few.
    fn below(&mut self, sides: u32) -> u32 {
        u32::try_from(self.roll() % u64::from(sides)).expect("less than 2^32")
    }
}

fn told(world: &World) -> usize {
    counted(world, |event| *event == EventKind::GuessesSpent)
}

/// Somebody with the password has guessed until no single code is judged any more.
async fn emptied() -> (World, User) {
    let world = World::new();
    let ada = world.protect("ada").await;
    guess(&world, &ada, 20).await;
    (world, ada)
}

#[test]
fn after_twenty_guesses_single_codes_are_not_judged_and_nothing_is_written() {
    block_on(async {
        let (world, ada) = emptied().await;
        let before = (stored(&world, &ada.subject), world.store.commits());
        let challenge = world.challenge(&ada.subject).await;
        let right = ada.phone.code_at(world.now());
        let wrong = wrong_code(&world, [&ada.phone]);
        for code in [&right, &wrong].into_iter().cycle().take(100) {
            let rejection = rejected(world.mfa.answer(&challenge, Answer::code(code)).await);
            assert_eq!(rejection.reason, RejectionReason::ThreeCodesWanted { malformed: false });
            assert_eq!(rejection.answers_left, Some(5), "the challenge was not charged either");
        }
        assert_eq!((stored(&world, &ada.subject), world.store.commits()), before);
    });
}

#[test]
fn a_right_and_a_wrong_code_look_the_same_once_the_guesses_are_spent() {
    block_on(async {
        let (world, ada) = emptied().await;
        let challenge = world.challenge(&ada.subject).await;
        let right = Answer::code(&ada.phone.code_at(world.now()));
        let right = rejected(world.mfa.answer(&challenge, right).await);
        let wrong = Answer::code(&wrong_code(&world, [&ada.phone]));
        assert_eq!(right, rejected(world.mfa.answer(&challenge, wrong).await));
    });
}

#[test]
fn the_owner_of_an_emptied_account_signs_in_with_three_codes_in_a_row() {
    block_on(async {
        let (world, ada) = emptied().await;
        world.wait(60);
        // The code that was refused unjudged is not used up by it.
        let challenge = world.challenge(&ada.subject).await;
        rejected(world.mfa.answer(&challenge, Answer::code(&ada.phone.code_at(world.now()))).await);
        let session = world.sign_in_with(&ada.subject, three_codes(&world, &ada.phone)).await;
        assert!(session.has_second_factor());
        assert_eq!(left(&world, &ada.subject), 0, "the guesser's guesses stay spent");
    });
}

#[test]
fn three_codes_that_are_not_a_row_pass_nothing_and_cost_nothing() {
    block_on(async {
        let (world, ada) = emptied().await;
        world.wait(600);
        let wrong = wrong_code(&world, [&ada.phone]);
        let shown = |periods| ada.phone.code_after(world.now(), periods);
        let challenge = world.challenge(&ada.subject).await;
        let before = (stored(&world, &ada.subject), world.store.commits());
        let rows: [[String; 3]; 9] = [
            [shown(0), shown(-1), shown(-2)],
            [shown(-2), shown(0), shown(-1)],
            [shown(0), shown(0), shown(0)],
            [shown(-4), shown(-2), shown(0)],
            [wrong.clone(), shown(-1), shown(0)],
            [shown(-2), wrong.clone(), shown(0)],
            [shown(-2), shown(-1), wrong],
            // Beyond the four periods either way.
            [shown(-5), shown(-4), shown(-3)],
            [shown(3), shown(4), shown(5)],
        ];
        for _ in 0..10 {
            for row in &rows {
                let answer = Answer::three_codes(row.each_ref().map(String::as_str));
                let rejection = rejected(world.mfa.answer(&challenge, answer).await);
                assert_eq!(rejection.answers_left, Some(5));
            }
        }
        assert_eq!((stored(&world, &ada.subject), world.store.commits()), before);
        passed(world.mfa.answer(&challenge, three_codes(&world, &ada.phone)).await);
    });
}

#[test]
fn the_owner_is_told_once_until_the_budget_has_been_full_again() {
    block_on(async {
        let (world, ada) = emptied().await;
        assert_eq!(told(&world), 1);
        for _ in 0..10 {
            world.clock.advance(TimeDelta::days(14));
            guess(&world, &ada, 3).await;
            assert_eq!(left(&world, &ada.subject), 0);
        }
        assert_eq!(told(&world), 1, "who grows one guess back is not told again");
        world.clock.advance(TimeDelta::days(14 * 20));
        guess(&world, &ada, 20).await;
        assert_eq!(told(&world), 2);
        let events = world.memory.read(None, 10_000).await.expect("the log").events;
        let spent = |event: &&Event| *event.kind() == EventKind::GuessesSpent;
        assert!(events.iter().filter(spent).all(Event::concerns_owner));
    });
}

#[test]
fn success_gives_back_what_its_own_challenge_spent_and_three_at_most() {
    block_on(async {
        for (typos, left_after) in [(0, 20), (1, 20), (2, 20), (3, 19), (4, 18)] {
            let world = World::new();
            let ada = world.protect("ada").await;
            let challenge = world.challenge(&ada.subject).await;
            let wrong = wrong_code(&world, [&ada.phone]);
            for _ in 0..typos {
                rejected(world.mfa.answer(&challenge, Answer::code(&wrong)).await);
            }
            let right = Answer::code(&ada.phone.code_at(world.now()));
            passed(world.mfa.answer(&challenge, right).await);
            assert_eq!(left(&world, &ada.subject), left_after, "after {typos} typos");
        }
    });
}

#[test]
fn what_one_challenge_spent_is_not_given_back_by_another() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        guess(&world, &ada, 4).await;
        world.sign_in(&ada).await;
        assert_eq!(left(&world, &ada.subject), 16);
        world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;
        assert_eq!(left(&world, &ada.subject), 16);
    });
}

#[test]
fn one_guess_grows_back_every_fourteen_days_and_is_judged() {
    block_on(async {
        let (world, ada) = emptied().await;
        let judged =
            || counted(&world, |event| matches!(event, EventKind::CodeRejected { .. })) - 20;
        world.clock.advance(TimeDelta::days(14) - TimeDelta::seconds(1));
        guess(&world, &ada, 5).await;
        assert_eq!(judged(), 0);
        for round in 1..=6 {
            world.clock.advance(TimeDelta::seconds(1));
            guess(&world, &ada, 5).await;
            assert_eq!(judged(), round);
            world.clock.advance(TimeDelta::days(14) - TimeDelta::seconds(1));
        }
        // The owner, too, may come with a single code again.
        world.clock.advance(TimeDelta::seconds(1));
        world.sign_in(&ada).await;
    });
}

#[test]
fn a_guess_that_is_made_does_not_restart_the_fortnight_that_runs() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        guess(&world, &ada, 10).await;
        world.clock.advance(TimeDelta::days(10));
        guess(&world, &ada, 10).await;
        assert_eq!(left(&world, &ada.subject), 0);
        world.clock.advance(TimeDelta::days(4));
        assert_eq!(left(&world, &ada.subject), 1);
        guess(&world, &ada, 1).await;
        world.clock.advance(TimeDelta::days(14));
        assert_eq!(left(&world, &ada.subject), 1);
    });
}

#[test]
fn guesses_that_nobody_makes_do_not_add_up_beyond_a_full_budget() {
    block_on(async {
        let (world, ada) = emptied().await;
        world.clock.advance(TimeDelta::days(365 * 50));
        assert_eq!(left(&world, &ada.subject), 20);
        guess(&world, &ada, 30).await;
        let judged = counted(&world, |event| matches!(event, EventKind::CodeRejected { .. }));
        assert_eq!(judged, 40);
    });
}

#[test]
fn a_sign_in_with_both_factors_after_a_new_password_refills_the_budget() {
    block_on(async {
        let (world, ada) = emptied().await;
        world.wait(90);
        world.mfa.password_changed(&ada.subject, None).await.unwrap();
        assert_eq!(left(&world, &ada.subject), 0, "the new password alone refills nothing");
        guess(&world, &ada, 3).await;
        world.sign_in_with(&ada.subject, three_codes(&world, &ada.phone)).await;
        assert_eq!(left(&world, &ada.subject), 20);
        // Once: the next emptying is not undone by the next sign-in.
        guess(&world, &ada, 20).await;
        world.wait(90);
        world.sign_in_with(&ada.subject, three_codes(&world, &ada.phone)).await;
        assert_eq!(left(&world, &ada.subject), 0);
        assert_eq!(told(&world), 2);
    });
}

/// Recovery codes are what a thief of the owner's papers has.
#[test]
fn a_sign_in_with_a_recovery_code_after_a_new_password_refills_nothing() {
    block_on(async {
        let (world, ada) = emptied().await;
        world.wait(90);
        world.mfa.password_changed(&ada.subject, None).await.unwrap();
        world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;
        assert_eq!(left(&world, &ada.subject), 0);
        // What is due stays due until she signs in with her phone.
        world.sign_in_with(&ada.subject, three_codes(&world, &ada.phone)).await;
        assert_eq!(left(&world, &ada.subject), 20);
    });
}

#[test]
fn a_step_up_after_a_new_password_refills_nothing() {
    block_on(async {
        let (world, ada) = emptied().await;
        world.wait(90);
        let session = world.mfa.password_changed(&ada.subject, Some(&ada.session)).await;
        let session = full(session.unwrap().unwrap());
        let challenge = world.mfa.step_up(&session, "payout", &any_code()).await.unwrap();
        passed(world.mfa.answer(&challenge, three_codes(&world, &ada.phone)).await);
        assert_eq!(left(&world, &ada.subject), 0);
    });
}

#[test]
fn the_budget_is_the_settings_own() {
    let throttle = Throttle::Budget { guesses: 3, regrow: TimeDelta::days(30) };
    let world = World::with(mfakit::Settings::builder().throttle(throttle).build().unwrap());
    block_on(async {
        let ada = world.protect("ada").await;
        guess(&world, &ada, 10).await;
        assert_eq!(counted(&world, |e| matches!(e, EventKind::CodeRejected { .. })), 3);
        world.clock.advance(TimeDelta::days(29));
        assert_eq!(stored(&world, &ada.subject).budget().left(&throttle, world.now()), 0);
        world.clock.advance(TimeDelta::days(1));
        assert_eq!(stored(&world, &ada.subject).budget().left(&throttle, world.now()), 1);
    });
}

#[test]
fn who_types_no_code_at_all_is_still_told_that_three_are_wanted() {
    block_on(async {
        let (world, ada) = emptied().await;
        let challenge = world.challenge(&ada.subject).await;
        for answer in [Answer::code("what code?"), Answer::three_codes(["1", "2", "3"])] {
            let rejection = rejected(world.mfa.answer(&challenge, answer).await);
            assert_eq!(rejection.reason, RejectionReason::ThreeCodesWanted { malformed: true });
            assert_eq!(rejection.answers_left, Some(5));
        }
    });
}
