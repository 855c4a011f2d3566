//! Ways around a rule that holds where one looks first: by another path, another name, another
//! moment.

use std::task::{Context, Poll};

use chrono::TimeDelta;
use mfakit::step_up::Needed;
use mfakit::testing::Authenticator;
use mfakit::{
    Answer, Assurance, Challenge, EmailStatus, EventKind, FactorId, FirstFactor, Refusal,
    StepUpRule,
};

use super::{begin, confirms, factor, left, new_factor, stored, wrong_code};
use crate::concurrency::{at_once, counted};
use crate::world::{World, any_code, block_on, passed, refused, rejected};

fn judged(world: &World) -> usize {
    counted(world, |event| matches!(event, EventKind::CodeRejected { .. }))
}

#[test]
fn parallel_guesses_over_every_path_and_factor_are_charged_one_by_one() {
    let world = World::new();
    let (ada, challenges, factors) = block_on(async {
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        world.next_code();
        let (tablet, session) = world.add_phone(&session, "Tablet").await;
        let mut challenges: Vec<Challenge> = Vec::new();
        for _ in 0..12 {
            challenges.push(world.challenge(&ada.subject).await);
            challenges.push(world.mfa.step_up(&session, "payout", &any_code()).await.unwrap());
        }
        let phone = factor(&world, &ada.subject, "Phone").await;
        let other = factor(&world, &ada.subject, "Tablet").await;
        let wrong = wrong_code(&world, [&ada.phone, &tablet]);
        (ada, challenges, [(phone, wrong.clone()), (other, wrong)])
    });
    let spent_by_owner = 20 - left(&world, &ada.subject);
    world.store.yield_around_calls();
    let guesses = challenges.iter().flat_map(|challenge| {
        factors.iter().map(move |(factor, wrong)| (challenge, Answer::code_of(*factor, wrong)))
    });
    let guesses: Vec<_> = guesses.collect();
    assert_eq!(guesses.len(), 48);
    let verdicts = at_once(guesses.into_iter().map(|(c, answer)| world.mfa.answer(c, answer)));
    for verdict in verdicts {
        rejected(verdict);
    }
    assert_eq!(judged(&world), usize::from(20 - spent_by_owner));
    assert_eq!(left(&world, &ada.subject), 0);
}

/// Attack 8: CVE-2026-58271: a second endpoint judged codes and counted nothing.
#[test]
fn every_place_that_takes_a_code_counts() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let phone = factor(&world, &ada.subject, "Phone").await;
        let wrong = wrong_code(&world, [&ada.phone]);
        let sign_in = world.challenge(&ada.subject).await;
        let step_up = world.mfa.step_up(&ada.session, "payout", &any_code()).await.unwrap();
        let stranger = FactorId::from_random([7; 16]);
        let asked: [(&str, &Challenge, Answer); 6] = [
            ("sign-in", &sign_in, Answer::code(&wrong)),
            ("sign-in by name", &sign_in, Answer::code_of(phone, &wrong)),
            ("sign-in by an unknown name", &sign_in, Answer::code_of(stranger, &wrong)),
            ("step-up", &step_up, Answer::code(&wrong)),
            ("step-up by name", &step_up, Answer::code_of(phone, &wrong)),
            ("step-up by an unknown name", &step_up, Answer::code_of(stranger, &wrong)),
        ];
        for (spent, (place, challenge, answer)) in (1..).zip(asked) {
            rejected(world.mfa.answer(challenge, answer).await);
            assert_eq!(left(&world, &ada.subject), 20 - spent, "{place}");
        }

        // A setup counts for itself: its secret is new, and it is over after ten.
        let (setup, tablet) = begin(&world, &ada.session, new_factor("Tablet")).await;
        let wrong = wrong_code(&world, [&tablet]);
        for _ in 0..10 {
            assert!(!confirms(&world, &ada.session, &setup, &wrong).await);
        }
        let right = tablet.code_at(world.now());
        let refusal =
            refused(world.mfa.confirm_setup(&ada.session, setup.id(), Answer::code(&right)).await);
        assert_eq!(refusal.code(), "unknown_setup");
    });
}

