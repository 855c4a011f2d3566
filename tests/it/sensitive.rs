//! Sensitive operations on accounts that hold a credential.

use chrono::TimeDelta;
use mfakit::domain::webauthn::RelyingParty;
use mfakit::organization::OrgRefusal;
use mfakit::testing::Authenticator;
use mfakit::{
    Answer, Assurance, Confirmed, EmailStatus, Error, EventKind, FactorId, HostAuthority, Mfa,
    NewFactor, Refusal, Settings, SignedIn, Strength, Subject,
};
use serde_json::{Value, json};

use crate::kinds::{Rows, credential, ring, stored_state};
use crate::organizations::{acme, days, office, whole};
use crate::strengths::require_keys;
use crate::world::{User, World, block_on, hasher, keyring, passed, refused};

/// A world on rows that a test can write, and a user in it who has an app.
pub(crate) async fn with_an_app() -> (World, Rows, User) {
    let (rows, mut world) = (Rows::default(), World::new());
    let here = RelyingParty::new("scrivio.example", ["https://scrivio.example"]).unwrap();
    let settings = Settings::builder().relying_party(here).build().unwrap();
    world.mfa = Mfa::builder((rows.clone(), world.memory.clone()))
        .issuer("Scrivio")
        .keyring(keyring("k1"))
        .hasher(hasher())
        .settings(settings)
        .clock(world.clock.clone())
        .build()
        .unwrap();
    let ada = world.protect("ada").await;
    (world, rows, ada)
}

/// Gives a user a credential, beside the app or in its place.
pub(crate) fn give_credential(rows: &Rows, ada: &User, beside: bool) -> FactorId {
    let mut document = rows.document(&ada.subject);
    let factors = document["factors"].as_array_mut().unwrap();
    if !beside {
        factors.clear();
    }
    let mut key = credential(&stored_state());
    // Before anybody signs in by a recovery code: what is set up after that has replaced it.
    key["added"] = json!("2027-01-15T08:00:00.000000Z");
    key["used"] = key["added"].clone();
    factors.push(key);
    if !beside {
        document["preferred"] = json!(ring().to_string());
    }
    rows.put(&ada.subject, document);
    ring()
}

pub(crate) async fn recover(world: &World, ada: &User, number: usize) -> SignedIn {
    let challenge = world.challenge(&ada.subject).await;
    passed(world.mfa.answer(&challenge, Answer::recovery(&ada.recovery(number))).await).signed_in
}

pub(crate) fn phone() -> NewFactor {
    NewFactor::totp("New phone", "ada@example.org").unwrap()
}

/// The attack that a policy of keys is there to stop: recovery codes off a piece of paper, and an
/// app in the place of the key.
#[test]
fn a_recovery_code_replaces_no_last_credential_by_an_app_where_keys_are_required() {
    block_on(async {
        for (grace, beside) in [(14, false), (14, true), (0, false), (0, true)] {
            let (world, rows, ada) = with_an_app().await;
            let (admin, _) = office(&world).await;
            let app = world.mfa.status(&ada.subject).await.unwrap().factors[0].factor;
            let key = give_credential(&rows, &ada, beside);
            let asked = || Refusal::from(OrgRefusal::PolicyRequires(vec![acme()]));

            let session = recover(&world, &ada, 0).await;
            let begun = world.mfa.begin_setup(
                session.session(),
                phone().replacing(key),
                EmailStatus::Verified,
            );
            let begun = begun.await.expect("nobody requires anything yet");
            require_keys(&world, &admin, whole(grace)).await;
            let code = Authenticator::scan(begun.totp().unwrap().otpauth_uri()).unwrap();
            let code = code.code_at(world.now());
            let before = rows.document(&ada.subject);
            let late =
                world.mfa.confirm_setup(session.session(), begun.id(), Answer::code(&code)).await;
            assert_eq!(refused(late), asked(), "the policy came in between");
            assert_eq!(rows.document(&ada.subject), before);

            let session = recover(&world, &ada, 1).await;
            let early = world.mfa.begin_setup(
                session.session(),
                phone().replacing(key),
                EmailStatus::Verified,
            );
            assert_eq!(refused(early.await), asked());
            if beside {
                let other = phone().replacing(app);
                let same = world.mfa.begin_setup(session.session(), other, EmailStatus::Verified);
                same.await.expect("the account is no weaker with another app");
            }
            assert_eq!(rows.account(&ada.subject).strength(), Some(Strength::PhishingResistant));
        }
    });
}

