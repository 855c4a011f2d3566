//! Imported recovery codes: a mode of their own, a budget of their own, and the way out of it.

use chrono::TimeDelta;
use mfakit::domain::{ImportedEvaluation, Question};
use mfakit::import::{ImportNotice, ImportedCodes};
use mfakit::step_up::Needed;
use mfakit::store::EventLog;
use mfakit::{Answer, EventKind, LimitedTo, Refusal, RejectionReason, StepUpRule};

use super::{ada, authority, challenged, moved_in, one_phone, recover, sign_in, world};
use crate::attacks::stored;
use crate::world::{World, any_code, block_on, full, limited, passed, refused};
use mfakit::testing::Authenticator;

const WEAK: [&str; 3] = ["28480242", "38352190", "10964550"];
const STRONG: [&str; 2] = ["3f9a71c288ab0d5e", "77aa0b1c9f3e52d4"];

fn app() -> Authenticator {
    let uri = format!("otpauth://totp/x?secret={}&algorithm=SHA1&digits=6&period=30", super::SEED);
    Authenticator::scan(&uri).unwrap()
}

async fn with_codes(codes: &[&str]) -> World {
    let world = world();
    let codes = ImportedCodes::plain(codes).unwrap();
    moved_in(&world, one_phone().codes(codes).accept_codes_under_64_bits()).await;
    world.wait(90);
    world
}

async fn events(world: &World) -> Vec<EventKind> {
    let page = world.memory.read(None, 1000).await.unwrap();
    page.events.iter().map(|event| event.kind().clone()).collect()
}

#[test]
fn weak_codes_have_a_budget_of_their_own_and_authenticator_codes_keep_theirs() {
    block_on(async {
        let world = with_codes(&WEAK).await;
        for guess in 1..=20 {
            let rejection = recover(&world, &format!("9999{guess:04}")).await.unwrap_err();
            let reason = match guess {
                20 => RejectionReason::RecoveryPaused,
                _ => RejectionReason::Wrong,
            };
            assert_eq!(rejection.reason, reason, "{guess}");
        }
        assert_eq!(
            events(&world).await.iter().filter(|e| **e == EventKind::GuessesSpent).count(),
            1
        );
        // A right one is not even judged, and nothing is written.
        let calls = world.memory.read(None, 1000).await.unwrap().events.len();
        assert_eq!(
            recover(&world, WEAK[0]).await.unwrap_err().reason,
            RejectionReason::RecoveryPaused
        );
        assert_eq!(world.memory.read(None, 1000).await.unwrap().events.len(), calls);
        // The authenticator's own budget is untouched.
        let status = world.mfa.status(&ada()).await.unwrap();
        assert_eq!(status.recovery_left, Some(3));
        let _ = sign_in(&world, Answer::code(&app().code_at(world.now()))).await;
        // One grows back in 14 days.
        world.wait(14 * 86_400 - 1);
        assert_eq!(
            recover(&world, WEAK[0]).await.unwrap_err().reason,
            RejectionReason::RecoveryPaused
        );
        world.wait(1);
        assert_eq!(recover(&world, WEAK[0]).await, Ok(2));
        assert_eq!(recover(&world, WEAK[1]).await, Ok(1), "a right code costs no guess");
    });
}

#[test]
fn authenticator_guesses_leave_the_budget_of_codes_alone() {
    block_on(async {
        let world = with_codes(&WEAK).await;
        for _ in 0..4 {
            let challenge = challenged(&world).await;
            for _ in 0..5 {
                let _ = world.mfa.answer(&challenge, Answer::code("000000")).await;
            }
        }
        assert_eq!(recover(&world, WEAK[0]).await, Ok(2));
    });
}

