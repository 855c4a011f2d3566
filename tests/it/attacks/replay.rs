//! Codes that are used again.

use mfakit::store::AccountStore;
use mfakit::testing::Authenticator;
use mfakit::{Answer, Confirmed, EmailStatus, NewFactor, Refusal, SignIn, SignedIn, Verdict};

use crate::world::{World, any_code, block_on, passed, refused, rejected};

/// Attack 1: CVE-2015-7225, CVE-2021-43177: a code was good again in the next interval.
#[test]
fn a_code_is_not_good_again_in_the_same_or_the_next_interval() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let code = ada.phone.code_at(world.now());
        world.sign_in_with(&ada.subject, Answer::code(&code)).await;
        for _ in 0..3 {
            let challenge = world.challenge(&ada.subject).await;
            rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
            world.next_code();
        }
    });
}

/// Attack 2: CVE-2026-82470: wall time was stored in place of the step, so that a code of a clock that runs
/// ahead was good once more when the time came.
#[test]
fn a_code_of_a_fast_clock_is_not_good_again_when_its_time_comes() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let ahead = ada.phone.code_after(world.now(), 1);
        world.sign_in_with(&ada.subject, Answer::code(&ahead)).await;
        for _ in 0..3 {
            world.next_code();
            let challenge = world.challenge(&ada.subject).await;
            rejected(world.mfa.answer(&challenge, Answer::code(&ahead)).await);
        }
    });
}

/// Attack 2: A learned drift moves the window and opens no step that was used.
#[test]
fn a_code_before_the_last_one_is_refused_whatever_the_drift() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let older = ada.phone.code_at(world.now());
        world.sign_in_with(&ada.subject, Answer::code(&ada.phone.code_after(world.now(), 1))).await;
        let challenge = world.challenge(&ada.subject).await;
        rejected(world.mfa.answer(&challenge, Answer::code(&older)).await);
    });
}

/// A clock that is set back does not open a used step either.
#[test]
fn a_clock_that_runs_backwards_reopens_no_used_code() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let (then, code) = (world.now(), ada.phone.code_at(world.now()));
        world.sign_in_with(&ada.subject, Answer::code(&code)).await;
        world.wait(600);
        world.sign_in(&ada).await;
        world.clock.set(then);
        let challenge = world.challenge(&ada.subject).await;
        rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
    });
}

/// Attack 3: CVE-2021-45331: a code was good once on every path.
#[test]
fn the_code_that_confirmed_a_setup_does_not_sign_in() {
    block_on(async {
        let world = World::new();
        let ada = mfakit::Subject::new("ada").unwrap();
        let session = world.sign_in_plain(&ada).await;
        let new = NewFactor::totp("Phone", "ada@example.org").unwrap();
        let setup = world.mfa.begin_setup(&session, new, EmailStatus::Verified).await.unwrap();
        let code =
            Authenticator::scan(setup.totp().unwrap().otpauth_uri()).unwrap().code_at(world.now());
        let confirmed = world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await;
        assert!(matches!(confirmed, Ok(Confirmed::FirstFactor(_))));
        world.mfa.finish_setup(&session, setup.id()).await.unwrap().full().unwrap();
        let challenge = world.challenge(&ada).await;
        rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
    });
}

/// Attack 3: The same between sign-in and step-up, in both orders.
#[test]
fn a_code_that_signed_in_does_not_raise_a_session_and_the_other_way_round() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let code = ada.phone.code_at(world.now());
        let session = world.sign_in_with(&ada.subject, Answer::code(&code)).await;
        let step_up = world.mfa.step_up(&session, "payout", &any_code()).await.unwrap();
        rejected(world.mfa.answer(&step_up, Answer::code(&code)).await);

        world.next_code();
        let code = ada.phone.code_at(world.now());
        let step_up = world.mfa.step_up(&session, "payout", &any_code()).await.unwrap();
        passed(world.mfa.answer(&step_up, Answer::code(&code)).await);
        let challenge = world.challenge(&ada.subject).await;
        rejected(world.mfa.answer(&challenge, Answer::code(&code)).await);
    });
}

/// A challenge that was passed takes no second answer, not even a right one.
#[test]
fn a_passed_challenge_is_spent() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let challenge = world.challenge(&ada.subject).await;
        let answer = Answer::code(&ada.phone.code_at(world.now()));
        passed(world.mfa.answer(&challenge, answer).await);
        world.next_code();
        for answer in
            [Answer::code(&ada.phone.code_at(world.now())), Answer::recovery(&ada.recovery(0))]
        {
            let again = world.mfa.answer(&challenge, answer).await;
            assert_eq!(refused(again), Refusal::ChallengeSpent);
        }
    });
}

