//! Ids that are unknown, another user's, or of something that is over.

use mfakit::store::AccountStore;
use mfakit::{
    Answer, Challenge, EmailStatus, FactorId, HostAuthority, Refusal, Setup, SetupId, SignIn,
    Subject,
};

use chrono::TimeDelta;

use super::scene;
use crate::attacks::{begin, factor, new_factor, three_codes, wrong_code};
use crate::world::{World, any_code, block_on, passed, refused, rejected};

/// What came of a setup.
#[derive(Debug, Clone, Copy)]
enum End {
    NeverBegun,
    OfAnotherUser,
    Canceled,
    Superseded,
    Expired,
    OutOfTries,
    Confirmed,
    ConfirmedAndExpired,
    Finished,
}

async fn ended(world: &World, end: End) -> (mfakit::Assurance, SetupId, String) {
    let mfa = &world.mfa;
    let session = world.sign_in_plain(&"ada".parse().unwrap()).await;
    let (setup, phone) = begin(world, &session, new_factor("Phone")).await;
    let code = |world: &World| phone.code_at(world.now());
    let confirm = async |setup: &Setup| {
        let _ = mfa.confirm_setup(&session, setup.id(), Answer::code(&code(world))).await.unwrap();
    };
    match end {
        End::NeverBegun => {
            return (session, SetupId::from_random([7; 16]), code(world));
        }
        End::OfAnotherUser => {
            let bob = world.sign_in_plain(&"bob".parse().unwrap()).await;
            let (bobs, phone) = begin(world, &bob, new_factor("Phone")).await;
            return (session, bobs.id(), phone.code_at(world.now()));
        }
        End::Canceled => mfa.cancel_setup(&session, setup.id()).await.unwrap(),
        End::Superseded => drop(begin(world, &session, new_factor("Phone")).await),
        End::Expired => world.wait(601),
        End::OutOfTries => {
            let wrong = wrong_code(world, [&phone]);
            for _ in 0..10 {
                let _ =
                    mfa.confirm_setup(&session, setup.id(), Answer::code(&wrong)).await.unwrap();
            }
        }
        End::Confirmed => confirm(&setup).await,
        End::ConfirmedAndExpired => {
            confirm(&setup).await;
            world.wait(3_601);
        }
        End::Finished => {
            confirm(&setup).await;
            let session = mfa.finish_setup(&session, setup.id()).await.unwrap().full().unwrap();
            return (session, setup.id(), code(world));
        }
    }
    let code = code(world);
    (session, setup.id(), code)
}

#[test]
fn a_setup_that_is_over_or_a_strangers_takes_nothing() {
    const UNKNOWN: [&str; 4] = ["unknown_setup"; 4];
    block_on(async {
        // To show it, to confirm it, to reissue its codes, to finish it.
        for (end, expected) in [
            (End::NeverBegun, UNKNOWN),
            (End::OfAnotherUser, UNKNOWN),
            (End::Canceled, UNKNOWN),
            (End::Superseded, UNKNOWN),
            (End::OutOfTries, UNKNOWN),
            (End::Finished, UNKNOWN),
            (
                End::Expired,
                ["setup_expired", "setup_expired", "setup_unconfirmed", "setup_unconfirmed"],
            ),
            (End::Confirmed, ["setup_confirmed", "setup_confirmed", "ok", "ok"]),
            (
                End::ConfirmedAndExpired,
                ["setup_confirmed", "setup_confirmed", "setup_expired", "setup_expired"],
            ),
        ] {
            let world = World::new();
            let (session, id, code) = ended(&world, end).await;
            let before = scene(&world, session.subject());
            let mfa = &world.mfa;
            let came = |result: Result<(), mfakit::Error>| match result {
                Ok(()) => "ok",
                Err(error) => error.code(),
            };
            let shown = came(mfa.show_setup(&session, id).await.map(drop));
            let confirmed =
                came(mfa.confirm_setup(&session, id, Answer::code(&code)).await.map(drop));
            assert_eq!([shown, confirmed], expected[..2], "{end:?}");
            assert_eq!(scene(&world, session.subject()), before, "{end:?}");
            // What a host asks before it has new codes hashed says the same.
            let context = mfa.context().unwrap();
            let account = world.memory.load(session.subject()).await.unwrap();
            let asked = account.map(|account| account.check_reissue(&session, id, context));
            let asked = asked.map(|asked| came(asked.map_err(Into::into)));
            let reissued = came(mfa.reissue_codes(&session, id).await.map(drop));
            assert!(asked.is_none_or(|asked| asked == reissued), "{end:?}: {asked:?}");
            let finished = came(mfa.finish_setup(&session, id).await.map(drop));
            assert_eq!([reissued, finished], expected[2..], "{end:?}");
            if !expected.contains(&"ok") {
                assert_eq!(scene(&world, session.subject()), before, "{end:?}");
            }
        }
    });
}

