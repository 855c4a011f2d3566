//! Setups that became more, or less, than they were.

use mfakit::domain::{Algorithm, TotpSecret};
use mfakit::testing::Authenticator;
use mfakit::{
    Answer, Assurance, Confirmed, EmailStatus, NewFactor, Refusal, Setup, SetupRejectionReason,
    Subject,
};

use crate::world::{World, block_on, refused, rejected};

async fn begin(world: &World, session: &Assurance, label: &str) -> (Setup, Authenticator) {
    let new = NewFactor::totp(label, "ada@example.org").unwrap();
    let setup = world.mfa.begin_setup(session, new, EmailStatus::Verified).await.unwrap();
    let phone = Authenticator::scan(setup.totp().unwrap().otpauth_uri()).unwrap();
    (setup, phone)
}

/// Attack 22: An abandoned setup became active.
#[test]
fn an_abandoned_setup_never_becomes_active() {
    block_on(async {
        let world = World::new();
        let ada = Subject::new("ada").unwrap();
        let session = world.sign_in_plain(&ada).await;
        let (setup, phone) = begin(&world, &session, "Phone").await;
        let code = phone.code_at(world.now());
        let _ = world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await.unwrap();
        for _ in 0..4 {
            assert!(!world.mfa.status(&ada).await.unwrap().enabled);
            world.wait(1000);
        }
        let finished = world.mfa.finish_setup(&session, setup.id()).await;
        assert_eq!(refused(finished), Refusal::SetupExpired);
        assert!(!world.mfa.status(&ada).await.unwrap().enabled);
    });
}

/// Attack 22: Re-enrollment overwrote the working secret.
#[test]
fn a_setup_beside_a_live_factor_leaves_it_working() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        let (_, unconfirmed) = begin(&world, &session, "Tablet").await;
        world.next_code();
        let challenge = world.challenge(&ada.subject).await;
        let of_tablet = Answer::code(&unconfirmed.code_at(world.now()));
        rejected(world.mfa.answer(&challenge, of_tablet).await);
        world.sign_in(&ada).await;
    });
}

/// Attack 24: A concurrent re-enrollment was confirmed by the old secret's code.
#[test]
fn a_setup_is_confirmed_only_by_its_own_secret() {
    block_on(async {
        let world = World::new();
        let ada = Subject::new("ada").unwrap();
        let session = world.sign_in_plain(&ada).await;
        let (first, old) = begin(&world, &session, "Phone").await;
        let (second, new) = begin(&world, &session, "Phone").await;
        let code = old.code_at(world.now());
        let of_first = world.mfa.confirm_setup(&session, first.id(), Answer::code(&code)).await;
        assert_eq!(refused(of_first), Refusal::UnknownSetup, "the newest wins");
        let with_old = world.mfa.confirm_setup(&session, second.id(), Answer::code(&code)).await;
        assert!(matches!(with_old, Ok(Confirmed::Rejected(_))));
        let with_new = world
            .mfa
            .confirm_setup(&session, second.id(), Answer::code(&new.code_at(world.now())))
            .await;
        assert!(matches!(with_new, Ok(Confirmed::FirstFactor(_))));
    });
}

/// A setup belongs to the session that began it, from showing it again to its end.
#[test]
fn another_session_can_do_nothing_with_a_setup() {
    block_on(async {
        let world = World::new();
        let ada = Subject::new("ada").unwrap();
        let own = world.sign_in_plain(&ada).await;
        let thief = world.sign_in_plain(&ada).await;
        let (setup, phone) = begin(&world, &own, "Phone").await;
        let code = phone.code_at(world.now());
        let (mfa, id) = (&world.mfa, setup.id());
        assert_eq!(refused(mfa.show_setup(&thief, id).await), Refusal::SetupElsewhere);
        assert_eq!(
            refused(mfa.confirm_setup(&thief, id, Answer::code(&code)).await),
            Refusal::SetupElsewhere
        );
        assert_eq!(refused(mfa.cancel_setup(&thief, id).await), Refusal::SetupElsewhere);
        let _ = mfa.confirm_setup(&own, id, Answer::code(&code)).await.unwrap();
        assert_eq!(refused(mfa.reissue_codes(&thief, id).await), Refusal::SetupElsewhere);
        assert_eq!(refused(mfa.finish_setup(&thief, id).await), Refusal::SetupElsewhere);
        // Re-authentication keeps the session.
        let own = mfa.reauthenticate(&own, world.password(&ada)).await.unwrap().full().unwrap();
        mfa.finish_setup(&own, id).await.unwrap().full().unwrap();
    });
}