#[test]
fn what_cannot_be_a_code_is_not_charged() {
    block_on(async {
        let world = with_codes(&WEAK).await;
        for typed in ["", "  ", "---", &"1".repeat(300)] {
            let rejection = recover(&world, typed).await.unwrap_err();
            assert_eq!(rejection.reason, RejectionReason::Malformed, "{typed:?}");
        }
        for _ in 0..19 {
            let _ = recover(&world, "99999999").await;
        }
        assert_eq!(recover(&world, " 2848 0242\n").await, Ok(2));
    });
}

#[test]
fn strong_codes_have_no_budget_and_force_nothing() {
    block_on(async {
        let world = with_codes(&STRONG).await;
        for _ in 0..50 {
            let rejection = recover(&world, "0000000000000000").await.unwrap_err();
            assert_eq!(rejection.reason, RejectionReason::Wrong);
        }
        let written = events(&world).await.len();
        assert_eq!(written, 1, "misses write nothing");
        assert_eq!(recover(&world, "3F9A-71C2-88AB-0D5E").await, Ok(1));
        full(sign_in(&world, Answer::code(&app().code_at(world.now()))).await);
    });
}

#[test]
fn a_session_with_both_factors_can_do_nothing_before_it_has_new_codes() {
    block_on(async {
        let world = with_codes(&WEAK).await;
        let challenge = challenged(&world).await;
        let answer = Answer::code(&app().code_at(world.now()));
        let pass = passed(world.mfa.answer(&challenge, answer).await);
        assert_eq!(pass.import_notices, [ImportNotice::RegenerateCodes]);
        let session = limited(pass.signed_in);
        assert_eq!(*session.next_step(), LimitedTo::RegenerateCodes);

        // Most operations do not take it at all; of those that take either session:
        let first = Refusal::RegenerateFirst;
        let new = mfakit::NewFactor::totp("Tablet", "ada@example.org").unwrap();
        let begun = world.mfa.begin_setup(&session, new, mfakit::EmailStatus::Verified).await;
        assert_eq!(refused(begun), first);
        // Neither re-authenticating nor another proof gets it out.
        let again = world.mfa.reauthenticate(&session, world.password(&ada())).await;
        let session = limited(again.unwrap());
        world.wait(30);
        let challenge = world.mfa.step_up(&session, "anything", &any_code()).await.unwrap();
        let answer = Answer::code(&app().code_at(world.now()));
        let session = limited(passed(world.mfa.answer(&challenge, answer).await).signed_in);
        let session = limited(world.mfa.readmit(&session).await.unwrap());

        let (session, codes) = world.mfa.regenerate_codes(&session).await.unwrap();
        let any = StepUpRule::fresh(Needed::FirstFactor, TimeDelta::hours(1));
        world.mfa.guard_now(&full(session), &any).await.unwrap();
        let status = world.mfa.status(&ada()).await.unwrap();
        assert_eq!((status.recovery_left, status.import_notices), (Some(10), vec![]));
        for dead in WEAK {
            assert!(recover(&world, dead).await.is_err(), "the old set is dead");
        }
        recover(&world, &codes.as_slice()[0].reveal()).await.unwrap();
        world.wait(60);
        full(sign_in(&world, Answer::code(&app().code_at(world.now()))).await);
    });
}

#[test]
fn a_session_by_recovery_is_not_limited_until_it_shows_a_code() {
    block_on(async {
        let world = with_codes(&WEAK).await;
        // It may replace the lost phone.
        let session = full(sign_in(&world, Answer::recovery(WEAK[0])).await);
        let challenge = world.mfa.step_up(&session, "anything", &any_code()).await.unwrap();
        let answer = Answer::code(&app().code_at(world.now()));
        let pass = passed(world.mfa.answer(&challenge, answer).await);
        let session = limited(pass.signed_in);
        let _ = world.mfa.regenerate_codes(&session).await.unwrap();
    });
}

