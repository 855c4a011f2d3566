//! What is tried against an account that a credential protects, and against its pages.

use base64ct::{Base64UrlUnpadded, Encoding};
use mfakit::domain::webauthn::Unverified;
use mfakit::{Answer, Challenge, Confirmed, Mfa, Refusal, StepUpRule};
use serde_json::{Value, json};

use super::{
    Holder, ORIGIN, assertion, assertion_on, begin, elsewhere, key, new_key, protect, registration,
    sign_in, stored, world,
};
use crate::world::{World, any_code, block_on, passed, refused, rejected};

/// Answers a challenge with this JSON, and says at which step it failed.
async fn failed(mfa: &Mfa, challenge: &Challenge, json: &str) -> Unverified {
    rejected(mfa.answer(challenge, Answer::webauthn(json)).await).unverified.unwrap()
}

async fn sign_in_times(world: &World, ada: &mut Holder, times: usize) {
    for _ in 0..times {
        let _ = sign_in(world, ada).await;
    }
}

#[test]
fn an_assertion_is_good_for_its_challenge_once_wherever_it_is_sent_again() {
    block_on(async {
        for others in [0, 1, 14, 15, 16] {
            let world = world();
            let mut ada = protect(&world, "ada", key(1)).await;
            let challenge = world.challenge(&ada.subject).await;
            let json = assertion(&world, &challenge, &mut ada.key).await;
            passed(world.mfa.answer(&challenge, Answer::webauthn(&json)).await);
            sign_in_times(&world, &mut ada, others).await;
            let before = stored(&world, &ada.subject).await;
            for mfa in [&world.mfa, &elsewhere(&world)] {
                let again = mfa.answer(&challenge, Answer::webauthn(&json)).await;
                assert_eq!(refused(again), Refusal::ChallengeSpent, "after {others}");
            }
            assert_eq!(stored(&world, &ada.subject).await, before);
        }
    });
}

/// One that was intercepted and never arrived is open while its challenge is, and no longer than 15
/// others.
#[test]
fn an_assertion_that_was_held_back_is_refused_after_sixteen_other_passes() {
    block_on(async {
        for (others, admitted) in [(14, true), (15, true), (16, false), (17, false)] {
            let world = world();
            let mut ada = protect(&world, "ada", key(1)).await;
            let challenge = world.challenge(&ada.subject).await;
            let json = assertion(&world, &challenge, &mut ada.key).await;
            sign_in_times(&world, &mut ada, others).await;
            let late = world.mfa.answer(&challenge, Answer::webauthn(&json)).await;
            match admitted {
                true => drop(passed(late)),
                false => assert_eq!(refused(late), Refusal::ChallengeSpent, "after {others}"),
            }
        }
    });
}

#[test]
fn an_assertion_answers_no_other_challenge_of_any_session_or_purpose() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let session = sign_in(&world, &mut ada).await;
        let one = world.challenge(&ada.subject).await;
        let other = world.challenge(&ada.subject).await;
        let step_up = world.mfa.step_up(&session, "payout", &any_code()).await.unwrap();
        let same_name = world.mfa.step_up(&session, "payout", &any_code()).await.unwrap();
        let all = [&one, &other, &step_up, &same_name];
        for from in all {
            let json = assertion(&world, from, &mut ada.key).await;
            for to in all.iter().filter(|to| to.id() != from.id()) {
                assert_eq!(failed(&world.mfa, to, &json).await, Unverified::Nonce);
                assert_eq!(failed(&elsewhere(&world), to, &json).await, Unverified::Nonce);
            }
        }
    });
}

#[test]
fn a_registration_is_no_assertion_and_an_assertion_no_registration() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let session = sign_in(&world, &mut ada).await;
        let setup = begin(&world, &session, new_key("Spare key")).await;
        let registered = registration(&setup, &mut key(2));
        let challenge = world.challenge(&ada.subject).await;
        let asserted = assertion(&world, &challenge, &mut ada.key).await;
        assert_eq!(failed(&world.mfa, &challenge, &registered).await, Unverified::Response);

        // As one JSON that has the members of both.
        let mut both: Value = serde_json::from_str(&asserted).unwrap();
        let other: Value = serde_json::from_str(&registered).unwrap();
        both["response"]["attestationObject"] = other["response"]["attestationObject"].clone();
        let answer = Answer::webauthn(&both.to_string());
        let judged = world.mfa.confirm_setup(&session, setup.id(), answer).await.unwrap();
        let Confirmed::Rejected(why) = judged else { panic!("registered") };
        assert_eq!(why.unverified, Some(Unverified::Ceremony));
        both["response"]["clientDataJSON"] = other["response"]["clientDataJSON"].clone();
        assert_eq!(failed(&world.mfa, &challenge, &both.to_string()).await, Unverified::Ceremony);
    });
}