/// Without a policy of keys it is what recovery codes are for.
#[test]
fn a_recovery_code_replaces_a_lost_credential_where_nobody_requires_one() {
    block_on(async {
        let (world, rows, ada) = with_an_app().await;
        let key = give_credential(&rows, &ada, false);
        days(&world, 1);
        let session = recover(&world, &ada, 0).await;
        let begun =
            world.mfa.begin_setup(session.session(), phone().replacing(key), EmailStatus::Verified);
        let begun = begun.await.unwrap();
        let code = Authenticator::scan(begun.totp().unwrap().otpauth_uri()).unwrap();
        let code = code.code_at(world.now());
        let replaced =
            world.mfa.confirm_setup(session.session(), begun.id(), Answer::code(&code)).await;
        assert!(matches!(replaced, Ok(Confirmed::Replaced(..))), "{replaced:?}");
        let account = rows.account(&ada.subject);
        assert_eq!(account.strength(), Some(Strength::Standard));
        assert_eq!(account.factors().len(), 1);
    });
}

/// Who has done what, as a letter: a sensitive operation of the owner's, a replacement, a further
/// factor, an administrator's act. One stands for all of its kind: they must agree.
async fn opened(world: &World, rows: &Rows, session: &Assurance, over: &Subject) -> String {
    /// Whether the evidence was enough, whatever else was in the way.
    fn enough<T>(result: Result<T, Error>) -> bool {
        match result {
            Ok(_) => true,
            Err(Error::Refused(Refusal::StepUp(_) | Refusal::SignInAgain)) => false,
            Err(Error::Refused(_)) => true,
            Err(other) => panic!("{other:?}"),
        }
    }
    let (mfa, ada) = (&world.mfa, session.subject());
    let (before, overs) = (rows.document(ada), rows.document(over));
    let again = || {
        rows.put(ada, before.clone());
        rows.put(over, overs.clone());
    };
    let factor = mfa.status(ada).await.unwrap().factors.first().map(|factor| factor.factor);
    let factor = factor.unwrap_or_else(ring);
    let authority = HostAuthority::grant(over.clone(), ada.clone(), "asked in person").unwrap();
    let mut opened = Vec::new();
    for operation in 0.. {
        let (letter, came) = match operation {
            0 => ('M', enough(mfa.rename_factor(session, factor, "Old").await)),
            1 => ('M', enough(mfa.prefer_factor(session, factor).await)),
            2 => ('M', enough(mfa.remove_factor(session, factor).await)),
            3 => ('M', enough(mfa.regenerate_codes(session).await)),
            4 => ('M', enough(mfa.disable(session).await)),
            5 => ('M', enough(mfa.sign_out_elsewhere(session).await)),
            6 => {
                let new = phone().replacing(factor);
                ('R', enough(mfa.begin_setup(session, new, EmailStatus::Verified).await))
            }
            7 => ('A', enough(mfa.begin_setup(session, phone(), EmailStatus::Verified).await)),
            8 => ('O', enough(mfa.reset(session, &authority).await)),
            _ => break,
        };
        if !came {
            assert_eq!(rows.document(ada), before, "a refusal changed something");
        }
        again();
        opened.push((letter, came));
    }
    let agree = |letter: char| {
        let all: Vec<bool> = opened.iter().filter(|(l, _)| *l == letter).map(|(_, c)| *c).collect();
        assert!(all.iter().all(|came| *came == all[0]), "{letter}: {all:?}");
        all[0]
    };
    "MRAO".chars().filter(|letter| agree(*letter)).collect()
}

