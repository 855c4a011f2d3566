//! Limited sessions: what each kind of limit leaves open, and how it ends.

use mfakit::import::{Import, ImportedCodes, ImportedFactor, Seed};
use mfakit::organization::Gate;
use mfakit::testing::Authenticator;
use mfakit::{
    Answer, EmailStatus, Error, HostAuthority, Limited, LimitedTo, NewFactor, Session, SetupId,
    StepUpRule, Subject,
};

use crate::organizations::{days, fresh, office, require, whole};
use crate::world::{User, World, any_code, block_on, full, gate, hasher, limited, passed, refused};

const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// A world, and a session in it that a policy has walled.
async fn walled() -> (World, Limited) {
    let world = World::new();
    let (admin, ada) = office(&world).await;
    require(&world, &admin, whole(0)).await;
    let session = world.sign_in_limited(&ada).await;
    (world, session)
}

/// A world, and a session that has to replace imported codes first.
async fn weak_codes() -> (World, Limited) {
    let world = World::built(|builder| builder.argon2(hasher()));
    let ada = Subject::new("ada").unwrap();
    let authority = HostAuthority::grant(ada.clone(), ada.clone(), "moved in").unwrap();
    let seed = Seed::from_base32(SEED).unwrap();
    let import = Import::new()
        .factor(ImportedFactor::totp("Phone", seed).unwrap())
        .codes(ImportedCodes::plain(["28480242", "38352190"]).unwrap())
        .accept_codes_under_64_bits();
    let _ = world.mfa.import(&authority, import).await.unwrap();
    world.wait(90);
    let challenge = world.challenge(&ada).await;
    let code = Answer::code(&old_phone().code_at(world.now()));
    let session = limited(passed(world.mfa.answer(&challenge, code).await).signed_in);
    (world, session)
}

fn old_phone() -> Authenticator {
    let uri = format!("otpauth://totp/x?secret={SEED}&algorithm=SHA1&digits=6&period=30");
    Authenticator::scan(&uri).unwrap()
}

/// A world, and a session that an enrollment code has opened after a reset.
async fn enrolling() -> (World, Limited) {
    let world = World::new();
    let (root, ada) = (world.protect("root").await, world.protect("ada").await);
    let (over, by) = (ada.subject.clone(), root.subject.clone());
    let authority = HostAuthority::grant(over, by, "lost phone").unwrap();
    let issued = world.mfa.reset(&root.session, &authority).await.unwrap();
    let challenge = world.challenge(&ada.subject).await;
    let code = Answer::enrollment(&issued.code.reveal());
    let session = limited(passed(world.mfa.answer(&challenge, code).await).signed_in);
    (world, session)
}

/// How an operation ended: `full`, `limited`, `ok`, or the code of its refusal.
fn came<T>(result: Result<T, Error>, how: impl FnOnce(T) -> &'static str) -> &'static str {
    match result {
        Ok(value) => how(value),
        Err(Error::Refused(refusal)) => refusal.code(),
        Err(other) => panic!("{other:?}"),
    }
}

fn how_far(signed_in: mfakit::SignedIn) -> &'static str {
    if signed_in.full().is_some() { "full" } else { "limited" }
}

const OPERATIONS: [&str; 11] = [
    "reauthenticate",
    "readmit",
    "step_up",
    "begin_setup",
    "show_setup",
    "confirm_setup",
    "reissue_codes",
    "finish_setup",
    "cancel_setup",
    "password_changed",
    "regenerate_codes",
];