/// Attack 9: CVE-2026-123521: signing in again was not throttled, and opened the way to switching MFA off.
#[test]
fn a_stolen_session_cannot_guess_its_way_to_switching_mfa_off() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        world.wait(3_600);
        let session = ada.session.clone();
        let refusal = refused(world.mfa.disable(&session).await);
        assert_eq!(refusal.code(), "step_up_required");

        // The password again is a first factor again, by whatever way it was proven.
        let mut session = session;
        for name in ["sso", "totp", "recovery", "mfa"] {
            let first = FirstFactor::named(
                name,
                mfakit::FirstFactorKind::Issuer,
                ada.subject.clone(),
                world.now(),
            )
            .unwrap();
            session = world.mfa.reauthenticate(&session, first).await.unwrap().full().unwrap();
        }
        session = world
            .mfa
            .reauthenticate(&session, world.password(&ada.subject))
            .await
            .unwrap()
            .full()
            .unwrap();
        assert_eq!(refused(world.mfa.disable(&session).await).code(), "step_up_required");

        // The code is guessed at, by as many challenges as one likes.
        let wrong = wrong_code(&world, [&ada.phone]);
        for _ in 0..100 {
            let challenge = world.mfa.step_up(&session, "disable", &any_code()).await.unwrap();
            rejected(world.mfa.answer(&challenge, Answer::code(&wrong)).await);
        }
        assert_eq!(judged(&world), 20);
        assert_eq!(refused(world.mfa.disable(&session).await).code(), "step_up_required");
        assert!(world.mfa.status(&ada.subject).await.unwrap().enabled);
    });
}

/// Tries everything that needs a session and says how each was refused.
async fn refusals(world: &World, session: &Assurance, phone: FactorId) -> Vec<Refusal> {
    let mfa = &world.mfa;
    vec![
        refused(mfa.begin_setup(session, new_factor("Mine"), EmailStatus::Verified).await),
        refused(mfa.regenerate_codes(session).await),
        refused(mfa.rename_factor(session, phone, "Mine").await),
        refused(mfa.prefer_factor(session, phone).await),
        refused(mfa.remove_factor(session, phone).await),
        refused(mfa.disable(session).await),
    ]
}

/// Attack 11: CVE-2026-62232. That a `Challenge` is no `Assurance` is in `compile_fail`; a host that
/// takes apart what it has written gets no further.
#[test]
fn a_pending_sign_in_changes_nothing() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let phone = factor(&world, &ada.subject, "Phone").await;
        let pending = world.challenge(&ada.subject).await;
        let written = serde_json::to_value(&pending).unwrap();
        let session: Assurance = serde_json::from_value(written["held"].clone()).unwrap();
        let before = stored(&world, &ada.subject);
        for refusal in refusals(&world, &session, phone).await {
            assert_eq!(refusal, Refusal::SignInAgain);
        }
        let mfa = &world.mfa;
        assert_eq!(
            refused(mfa.step_up(&session, "payout", &any_code()).await),
            Refusal::SignInAgain
        );
        let again = mfa.reauthenticate(&session, world.password(&ada.subject)).await;
        assert_eq!(refused(again), Refusal::SignInAgain);
        let rule = StepUpRule::fresh(Needed::FirstFactor, TimeDelta::minutes(10));
        assert_eq!(refused(mfa.guard_now(&session, &rule).await), Refusal::SignInAgain);
        let changed = mfa.password_changed(&ada.subject, Some(&session)).await;
        assert_eq!(refused(changed), Refusal::SignInAgain);
        assert_eq!(stored(&world, &ada.subject), before);
    });
}

