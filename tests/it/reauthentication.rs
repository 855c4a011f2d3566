//! Who may change the second factor: the service's own operations, and what voids a session.

use chrono::TimeDelta;
use mfakit::step_up::{Level, Needed};
use mfakit::{
    Answer, Assurance, EmailStatus, Error, FactorId, FirstFactor, NewFactor, Refusal, SignIn,
    SignedIn, StepUpRule, Subject,
};

use crate::world::{User, World, any_code, block_on, full, raised, refused};

/// What came of it: `ok`, or the refusal's code.
fn outcome<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(Error::Refused(refusal)) => refusal.code().to_owned(),
        Err(other) => panic!("{other}"),
    }
}

fn phone() -> NewFactor {
    NewFactor::totp("Tablet", "ada@example.org").unwrap()
}

#[test]
fn enabling_needs_a_session_that_was_confirmed_recently() {
    let oidc = |subject, at| {
        FirstFactor::named("oidc", mfakit::FirstFactorKind::Issuer, subject, at).unwrap()
    };
    type Vouch = fn(Subject, chrono::DateTime<chrono::Utc>) -> FirstFactor;
    let rows: &[(&str, Vouch, i64, EmailStatus, &str)] = &[
        // Who signed in how many seconds ago, the e-mail address, and what setup says.
        ("password", FirstFactor::password, 0, EmailStatus::Verified, "ok"),
        ("password", FirstFactor::password, 600, EmailStatus::Verified, "ok"),
        ("password", FirstFactor::password, 601, EmailStatus::Verified, "step_up_required"),
        ("single sign-on", oidc, 0, EmailStatus::Verified, "ok"),
        ("single sign-on", oidc, 600, EmailStatus::Verified, "ok"),
        ("single sign-on", oidc, 601, EmailStatus::Verified, "step_up_required"),
        ("ahead by half a minute", FirstFactor::password, -30, EmailStatus::Verified, "ok"),
        ("ahead by more", FirstFactor::password, -31, EmailStatus::Verified, "step_up_required"),
        ("unverified", FirstFactor::password, 0, EmailStatus::Unverified, "email_unverified"),
        (
            "stale, unverified",
            FirstFactor::password,
            601,
            EmailStatus::Unverified,
            "step_up_required",
        ),
    ];
    block_on(async {
        for (who, vouch, ago, email, expected) in rows {
            let world = World::new();
            let ada = Subject::new("ada").unwrap();
            let first = vouch(ada, world.now());
            let signed_in = world.mfa.sign_in(first).await.unwrap();
            let mfakit::SignIn::Done(SignedIn::Full(session, None)) = signed_in else {
                panic!("{signed_in:?}")
            };
            world.wait(*ago);
            let begun = world.mfa.begin_setup(&session, phone(), *email).await;
            assert_eq!(&outcome(begun), expected, "{who}, {ago} s ago");
        }
    });
}

#[test]
fn after_signing_in_again_the_setup_resumes_in_the_same_session() {
    block_on(async {
        let world = World::new();
        let ada = Subject::new("ada").unwrap();
        let session = world.sign_in_plain(&ada).await;
        world.wait(3_600);
        let begun = world.mfa.begin_setup(&session, phone(), EmailStatus::Verified).await;
        assert_eq!(outcome(begun), "step_up_required");

        let again =
            world.mfa.reauthenticate(&session, world.password(&ada)).await.unwrap().full().unwrap();
        assert_eq!(again.session(), session.session());
        let setup = world.mfa.begin_setup(&again, phone(), EmailStatus::Verified).await.unwrap();
        world.mfa.show_setup(&again, setup.id()).await.unwrap();
    });
}

/// The operations that change what protects an account, in this order.
const OPERATIONS: [&str; 8] =
    ["add", "replace", "rename", "prefer", "remove", "regenerate", "disable", "sign out elsewhere"];