/// Every operation that takes a limited session at all. That the others do not is in `compile_fail`.
async fn attempt(world: &World, session: &Limited, operation: &str) -> &'static str {
    let (mfa, setup) = (&world.mfa, SetupId::from_random([7; 16]));
    let subject = session.subject();
    match operation {
        "reauthenticate" => {
            came(mfa.reauthenticate(session, world.password(subject)).await, how_far)
        }
        "readmit" => came(mfa.readmit(session).await, how_far),
        "step_up" => came(mfa.step_up(session, "payout", &any_code()).await, |_| "ok"),
        "begin_setup" => {
            let new = NewFactor::totp("Tablet", "ada@example.org").unwrap();
            came(mfa.begin_setup(session, new, EmailStatus::Verified).await, |_| "ok")
        }
        "show_setup" => came(mfa.show_setup(session, setup).await, |_| "ok"),
        "confirm_setup" => {
            came(mfa.confirm_setup(session, setup, Answer::code("123456")).await, |_| "ok")
        }
        "reissue_codes" => came(mfa.reissue_codes(session, setup).await, |_| "ok"),
        "finish_setup" => came(mfa.finish_setup(session, setup).await, how_far),
        "cancel_setup" => came(mfa.cancel_setup(session, setup).await, |()| "ok"),
        "password_changed" => {
            let changed = mfa.password_changed(subject, Some(session)).await;
            came(changed, |own| how_far(own.expect("its own session")))
        }
        "regenerate_codes" => {
            came(mfa.regenerate_codes(session).await, |(session, _)| how_far(session))
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_limited_session_gets_no_further_than_its_limit_at_any_operation() {
    // Each kind of limit, and what comes of every operation in a session of it.
    let set_up = [
        "limited",
        "limited",
        "not_enabled",
        "ok",
        "unknown_setup",
        "unknown_setup",
        "unknown_setup",
        "unknown_setup",
        "unknown_setup",
        "limited",
        "not_enabled",
    ];
    let regenerate = [
        "limited",
        "limited",
        "ok",
        "regenerate_first",
        "regenerate_first",
        "regenerate_first",
        "regenerate_first",
        "regenerate_first",
        "regenerate_first",
        "limited",
        "full",
    ];
    for (position, operation) in OPERATIONS.into_iter().enumerate() {
        block_on(async {
            let (world, session) = walled().await;
            assert!(matches!(session.next_step(), LimitedTo::SetUp(_)));
            assert_eq!(attempt(&world, &session, operation).await, set_up[position], "{operation}");

            let (world, session) = enrolling().await;
            assert_eq!(*session.next_step(), LimitedTo::FirstSetup);
            assert_eq!(attempt(&world, &session, operation).await, set_up[position], "{operation}");

            let (world, session) = weak_codes().await;
            assert_eq!(*session.next_step(), LimitedTo::RegenerateCodes);
            let came = attempt(&world, &session, operation).await;
            assert_eq!(came, regenerate[position], "{operation}");
        });
    }
}

/// Neither the answer to a step-up nor anything else makes it full before its step is taken.
#[test]
fn a_step_up_does_not_end_the_limit_to_new_codes() {
    block_on(async {
        let (world, session) = weak_codes().await;
        world.wait(30);
        let challenge = world.mfa.step_up(&session, "payout", &any_code()).await.unwrap();
        let code = Answer::code(&old_phone().code_at(world.now()));
        let session = limited(passed(world.mfa.answer(&challenge, code).await).signed_in);
        let (session, _) = world.mfa.regenerate_codes(&session).await.unwrap();
        world.mfa.guard(&full(session), &any_code()).await.unwrap();
    });
}

#[test]
fn the_setup_that_a_session_was_limited_to_makes_it_full() {
    block_on(async {
        for (world, session) in [walled().await, enrolling().await] {
            let session = set_up(&world, &session).await;
            assert_eq!(gate(&world.mfa, &session).await, Gate::Allow);
            world.mfa.guard(&session, &any_code()).await.unwrap();
        }
    });
}

async fn set_up(world: &World, session: &Limited) -> mfakit::Assurance {
    let new = NewFactor::totp("Phone", "ada@example.org").unwrap();
    let setup = world.mfa.begin_setup(session, new, EmailStatus::Verified).await.unwrap();
    let phone = Authenticator::scan(setup.totp().unwrap().otpauth_uri()).unwrap();
    let code = phone.code_at(world.now());
    let _ = world.mfa.confirm_setup(session, setup.id(), Answer::code(&code)).await.unwrap();
    full(world.mfa.finish_setup(session, setup.id()).await.unwrap())
}

#[test]
fn a_wall_that_is_taken_down_lets_a_limited_session_go_on() {
    block_on(async {
        let (world, session) = walled().await;
        world
            .mfa
            .leave_organization(&crate::organizations::acme(), session.subject())
            .await
            .unwrap();
        let session = full(world.mfa.readmit(&session).await.unwrap());
        assert_eq!(gate(&world.mfa, &session).await, Gate::Allow);
    });
}

/// Somebody else's change of the credentials, or a new password: it is void like any.
#[test]
fn a_limited_session_is_void_once_the_credentials_change() {
    block_on(async {
        let (world, session) = walled().await;
        world.mfa.password_changed(session.subject(), None).await.unwrap();
        let void = refused(world.mfa.readmit(&session).await);
        assert_eq!(void.code(), "sign_in_again");
        let again = world.mfa.reauthenticate(&session, world.password(session.subject())).await;
        assert_eq!(refused(again).code(), "sign_in_again");
    });
}

/// The session was full when it was given; a policy lapses under it. What it proved stays proven, and
/// no answer is refused for the policy.
#[test]
fn a_policy_that_lapses_limits_the_session_and_refuses_no_answer() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        require(&world, &admin, whole(1)).await;
        let session = world.sign_in_plain(&ada).await;
        days(&world, 1);
        let rule = StepUpRule::signed_in();
        assert_eq!(refused(world.mfa.guard(&session, &rule).await).code(), "set_up_first");
        let again = world.mfa.reauthenticate(&session, world.password(&ada)).await.unwrap();
        let session = limited(again);
        let kept = session.evidence().iter().map(mfakit::domain::Evidence::at).max();
        assert_eq!(kept, Some(world.now()), "what was just proven is not lost");
    });
}

