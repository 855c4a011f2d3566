//! Sessions that are not what they were.

use mfakit::store::AccountStore;
use mfakit::{Answer, Assurance, EmailStatus, Error, HostAuthority, NewFactor, Refusal, SignIn};

use crate::world::{User, World, any_code, block_on, raised, refused};

/// What a session with MFA on may try; each operation on its own.
async fn every_operation(
    world: &World,
    session: &Assurance,
) -> Vec<(&'static str, Option<Refusal>)> {
    fn refusal<T>(result: Result<T, Error>) -> Option<Refusal> {
        match result {
            Ok(_) => None,
            Err(Error::Refused(refusal)) => Some(refusal),
            Err(other) => panic!("{other:?}"),
        }
    }
    let mfa = &world.mfa;
    let factor = mfa.status(session.subject()).await.unwrap().factors[0].factor;
    let new = NewFactor::totp("Another", "ada@example.org").unwrap();
    let replacing = new.clone().replacing(factor);
    let (subject, own) = (session.subject().clone(), session.subject().clone());
    let authority = HostAuthority::grant(subject, own, "a test").unwrap();
    vec![
        ("rename", refusal(mfa.rename_factor(session, factor, "New name").await)),
        ("prefer", refusal(mfa.prefer_factor(session, factor).await)),
        ("add", refusal(mfa.begin_setup(session, new, EmailStatus::Verified).await)),
        ("replace", refusal(mfa.begin_setup(session, replacing, EmailStatus::Verified).await)),
        ("regenerate", refusal(mfa.regenerate_codes(session).await)),
        ("sign out elsewhere", refusal(mfa.sign_out_elsewhere(session).await)),
        ("reset", refusal(mfa.reset(session, &authority).await)),
        ("remove", refusal(mfa.remove_factor(session, factor).await)),
        ("disable", refusal(mfa.disable(session).await)),
    ]
}

async fn all_are_sign_in_again(world: &World, session: &Assurance, why: &str) {
    let before = world.memory.load(session.subject()).await.unwrap();
    for (operation, refusal) in every_operation(world, session).await {
        assert_eq!(refusal, Some(Refusal::SignInAgain), "{operation}, {why}");
    }
    let after = world.memory.load(session.subject()).await.unwrap();
    assert_eq!(before, after, "a refused operation changed something, {why}");
}

/// Attack 16: CVE-2023-31140: sessions from before MFA was enabled lived on.
#[test]
fn a_session_from_before_mfa_was_enabled_is_void() {
    block_on(async {
        let world = World::new();
        let old = world.sign_in_plain(&"ada".try_into().unwrap()).await;
        let ada = world.protect("ada").await;
        all_are_sign_in_again(&world, &old, "enabled since").await;
        let again = world.mfa.reauthenticate(&old, world.password(&ada.subject)).await;
        assert_eq!(refused(again), Refusal::SignInAgain, "a password does not revive it");
        assert_eq!(
            refused(world.mfa.step_up(&old, "payout", &any_code()).await),
            Refusal::SignInAgain
        );
    });
}

/// Attack 15, 16: A stolen session is void once its owner changes the password, in another session.
#[test]
fn a_session_from_before_a_password_change_is_void_and_so_is_its_challenge() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let stolen = world.sign_in(&ada).await;
        let pending = world.challenge(&ada.subject).await;
        world.next_code();
        let own = world.sign_in(&ada).await;
        let own = world
            .mfa
            .password_changed(&ada.subject, Some(&own))
            .await
            .unwrap()
            .unwrap()
            .full()
            .unwrap();
        all_are_sign_in_again(&world, &stolen, "the password was changed").await;
        world.next_code();
        let answer = Answer::code(&ada.phone.code_at(world.now()));
        let answered = world.mfa.answer(&pending, answer).await;
        assert_eq!(refused(answered), Refusal::ChallengeExpired);
        assert!(world.mfa.regenerate_codes(&own).await.is_ok(), "the session that did it lives on");
    });
}

