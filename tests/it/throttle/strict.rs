//! The mode that suspends, after NIST SP 800-63B-4 §3.2.2, and what stays open then.

use mfakit::domain::Throttle;
use mfakit::{
    Answer, Confirmed, EmailStatus, EventKind, Prompt, Refusal, RejectionReason, Settings, Strength,
};

use crate::attacks::{begin, factor, guess, new_factor, stored, three_codes, wrong_code};
use crate::concurrency::counted;
use crate::world::{User, World, block_on, passed, refused, rejected};

fn strict(failures: u16) -> World {
    let settings = Settings::builder()
        .throttle(Throttle::SuspendAfter { failures })
        .accept_break_ins_likelier_than_one_in_a_thousand();
    World::with(settings.build().expect("settings"))
}

/// Ten failures in a row have suspended the phone.
async fn suspended() -> (World, User) {
    let world = strict(10);
    let ada = world.protect("ada").await;
    guess(&world, &ada, 10).await;
    (world, ada)
}

#[test]
fn the_hundredth_failure_in_a_row_suspends_and_the_ninety_ninth_does_not() {
    block_on(async {
        let world = strict(100);
        let ada = world.protect("ada").await;
        guess(&world, &ada, 99).await;
        world.sign_in(&ada).await;
        world.next_code();
        // The success was one: the count begins anew.
        guess(&world, &ada, 99).await;
        world.sign_in(&ada).await;
        guess(&world, &ada, 100).await;
        assert!(stored(&world, &ada.subject).factors()[0].suspended());
        assert_eq!(counted(&world, |event| *event == EventKind::FactorsSuspended), 1);
    });
}

#[test]
fn a_suspended_phone_signs_nobody_in_and_mfa_stays_on() {
    block_on(async {
        let (world, ada) = suspended().await;
        let strength = stored(&world, &ada.subject).strength();
        assert_eq!(strength, Some(Strength::Standard), "a suspended factor still counts");
        world.next_code();
        let before = (stored(&world, &ada.subject), world.store.commits());
        let challenge = world.challenge(&ada.subject).await;
        let ask = world.mfa.ask(&challenge).await.unwrap();
        assert_eq!(ask.prompts, [Prompt::Recovery], "there is no factor to offer");
        assert!(ask.suspended && !ask.three_codes);
        let phone = factor(&world, &ada.subject, "Phone").await;
        let right = ada.phone.code_at(world.now());
        for answer in [
            Answer::code(&right),
            Answer::code_of(phone, &right),
            Answer::code("not a code"),
            three_codes(&world, &ada.phone),
        ] {
            let rejection = rejected(world.mfa.answer(&challenge, answer).await);
            assert_eq!(rejection.reason, RejectionReason::Suspended);
            assert_eq!(rejection.answers_left, Some(5), "nothing was charged");
        }
        assert_eq!((stored(&world, &ada.subject), world.store.commits()), before);
        assert!(world.mfa.status(&ada.subject).await.unwrap().enabled);
        // Time does not open it, nor does a new password.
        world.wait(86_400 * 400);
        world.mfa.password_changed(&ada.subject, None).await.unwrap();
        let challenge = world.challenge(&ada.subject).await;
        let right = Answer::code(&ada.phone.code_at(world.now()));
        let rejection = rejected(world.mfa.answer(&challenge, right).await);
        assert_eq!(rejection.reason, RejectionReason::Suspended);
    });
}

#[test]
fn a_suspended_owner_recovers_and_binds_a_phone_anew() {
    block_on(async {
        let (world, ada) = suspended().await;
        let lost = factor(&world, &ada.subject, "Phone").await;
        let session = world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;
        let refusal = refused(world.mfa.disable(&session).await);
        assert_eq!(refusal.code(), "step_up_required", "recovery does not switch MFA off");
        let (setup, new) = begin(&world, &session, new_factor("Phone").replacing(lost)).await;
        let code = new.code_at(world.now());
        let confirmed =
            world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await.unwrap();
        assert!(matches!(confirmed, Confirmed::Replaced(..)));
        world.next_code();
        let code = Answer::code(&new.code_at(world.now()));
        world.sign_in_with(&ada.subject, code).await;

        // The count begins anew with the new phone.
        world.next_code();
        for _ in 0..9 {
            let challenge = world.challenge(&ada.subject).await;
            let wrong = wrong_code(&world, [&new]);
            rejected(world.mfa.answer(&challenge, Answer::code(&wrong)).await);
        }
        let code = Answer::code(&new.code_at(world.now()));
        world.sign_in_with(&ada.subject, code).await;
    });
}

