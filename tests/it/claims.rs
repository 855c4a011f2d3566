//! What a session has proven, as the claims of a token.

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::domain::Context;
use mfakit::step_up::{AcrNames, Claims, Level};
use mfakit::{
    Answer, Assurance, FirstFactor, HostAuthority, Limited, LimitedTo, Refusal, Settings, SignIn,
};

use crate::step_up::By::{self, Code, Password, Recovery, Sso};
use crate::step_up::Case;
use crate::world::{World, block_on, full, limited, passed, refused};

#[test]
fn what_a_session_proved_becomes_the_claims_of_a_token() {
    let rows: &[(&[By], &str, &[&str], i64)] = &[
        // `auth_time` is the older of the two: whoever reads it is told of nothing older.
        (&[Password(500), Code(20)], "two", &["pwd", "otp", "mfa"], 500),
        (&[Password(500), Code(500), Code(20)], "two", &["pwd", "otp", "mfa"], 500),
        (&[Password(500), Code(500), Password(20)], "two", &["pwd", "otp", "mfa"], 500),
        (&[Password(500), Code(500), Code(20), Password(10)], "two", &["pwd", "otp", "mfa"], 20),
        // The host's own names add nothing.
        (&[Sso(500), Code(500)], "two", &["otp", "mfa"], 500),
        // A recovery code completes a sign-in and raises no level.
        (&[Password(500), Recovery(400)], "one", &["pwd", "mfa", "recovery"], 500),
        (&[Sso(500), Recovery(400)], "one", &["mfa", "recovery"], 500),
        (&[Password(500), Code(500), Recovery(5)], "two", &["pwd", "otp", "mfa", "recovery"], 500),
    ];
    let names = AcrNames::new("one", "two", "strong").unwrap();
    block_on(async {
        for (proven, acr, amr, ago) in rows {
            let case = Case::new().await;
            let session = case.session(proven).await;
            let claims = self::claims(&session, &names, &case.world, case.world.now());
            assert_eq!((claims.acr, claims.amr.as_slice()), (Some(*acr), *amr), "{proven:?}");
            assert_eq!(claims.auth_time, Some(case.ago(*ago).timestamp()), "{proven:?}");
        }
    });
}

/// The claims of a session that is current.
fn claims<'n>(
    session: &Assurance,
    names: &'n AcrNames,
    world: &World,
    now: DateTime<Utc>,
) -> Claims<'n> {
    session.current(session.stamp(), world.context_at(now)).unwrap().claims(names)
}

/// Claims are had from a session that was checked, and from nothing else.
#[test]
fn a_void_session_has_no_claims() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        assert!(world.mfa.current(&ada.session).await.is_ok());
        let own = world.sign_in(&ada).await;
        let own = world.mfa.password_changed(&ada.subject, Some(&own)).await.unwrap();
        let own = full(own.unwrap());
        assert_eq!(refused(world.mfa.current(&ada.session).await), Refusal::SignInAgain);
        let checked = ada.session.current(own.stamp(), world.context()).map(drop);
        assert_eq!(checked, Err(Refusal::SignInAgain));
        assert!(world.mfa.current(&own).await.is_ok());
        let later = Settings::builder().epoch(1).build().unwrap();
        let checked = own.current(own.stamp(), Context::new(&later, world.now()).unwrap());
        assert_eq!(checked.map(drop), Err(Refusal::SignInAgain));
    });
}

/// A token is read by others, who know nothing of our clock.
#[test]
fn evidence_ahead_of_the_clock_is_in_no_claim() {
    let names = AcrNames::new("one", "two", "strong").unwrap();
    block_on(async {
        let case = Case::new().await;
        let session = case.session(&[Password(0), Code(0)]).await;
        let now = case.world.now();
        let (within, beyond) = (now - TimeDelta::seconds(30), now - TimeDelta::seconds(31));
        let claims = self::claims(&session, &names, &case.world, within);
        assert_eq!((claims.acr, claims.auth_time), (Some("two"), Some(within.timestamp())));
        let claims = self::claims(&session, &names, &case.world, beyond);
        assert_eq!((claims.acr, claims.amr, claims.auth_time), (None, Vec::new(), None));
    });
}

/// Ada after a reset, in the session that her enrollment code has opened.
async fn enrolling() -> (World, Limited) {
    let Case { world, ada, .. } = Case::new().await;
    let root = world.protect("root").await;
    let authority =
        HostAuthority::grant(ada.subject.clone(), root.subject.clone(), "lost phone").unwrap();
    let issued = world.mfa.reset(&root.session, &authority).await.unwrap();
    let opened = world.mfa.sign_in(world.password(&ada.subject)).await.unwrap();
    let SignIn::Challenge(challenge) = opened else { panic!("{opened:?}") };
    let answer = Answer::enrollment(&issued.code.reveal());
    let session = limited(passed(world.mfa.answer(&challenge, answer).await).signed_in);
    (world, session)
}

/// A session forgets what it proved first when there is too much of it, and this it never was.
#[test]
fn however_many_first_factors_it_proves_a_session_that_may_only_set_up_may_only_set_up() {
    block_on(async {
        let (world, mut session) = enrolling().await;
        for number in 0..100 {
            let (name, ada) = (format!("provider-{number}"), session.subject().clone());
            let again =
                FirstFactor::named(&name, mfakit::FirstFactorKind::Issuer, ada, world.now())
                    .unwrap();
            session = limited(world.mfa.reauthenticate(&session, again).await.unwrap());
            assert_eq!(*session.next_step(), LimitedTo::FirstSetup, "after {number} others");
        }
    });
}

#[test]
fn one_factor_alone_is_no_mfa() {
    let names = AcrNames::new("one", "two", "strong").unwrap();
    block_on(async {
        let world = World::new();
        let session = world.sign_in_plain(&"ada".try_into().unwrap()).await;
        assert_eq!(session.level(), Some(Level::OneFactor));
        let claims = self::claims(&session, &names, &world, world.now());
        assert_eq!((claims.acr, claims.amr), (Some("one"), vec!["pwd"]));

        // The password is ahead of the clock, and so is none; the code alone is no level.
        let case = Case::new().await;
        let session = case.session(&[Password(-60), Code(0)]).await;
        assert_eq!(session.level(), Some(Level::TwoFactors));
        let claims = self::claims(&session, &names, &case.world, case.ago(0));
        assert_eq!((claims.acr, claims.amr), (None, vec!["otp"]));
    });
}