/// Attack 15: A password that was checked before it was changed is the old one.
#[test]
fn a_password_from_before_its_change_signs_nobody_in() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let old = world.password(&ada.subject);
        world.wait(1);
        world.mfa.password_changed(&ada.subject, None).await.unwrap();
        assert_eq!(refused(world.mfa.sign_in(old).await), Refusal::FirstFactorOutOfDate);
    });
}

/// Attack 15: A password reset, remember-me or another way to sign in skipped MFA: every first factor opens
/// the same challenge.
#[test]
fn every_way_to_sign_in_meets_the_challenge() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        world.mfa.password_changed(&ada.subject, None).await.unwrap();
        for way in ["oidc", "magic-link", "remember-me", "password-reset"] {
            let first = mfakit::FirstFactor::named(
                way,
                mfakit::FirstFactorKind::Issuer,
                ada.subject.clone(),
                world.now(),
            )
            .unwrap();
            let opened = world.mfa.sign_in(first).await.unwrap();
            assert!(matches!(opened, SignIn::Challenge(..)), "{way}: {opened:?}");
        }
    });
}

/// Re-authenticating checks the first factor as a sign-in does: whose it is, and when.
#[test]
fn a_session_is_not_renewed_by_another_users_password_or_one_of_another_time() {
    block_on(async {
        let world = World::new();
        let (ada, bob) = (world.protect("ada").await, world.protect("bob").await);
        let session = world.sign_in(&ada).await;
        let renewed = world.mfa.reauthenticate(&session, world.password(&bob.subject)).await;
        assert_eq!(refused(renewed), Refusal::ForeignSession);
        let ahead = world.now() + chrono::TimeDelta::seconds(31);
        let future = mfakit::FirstFactor::password(ada.subject.clone(), ahead);
        let renewed = world.mfa.reauthenticate(&session, future).await;
        assert_eq!(refused(renewed), Refusal::FirstFactorOutOfDate);
        let old = world.password(&ada.subject);
        world.wait(1);
        let own = world
            .mfa
            .password_changed(&ada.subject, Some(&session))
            .await
            .unwrap()
            .unwrap()
            .full()
            .unwrap();
        assert_eq!(
            refused(world.mfa.reauthenticate(&own, old).await),
            Refusal::FirstFactorOutOfDate
        );
    });
}

/// A change of credentials in one session voids every other.
#[test]
fn removing_regenerating_adding_and_disabling_void_every_other_session() {
    block_on(async {
        for change in ["add", "remove", "regenerate"] {
            let world = World::new();
            let ada = world.protect("ada").await;
            let stolen = world.sign_in(&ada).await;
            world.next_code();
            let own = world.sign_in(&ada).await;
            let own = match change {
                "add" => world.add_phone(&own, "Tablet").await.1,
                "remove" => {
                    let (_, own) = world.add_phone(&own, "Tablet").await;
                    let factors = world.mfa.status(&ada.subject).await.unwrap().factors;
                    world.mfa.remove_factor(&own, factors[1].factor).await.unwrap().full().unwrap()
                }
                _ => world.mfa.regenerate_codes(&own).await.unwrap().0.full().unwrap(),
            };
            all_are_sign_in_again(&world, &stolen, change).await;
            assert!(world.mfa.regenerate_codes(&own).await.is_ok(), "{change}");
        }
    });
}

/// Attack 10: CVE-2026-123530: enrollment without step-up. 9. MFA was disabled without it.
#[test]
fn every_sensitive_operation_wants_the_second_factor_fresh() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        world.wait(601);
        for (operation, refusal) in every_operation(&world, &session).await {
            assert!(matches!(refusal, Some(Refusal::StepUp(_))), "{operation}: {refusal:?}");
        }
        let session = world
            .mfa
            .reauthenticate(&session, world.password(&ada.subject))
            .await
            .unwrap()
            .full()
            .unwrap();
        for (operation, refusal) in every_operation(&world, &session).await {
            assert!(matches!(refusal, Some(Refusal::StepUp(_))), "{operation} by password alone");
        }
        let step_up = world.mfa.step_up(&session, "manage", &any_code()).await.unwrap();
        let answer = Answer::code(&ada.phone.code_at(world.now()));
        let session = raised(world.mfa.answer(&step_up, answer).await);
        assert!(world.mfa.regenerate_codes(&session).await.is_ok());
    });
}