/// Attack 4: CVE-2026-31875: a recovery code was not consumed.
#[test]
fn a_recovery_code_is_consumed_by_its_use_on_every_path() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;
        let step_up = world.mfa.step_up(&session, "payout", &any_code()).await.unwrap();
        rejected(world.mfa.answer(&step_up, Answer::recovery(&ada.recovery(0))).await);
        passed(world.mfa.answer(&step_up, Answer::recovery(&ada.recovery(1))).await);
        let challenge = world.challenge(&ada.subject).await;
        for number in [0, 1] {
            let spent = Answer::recovery(&ada.recovery(number));
            rejected(world.mfa.answer(&challenge, spent).await);
        }
        assert_eq!(world.mfa.status(&ada.subject).await.unwrap().recovery_left, Some(8));
    });
}

/// Attack 18: CVE-2022-45174: any string, or an empty one, was accepted as a backup code.
#[test]
fn no_string_but_an_unused_code_recovers() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let before = world.memory.load(&ada.subject).await.unwrap();
        let first = ada.recovery(0);
        let challenge = world.challenge(&ada.subject).await;
        for typed in [
            "",
            " ",
            "-",
            "0",
            "null",
            "true",
            "0000-0000-0000-0000",
            "ZZZZ-ZZZZ-ZZZZ-ZZZZ",
            &first[..18],
            &format!("{first}0"),
            &first.replace(&first[0..1], "9"),
            "'",
            "%",
            "*",
        ] {
            rejected(world.mfa.answer(&challenge, Answer::recovery(typed)).await);
        }
        assert_eq!(
            world.memory.load(&ada.subject).await.unwrap(),
            before,
            "a miss changes nothing"
        );
        passed(world.mfa.answer(&challenge, Answer::recovery(&first)).await);
    });
}

/// Attack 13: A code, a recovery code or a challenge of one user is worth nothing to another.
#[test]
fn what_is_one_users_is_worth_nothing_to_another() {
    block_on(async {
        let world = World::new();
        let (ada, bob) = (world.protect("ada").await, world.protect("bob").await);
        let of_bob = world.challenge(&bob.subject).await;
        rejected(world.mfa.answer(&of_bob, Answer::code(&ada.phone.code_at(world.now()))).await);
        rejected(world.mfa.answer(&of_bob, Answer::recovery(&ada.recovery(0))).await);
        let adas_factor = world.mfa.status(&ada.subject).await.unwrap().factors[0].factor;
        let code = Answer::code_of(adas_factor, &ada.phone.code_at(world.now()));
        rejected(world.mfa.answer(&of_bob, code).await);
    });
}

/// Attack 14: CVE-2026-40177: the second factor alone signed in. A challenge comes only from a first
/// factor; that nothing else compiles is shown in `tests/ui`.
#[test]
fn the_second_factor_alone_is_no_sign_in() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let bob = mfakit::FirstFactor::password("bob".try_into().unwrap(), world.now());
        let SignIn::Done(SignedIn::Full(bobs, None)) = world.mfa.sign_in(bob).await.unwrap() else {
            panic!("bob")
        };
        assert_eq!(
            refused(world.mfa.step_up(&bobs, "payout", &any_code()).await),
            Refusal::NotEnabled
        );
        let stale = mfakit::FirstFactor::password(
            ada.subject.clone(),
            world.now() + chrono::TimeDelta::seconds(31),
        );
        assert_eq!(refused(world.mfa.sign_in(stale).await), Refusal::FirstFactorOutOfDate);
    });
}

/// Attack 21: The first factor was counted again as the second.
#[test]
fn a_first_factor_proven_twice_is_no_second_factor() {
    block_on(async {
        let world = World::new();
        let ada = mfakit::Subject::new("ada").unwrap();
        let session = world.sign_in_plain(&ada).await;
        let sso = mfakit::FirstFactor::named(
            "oidc",
            mfakit::FirstFactorKind::Issuer,
            ada.clone(),
            world.now(),
        )
        .unwrap();
        let session = world.mfa.reauthenticate(&session, sso).await.unwrap().full().unwrap();
        let session =
            world.mfa.reauthenticate(&session, world.password(&ada)).await.unwrap().full().unwrap();
        assert!(!session.has_second_factor());
        let rule = mfakit::StepUpRule::level(
            mfakit::step_up::Level::TwoFactors,
            chrono::TimeDelta::minutes(10),
        );
        assert!(matches!(refused(world.mfa.guard_now(&session, &rule).await), Refusal::StepUp(_)));
    });
}

/// A verdict says the same for a wrong code, a replayed one and one of an unknown factor.
#[test]
fn wrong_replayed_and_unknown_give_one_verdict() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let code = ada.phone.code_at(world.now());
        world.sign_in_with(&ada.subject, Answer::code(&code)).await;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let unknown = mfakit::FactorId::from_random([9; 16]);
        let mut verdicts = Vec::new();
        for answer in [
            Answer::code(wrong),
            Answer::code(&code),
            Answer::code_of(unknown, &ada.phone.code_after(world.now(), 1)),
        ] {
            let challenge = world.challenge(&ada.subject).await;
            let verdict: Verdict = world.mfa.answer(&challenge, answer).await.unwrap();
            verdicts.push(format!("{verdict:?}"));
        }
        assert_eq!(verdicts[0], verdicts[1]);
        assert_eq!(verdicts[0], verdicts[2]);
    });
}