#[test]
fn a_policy_that_lapses_before_the_enrollment_code_is_answered_refuses_nothing() {
    block_on(async {
        let world = World::new();
        let (admin, member) = office(&world).await;
        let user: User = world.protect(member.as_str()).await;
        let authority =
            HostAuthority::grant(member.clone(), admin.subject.clone(), "lost phone").unwrap();
        let admins = fresh(&world, &admin).await;
        let issued = world.mfa.reset(&admins, &authority).await.unwrap();
        let challenge = world.challenge(&user.subject).await;
        require(&world, &admin, whole(0)).await;
        let code = Answer::enrollment(&issued.code.reveal());
        let session = limited(passed(world.mfa.answer(&challenge, code).await).signed_in);
        let session = set_up(&world, &session).await;
        assert_eq!(gate(&world.mfa, &session).await, Gate::Allow);
    });
}

/// One call decides both. A rule that is met opens no wall, and an open gate meets no rule.
#[test]
fn a_guard_asks_the_organizations_whatever_the_rule_says() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        let session = world.sign_in_plain(&ada).await;
        let met =
            StepUpRule::fresh(mfakit::step_up::Needed::FirstFactor, chrono::TimeDelta::days(9));
        world.mfa.guard(&session, &met).await.unwrap();
        let unmet = refused(world.mfa.guard(&session, &any_code()).await);
        assert_eq!(unmet.code(), "step_up_required");
        require(&world, &admin, whole(0)).await;
        for rule in [&met, &StepUpRule::signed_in(), &any_code()] {
            for refusal in [
                refused(world.mfa.guard(&session, rule).await),
                refused(world.mfa.guard_now(&session, rule).await),
                refused(
                    world
                        .mfa
                        .guard_organization(&crate::organizations::acme(), &session, rule)
                        .await,
                ),
            ] {
                assert_eq!(refusal.code(), "set_up_first", "{rule}");
            }
        }
    });
}