/// Attack 11: CVE-2026-62232: a pending sign-in regenerated the secret, added or deleted a device. That it
/// does not compile is in `tests/ui`; a stale or made-up password session is refused here.
#[test]
fn a_password_alone_changes_nothing_on_a_protected_account() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let pending = world.challenge(&ada.subject).await;
        // What a host that reads its session carelessly could make of a pending sign-in.
        let written = serde_json::to_value(&pending).unwrap();
        let held = written.as_object().unwrap().values().find(|value| value.is_object()).unwrap();
        let forged: Assurance = serde_json::from_value(held.clone()).unwrap();
        all_are_sign_in_again(&world, &forged, "only a password").await;
    });
}

/// A recovery code completes a sign-in. Of the sensitive operations it permits adding a factor, or
/// replacing the lost one.
#[test]
fn a_recovery_sign_in_adds_or_replaces_and_nothing_else() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;
        for (operation, refusal) in every_operation(&world, &session).await {
            let permitted = ["add", "replace"].contains(&operation);
            assert_eq!(refusal.is_none(), permitted, "{operation}: {refusal:?}");
        }
    });
}

/// Another user's session is no session.
#[test]
fn a_session_of_one_user_does_nothing_for_another() {
    block_on(async {
        let world = World::new();
        let (ada, bob) = (world.protect("ada").await, world.protect("bob").await);
        let session = world.sign_in(&ada).await;
        let bobs = world.mfa.status(&bob.subject).await.unwrap().factors[0].factor;
        let removed = world.mfa.remove_factor(&session, bobs).await;
        assert_eq!(refused(removed), Refusal::UnknownFactor);
        let changed = world.mfa.password_changed(&bob.subject, Some(&session)).await;
        assert_eq!(refused(changed), Refusal::ForeignSession);

        let someone_elses =
            HostAuthority::grant(ada.subject.clone(), bob.subject.clone(), "not his").unwrap();
        assert_eq!(
            refused(world.mfa.reset(&session, &someone_elses).await),
            Refusal::ForeignSession
        );
    });
}

async fn reset(world: &World, user: &User) -> mfakit::IssuedEnrollment {
    let admin = world.protect("admin").await;
    let actor = world.sign_in(&admin).await;
    let authority =
        HostAuthority::grant(user.subject.clone(), admin.subject.clone(), "identified in person");
    world.mfa.reset(&actor, &authority.unwrap()).await.unwrap()
}

/// After a reset neither the password nor an old session nor an old code opens anything.
#[test]
fn a_reset_account_is_closed_until_its_enrollment_code_is_used() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let before = world.sign_in(&ada).await;
        reset(&world, &ada).await;
        let new = NewFactor::totp("Phone", "ada@example.org").unwrap();
        let begun = world.mfa.begin_setup(&before, new, EmailStatus::Verified).await;
        assert_eq!(refused(begun), Refusal::SignInAgain);
        let SignIn::Challenge(challenge) =
            world.mfa.sign_in(world.password(&ada.subject)).await.unwrap()
        else {
            panic!("the password alone signed in")
        };
        for answer in
            [Answer::code(&ada.phone.code_at(world.now())), Answer::recovery(&ada.recovery(0))]
        {
            let answered = world.mfa.answer(&challenge, answer).await;
            assert_eq!(refused(answered), Refusal::WrongAnswerKind);
        }
    });
}

#[test]
fn an_expired_enrollment_code_needs_a_new_one() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let issued = reset(&world, &ada).await;
        world.wait(72 * 3600 + 1);
        let SignIn::Challenge(challenge) =
            world.mfa.sign_in(world.password(&ada.subject)).await.unwrap()
        else {
            panic!("the password alone signed in")
        };
        let late = world.mfa.answer(&challenge, Answer::enrollment(&issued.code.reveal())).await;
        assert_eq!(refused(late), Refusal::EnrollmentExpired(issued.expires_at));
    });
}