#[test]
fn the_limit_survives_being_stored() {
    block_on(async {
        let world = with_codes(&WEAK).await;
        let session = limited(sign_in(&world, Answer::code(&app().code_at(world.now()))).await);
        let json = serde_json::to_string(&session).unwrap();
        let read: mfakit::Limited = serde_json::from_str(&json).unwrap();
        assert_eq!(read, session);
        let full = serde_json::from_str::<mfakit::Assurance>(&json);
        assert!(full.is_err(), "a limited session was read as a full one");
    });
}

#[test]
fn an_account_without_codes_is_marked_and_gets_some_on_request() {
    block_on(async {
        let world = world();
        let report = moved_in(&world, one_phone()).await;
        assert_eq!(report.import_notices, [ImportNotice::IssueCodes]);
        world.wait(90);
        let status = world.mfa.status(&ada()).await.unwrap();
        assert_eq!(
            (status.recovery_left, &*status.import_notices),
            (None, &[ImportNotice::IssueCodes][..])
        );
        assert!(recover(&world, "28480242").await.is_err());
        // Prompted, not forced.
        let session = full(sign_in(&world, Answer::code(&app().code_at(world.now()))).await);
        let (_, codes) = world.mfa.regenerate_codes(&session).await.unwrap();
        assert!(world.mfa.status(&ada()).await.unwrap().import_notices.is_empty());
        recover(&world, &codes.as_slice()[3].reveal()).await.unwrap();
        let _ = authority();
    });
}

#[test]
fn replacing_the_lost_phone_issues_codes_of_our_own() {
    block_on(async {
        let world = with_codes(&WEAK).await;
        let lost = world.mfa.status(&ada()).await.unwrap().factors[0].factor;
        let session = full(sign_in(&world, Answer::recovery(WEAK[2])).await);
        let new = mfakit::NewFactor::totp("New phone", "ada@example.org").unwrap().replacing(lost);
        let setup =
            world.mfa.begin_setup(&session, new, mfakit::EmailStatus::Verified).await.unwrap();
        let phone = Authenticator::scan(setup.totp().unwrap().otpauth_uri()).unwrap();
        let typed = phone.code_at(world.now());
        let confirmed =
            world.mfa.confirm_setup(&session, setup.id(), Answer::code(&typed)).await.unwrap();
        assert!(matches!(confirmed, mfakit::Confirmed::Replaced(..)), "{confirmed:?}");
        let status = world.mfa.status(&ada()).await.unwrap();
        assert_eq!((status.recovery_left, status.import_notices), (Some(10), vec![]));
        assert!(recover(&world, WEAK[0]).await.is_err());
    });
}

#[test]
fn the_owner_is_told_once_that_his_imported_codes_are_being_guessed() {
    block_on(async {
        let world = with_codes(&WEAK).await;
        let told = async || {
            let spent = |event: &&EventKind| **event == EventKind::GuessesSpent;
            events(&world).await.iter().filter(spent).count()
        };
        for _ in 0..20 {
            let _ = recover(&world, "99999999").await;
        }
        assert_eq!(told().await, 1);
        for _ in 0..3 {
            world.wait(14 * 86_400);
            let rejection = recover(&world, "99999999").await.unwrap_err();
            assert_eq!(rejection.reason, RejectionReason::RecoveryPaused);
        }
        assert_eq!(told().await, 1, "who grows one guess back is not told again");
    });
}

#[test]
fn an_evaluation_counts_again_for_the_very_hashes_it_judged() {
    block_on(async {
        let world = with_codes(&STRONG).await;
        let challenge = challenged(&world).await;
        let account = stored(&world, &ada());
        let answer = Answer::recovery(STRONG[0]);
        let context = world.mfa.context().unwrap();
        let question = account.question(&challenge, &answer, context).unwrap();
        let Question::Imported(check) = question else { panic!("{question:?}") };
        let judged = |count: usize| {
            let hashes = check.hashes().into_iter().take(count);
            ImportedEvaluation::new(hashes.map(|hash| (hash, subtle::Choice::from(0))))
        };
        assert!(check.is_judged_by(&judged(2)));
        assert!(!check.is_judged_by(&judged(1)));
    });
}