/// With MFA on no verified address was asked for, and a further factor brings no recovery codes.
#[test]
fn switching_mfa_off_ends_the_setup_that_was_begun_while_it_was_on() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let new = new_factor("Tablet");
        let setup =
            world.mfa.begin_setup(&ada.session, new, EmailStatus::Unverified).await.unwrap();
        let tablet = Authenticator::scan(setup.totp().unwrap().otpauth_uri()).unwrap();
        let session = world.mfa.disable(&ada.session).await.unwrap().full().unwrap();
        let code = tablet.code_at(world.now());
        let late = world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await;
        assert_eq!(refused(late).code(), "unknown_setup");
    });
}

#[test]
fn setting_up_again_leaves_the_working_phone_alone_until_the_new_one_is_confirmed() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        let old = factor(&world, &ada.subject, "Phone").await;
        let before = stored(&world, &ada.subject);

        let again = new_factor("Phone").replacing(old);
        let (first, _) = begin(&world, &session, again.clone()).await;
        world.mfa.cancel_setup(&session, first.id()).await.unwrap();
        let (_, _) = begin(&world, &session, new_factor("Tablet")).await;
        let (setup, new) = begin(&world, &session, again).await;
        let meanwhile = stored(&world, &ada.subject);
        assert_eq!(meanwhile.factors(), before.factors());
        assert_eq!(meanwhile.recovery(), before.recovery());
        assert_eq!(meanwhile.stamp(), before.stamp());

        world.next_code();
        let challenge = world.challenge(&ada.subject).await;
        let early = Answer::code_of(old, &new.code_at(world.now()));
        rejected(world.mfa.answer(&challenge, early).await);
        passed(world.mfa.answer(&challenge, Answer::code(&ada.phone.code_at(world.now()))).await);

        let code = new.code_at(world.now());
        assert!(confirms(&world, &session, &setup, &code).await);
        world.next_code();
        let challenge = world.challenge(&ada.subject).await;
        for late in [
            Answer::code(&ada.phone.code_at(world.now())),
            Answer::code_of(old, &ada.phone.code_at(world.now())),
        ] {
            rejected(world.mfa.answer(&challenge, late).await);
        }
        passed(world.mfa.answer(&challenge, Answer::code(&new.code_at(world.now()))).await);
    });
}

#[test]
fn a_concurrent_re_enrollment_is_not_confirmed_by_the_old_secret() {
    for delay in 0..6 {
        let world = World::new();
        let (first, second, setup, code) = block_on(async {
            let subject = "ada".parse().unwrap();
            let first = world.sign_in_plain(&subject).await;
            let second = world.sign_in_plain(&subject).await;
            let (setup, phone) = begin(&world, &first, new_factor("Phone")).await;
            let code = phone.code_at(world.now());
            (first, second, setup, code)
        });
        world.store.yield_around_calls();
        let confirm = async {
            for _ in 0..delay {
                std::future::poll_fn(once()).await;
            }
            let _ = world.mfa.confirm_setup(&first, setup.id(), Answer::code(&code)).await;
        };
        let anew = async {
            begin(&world, &second, new_factor("Phone")).await;
        };
        type Either<'a> = std::pin::Pin<Box<dyn Future<Output = ()> + 'a>>;
        let both: [Either<'_>; 2] = [Box::pin(confirm), Box::pin(anew)];
        at_once(both);
        let account = stored(&world, first.subject());
        let pending = account.pending().expect("the newest setup");
        assert_ne!(pending.id(), setup.id(), "the newest wins");
        assert!(!pending.confirmed(), "by a code of the secret that it replaced");
        let late = block_on(world.mfa.finish_setup(&first, setup.id()));
        assert_eq!(refused(late).code(), "unknown_setup");
    }
}

/// Is pending once, so that the other goes one step further.
fn once() -> impl FnMut(&mut Context<'_>) -> Poll<()> {
    let mut given = false;
    move |context| {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut given, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}
