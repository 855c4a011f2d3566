//! The same responses to another verifier, `passki`: generated, then changed in one place.
//!
//! What we accept it accepts, unless it is about what we do not read. What it accepts and we refuse is
//! refused for a reason on a short list.

use mfakit::domain::webauthn::{
    AssertionResponse, RegistrationResponse, SignatureAlgorithm, Unverified,
};
use mfakit::ports::Entropy;
use mfakit::testing::{SeededEntropy, SoftwareKey};
use passki::Passki;
use serde_json::{Value, json};

use super::scene::{
    ORIGIN, RP_ID, Stored, asserted, assertion, bytes, challenge, registered, registration, setup,
    stored, text, user,
};

/// How many responses of each ceremony and algorithm are tried.
const ROUNDS: usize = 200;

struct Dice(SeededEntropy);

impl Dice {
    fn below(&self, limit: usize) -> usize {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes).unwrap();
        u32::from_be_bytes(bytes) as usize % limit
    }

    fn one_of<T: Clone>(&self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }
}

/// Changes one thing about a response: a bit, a length, a member, or nothing.
fn change(json: &mut Value, members: &[&str], dice: &Dice) {
    let member = dice.one_of(members);
    let target = &mut json["response"][member];
    let mut raw = bytes(target);
    match dice.below(8) {
        0 => {}
        1 => raw.truncate(dice.below(raw.len())),
        2 => raw.push(dice.one_of(&[0, b' ', 0xff])),
        3 => {
            *target = format!("{}=", target.as_str().unwrap()).into();
            return;
        }
        4 => {
            let extra = dice.one_of(&["id", "type", "clientExtensionResults", "rawId"]);
            json[extra] = dice.one_of(&[json!({}), json!(7), json!("AAAA"), json!(null)]);
            return;
        }
        _ => {
            let at = dice.below(raw.len());
            raw[at] ^= 1 << dice.below(8);
        }
    }
    *target = text(&raw);
}

fn passki() -> Passki {
    Passki::new(RP_ID, &[ORIGIN, "http://localhost:3000"], "Scrivio")
}

fn theirs_registered(json: &Value) -> Result<(), String> {
    let state = json!({
        "challenge": setup().as_bytes(),
        "user": { "id": text(user().as_bytes()), "name": "ada", "displayName": "ada" },
        "user_verification": "discouraged",
    });
    let state = serde_json::from_value(state).expect("its state");
    let credential = serde_json::from_value(json.clone()).map_err(|why| why.to_string())?;
    let finished = passki().finish_passkey_registration(&credential, &state);
    finished.map(drop).map_err(|why| why.to_string())
}

fn theirs_asserted(stored: &Stored, json: &Value) -> Result<(), String> {
    let state = json!({
        "challenge": challenge().as_bytes(),
        "allowed_credentials": [stored.id.as_bytes()],
        "user_verification": "discouraged",
    });
    let state = serde_json::from_value(state).expect("its state");
    let mut passkey = passki::StoredPasskey::default();
    passkey.credential_id = stored.id.as_bytes().into();
    passkey.public_key = stored.public_key.as_cose().into();
    passkey.algorithm = i32::try_from(stored.public_key.algorithm().number()).unwrap();
    let credential = serde_json::from_value(json.clone()).map_err(|why| why.to_string())?;
    let finished = passki().finish_passkey_authentication(&credential, &state, &passkey);
    finished.map(drop).map_err(|why| why.to_string())
}

/// Why we refuse what the other verifier takes, by the rule that it does not have.
fn stricter(why: Unverified) -> bool {
    match why {
        // `id` and `type` are read, and client data may not say a member twice or by another type.
        Unverified::Response | Unverified::CredentialIds | Unverified::CredentialType => true,
        Unverified::ClientData => true,
        // Padding, and bits that base64 leaves over.
        Unverified::Base64 { .. } => true,
        // Parameters that a COSE key must not have, and other members of an attestation object.
        Unverified::PublicKey | Unverified::AttestationObject => true,
        // Points and moduli are held against their bounds at registration already.
        Unverified::Point
        | Unverified::WeakPoint
        | Unverified::RsaModulus { .. }
        | Unverified::RsaExponent => true,
        // Extensions, or a credential, in an assertion.
        Unverified::AuthenticatorData | Unverified::AttestedCredential => true,
        Unverified::BackupState | Unverified::CrossOrigin | Unverified::UserHandle => true,
        _ => false,
    }
}