/// A session of the account as it is stored, that has proven a password now and this.
fn session_with(world: &World, document: &Value, proven: Option<(Value, i64)>) -> Assurance {
    let at = |ago| world.now() - TimeDelta::seconds(ago);
    let mut evidence = vec![
        json!({ "kind": { "first": { "name": "password", "kind": "knowledge" } }, "at": at(0) }),
    ];
    evidence.extend(proven.map(|(kind, ago)| json!({ "kind": kind, "at": at(ago) })));
    let session = json!({
        "subject": document["subject"],
        "session": "02".repeat(16),
        "stamp": document["stamp"],
        "evidence": evidence,
    });
    serde_json::from_value(session).unwrap()
}

/// One row an account: what opens with a password alone, an app's code, a credential, a recovery code,
/// each of now; and nothing does by those of eleven minutes ago.
#[test]
fn a_sensitive_operation_wants_fresh_evidence_as_strong_as_the_account() {
    block_on(async {
        let (world, rows, ada) = with_an_app().await;
        let bob = world.protect("bob").await;
        let app = rows.document(&ada.subject)["factors"][0].clone();
        let mut suspended = app.clone();
        suspended["suspended"] = json!(true);
        let here = credential(&stored_state());
        let mut elsewhere = here.clone();
        elsewhere["state"]["rp"] = json!("other.example");
        let unknown = |rank: u8| {
            let mut factor = here.clone();
            (factor["kind"], factor["strength"]) = (json!("ring"), json!(rank));
            factor
        };
        let [strong, weak, weakest] = [60, 20, 1].map(unknown);
        let table = [
            ("nothing", vec![], ["MRA", "MRAO", "MRAO", "MRA"]),
            ("an app", vec![&app], ["", "MRAO", "MRAO", "RA"]),
            ("an app, suspended", vec![&suspended], ["", "MRAO", "MRAO", "RA"]),
            ("a credential", vec![&here], ["", "", "MRAO", "R"]),
            ("both", vec![&app, &here], ["", "", "MRAO", "R"]),
            ("an app, suspended, and a credential", vec![&suspended, &here], ["", "", "MRAO", "R"]),
            ("a credential of another site", vec![&elsewhere], ["", "A", "MRAO", "R"]),
            ("an app and such a credential", vec![&app, &elsewhere], ["", "A", "MRAO", "R"]),
            ("both and such a credential", vec![&app, &here, &elsewhere], ["", "", "MRAO", "R"]),
            ("an app and a strong unknown", vec![&app, &strong], ["", "A", "MRAO", "R"]),
            ("an app and a weak unknown", vec![&app, &weak], ["", "MRAO", "MRAO", "RA"]),
            ("the weakest unknown", vec![&weakest], ["", "MRAO", "MRAO", "RA"]),
        ];
        let factor = |kind: &str, strength: &str| {
            let id = ring().to_string();
            json!({ "factor": { "id": id, "kind": kind, "strength": strength } })
        };
        let proofs = [
            None,
            Some(factor("totp", "standard")),
            Some(factor("webauthn", "phishing_resistant")),
            Some(json!("recovery")),
        ];
        let whole = rows.document(&ada.subject);
        for (name, factors, expected) in table {
            let mut document = whole.clone();
            let mut factors: Vec<Value> = factors.into_iter().cloned().collect();
            for (n, factor) in factors.iter_mut().enumerate() {
                (factor["id"], factor["label"]) =
                    (json!(format!("{n:032x}")), json!(n.to_string()));
            }
            document["preferred"] = factors.first().map_or(Value::Null, |one| one["id"].clone());
            document["factors"] = json!(factors);
            if factors.is_empty() {
                document.as_object_mut().unwrap().remove("recovery");
            }
            rows.put(&ada.subject, document.clone());
            for (proof, expected) in proofs.iter().zip(expected) {
                for (ago, expected) in
                    [(600, expected), (601, if factors.is_empty() { "MRA" } else { "" })]
                {
                    let session = session_with(&world, &document, proof.clone().map(|p| (p, ago)));
                    let came = opened(&world, &rows, &session, &bob.subject).await;
                    assert_eq!(came, expected, "{name}, {proof:?} of {ago} s ago");
                }
            }
        }
    });
}