#[test]
fn a_setup_is_open_to_the_last_second_of_its_ten_minutes_and_its_hour() {
    block_on(async {
        let world = World::new();
        let session = world.sign_in_plain(&"ada".parse().unwrap()).await;
        let (setup, phone) = begin(&world, &session, new_factor("Phone")).await;
        world.wait(600);
        let code = phone.code_at(world.now());
        let _ = world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await.unwrap();
        world.wait(3_600);
        world.mfa.finish_setup(&session, setup.id()).await.unwrap().full().unwrap();
    });
}

#[test]
fn a_factor_that_is_unknown_or_a_strangers_is_not_managed() {
    block_on(async {
        let world = World::new();
        let (ada, bob) = (world.protect("ada").await, world.protect("bob").await);
        let bobs = factor(&world, &bob.subject, "Phone").await;
        let (_, session) = world.add_phone(&ada.session, "Tablet").await;
        let gone = factor(&world, &ada.subject, "Tablet").await;
        let session = world.mfa.remove_factor(&session, gone).await.unwrap().full().unwrap();
        let before = [&ada, &bob].map(|user| scene(&world, &user.subject));
        let mfa = &world.mfa;
        for id in [bobs, gone, FactorId::from_random([0; 16])] {
            let replacing = new_factor("New").replacing(id);
            for refusal in [
                refused(mfa.rename_factor(&session, id, "Mine").await),
                refused(mfa.prefer_factor(&session, id).await),
                refused(mfa.remove_factor(&session, id).await),
                refused(mfa.begin_setup(&session, replacing, EmailStatus::Verified).await),
            ] {
                assert_eq!(refusal, Refusal::UnknownFactor);
            }
        }
        assert_eq!([&ada, &bob].map(|user| scene(&world, &user.subject)), before);
    });
}

#[test]
fn an_eleventh_factor_is_refused_and_a_replacement_is_not_one() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let mut session = ada.session;
        for number in 2..=10 {
            session = world.add_phone(&session, &format!("Phone {number}")).await.1;
        }
        let before = scene(&world, &ada.subject);
        let begun =
            world.mfa.begin_setup(&session, new_factor("Eleventh"), EmailStatus::Verified).await;
        assert_eq!(refused(begun), Refusal::TooManyFactors);
        assert_eq!(scene(&world, &ada.subject), before);
        let lost = factor(&world, &ada.subject, "Phone 7").await;
        begin(&world, &session, new_factor("Eleventh").replacing(lost)).await;
    });
}

#[test]
fn what_one_user_holds_is_no_use_on_another() {
    block_on(async {
        let world = World::new();
        let (ada, bob) = (world.protect("ada").await, world.protect("bob").await);
        let before = scene(&world, &bob.subject);
        let mfa = &world.mfa;
        let again = mfa.reauthenticate(&ada.session, world.password(&bob.subject)).await;
        assert_eq!(refused(again), Refusal::ForeignSession);
        let changed = mfa.password_changed(&bob.subject, Some(&ada.session)).await;
        assert_eq!(refused(changed), Refusal::ForeignSession);
        let for_bob =
            HostAuthority::grant(bob.subject.clone(), bob.subject.clone(), "asked").unwrap();
        assert_eq!(refused(mfa.reset(&ada.session, &for_bob).await), Refusal::ForeignSession);
        assert_eq!(scene(&world, &bob.subject), before);

        let nobody: Subject = "nobody".parse().unwrap();
        let over_nobody =
            HostAuthority::grant(nobody.clone(), ada.subject.clone(), "asked").unwrap();
        assert_eq!(refused(mfa.reset(&ada.session, &over_nobody).await), Refusal::NotEnabled);
        assert_eq!(scene(&world, &nobody).account, None);
    });
}

/// What became of a challenge before it was answered.
#[derive(Debug, Clone, Copy)]
enum Late {
    TenMinutesAndASecond,
    AYear,
    PasswordChanged,
    FactorAdded,
    Disabled,
    Erased,
}

