//! What a session has itself proven, held against what policies and rules ask.

use chrono::TimeDelta;
use mfakit::organization::{Acknowledgement, Gate, PolicyScope, PolicyTerms, ProposedPolicy};
use mfakit::step_up::{Level, Needed, NextStep};
use mfakit::{
    Answer, Assurance, Challenge, EmailStatus, Error, FactorId, Limited, LimitedTo, MemoryStore,
    Mfa, NewFactor, Prompt, Refusal, Session, StepUpRule, Strength,
};
use serde_json::{Value, json};

use crate::kinds::{Rows, credential, stored_state};
use crate::organizations::{acme, authority, days, fresh, office, terms, whole};
use crate::world::{User, World, any_code, block_on, hasher, keyring, limited, passed, refused};

/// A world with an administrator, and ada, who has an app and a credential beside it.
async fn app_and_key() -> (World, User, User) {
    let rows = Rows::default();
    let mut world = World::new();
    world.mfa = Mfa::builder((rows.clone(), MemoryStore::new()))
        .issuer("Scrivio")
        .keyring(keyring("k1"))
        .hasher(hasher())
        .clock(world.clock.clone())
        .build()
        .unwrap();
    let (admin, ada) = office(&world).await;
    let ada = world.protect(ada.as_str()).await;
    let mut document = rows.document(&ada.subject);
    document["factors"].as_array_mut().unwrap().push(credential(&stored_state()));
    rows.put(&ada.subject, document);
    world.wait(90);
    (world, admin, ada)
}

/// Requires phishing-resistant factors, set by somebody who has an app and says so.
async fn require_keys(world: &World, admin: &User, terms: PolicyTerms) {
    let (session, by) = (fresh(world, admin).await, authority(&admin.subject));
    let proposed = ProposedPolicy::Required(Strength::PhishingResistant, terms);
    let said = Some(Acknowledgement::ActorIsWeaker);
    world.mfa.set_policy(&session, &by, proposed, said).await.unwrap();
}

/// The session with evidence of a credential in the place of what its app has proven.
fn by_key(session: &Assurance) -> Assurance {
    with_evidence(session, |evidence| {
        let factor = evidence.iter_mut().find(|one| one["kind"]["factor"].is_object()).unwrap();
        factor["kind"]["factor"]["kind"] = json!("webauthn");
        factor["kind"]["factor"]["strength"] = json!("phishing_resistant");
    })
}

/// The session as a recovery code would have opened it.
fn by_recovery(session: &Assurance) -> Assurance {
    with_evidence(session, |evidence| {
        let factor = evidence.iter_mut().find(|one| one["kind"]["factor"].is_object()).unwrap();
        factor["kind"] = json!("recovery");
    })
}

fn with_evidence(session: &Assurance, change: impl FnOnce(&mut Vec<Value>)) -> Assurance {
    let mut value = serde_json::to_value(session).unwrap();
    change(value["evidence"].as_array_mut().unwrap());
    serde_json::from_value(value).unwrap()
}

/// How a guard answers: `ok`, or the code of its refusal.
fn said<T>(outcome: Result<T, Error>) -> &'static str {
    match outcome {
        Ok(_) => "ok",
        Err(Error::Refused(refusal)) => refusal.code(),
        Err(other) => panic!("{other:?}"),
    }
}

/// One case a row: what the policy closes; and what the guards of the account and of the
/// organization say to a session by an app, by a credential and by recovery, before and after.
#[test]
fn a_session_from_before_a_policy_lapsed_is_stopped_at_the_guard() {
    use PolicyScope::{OrganizationResources, WholeAccount};
    const OK: [&str; 3] = ["ok"; 3];
    const KEY: [&str; 3] = ["step_up_required", "ok", "step_up_required"];
    for (scope, account, resources) in [(OrganizationResources, OK, KEY), (WholeAccount, KEY, KEY)]
    {
        block_on(async {
            let (world, admin, ada) = app_and_key().await;
            require_keys(&world, &admin, terms(1, scope)).await;
            let by_app = fresh(&world, &ada).await;
            let sessions = [by_app.clone(), by_key(&by_app), by_recovery(&by_app)];
            let rule = StepUpRule::signed_in();
            let mut came = Vec::new();
            for _ in 0..2 {
                for session in &sessions {
                    let now = said(world.mfa.guard_now(session, &rule).await);
                    let account = said(world.mfa.guard(session, &rule).await);
                    assert_eq!(now, account);
                    let own = world.mfa.guard_organization(&acme(), session, &rule).await;
                    came.push((account, said(own)));
                }
                // The guard remembers for a minute, and what it remembers ends with the period.
                days(&world, 1);
            }
            let expected = |account: [&'static str; 3], resources: [&'static str; 3]| {
                account.into_iter().zip(resources).collect::<Vec<_>>()
            };
            assert_eq!(came[..3], expected(OK, OK), "before");
            assert_eq!(came[3..], expected(account, resources), "after, {scope:?}");
        });
    }
}