#[test]
fn a_replayed_registration_confirms_no_other_setup() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let session = sign_in(&world, &mut ada).await;
        let former = begin(&world, &session, new_key("Spare key")).await;
        let json = registration(&former, &mut key(2));
        let confirm = |setup: mfakit::SetupId| {
            world.mfa.confirm_setup(&session, setup, Answer::webauthn(&json))
        };
        let setup = begin(&world, &session, new_key("Spare key")).await;
        let Confirmed::Rejected(why) = confirm(setup.id()).await.unwrap() else { panic!() };
        assert_eq!(why.unverified, Some(Unverified::Nonce));
        assert_eq!(refused(confirm(former.id()).await), Refusal::UnknownSetup);
    });
}

#[test]
fn an_assertion_from_a_page_that_is_not_ours_is_refused() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let challenge = world.challenge(&ada.subject).await;
        for origin in [
            "https://scrivio.example",
            "https://app.scrivio.example.evil.example",
            "https://evil-app.scrivio.example",
            "http://app.scrivio.example",
            "https://app.scrivio.example:8443",
            "https://app.scrivio.example/",
            "https://APP.scrivio.example",
            "https://app.scrivio.examp1e",
            "null",
            "",
        ] {
            let json = assertion_on(origin, &world, &challenge, &mut ada.key).await;
            assert_eq!(failed(&world.mfa, &challenge, &json).await, Unverified::Origin, "{origin}");
        }
    });
}

#[test]
fn an_assertion_for_another_rp_id_is_refused() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let challenge = world.challenge(&ada.subject).await;
        let shown = world.mfa.ask(&challenge).await.unwrap().webauthn().unwrap().to_json();
        let mut options: Value = serde_json::from_str(&shown).unwrap();
        for rp_id in ["app.scrivio.example", "example", "evil.example", ""] {
            options["rpId"] = json!(rp_id);
            let json = ada.key.assert(&options.to_string(), ORIGIN).unwrap();
            assert_eq!(failed(&world.mfa, &challenge, &json).await, Unverified::RpId, "{rp_id}");
        }
    });
}

#[test]
fn nothing_that_is_signed_can_be_changed_and_nothing_else_is_believed() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let challenge = world.challenge(&ada.subject).await;
        let text = assertion(&world, &challenge, &mut ada.key).await;
        let response: Value = serde_json::from_str(&text).unwrap();
        let bytes = |member: &str| bytes_of(&response["response"][member]);
        let with = |member: &str, bytes: &[u8]| {
            let mut changed = response.clone();
            changed["response"][member] = json!(text_of(bytes));
            changed.to_string()
        };
        // Flags: user verified, backup eligible and backed up; and the counter.
        for (at, bit) in [(32, 0x04), (32, 0x08), (32, 0x18), (36, 0x80)] {
            let mut data = bytes("authenticatorData");
            data[at] ^= bit;
            let json = with("authenticatorData", &data);
            assert_eq!(failed(&world.mfa, &challenge, &json).await, Unverified::Signature);
        }
        let mut client = String::from_utf8(bytes("clientDataJSON")).unwrap();
        client = client.replace("\"crossOrigin\":false", "\"crossOrigin\": false");
        let json = with("clientDataJSON", client.as_bytes());
        assert_eq!(failed(&world.mfa, &challenge, &json).await, Unverified::Signature);
        client = client.replace("\"crossOrigin\": false", "\"crossOrigin\":true");
        let json = with("clientDataJSON", client.as_bytes());
        assert_eq!(failed(&world.mfa, &challenge, &json).await, Unverified::CrossOrigin);

        // A key and flags that the client says itself, beside what was signed by another.
        let shown = world.mfa.ask(&challenge).await.unwrap().webauthn().unwrap().to_json();
        let mut thief = key(9).credential_id(bytes_of(&response["rawId"]));
        let mut forged: Value =
            serde_json::from_str(&thief.assert(&shown, ORIGIN).unwrap()).unwrap();
        forged["response"]["publicKey"] = json!(text_of(&thief.public_key()));
        forged["publicKey"] = json!(text_of(&thief.public_key()));
        forged["response"]["userVerified"] = json!(true);
        assert_eq!(
            failed(&world.mfa, &challenge, &forged.to_string()).await,
            Unverified::Signature
        );
        passed(world.mfa.answer(&challenge, Answer::webauthn(&text)).await);
    });
}