#[test]
fn a_challenge_that_is_over_takes_no_answer_of_any_kind() {
    block_on(async {
        for late in [
            Late::TenMinutesAndASecond,
            Late::AYear,
            Late::PasswordChanged,
            Late::FactorAdded,
            Late::Disabled,
            Late::Erased,
        ] {
            let world = World::new();
            let ada = world.protect("ada").await;
            let sign_in = world.challenge(&ada.subject).await;
            let step_up = world.mfa.step_up(&ada.session, "payout", &any_code()).await.unwrap();
            match late {
                Late::TenMinutesAndASecond => world.wait(601),
                Late::AYear => world.wait(86_400 * 365),
                Late::PasswordChanged => {
                    drop(world.mfa.password_changed(&ada.subject, None).await.unwrap());
                }
                Late::FactorAdded => drop(world.add_phone(&ada.session, "Tablet").await),
                Late::Disabled => {
                    drop(world.mfa.disable(&ada.session).await.unwrap().full().unwrap())
                }
                Late::Erased => {
                    let subject = || ada.subject.clone();
                    let authority = HostAuthority::grant(subject(), subject(), "left").unwrap();
                    world.mfa.erase(&authority).await.unwrap();
                }
            }
            let before = scene(&world, &ada.subject);
            for challenge in [&sign_in, &step_up] {
                for answer in [
                    Answer::code(&ada.phone.code_at(world.now())),
                    Answer::code("not a code"),
                    three_codes(&world, &ada.phone),
                    Answer::recovery(&ada.recovery(0)),
                    Answer::enrollment(&ada.recovery(0)),
                ] {
                    let refusal = refused(world.mfa.answer(challenge, answer).await);
                    assert_eq!(refusal, Refusal::ChallengeExpired, "{late:?}");
                }
            }
            assert_eq!(scene(&world, &ada.subject), before, "{late:?}");
        }
    });
}

#[test]
fn a_challenge_is_open_to_the_last_second_of_its_ten_minutes() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let challenge = world.challenge(&ada.subject).await;
        world.wait(600);
        passed(world.mfa.answer(&challenge, Answer::code(&ada.phone.code_at(world.now()))).await);
    });
}

#[test]
fn a_challenge_for_somebody_who_is_not_there_opens_nothing() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let challenge = world.challenge(&ada.subject).await;
        let mut written = serde_json::to_value(&challenge).unwrap();
        for (subject, stamp) in [("nobody", None), ("nobody", Some(0))] {
            written["held"]["subject"] = subject.into();
            if let Some(stamp) = stamp {
                written["held"]["stamp"] = stamp.into();
            }
            let forged: Challenge = serde_json::from_value(written.clone()).unwrap();
            for answer in [
                Answer::code(&ada.phone.code_at(world.now())),
                three_codes(&world, &ada.phone),
                Answer::recovery(&ada.recovery(0)),
            ] {
                let verdict = world.mfa.answer(&forged, answer).await;
                assert!(!matches!(verdict, Ok(mfakit::Verdict::Passed(_))), "{verdict:?}");
            }
            assert_eq!(scene(&world, &subject.parse().unwrap()).account, None);
        }
    });
}

#[test]
fn an_enrollment_code_is_good_for_72_hours_and_a_new_reset_brings_a_new_one() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = (world.protect("admin").await, world.protect("ada").await);
        let authority =
            HostAuthority::grant(ada.subject.clone(), admin.subject.clone(), "lost her phone");
        let authority = authority.unwrap();
        let issued = world.mfa.reset(&admin.session, &authority).await.unwrap();
        let enroll = async || match world.mfa.sign_in(world.password(&ada.subject)).await {
            Ok(SignIn::Challenge(challenge)) => challenge,
            other => panic!("{other:?}"),
        };
        world.clock.set(issued.expires_at);
        let wrong = Answer::enrollment("0000-0000-0000-0000");
        rejected(world.mfa.answer(&enroll().await, wrong).await);
        world.clock.set(issued.expires_at + TimeDelta::microseconds(1));
        let before = scene(&world, &ada.subject);
        let late = Answer::enrollment(&issued.code.reveal());
        let refusal = refused(world.mfa.answer(&enroll().await, late).await);
        assert_eq!(refusal, Refusal::EnrollmentExpired(issued.expires_at));
        assert_eq!(scene(&world, &ada.subject), before);

        let admin = world.sign_in(&admin).await;
        let again = world.mfa.reset(&admin, &authority).await.unwrap();
        let challenge = enroll().await;
        let old = Answer::enrollment(&issued.code.reveal());
        rejected(world.mfa.answer(&challenge, old).await);
        passed(world.mfa.answer(&challenge, Answer::enrollment(&again.code.reveal())).await);
    });
}