/// What the other verifier reads and we do not: the attestation, and the client's extensions.
fn unread(why: &str) -> bool {
    ["attestation format", "attestation object", "Attestation", "ClientExtensionResults"]
        .iter()
        .any(|what| why.contains(what))
}

/// What became of the responses that were tried.
#[derive(Debug, Default)]
struct Tally {
    accepted: usize,
    refused: usize,
    stricter: usize,
    looser: usize,
}

impl Tally {
    #[track_caller]
    fn count(&mut self, ours: Result<(), Unverified>, theirs: Result<(), String>, json: &Value) {
        match (ours, &theirs) {
            (Ok(()), Ok(())) => self.accepted += 1,
            (Err(_), Err(_)) => self.refused += 1,
            (Err(why), Ok(())) if stricter(why) => self.stricter += 1,
            (Ok(()), Err(why)) if unread(why) => self.looser += 1,
            _ => panic!("ours: {ours:?}, theirs: {theirs:?}\n{json:#}"),
        }
    }
}

#[test]
fn another_verifier_agrees_about_registrations() {
    for algorithm in SignatureAlgorithm::OFFERED {
        let (dice, mut tally) = (Dice(SeededEntropy::new(1)), Tally::default());
        for round in 0..ROUNDS {
            let mut device = SoftwareKey::seeded(round as u64, algorithm)
                .user_verified(dice.below(2) == 0)
                .backup(dice.below(2) == 0, dice.below(4) == 0);
            let mut json = registration(&mut device, |_| {});
            change(&mut json, &["clientDataJSON", "attestationObject"], &dice);
            tally.count(registered(&json).map(drop), theirs_registered(&json), &json);
        }
        assert!(tally.accepted > 10 && tally.refused > 60, "{algorithm:?}: {tally:?}");
    }
}

#[test]
fn another_verifier_agrees_about_assertions() {
    for algorithm in [SignatureAlgorithm::Es256, SignatureAlgorithm::EdDsa] {
        let (dice, mut tally) = (Dice(SeededEntropy::new(2)), Tally::default());
        for round in 0..ROUNDS {
            let mut device = SoftwareKey::seeded(round as u64, algorithm)
                .user_verified(dice.below(2) == 0)
                .backup(dice.below(2) == 0, dice.below(4) == 0);
            let stored = stored(&SoftwareKey::seeded(round as u64, algorithm));
            let mut json = assertion(&mut device, |_| {});
            change(&mut json, &["clientDataJSON", "authenticatorData", "signature"], &dice);
            tally.count(asserted(&stored, &json).map(drop), theirs_asserted(&stored, &json), &json);
        }
        assert!(tally.accepted > 10 && tally.refused > 60, "{algorithm:?}: {tally:?}");
    }
}

#[test]
fn another_verifier_agrees_where_the_changed_response_is_signed() {
    let (dice, mut tally) = (Dice(SeededEntropy::new(3)), Tally::default());
    let stored = stored(&SoftwareKey::seeded(7, SignatureAlgorithm::Es256));
    for _ in 0..ROUNDS {
        let json = assertion(&mut SoftwareKey::seeded(7, SignatureAlgorithm::Es256), |parts| {
            if dice.below(2) == 0 {
                let at = dice.below(parts.data.len());
                parts.data[at] ^= 1 << dice.below(8);
            } else {
                let member =
                    dice.one_of(&["type", "challenge", "origin", "crossOrigin", "topOrigin"]);
                parts.say(member, dice.one_of(&[json!(null), json!(true), json!("x"), json!(7)]));
            }
        });
        let json_response = AssertionResponse::parse(&json.to_string());
        assert!(json_response.is_ok(), "well-formed but for what is inside");
        tally.count(asserted(&stored, &json).map(drop), theirs_asserted(&stored, &json), &json);
    }
    assert!(tally.accepted > 10 && tally.refused > 60, "{tally:?}");
}

#[test]
fn a_registration_that_both_accept_is_the_same_registration() {
    let json = registration(&mut SoftwareKey::seeded(7, SignatureAlgorithm::Es256), |_| {});
    assert_eq!(theirs_registered(&json), Ok(()));
    let parsed = RegistrationResponse::parse(&json.to_string()).unwrap();
    assert!(parsed.verify(&setup(), &super::scene::site()).is_ok());
}