#[test]
fn what_a_guard_remembers_of_a_period_ends_with_it() {
    block_on(async {
        let (world, admin, ada) = app_and_key().await;
        require_keys(&world, &admin, whole(1)).await;
        let deadline = world.now() + TimeDelta::days(1);
        world.clock.set(deadline - TimeDelta::seconds(40));
        world.wait(-60);
        let session = fresh(&world, &ada).await;
        let admitted = world.mfa.guard(&session, &StepUpRule::signed_in()).await.unwrap();
        assert_eq!(admitted.until, deadline);
        world.clock.set(deadline - TimeDelta::microseconds(1));
        world.mfa.guard(&session, &StepUpRule::signed_in()).await.unwrap();
        world.clock.set(deadline);
        let stopped = world.mfa.guard(&session, &StepUpRule::signed_in()).await;
        assert_eq!(refused(stopped).code(), "step_up_required");
    });
}

#[test]
fn a_session_that_is_stopped_is_told_what_to_prove() {
    block_on(async {
        let (world, admin, ada) = app_and_key().await;
        let session = fresh(&world, &ada).await;
        require_keys(&world, &admin, whole(0)).await;
        let stopped = refused(world.mfa.guard(&session, &any_code()).await);
        let Refusal::StepUp(unmet) = stopped else { panic!("{stopped:?}") };
        let strong = NextStep::FactorOf(Strength::PhishingResistant);
        assert_eq!(unmet.ways().collect::<Vec<_>>(), [[strong]]);
        assert_eq!(unmet.sentence(), "Use a passkey or a security key to continue.");
        assert_eq!(unmet.to_string(), "a phishing-resistant factor (missing)");
        let names = mfakit::step_up::AcrNames::new("one", "two", "strong").unwrap();
        assert_eq!(
            unmet.www_authenticate(&names),
            "Bearer error=\"insufficient_user_authentication\", \
             error_description=\"a phishing-resistant factor (missing)\", acr_values=\"strong\""
        );
    });
}

/// A policy for MFA is met by a recovery code as ever; one for keys never is.
#[test]
fn a_recovery_code_meets_a_standard_requirement_and_no_stronger_one() {
    block_on(async {
        let (world, admin, ada) = app_and_key().await;
        crate::organizations::require(&world, &admin, whole(0)).await;
        let challenge = world.challenge(&ada.subject).await;
        let code = Answer::recovery(&ada.recovery(0));
        let session = passed(world.mfa.answer(&challenge, code).await).signed_in.full().unwrap();
        assert_eq!(said(world.mfa.guard(&session, &StepUpRule::signed_in()).await), "ok");

        require_keys(&world, &admin, whole(0)).await;
        let stopped = world.mfa.guard(&session, &StepUpRule::signed_in()).await;
        assert_eq!(said(stopped), "step_up_required");
        let challenge = world.challenge(&ada.subject).await;
        assert!(challenge.takes_recovery());
        let code = Answer::recovery(&ada.recovery(1));
        let session = limited(passed(world.mfa.answer(&challenge, code).await).signed_in);
        assert!(matches!(session.next_step(), LimitedTo::Replace(_)), "{session:?}");
    });
}

/// The challenge was opened for a code; what is newly required limits the session.
#[test]
fn a_policy_that_lapses_between_sign_in_and_answer_limits_the_session_and_refuses_nothing() {
    block_on(async {
        let (world, admin, ada) = app_and_key().await;
        world.next_code();
        let challenge = world.challenge(&ada.subject).await;
        assert_eq!(challenge.needed(), Strength::Standard);
        require_keys(&world, &admin, whole(0)).await;
        let code = Answer::code(&ada.phone.code_at(world.now()));
        let session = limited(passed(world.mfa.answer(&challenge, code).await).signed_in);
        // This build cannot ask for the credential: another one has to be set up.
        assert!(matches!(session.next_step(), LimitedTo::SetUp(_)), "{session:?}");
    });
}