async fn operate(world: &World, session: &Assurance, phone: FactorId, operation: &str) -> String {
    let mfa = &world.mfa;
    match operation {
        "add" => outcome(mfa.begin_setup(session, self::phone(), EmailStatus::Verified).await),
        "replace" => {
            let new = self::phone().replacing(phone);
            outcome(mfa.begin_setup(session, new, EmailStatus::Verified).await)
        }
        "rename" => outcome(mfa.rename_factor(session, phone, "Old phone").await),
        "prefer" => outcome(mfa.prefer_factor(session, phone).await),
        "remove" => outcome(mfa.remove_factor(session, phone).await),
        "regenerate" => outcome(mfa.regenerate_codes(session).await),
        "disable" => outcome(mfa.disable(session).await),
        "sign out elsewhere" => outcome(mfa.sign_out_elsewhere(session).await),
        other => panic!("no such operation: {other}"),
    }
}

#[derive(Debug, Clone, Copy)]
enum Held {
    /// A code so many seconds ago.
    Code(i64),
    /// A recovery code so many seconds ago, the password just now.
    Recovery(i64),
    /// The password just now, and a code long ago.
    PasswordAndStaleCode,
    /// A password, from before MFA was on.
    PasswordFromBefore,
    /// A code, from before another session changed the password.
    CodeFromBeforePasswordChange,
    /// A code, in the session that changed the password.
    CodeOfWhoChangedPassword,
    /// A code, from before another session replaced the recovery codes.
    CodeFromBeforeRegeneration,
}

async fn held(world: &World, ada: &User, before: Assurance, held: Held) -> Assurance {
    let mfa = &world.mfa;
    let recovery = Answer::recovery(&ada.recovery(0));
    match held {
        Held::Code(ago) => {
            let session = world.sign_in(ada).await;
            world.wait(ago);
            session
        }
        Held::Recovery(ago) => {
            let session = world.sign_in_with(&ada.subject, recovery).await;
            world.wait(ago);
            mfa.reauthenticate(&session, world.password(&ada.subject))
                .await
                .unwrap()
                .full()
                .unwrap()
        }
        Held::PasswordAndStaleCode => {
            let session = world.sign_in(ada).await;
            world.wait(3_600);
            mfa.reauthenticate(&session, world.password(&ada.subject))
                .await
                .unwrap()
                .full()
                .unwrap()
        }
        Held::PasswordFromBefore => before,
        Held::CodeFromBeforePasswordChange => {
            let session = world.sign_in(ada).await;
            mfa.password_changed(&ada.subject, None).await.unwrap();
            session
        }
        Held::CodeOfWhoChangedPassword => {
            let session = world.sign_in(ada).await;
            mfa.password_changed(&ada.subject, Some(&session))
                .await
                .unwrap()
                .unwrap()
                .full()
                .unwrap()
        }
        Held::CodeFromBeforeRegeneration => {
            let session = world.sign_in(ada).await;
            world.next_code();
            let other = world.sign_in(ada).await;
            let _ = mfa.regenerate_codes(&other).await.unwrap();
            session
        }
    }
}

#[test]
fn what_changes_the_second_factor_wants_it_fresh() {
    const ALL: [&str; 8] = ["ok"; 8];
    const STEP_UP: [&str; 8] = ["step_up_required"; 8];
    const VOID: [&str; 8] = ["sign_in_again"; 8];
    let add_or_replace = [&["ok"; 2][..], &["step_up_required"; 6]].concat();
    let rows: &[(Held, &[&str])] = &[
        (Held::Code(0), &ALL),
        (Held::Code(600), &ALL),
        (Held::Code(601), &STEP_UP),
        (Held::PasswordAndStaleCode, &STEP_UP),
        (Held::Recovery(0), &add_or_replace),
        (Held::Recovery(600), &add_or_replace),
        (Held::Recovery(601), &STEP_UP),
        (Held::PasswordFromBefore, &VOID),
        (Held::CodeFromBeforePasswordChange, &VOID),
        (Held::CodeOfWhoChangedPassword, &ALL),
        (Held::CodeFromBeforeRegeneration, &VOID),
    ];
    block_on(async {
        for (which, expected) in rows {
            for (operation, expected) in OPERATIONS.iter().zip(*expected) {
                let world = World::new();
                let before = world.sign_in_plain(&Subject::new("ada").unwrap()).await;
                let ada = world.protect("ada").await;
                let phone = world.mfa.status(&ada.subject).await.unwrap().factors[0].factor;
                let session = held(&world, &ada, before, *which).await;
                let came = operate(&world, &session, phone, operation).await;
                assert_eq!(&came, expected, "{which:?}: {operation}");
            }
        }
    });
}