fn text_of(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

fn bytes_of(text: &Value) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text.as_str().unwrap()).unwrap()
}

#[test]
fn what_passed_a_step_up_raises_no_other_session() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let thief = sign_in(&world, &mut ada).await;
        let session = sign_in(&world, &mut ada).await;
        world.wait(3_600);
        let challenge = world.mfa.step_up(&session, "payout", &any_code()).await.unwrap();
        let json = assertion(&world, &challenge, &mut ada.key).await;
        let raised = passed(world.mfa.answer(&challenge, Answer::webauthn(&json)).await);
        assert_eq!(raised.signed_in.session().session(), session.session());
        world.mfa.guard(&thief, &StepUpRule::signed_in()).await.unwrap();
        let rule =
            StepUpRule::fresh(mfakit::step_up::Needed::SecondFactor, chrono::TimeDelta::minutes(5));
        assert!(matches!(refused(world.mfa.guard(&thief, &rule).await), Refusal::StepUp(_)));
    });
}

#[test]
fn bad_input_is_rejected_within_bounds_and_changes_nothing() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let challenge = world.challenge(&ada.subject).await;
        let text = assertion(&world, &challenge, &mut ada.key).await;
        let before = stored(&world, &ada.subject).await;
        let doubled = text.replacen("\"signature\"", "\"signature\":\"AA\",\"signature\"", 1);
        let deep = "[".repeat(60_000);
        let huge = format!("{text}{}", " ".repeat(5_000_000));
        // Cut inside a character, where what is left would be JSON.
        let cut = format!("{text}{}é", " ".repeat(65_539 - text.len()));
        for json in ["", "null", "{}", "[]", "\"", "\0", &deep, &huge, &cut, &doubled, &text[1..]] {
            rejected(world.mfa.answer(&challenge, Answer::webauthn(json)).await);
        }
        // An empty user handle is none: some devices give none.
        for (member, empty) in [
            ("clientDataJSON", true),
            ("authenticatorData", true),
            ("signature", true),
            ("userHandle", false),
        ] {
            let values = [json!("*"), json!("AA=="), json!(7), json!("A".repeat(60_000))];
            for value in values.into_iter().chain(empty.then(|| json!(""))) {
                let mut changed: Value = serde_json::from_str(&text).unwrap();
                changed["response"][member] = value;
                let answer = Answer::webauthn(&changed.to_string());
                rejected(world.mfa.answer(&challenge, answer).await);
            }
        }
        assert_eq!(stored(&world, &ada.subject).await, before);
        passed(world.mfa.answer(&challenge, Answer::webauthn(&text)).await);
    });
}

/// The key that answers for an unknown credential is one of the account's, so its own signature must
/// not do under another name.
#[test]
fn an_assertion_under_the_name_of_another_credential_is_refused() {
    block_on(async {
        let world = world();
        let mut ada = protect(&world, "ada", key(1)).await;
        let challenge = world.challenge(&ada.subject).await;
        let text = assertion(&world, &challenge, &mut ada.key).await;
        let mut renamed: Value = serde_json::from_str(&text).unwrap();
        for member in ["id", "rawId"] {
            renamed[member] = json!(text_of(&[7; 32]));
        }
        let why = failed(&world.mfa, &challenge, &renamed.to_string()).await;
        assert_eq!(why, Unverified::Signature);
        passed(world.mfa.answer(&challenge, Answer::webauthn(&text)).await);
    });
}
