//! Guesses beyond the budget.

use mfakit::{Answer, Refusal, RejectionReason, SignIn};

use super::{guess, left, three_codes, wrong_code};
use crate::world::{User, World, any_code, block_on, refused, rejected};

/// Spends the budget by wrong codes, as many a challenge as it takes.
async fn exhaust(world: &World, user: &User) {
    guess(world, user, left(world, &user.subject).into()).await;
}

/// Attack 5: Parallel guesses exceeded the limit: here in one challenge; many at once are in `concurrency`.
#[test]
fn a_challenge_takes_five_codes_and_an_account_twenty() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let code = wrong_code(&world, [&ada.phone]);
        let challenge = world.challenge(&ada.subject).await;
        for expected in (0..5).rev() {
            let why = rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
            assert_eq!(why.answers_left, Some(expected));
        }
        let sixth = world.mfa.answer(&challenge, Answer::code(&code)).await;
        assert_eq!(refused(sixth), Refusal::ChallengeSpent);
        assert_eq!(left(&world, &ada.subject), 15);
        exhaust(&world, &ada).await;

        world.store.reset();
        let challenge = world.challenge(&ada.subject).await;
        let right = Answer::code(&ada.phone.code_at(world.now()));
        let why = rejected(world.mfa.answer(&challenge, right).await);
        let throttled = RejectionReason::ThreeCodesWanted { malformed: false };
        assert_eq!(why.reason, throttled, "a single code is not evaluated, right or wrong");
        assert_eq!(world.store.commits(), 0, "a throttled answer commits nothing");
    });
}

/// Attack 6: CVE-2026-128332: another factor's success, or a password sign-in, reset the counter.
#[test]
fn nothing_the_owner_does_gives_an_attacker_guesses() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        let (tablet, _) = world.add_phone(&session, "Tablet").await;
        let code = wrong_code(&world, [&ada.phone]);
        let attackers = world.challenge(&ada.subject).await;
        for _ in 0..5 {
            rejected(world.mfa.answer(&attackers, Answer::code(&code)).await);
        }
        assert_eq!(left(&world, &ada.subject), 15);
        for phone in [&ada.phone, &tablet] {
            world.next_code();
            let factors = world.mfa.status(&ada.subject).await.unwrap().factors;
            let factor = factors[usize::from(std::ptr::eq(phone, &tablet))].factor;
            let answer = Answer::code_of(factor, &phone.code_at(world.now()));
            world.sign_in_with(&ada.subject, answer).await;
            assert_eq!(left(&world, &ada.subject), 15);
        }
        world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;
        let _ = world.mfa.sign_in(world.password(&ada.subject)).await.unwrap();
        assert_eq!(left(&world, &ada.subject), 15);
    });
}

/// Attack 7: CVE-2026-78655: the counter was kept in something the client could replay.
#[test]
fn an_old_copy_of_a_challenge_brings_no_guess_back() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let code = wrong_code(&world, [&ada.phone]);
        let challenge = world.challenge(&ada.subject).await;
        let written = serde_json::to_string(&challenge).unwrap();
        for _ in 0..5 {
            rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
        }
        let replayed: mfakit::Challenge = serde_json::from_str(&written).unwrap();
        let again = world.mfa.answer(&replayed, Answer::code(&code)).await;
        assert_eq!(refused(again), Refusal::ChallengeSpent);
    });
}

/// Attack 8, 9: CVE-2026-58271, CVE-2026-123521: a side endpoint, or the re-authentication, had no throttle.
#[test]
fn step_up_spends_the_same_budget_as_sign_in() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        let code = wrong_code(&world, [&ada.phone]);
        for _ in 0..4 {
            let step_up = world.mfa.step_up(&session, "disable", &any_code()).await.unwrap();
            for _ in 0..5 {
                rejected(world.mfa.answer(&step_up, Answer::code(&code)).await);
            }
        }
        assert_eq!(left(&world, &ada.subject), 0);
        let challenge = world.challenge(&ada.subject).await;
        let why = rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
        assert_eq!(why.reason, RejectionReason::ThreeCodesWanted { malformed: false });
    });
}

/// Ten factors give no guess more than one.
#[test]
fn the_budget_belongs_to_the_account_not_to_the_factor() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let mut session = world.sign_in(&ada).await;
        for number in 2..=10 {
            session = world.add_phone(&session, &format!("Phone {number}")).await.1;
        }
        let factors = world.mfa.status(&ada.subject).await.unwrap().factors;
        assert_eq!(factors.len(), 10);
        let mut judged = 0;
        for round in 0..6 {
            let challenge = world.challenge(&ada.subject).await;
            for number in 0..5 {
                let factor = factors[(round + number) % 10].factor;
                let answer = Answer::code_of(factor, &wrong_code(&world, [&ada.phone]));
                let why = rejected(world.mfa.answer(&challenge, answer).await);
                judged += usize::from(why.answers_left != Some(5));
            }
        }
        assert_eq!((judged, left(&world, &ada.subject)), (20, 0));
    });
}

/// Attack 23: A lockout also blocked recovery codes, and locked the owner out.
#[test]
fn an_empty_budget_asks_for_three_codes_and_leaves_recovery_open() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        exhaust(&world, &ada).await;
        world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;
        world.wait(90);
        let answer = three_codes(&world, &ada.phone);
        world.sign_in_with(&ada.subject, answer).await;
        assert_eq!(left(&world, &ada.subject), 0, "the attacker got nothing back");
    });
}

/// Replays and malformed input: the one is charged, the other never is.
#[test]
fn a_replay_is_charged_and_malformed_input_is_not() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let code = ada.phone.code_at(world.now());
        world.sign_in_with(&ada.subject, Answer::code(&code)).await;
        let challenge = world.challenge(&ada.subject).await;
        for typed in ["", "12345", "1234567", "abcdef", "４９２０３９", &"1".repeat(10_000)] {
            let why = rejected(world.mfa.answer(&challenge, Answer::code(typed)).await);
            assert_eq!(why.reason, RejectionReason::Malformed);
            let three = Answer::three_codes([typed, &code, &code]);
            let why = rejected(world.mfa.answer(&challenge, three).await);
            assert_eq!(why.reason, RejectionReason::Malformed);
        }
        assert_eq!(left(&world, &ada.subject), 20);
        rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
        assert_eq!(left(&world, &ada.subject), 19);
    });
}

/// A sign-in that is not finished gives nothing back either.
#[test]
fn an_abandoned_challenge_stays_charged() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let code = wrong_code(&world, [&ada.phone]);
        for expected in [19, 18, 17] {
            let signed_in = world.mfa.sign_in(world.password(&ada.subject)).await;
            let Ok(SignIn::Challenge(challenge)) = signed_in else { panic!("no challenge") };
            rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
            assert_eq!(left(&world, &ada.subject), expected);
        }
    });
}