#[derive(Debug, Clone, Copy)]
enum Change {
    EnableMfa,
    AddPhone,
    RemovePhone,
    Regenerate,
    Disable,
    SignOutElsewhere,
    NewPassword,
    Rename,
    StepUp,
}

/// Makes a change in one session and returns that session after it.
async fn make(world: &World, ada: &User, session: Assurance, change: Change) -> Assurance {
    let mfa = &world.mfa;
    match change {
        Change::EnableMfa => ada.session.clone(),
        Change::AddPhone => world.add_phone(&session, "Tablet").await.1,
        Change::RemovePhone => {
            // The tablet goes; the session was opened with the phone.
            let (_, session) = world.add_phone(&session, "Tablet").await;
            let tablet = mfa.status(&ada.subject).await.unwrap().factors[1].factor;
            mfa.remove_factor(&session, tablet).await.unwrap().full().unwrap()
        }
        Change::Regenerate => mfa.regenerate_codes(&session).await.unwrap().0.full().unwrap(),
        Change::Disable => mfa.disable(&session).await.unwrap().full().unwrap(),
        Change::SignOutElsewhere => mfa.sign_out_elsewhere(&session).await.unwrap().full().unwrap(),
        Change::NewPassword => mfa
            .password_changed(&ada.subject, Some(&session))
            .await
            .unwrap()
            .unwrap()
            .full()
            .unwrap(),
        Change::Rename => {
            let phone = mfa.status(&ada.subject).await.unwrap().factors[0].factor;
            mfa.rename_factor(&session, phone, "Old phone").await.unwrap();
            session
        }
        Change::StepUp => {
            world.next_code();
            let challenge = mfa.step_up(&session, "payout", &any_code()).await.unwrap();
            let code = Answer::code(&ada.phone.code_at(world.now()));
            raised(mfa.answer(&challenge, code).await)
        }
    }
}

#[test]
fn evidence_under_an_older_stamp_is_void_except_in_the_session_that_made_the_change() {
    let rows: &[(Change, &str, &str)] = &[
        // The change, what the session that made it may do then, and what every other may.
        (Change::EnableMfa, "ok", "sign_in_again"),
        (Change::AddPhone, "ok", "sign_in_again"),
        (Change::RemovePhone, "ok", "sign_in_again"),
        (Change::SignOutElsewhere, "ok", "sign_in_again"),
        (Change::Regenerate, "ok", "sign_in_again"),
        (Change::Disable, "ok", "sign_in_again"),
        (Change::NewPassword, "ok", "sign_in_again"),
        // What changes no credential voids nothing.
        (Change::Rename, "ok", "ok"),
        (Change::StepUp, "ok", "ok"),
    ];
    // Even the first factor alone is void: a stolen session must not outlive the old password.
    let first = StepUpRule::level(Level::OneFactor, TimeDelta::hours(1));
    block_on(async {
        for (change, of_maker, of_other) in rows {
            let world = World::new();
            let plain = world.sign_in_plain(&Subject::new("ada").unwrap()).await;
            let ada = world.protect("ada").await;
            let other = match change {
                Change::EnableMfa => plain,
                _ => world.sign_in(&ada).await,
            };
            world.next_code();
            let maker = world.sign_in(&ada).await;
            let maker = make(&world, &ada, maker, *change).await;
            let check = |session| world.mfa.guard_now(session, &first);
            assert_eq!(outcome(check(&maker).await), *of_maker, "{change:?}: who made it");
            assert_eq!(outcome(check(&other).await), *of_other, "{change:?}: another");
        }
    });
}