#[test]
fn a_challenge_for_a_stronger_factor_takes_no_code_and_charges_nothing_for_it() {
    block_on(async {
        let (world, _, ada) = app_and_key().await;
        let challenge = world.challenge(&ada.subject).await;
        let challenge = challenge.needing(Some(Strength::PhishingResistant));
        let challenge = challenge.needing(Some(Strength::Standard)).needing(None);
        assert_eq!(challenge.needed(), Strength::PhishingResistant, "never less than before");
        let ask = world.mfa.ask(&challenge).await.unwrap();
        assert_eq!(ask.prompts, [Prompt::Recovery]);
        assert!(!ask.three_codes && !ask.suspended);
        let code = ada.phone.code_at(world.now());
        for answer in [
            Answer::code(&code),
            Answer::code_of(only_app(&world, &ada).await, &code),
            Answer::three_codes([&code, &code, &code]),
            Answer::code("no code at all"),
        ] {
            let refusal = refused(world.mfa.answer(&challenge, answer).await);
            assert_eq!(refusal, Refusal::WrongAnswerKind);
        }
        assert_eq!(world.mfa.ask(&challenge).await.unwrap(), ask, "nothing is charged");
        let _ = passed(world.mfa.answer(&challenge, Answer::recovery(&ada.recovery(0))).await);
    });
}

async fn only_app(world: &World, ada: &User) -> FactorId {
    world.mfa.status(&ada.subject).await.unwrap().factors[0].factor
}

/// One case a row: the rule; and whether a code and a recovery code are taken for it.
#[test]
fn a_step_up_takes_what_can_meet_its_rule_and_refuses_the_rest_before_it_is_spent() {
    let fresh = |needed| StepUpRule::fresh(needed, TimeDelta::seconds(1));
    let key = || fresh(Needed::FactorOf(Strength::PhishingResistant));
    let table = [
        (fresh(Needed::SecondFactor), true, false),
        (fresh(Needed::SecondFactor).or_recovery(), true, true),
        (key(), false, false),
        (key().or_recovery(), false, false),
        (key().or(fresh(Needed::SecondFactor).or_recovery()), true, true),
        (key().and(fresh(Needed::SecondFactor).or_recovery()), false, false),
        (StepUpRule::level(Level::TwoFactors, TimeDelta::seconds(1)), true, false),
        (StepUpRule::level(Level::PhishingResistant, TimeDelta::hours(9)), false, false),
        (StepUpRule::signed_in(), true, false),
    ];
    for (rule, takes_code, takes_recovery) in table {
        block_on(async {
            let (world, _, ada) = app_and_key().await;
            let session = crate::organizations::fresh(&world, &ada).await;
            world.wait(60);
            let challenge = world.mfa.step_up(&session, "payout", &rule).await.unwrap();
            let ask = world.mfa.ask(&challenge).await.unwrap();
            assert_eq!(ask.factors().count(), usize::from(takes_code), "{rule}");
            assert_eq!(ask.takes_recovery(), takes_recovery, "{rule}");
            assert_eq!(challenge.takes_recovery(), takes_recovery, "{rule}");
            let recovery = Answer::recovery(&ada.recovery(0));
            let left = world.mfa.status(&ada.subject).await.unwrap().recovery_left;
            let came = said(world.mfa.answer(&challenge, recovery).await);
            assert_eq!(came, if takes_recovery { "ok" } else { "wrong_answer_kind" }, "{rule}");
            let spent = usize::from(takes_recovery);
            let after = world.mfa.status(&ada.subject).await.unwrap().recovery_left;
            assert_eq!(after, left.map(|left| left - spent), "{rule}");

            let challenge = world.mfa.step_up(&session, "payout", &rule).await.unwrap();
            let code = Answer::code(&ada.phone.code_at(world.now()));
            let came = said(world.mfa.answer(&challenge, code).await);
            assert_eq!(came, if takes_code { "ok" } else { "wrong_answer_kind" }, "{rule}");
        });
    }
}

/// Otherwise a phished password and code would enroll a credential, and it would open the rest.
#[test]
fn a_session_that_has_to_prove_a_stronger_factor_sets_none_up() {
    block_on(async {
        let (world, admin, ada) = app_and_key().await;
        require_keys(&world, &admin, whole(0)).await;
        world.next_code();
        let challenge = world.challenge(&ada.subject).await;
        let code = Answer::code(&ada.phone.code_at(world.now()));
        let session = limited(passed(world.mfa.answer(&challenge, code).await).signed_in);
        let limited_to = |name: &str| -> Limited {
            let mut value = serde_json::to_value(&session).unwrap();
            let walled = value["limited_to"]["set_up"].clone();
            value["limited_to"] = json!({ name: walled });
            serde_json::from_value(value).unwrap()
        };
        let begin = async |session: &dyn Session| {
            let new = NewFactor::totp("Tablet", "ada@example.org").unwrap();
            world.mfa.begin_setup(session, new, EmailStatus::Verified).await.map(drop)
        };
        assert_eq!(said(begin(&limited_to("step_up")).await), "step_up_required");
        assert_eq!(said(begin(&limited_to("replace")).await), "ok");
        let rule = StepUpRule::signed_in();
        let opened = world.mfa.step_up(&limited_to("step_up"), "sign_in", &rule).await;
        assert!(opened.is_ok(), "{opened:?}");
    });
}