#[test]
fn signing_out_elsewhere_ends_every_other_session_and_keeps_ones_own() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let elsewhere = world.sign_in(&ada).await;
        let pending = world.challenge(&ada.subject).await;
        let setup =
            world.mfa.begin_setup(&elsewhere, phone(), EmailStatus::Verified).await.unwrap();
        world.next_code();
        let own = world.sign_in(&ada).await;
        let kept = world.mfa.sign_out_elsewhere(&own).await.unwrap().full().unwrap();
        assert_eq!((kept.session(), kept.evidence()), (own.session(), own.evidence()));
        world.mfa.guard_now(&kept, &crate::world::any_code()).await.unwrap();
        for void in [&elsewhere, &own, &ada.session] {
            let again = world.mfa.guard_now(void, &crate::world::any_code()).await;
            assert_eq!(refused(again), Refusal::SignInAgain);
        }
        world.next_code();
        let code = Answer::code(&ada.phone.code_at(world.now()));
        let late = world.mfa.answer(&pending, code).await;
        assert_eq!(refused(late), Refusal::ChallengeExpired, "a sign-in that was half done");
        let gone = world.mfa.show_setup(&kept, setup.id()).await;
        assert_eq!(refused(gone), Refusal::UnknownSetup, "what another session had begun");
        let events = world.mfa.recent_events(&ada.subject, 10).await.unwrap();
        let told = events.iter().find(|event| *event.kind() == EventKind::SignedOutElsewhere);
        assert!(told.expect("an event").concerns_owner());
        world.sign_in(&ada).await;
    });
}

/// A password is all that somebody without MFA has.
#[test]
fn who_has_no_mfa_signs_out_elsewhere_with_a_password_of_now() {
    block_on(async {
        let world = World::new();
        let ada = Subject::new("ada").unwrap();
        let (own, elsewhere) = (world.sign_in_plain(&ada).await, world.sign_in_plain(&ada).await);
        world.wait(601);
        let stale = refused(world.mfa.sign_out_elsewhere(&own).await);
        assert_eq!(stale.code(), "step_up_required");
        let own = world.mfa.reauthenticate(&own, world.password(&ada)).await.unwrap();
        let own = world.mfa.sign_out_elsewhere(&own.full().unwrap()).await.unwrap();
        let again = world.mfa.reauthenticate(&elsewhere, world.password(&ada)).await;
        assert_eq!(refused(again), Refusal::SignInAgain);
        let setup = world.mfa.begin_setup(own.session(), phone(), EmailStatus::Verified).await;
        setup.expect("one's own session goes on");
    });
}

/// "Only my keys" is no setting: it is removing the app, once a lost key locks nobody out.
#[test]
fn removing_the_app_is_offered_where_a_lost_credential_locks_nobody_out() {
    block_on(async {
        let (world, rows, ada) = with_an_app().await;
        let app = rows.document(&ada.subject)["factors"][0].clone();
        let here = credential(&stored_state());
        let mut elsewhere = here.clone();
        elsewhere["state"]["rp"] = json!("other.example");
        let whole = rows.document(&ada.subject);
        for (factors, codes, offered) in [
            (vec![&app], true, false),
            (vec![&app, &here], true, true),
            (vec![&app, &here], false, false),
            (vec![&app, &here, &here], false, true),
            (vec![&here, &here], true, false),
            (vec![&app, &elsewhere], true, false),
            (vec![&app, &here, &elsewhere], false, false),
        ] {
            let mut document = whole.clone();
            let mut factors: Vec<Value> = factors.into_iter().cloned().collect();
            for (n, factor) in factors.iter_mut().enumerate() {
                (factor["id"], factor["label"]) =
                    (json!(format!("{n:032x}")), json!(n.to_string()));
            }
            (document["preferred"], document["factors"]) =
                (factors[0]["id"].clone(), json!(factors));
            if !codes {
                for slot in document["recovery"]["slots"].as_array_mut().unwrap() {
                    slot["spent"] = json!(world.now());
                }
            }
            rows.put(&ada.subject, document);
            let status = world.mfa.status(&ada.subject).await.unwrap();
            let kinds: Vec<_> = status.factors.iter().map(|factor| factor.kind).collect();
            assert_eq!(status.apps_dispensable, offered, "{kinds:?}, codes: {codes}");
        }
    });
}