#[test]
fn a_rule_checked_against_the_current_stamp_voids_what_the_service_voids() {
    block_on(async {
        let world = World::new();
        let before = world.sign_in_plain(&Subject::new("ada").unwrap()).await;
        let ada = world.protect("ada").await;
        let (current, now) = (ada.session.stamp(), world.context());
        let rule = StepUpRule::fresh(Needed::FirstFactor, TimeDelta::hours(1));
        assert_eq!(rule.check(&before, current, now), Err(Refusal::SignInAgain));
        assert!(rule.check(&ada.session, current, now).is_ok());
    });
}

/// Single sign-on has an old session of its own and vouches for that again, without asking. A host
/// that took this for done would send its user there forever.
#[test]
fn a_first_factor_that_was_not_proven_again_is_refused_and_not_asked_for_forever() {
    block_on(async {
        let world = World::new();
        let ada = Subject::new("ada").unwrap();
        let proven_at = world.now();
        let vouched = || {
            FirstFactor::named("oidc", mfakit::FirstFactorKind::Issuer, ada.clone(), proven_at)
                .unwrap()
        };
        let SignIn::Done(signed_in) = world.mfa.sign_in(vouched()).await.unwrap() else {
            panic!("MFA is off")
        };
        let session = full(signed_in);
        // A callback that comes twice, or in two tabs, has lost nothing.
        world.wait(60);
        assert_eq!(full(world.mfa.reauthenticate(&session, vouched()).await.unwrap()), session);
        for seconds in [1, 3_600] {
            world.wait(seconds);
            let again = world.mfa.reauthenticate(&session, vouched()).await;
            assert_eq!(refused(again), Refusal::FirstFactorNotNewer);
            let older = FirstFactor::named(
                "oidc",
                mfakit::FirstFactorKind::Issuer,
                ada.clone(),
                proven_at - TimeDelta::hours(1),
            );
            let again = world.mfa.reauthenticate(&session, older.unwrap()).await;
            assert_eq!(refused(again), Refusal::FirstFactorNotNewer);
        }
        // What is newer is taken, however old it is, and so is another first factor.
        let newer = FirstFactor::named(
            "oidc",
            mfakit::FirstFactorKind::Issuer,
            ada.clone(),
            proven_at + TimeDelta::seconds(1),
        );
        let session = full(world.mfa.reauthenticate(&session, newer.unwrap()).await.unwrap());
        let password = FirstFactor::password(ada.clone(), proven_at);
        let session = full(world.mfa.reauthenticate(&session, password).await.unwrap());
        assert_eq!(session.evidence().len(), 2);
    });
}

/// A session that signs in again and again, each time by another provider, is one that a host can
/// keep and read back.
#[test]
fn a_session_with_more_first_factors_than_it_may_hold_is_read_back() {
    block_on(async {
        let world = World::new();
        let ada = Subject::new("ada").unwrap();
        let mut session = world.sign_in_plain(&ada).await;
        for number in 0..70 {
            world.wait(1);
            let provider = format!("provider-{number}");
            let first = FirstFactor::named(
                &provider,
                mfakit::FirstFactorKind::Issuer,
                ada.clone(),
                world.now(),
            )
            .unwrap();
            session = world.mfa.reauthenticate(&session, first).await.unwrap().full().unwrap();
        }
        let text = serde_json::to_string(&session).unwrap();
        let back: Assurance = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), text);
        assert!(text.contains("provider-69") && !text.contains("provider-0\""), "the latest stay");
        world.mfa.reauthenticate(&back, world.password(&ada)).await.unwrap().full().unwrap();
    });
}