/// The forecast counts accounts; what a session lacks is proven in a moment.
#[test]
fn an_account_with_a_key_is_let_through_and_its_session_by_a_code_is_not() {
    block_on(async {
        let (world, admin, ada) = app_and_key().await;
        require_keys(&world, &admin, whole(0)).await;
        let access = world.mfa.access(&ada.subject).await.unwrap();
        assert_eq!(access.gate, Gate::Allow);
        assert_eq!(access.needed, Some(Strength::PhishingResistant));
        let of_admin = world.mfa.access(&admin.subject).await.unwrap();
        assert!(matches!(of_admin.gate, Gate::SetUpFirst(_)) && of_admin.needed.is_none());
    });
}

/// One case a row: what the session has proven; and whether it is as strong as an account with an app
/// and a credential, and whether a device has verified its user.
#[test]
fn a_rule_asks_for_what_is_as_strong_as_the_account_and_for_user_verification() {
    let verified = |session: &Assurance| {
        with_evidence(&by_key(session), |evidence| {
            let factor = evidence.iter_mut().find(|one| one["kind"]["factor"].is_object());
            factor.unwrap()["kind"]["factor"]["user_verified"] = json!(true);
        })
    };
    block_on(async {
        let (world, _, ada) = app_and_key().await;
        let by_app = fresh(&world, &ada).await;
        let hour = TimeDelta::hours(1);
        let own = StepUpRule::fresh(Needed::AsStrongAsAccount, hour);
        let user = StepUpRule::fresh(Needed::UserVerifiedFactor, hour);
        let (ok, no) = ("ok", "step_up_required");
        for (case, session, as_strong, user_verified) in [
            ("app", by_app.clone(), no, no),
            ("recovery", by_recovery(&by_app), no, no),
            ("key", by_key(&by_app), ok, no),
            ("key with its PIN", verified(&by_app), ok, ok),
        ] {
            assert_eq!(said(world.mfa.guard(&session, &own).await), as_strong, "{case}");
            assert_eq!(said(world.mfa.guard_now(&session, &own).await), as_strong, "{case}");
            assert_eq!(said(world.mfa.guard(&session, &user).await), user_verified, "{case}");
        }
        let challenge = world.mfa.step_up(&by_app, "payout", &own).await.unwrap();
        assert_eq!(challenge.needed(), Strength::PhishingResistant);
        assert!(!challenge.needs_user_verification());
        let challenge = world.mfa.step_up(&by_app, "payout", &user).await.unwrap();
        assert_eq!(challenge.needed(), Strength::PhishingResistant);
        assert!(challenge.needs_user_verification());
        let written = serde_json::to_value(&challenge).unwrap();
        assert_eq!(serde_json::from_value::<Challenge>(written).unwrap(), challenge);
    });
}

/// The strength goes with the session through everything that changes it.
#[test]
fn as_strong_as_the_account_is_what_the_account_is_by_then() {
    block_on(async {
        let world = World::new();
        let own = StepUpRule::fresh(Needed::AsStrongAsAccount, TimeDelta::hours(1));
        let guard = async |session: &Assurance| said(world.mfa.guard(session, &own).await);

        // Without MFA it is the password.
        let plain = world.sign_in_plain(&"bob".try_into().unwrap()).await;
        assert_eq!(guard(&plain).await, "ok");
        world.wait(3_601);
        let refusal = refused(world.mfa.guard(&plain, &own).await);
        let Refusal::StepUp(unmet) = refusal else { panic!("{refusal:?}") };
        assert_eq!(unmet.ways().collect::<Vec<_>>(), [[NextStep::SignIn(None)]]);

        // The session that switches MFA on, and the one that switches it off again.
        let bob = world.protect("bob").await;
        assert_eq!(guard(&bob.session).await, "ok");
        assert_eq!(guard(&plain).await, "sign_in_again");
        world.wait(3_601);
        assert_eq!(guard(&bob.session).await, "step_up_required", "a password is not enough");
        let session = fresh(&world, &bob).await;
        assert_eq!(guard(&session).await, "ok");
        let off = world.mfa.disable(&session).await.unwrap().full().unwrap();
        assert_eq!(guard(&off).await, "ok");
    });
}