/// A change of credentials by another session discards a pending setup.
#[test]
fn a_password_change_elsewhere_discards_a_pending_setup() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        begin(&world, &session, "Tablet").await;
        world.mfa.password_changed(&ada.subject, None).await.unwrap();
        assert!(world.mfa.status(&ada.subject).await.unwrap().setup.is_none());
    });
}

#[test]
fn a_setup_takes_ten_wrong_codes_and_no_more() {
    block_on(async {
        let world = World::new();
        let session = world.sign_in_plain(&"ada".try_into().unwrap()).await;
        let (setup, phone) = begin(&world, &session, "Phone").await;
        let code = super::wrong_code(&world, [&phone]);
        for left in (0..10).rev() {
            let confirmed =
                world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await;
            let Ok(Confirmed::Rejected(why)) = confirmed else { panic!("{confirmed:?}") };
            assert_eq!(why.tries_left, left);
        }
        let right = phone.code_at(world.now());
        let eleventh = world.mfa.confirm_setup(&session, setup.id(), Answer::code(&right)).await;
        assert_eq!(refused(eleventh), Refusal::UnknownSetup);
    });
}

#[test]
fn a_wrong_clock_is_named_and_not_accepted() {
    block_on(async {
        let world = World::new();
        let session = world.sign_in_plain(&"ada".try_into().unwrap()).await;
        let (setup, phone) = begin(&world, &session, "Phone").await;
        for (periods, seconds) in [(-8, -240), (20, 600), (-2, -60)] {
            let code = phone.code_after(world.now(), periods);
            let confirmed =
                world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await;
            let Ok(Confirmed::Rejected(why)) = confirmed else { panic!("{confirmed:?}") };
            let off = chrono::TimeDelta::seconds(seconds);
            assert_eq!(why.reason, SetupRejectionReason::ClockOff(off));
        }
        let far = phone.code_after(world.now(), 21);
        let confirmed = world.mfa.confirm_setup(&session, setup.id(), Answer::code(&far)).await;
        let Ok(Confirmed::Rejected(why)) = confirmed else { panic!("{confirmed:?}") };
        assert_eq!(why.reason, SetupRejectionReason::Wrong);
    });
}

/// Attack 19: CVE-2024-8796: short secrets.
#[test]
fn no_secret_is_shorter_than_128_bits_and_a_new_one_has_160() {
    assert!(TotpSecret::from_bytes(&[7; 15]).is_err());
    assert!(TotpSecret::from_random(Algorithm::Sha1, &[7; 19]).is_err());
    block_on(async {
        let world = World::new();
        let session = world.sign_in_plain(&"ada".try_into().unwrap()).await;
        let (setup, _) = begin(&world, &session, "Phone").await;
        let base32 = setup.totp().unwrap().manual_key().replace(' ', "");
        assert_eq!(base32.len() * 5 / 8, 20);
    });
}

/// Drift that was learned at the sign-in follows a clock that is off, one step at a time and within
/// its limit.
#[test]
fn a_slow_phone_is_followed_and_its_window_does_not_widen() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        for slow in [-1, -2, -3, -4] {
            world.wait(300);
            let code = Answer::code(&ada.phone.code_after(world.now(), slow));
            world.sign_in_with(&ada.subject, code).await;
        }
        world.wait(300);
        for (off, inside) in
            [(-6, false), (-2, false), (0, false), (-5, true), (-4, true), (-3, true)]
        {
            let challenge = world.challenge(&ada.subject).await;
            let code = Answer::code(&ada.phone.code_after(world.now(), off));
            let verdict = world.mfa.answer(&challenge, code).await;
            assert_eq!(matches!(verdict, Ok(mfakit::Verdict::Passed(_))), inside, "{off}");
        }
        // At the limit it stays, however long the clock goes on drifting.
        for off in [-4, -5, -5] {
            world.wait(300);
            let code = Answer::code(&ada.phone.code_after(world.now(), off));
            world.sign_in_with(&ada.subject, code).await;
        }
        world.wait(300);
        let challenge = world.challenge(&ada.subject).await;
        let code = Answer::code(&ada.phone.code_after(world.now(), -6));
        rejected(world.mfa.answer(&challenge, code).await);
    });
}
