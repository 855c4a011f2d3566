//! Clocks before 1970, in the far future, and running backwards.

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::domain::Account;
use mfakit::store::{Format, StoredAccount};
use mfakit::{Answer, Challenge, Error, FirstFactor, Refusal, SignIn};

use super::scene;
use crate::attacks::{guess, left, new_factor, stored, three_codes};
use crate::operations::every_operation;
use crate::world::{World, block_on, raised, refused, rejected};

const YEAR_10000: i64 = 253_402_300_800;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).expect("an instant")
}

#[test]
fn under_a_clock_out_of_range_every_operation_is_refused_and_nothing_is_committed() {
    // An hour from the ends of time, so that the phones of these tests can count.
    let hour = TimeDelta::hours(1);
    let ends = [DateTime::<Utc>::MIN_UTC + hour, DateTime::<Utc>::MAX_UTC - hour];
    let absurd = [ends[0], at(-1), at(YEAR_10000), ends[1]];
    for operation in every_operation() {
        for now in absurd {
            let staged = operation.stage();
            let name = operation.name;
            staged.place.clock.set(now);
            match staged.run() {
                Err(Error::Refused(refusal)) => {
                    assert_eq!(refusal, Refusal::ClockOutOfRange, "{name} at {now}");
                }
                // What asks for no time has its answer, and a bulk operation one for each account.
                Ok(_) => assert!(
                    ["show the status", "export", "re-seal"].contains(&name),
                    "{name} went through at {now}"
                ),
                Err(other) => panic!("{name} at {now}: {other}"),
            }
            assert_eq!(staged.place.store.commits(), 0, "{name} at {now}");
        }
    }
}

#[test]
fn at_the_ends_of_its_range_everything_works_and_can_be_read_back() {
    for (first, last) in [(0, 600), (YEAR_10000 - 601, YEAR_10000 - 1)] {
        block_on(async {
            let world = World::new();
            world.clock.set(at(first));
            let ada = world.protect("ada").await;
            world.sign_in(&ada).await;
            let challenge = world.challenge(&ada.subject).await;
            world.clock.set(at(last));

            let account = stored(&world, &ada.subject);
            let written = serde_json::to_string(&StoredAccount::new(&account, Format::V1)).unwrap();
            let read: StoredAccount = serde_json::from_str(&written).unwrap();
            let read: Account = read.into_account().unwrap();
            assert_eq!(read, *account);
            let written = serde_json::to_string(&challenge).unwrap();
            let challenge: Challenge = serde_json::from_str(&written).unwrap();

            raised(world.mfa.answer(&challenge, three_codes(&world, &ada.phone)).await);
        });
    }
}

#[test]
fn whatever_the_clock_jumps_to_every_outcome_is_typed() {
    let now = crate::world::START;
    let jumps = [0, 29, 30, now - 86_400, now - 1, now + 61, now * 2, YEAR_10000 - 1];
    for operation in every_operation() {
        for jump in jumps {
            let staged = operation.stage();
            staged.place.clock.set(at(jump));
            // It may go through or be refused; it neither panics nor fails in any other way.
            if let Err(error) = staged.run() {
                assert!(
                    matches!(error, Error::Refused(_)),
                    "{} at {jump}: {error}",
                    operation.name
                );
                assert_eq!(staged.place.store.commits(), 0, "{} at {jump}", operation.name);
            }
        }
    }
}

#[test]
fn a_clock_that_runs_backwards_opens_no_used_step_again() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let started = world.now();
        let mut used = Vec::new();
        for _ in 0..3 {
            used.push(ada.phone.code_at(world.now()));
            world.sign_in(&ada).await;
            world.next_code();
        }
        for seconds in [60, 30, 0, -30] {
            world.clock.set(started + TimeDelta::seconds(seconds));
            let challenge = world.challenge(&ada.subject).await;
            rejected(world.mfa.answer(&challenge, three_codes(&world, &ada.phone)).await);
            for code in &used {
                rejected(world.mfa.answer(&challenge, Answer::code(code)).await);
            }
            let shown = Answer::code(&ada.phone.code_at(world.now()));
            rejected(world.mfa.answer(&challenge, shown).await);
        }
        assert_eq!(left(&world, &ada.subject), 4, "each of them was judged and charged");
        world.clock.set(started + TimeDelta::seconds(90));
        world.sign_in(&ada).await;
    });
}

#[test]
fn a_clock_that_runs_backwards_grows_no_guess_and_frees_no_recovery_code() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;
        guess(&world, &ada, 20).await;
        let now = world.now();
        for days in [1, 14, 400, 10_000] {
            world.clock.set(now - TimeDelta::days(days));
            assert_eq!(left(&world, &ada.subject), 0, "{days} days earlier");
            let challenge = world.challenge(&ada.subject).await;
            let spent = Answer::recovery(&ada.recovery(0));
            rejected(world.mfa.answer(&challenge, spent).await);
        }
        // Nor does what was charged in between restart the fortnight that was running.
        world.clock.set(now + TimeDelta::days(13));
        assert_eq!(left(&world, &ada.subject), 0);
        world.clock.set(now + TimeDelta::days(14));
        assert_eq!(left(&world, &ada.subject), 1);
    });
}

#[test]
fn evidence_from_the_future_is_not_fresh() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        let before = scene(&world, &ada.subject);
        world.wait(-31);
        let begun = world
            .mfa
            .begin_setup(&session, new_factor("Tablet"), mfakit::EmailStatus::Verified)
            .await;
        assert_eq!(refused(begun).code(), "step_up_required");
        assert_eq!(refused(world.mfa.disable(&session).await).code(), "step_up_required");
        assert_eq!(scene(&world, &ada.subject), before);
        world.wait(1);
        let begun = world
            .mfa
            .begin_setup(&session, new_factor("Tablet"), mfakit::EmailStatus::Verified)
            .await;
        assert!(begun.is_ok(), "30 seconds ahead are another server's clock");
    });
}

#[test]
fn a_first_factor_may_be_ahead_of_the_clock_by_half_a_minute() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let ahead = |by| FirstFactor::password(ada.subject.clone(), world.now() + by);
        let half = TimeDelta::seconds(30);
        let opened = world.mfa.sign_in(ahead(half)).await;
        assert!(matches!(opened, Ok(SignIn::Challenge(..))), "{opened:?}");
        let refusal = refused(world.mfa.sign_in(ahead(half + TimeDelta::microseconds(1))).await);
        assert_eq!(refusal, Refusal::FirstFactorOutOfDate);
    });
}

#[test]
fn a_password_change_that_lies_ahead_of_the_clock_holds_passwords_back_until_then() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        world.wait(3_600);
        world.mfa.password_changed(&ada.subject, None).await.unwrap();
        world.wait(-3_600);
        let refusal = refused(world.mfa.sign_in(world.password(&ada.subject)).await);
        assert_eq!(refusal, Refusal::FirstFactorOutOfDate);
        world.wait(3_600);
        world.sign_in(&ada).await;
    });
}