#[test]
fn a_phone_that_is_added_beside_a_suspended_one_works_and_the_suspended_one_does_not() {
    block_on(async {
        let (world, ada) = suspended().await;
        let session = world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;
        let (tablet, _) = world.add_phone(&session, "Tablet").await;
        let old = factor(&world, &ada.subject, "Phone").await;
        world.next_code();
        let challenge = world.challenge(&ada.subject).await;
        let ask = world.mfa.ask(&challenge).await.unwrap();
        assert_eq!(ask.factors().count(), 1, "only the new one is offered");
        let right = Answer::code_of(old, &ada.phone.code_at(world.now()));
        let rejection = rejected(world.mfa.answer(&challenge, right).await);
        assert_eq!(rejection.reason, RejectionReason::Suspended);
        passed(world.mfa.answer(&challenge, Answer::code(&tablet.code_at(world.now()))).await);
    });
}

#[test]
fn a_suspended_sessions_evidence_grows_stale_like_any() {
    block_on(async {
        let world = strict(10);
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        guess(&world, &ada, 10).await;
        // He proved it before: for ten minutes that is fresh, and he can bind another phone.
        world.mfa.begin_setup(&session, new_factor("Tablet"), EmailStatus::Verified).await.unwrap();
        world.wait(601);
        let begun =
            world.mfa.begin_setup(&session, new_factor("Tablet"), EmailStatus::Verified).await;
        assert!(matches!(refused(begun), Refusal::StepUp(_)));
    });
}

/// Success with one factor says nothing of who guesses at another.
#[test]
fn success_clears_the_failures_of_its_own_factor_and_of_no_other() {
    block_on(async {
        let world = strict(10);
        let ada = world.protect("ada").await;
        let (tablet, _) = world.add_phone(&ada.session, "Tablet").await;
        let [phone, other] = [
            factor(&world, &ada.subject, "Phone").await,
            factor(&world, &ada.subject, "Tablet").await,
        ];
        let wrong = |id| Answer::code_of(id, &wrong_code(&world, [&ada.phone, &tablet]));
        let fail = async |id, times| {
            for _ in 0..times {
                let challenge = world.challenge(&ada.subject).await;
                rejected(world.mfa.answer(&challenge, wrong(id)).await);
            }
        };
        let guesses = || stored(&world, &ada.subject).guesses_left(world.context());
        fail(other, 4).await;
        fail(phone, 5).await;
        assert_eq!(
            guesses(),
            1,
            "the counts are added up: ten factors give no guess more than one"
        );
        world.next_code();
        let code = ada.phone.code_at(world.now());
        world.sign_in_with(&ada.subject, Answer::code_of(phone, &code)).await;
        assert_eq!(guesses(), 6, "the tablet's failures stand");
        world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;
        assert_eq!(guesses(), 6, "a recovery code clears none");
        fail(other, 5).await;
        assert_eq!(guesses(), 1);
        let code = tablet.code_at(world.now());
        world.sign_in_with(&ada.subject, Answer::code_of(other, &code)).await;
        assert_eq!(guesses(), 10);
    });
}

#[test]
fn three_codes_in_a_row_are_no_way_around_the_count() {
    block_on(async {
        let world = strict(10);
        let ada = world.protect("ada").await;
        world.wait(60);
        let challenge = world.challenge(&ada.subject).await;
        let refusal = refused(world.mfa.answer(&challenge, three_codes(&world, &ada.phone)).await);
        assert_eq!(refusal, Refusal::WrongAnswerKind);
    });
}
