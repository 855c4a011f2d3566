//! The clock of a phone, as its codes show it.

use mfakit::domain::FactorState::Totp;
use mfakit::{Answer, Confirmed, SetupRejectionReason};

use crate::attacks::{begin, new_factor, stored};
use crate::world::{User, World, block_on, passed, rejected};

fn drift(world: &World, ada: &User) -> i8 {
    match stored(world, &ada.subject).factors()[0].state() {
        Totp(totp) => totp.drift(),
        other => panic!("{other:?}"),
    }
}

/// Signs in with what the phone shows when its clock is so many periods ahead.
async fn shows(world: &World, ada: &User, ahead: i64) -> bool {
    let challenge = world.challenge(&ada.subject).await;
    let code = ada.phone.code_after(world.now(), ahead);
    match world.mfa.answer(&challenge, Answer::code(&code)).await {
        Ok(verdict) => matches!(verdict, mfakit::Verdict::Passed(_)),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_clock_that_drifts_slowly_is_followed_for_four_periods_either_way() {
    for direction in [1, -1] {
        block_on(async {
            let world = World::new();
            let ada = world.protect("ada").await;
            for ahead in 0..=4 {
                for _ in 0..3 {
                    world.wait(86_400);
                    assert!(shows(&world, &ada, direction * ahead).await, "{direction}, {ahead}");
                }
                assert_eq!(i64::from(drift(&world, &ada)), direction * ahead);
            }
            // One more is within the window around the limit; a second one is not.
            world.wait(86_400);
            assert!(shows(&world, &ada, direction * 5).await);
            assert_eq!(i64::from(drift(&world, &ada)), direction * 4);
            world.wait(86_400);
            assert!(!shows(&world, &ada, direction * 6).await);
        });
    }
}

#[test]
fn the_window_is_as_wide_around_a_learned_drift_as_without_one() {
    block_on(async {
        for learned in [-3_i64, 0, 3] {
            for offset in -3..=3_i64 {
                let world = World::new();
                let ada = world.protect("ada").await;
                for ahead in 1..=learned.abs() {
                    world.wait(86_400);
                    assert!(shows(&world, &ada, ahead * learned.signum()).await);
                }
                world.wait(86_400);
                let accepted = shows(&world, &ada, learned + offset).await;
                assert_eq!(accepted, offset.abs() <= 1, "{offset} from {learned}");
            }
        }
    });
}

#[test]
fn a_code_that_was_typed_late_moves_the_window_by_one_and_the_next_moves_it_back() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        world.wait(86_400);
        assert!(shows(&world, &ada, -1).await);
        assert_eq!(drift(&world, &ada), -1);
        world.wait(86_400);
        assert!(shows(&world, &ada, 0).await);
        assert_eq!(drift(&world, &ada), 0);
    });
}

#[test]
fn wrong_codes_teach_nothing() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        world.wait(86_400);
        for ahead in [2, 3, -2, -5] {
            assert!(!shows(&world, &ada, ahead).await);
            assert_eq!(drift(&world, &ada), 0);
        }
    });
}

#[test]
fn three_codes_in_a_row_find_a_clock_that_single_codes_have_lost() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        world.wait(86_400);
        assert!(!shows(&world, &ada, 4).await);
        let challenge = world.challenge(&ada.subject).await;
        let codes = [2, 3, 4].map(|ahead| ada.phone.code_after(world.now(), ahead));
        let codes = codes.each_ref().map(String::as_str);
        passed(world.mfa.answer(&challenge, Answer::three_codes(codes)).await);
        assert_eq!(drift(&world, &ada), 4);
        world.wait(86_400);
        assert!(shows(&world, &ada, 4).await);
    });
}

#[test]
fn a_setup_names_the_clock_that_is_off_and_accepts_nothing_by_it() {
    block_on(async {
        let world = World::new();
        let session = world.sign_in_plain(&"ada".parse().unwrap()).await;
        let (setup, phone) = begin(&world, &session, new_factor("Phone")).await;
        for (ahead, named) in [(8, "4 minutes fast"), (-20, "10 minutes slow"), (-21, "")] {
            let code = phone.code_after(world.now(), ahead);
            match world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await {
                Ok(Confirmed::Rejected(rejection)) => {
                    let off = matches!(rejection.reason, SetupRejectionReason::ClockOff(_));
                    assert_eq!(off, !named.is_empty());
                    assert!(rejection.to_string().contains(named), "{rejection}");
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(!stored(&world, session.subject()).pending().unwrap().confirmed());
        // At the edge of the window it is right, and its drift is known from the start.
        let code = phone.code_after(world.now(), 1);
        let confirmed = world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await;
        assert!(matches!(confirmed, Ok(Confirmed::FirstFactor(_))));
        world.mfa.finish_setup(&session, setup.id()).await.unwrap().full().unwrap();
        world.wait(86_400);
        let challenge = world.challenge(session.subject()).await;
        let late = Answer::code(&phone.code_after(world.now(), -1));
        rejected(world.mfa.answer(&challenge, late).await);
        let ahead = Answer::code(&phone.code_after(world.now(), 2));
        passed(world.mfa.answer(&challenge, ahead).await);
    });
}
