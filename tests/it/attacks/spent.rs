//! A code that was used is used up, wherever it was used and whatever was learned from it.

use mfakit::{Answer, Confirmed, HostAuthority, SignIn};

use super::{begin, confirms, factor, new_factor, stored, three_codes, wrong_code};
use crate::world::{World, block_on, passed, refused, rejected};

#[test]
fn a_learned_drift_does_not_bring_a_used_code_back() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let shown = |ahead| [0_i64, 1, 2].map(|n| ada.phone.code_after(world.now(), ahead + n));
        let ahead = shown(2);
        let three = ahead.each_ref().map(String::as_str);
        world.sign_in_with(&ada.subject, Answer::three_codes(three)).await;
        // The window is now centered four periods ahead, on the third of them, and follows the clock.
        for _ in 0..8 {
            let challenge = world.challenge(&ada.subject).await;
            for code in &ahead {
                rejected(world.mfa.answer(&challenge, Answer::code(code)).await);
            }
            rejected(world.mfa.answer(&challenge, Answer::three_codes(three)).await);
            world.next_code();
            let fresh = ada.phone.code_after(world.now(), 4);
            passed(world.mfa.answer(&challenge, Answer::code(&fresh)).await);
        }
    });
}

#[test]
fn the_code_that_added_or_replaced_a_factor_opens_nothing_else() {
    block_on(async {
        for replacing in [false, true] {
            let world = World::new();
            let ada = world.protect("ada").await;
            let session = world.sign_in(&ada).await;
            let phone = factor(&world, &ada.subject, "Phone").await;
            let new = new_factor("Tablet");
            let new = if replacing { new.replacing(phone) } else { new };
            let (setup, tablet) = begin(&world, &session, new).await;
            let code = tablet.code_at(world.now());
            assert!(confirms(&world, &session, &setup, &code).await);

            let id = factor(&world, &ada.subject, "Tablet").await;
            let challenge = world.challenge(&ada.subject).await;
            rejected(world.mfa.answer(&challenge, Answer::code_of(id, &code)).await);
            world.next_code();
            let next = tablet.code_at(world.now());
            passed(world.mfa.answer(&challenge, Answer::code_of(id, &next)).await);
        }
    });
}

#[test]
fn a_code_that_was_one_of_three_is_used_up_and_three_hold_no_used_one() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        world.wait(60);
        world.sign_in_with(&ada.subject, three_codes(&world, &ada.phone)).await;
        let challenge = world.challenge(&ada.subject).await;
        for periods in [-2, -1, 0] {
            let code = ada.phone.code_after(world.now(), periods);
            rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
        }
        rejected(world.mfa.answer(&challenge, three_codes(&world, &ada.phone)).await);
        // Two periods later the first of the three is still the one that was used.
        world.wait(60);
        rejected(world.mfa.answer(&challenge, three_codes(&world, &ada.phone)).await);
        world.next_code();
        passed(world.mfa.answer(&challenge, three_codes(&world, &ada.phone)).await);
    });
}

#[test]
fn ten_codes_recover_ten_times_and_no_eleventh() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        for number in 0..10 {
            let session =
                world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(number))).await;
            assert!(session.has_second_factor());
        }
        assert_eq!(stored(&world, &ada.subject).recovery().unwrap().left(), 0);
        let challenge = world.challenge(&ada.subject).await;
        for number in 0..10 {
            rejected(world.mfa.answer(&challenge, Answer::recovery(&ada.recovery(number))).await);
        }
        world.sign_in(&ada).await;
    });
}

#[test]
fn a_recovery_code_is_no_enrollment_code_and_an_enrollment_code_no_recovery_code() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = (world.protect("admin").await, world.protect("ada").await);
        let challenge = world.challenge(&ada.subject).await;
        let answer = Answer::enrollment(&ada.recovery(0));
        assert_eq!(refused(world.mfa.answer(&challenge, answer).await).code(), "wrong_answer_kind");

        let (over, actor) = (ada.subject.clone(), admin.subject.clone());
        let authority = HostAuthority::grant(over, actor, "lost her phone").unwrap();
        let issued = world.mfa.reset(&admin.session, &authority).await.unwrap();
        let again = world.mfa.sign_in(world.password(&ada.subject)).await.unwrap();
        let SignIn::Challenge(challenge) = again else { panic!("{again:?}") };
        rejected(world.mfa.answer(&challenge, Answer::enrollment(&ada.recovery(0))).await);
        for answer in [
            Answer::recovery(&issued.code.reveal()),
            Answer::recovery(&ada.recovery(0)),
            Answer::code(&ada.phone.code_at(world.now())),
        ] {
            let refusal = refused(world.mfa.answer(&challenge, answer).await);
            assert_eq!(refusal.code(), "wrong_answer_kind");
        }
    });
}

#[test]
fn codes_that_were_lost_before_they_were_saved_are_dead() {
    block_on(async {
        let world = World::new();
        let session = world.sign_in_plain(&"ada".parse().unwrap()).await;
        let (setup, phone) = begin(&world, &session, new_factor("Phone")).await;
        let code = phone.code_at(world.now());
        let confirmed =
            world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await.unwrap();
        let Confirmed::FirstFactor(lost) = confirmed else { panic!("{confirmed:?}") };
        let saved = world.mfa.reissue_codes(&session, setup.id()).await.unwrap();
        world.mfa.finish_setup(&session, setup.id()).await.unwrap().full().unwrap();

        let challenge = world.challenge(session.subject()).await;
        for code in &lost {
            rejected(world.mfa.answer(&challenge, Answer::recovery(&code.reveal())).await);
        }
        let saved = saved.as_slice()[0].reveal();
        passed(world.mfa.answer(&challenge, Answer::recovery(&saved)).await);
    });
}

#[test]
fn a_challenge_that_takes_no_more_codes_takes_a_recovery_code() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let challenge = world.challenge(&ada.subject).await;
        let wrong = wrong_code(&world, [&ada.phone]);
        for _ in 0..5 {
            rejected(world.mfa.answer(&challenge, Answer::code(&wrong)).await);
        }
        refused(world.mfa.answer(&challenge, Answer::code(&wrong)).await);
        passed(world.mfa.answer(&challenge, Answer::recovery(&ada.recovery(0))).await);
    });
}
