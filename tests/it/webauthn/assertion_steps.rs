//! Each step of §7.2 that can refuse, with a response that fails at it alone, well signed.

use mfakit::domain::webauthn::{
    AssertionResponse, RelyingParty, SignatureAlgorithm, Unverified, UserHandle,
};
use mfakit::testing::SoftwareKey;
use serde_json::json;

use super::scene::{
    ORIGIN, Parts, asserted, assertion, bytes, challenge, key, registration, stored, text,
};

#[track_caller]
fn refused(change: impl FnOnce(&mut Parts), why: Unverified) {
    let stored = stored(&key());
    assert_eq!(asserted(&stored, &assertion(&mut key(), change)).unwrap_err(), why);
}

#[test]
fn an_assertion_is_returned_as_facts() {
    let stored = stored(&key());
    for (verified, eligible, backed_up) in
        [(false, false, false), (true, false, false), (false, true, false), (true, true, true)]
    {
        let mut device = key().user_verified(verified).backup(eligible, backed_up).counter(6);
        let found = asserted(&stored, &assertion(&mut device, |_| {})).unwrap();
        let flags = (found.user_verified, found.backup_eligible, found.backup_state);
        assert_eq!(flags, (verified, eligible, backed_up));
        assert_eq!(found.counter, 7);
    }
}

#[test]
fn every_algorithm_that_is_offered_verifies() {
    for algorithm in SignatureAlgorithm::OFFERED {
        let mut device = SoftwareKey::seeded(7, algorithm);
        let stored = stored(&device);
        let mut json = assertion(&mut device, |_| {});
        assert!(asserted(&stored, &json).is_ok(), "{algorithm:?}");
        json["response"]["signature"] = text(&flipped(&json["response"]["signature"]));
        assert_eq!(asserted(&stored, &json).unwrap_err(), Unverified::Signature, "{algorithm:?}");
    }
}

fn flipped(signature: &serde_json::Value) -> Vec<u8> {
    let mut signature = bytes(signature);
    *signature.last_mut().unwrap() ^= 1;
    signature
}

#[test]
fn step_3_the_response_must_be_an_assertion() {
    let (stored, other) = (stored(&key()), registration(&mut key(), |_| {}));
    assert_eq!(asserted(&stored, &other).unwrap_err(), Unverified::Response);
    let mut json = assertion(&mut key(), |_| {});
    json["type"] = "password".into();
    assert_eq!(asserted(&stored, &json).unwrap_err(), Unverified::CredentialType);
}

#[test]
fn steps_5_and_6_the_credential_must_be_the_stored_one() {
    let stored = stored(&key());
    let mut other = SoftwareKey::seeded(666, SignatureAlgorithm::Es256);
    assert_eq!(
        asserted(&stored, &assertion(&mut other, |_| {})).unwrap_err(),
        Unverified::Credential
    );
    let mut json = assertion(&mut key(), |_| {});
    json["rawId"] = text(&[9; 32]);
    assert_eq!(asserted(&stored, &json).unwrap_err(), Unverified::CredentialIds);
    let response = AssertionResponse::parse(&assertion(&mut key(), |_| {}).to_string()).unwrap();
    assert_eq!(response.credential_id(), &stored.id, "by which the stored one is found");
}

#[test]
fn step_6_a_user_handle_must_be_the_stored_one() {
    let mut stored = stored(&key());
    for (handle, expected) in [
        (json!(null), Ok(())),
        (json!(""), Ok(())),
        (text(stored.user.as_bytes()), Ok(())),
        (text(&[7; 63]), Err(Unverified::UserHandle)),
        (text(&[8; 64]), Err(Unverified::UserHandle)),
        (text(&[7; 65]), Err(Unverified::TooLarge { what: "userHandle", max: 64, found: 65 })),
    ] {
        let mut json = assertion(&mut key(), |_| {});
        json["response"]["userHandle"] = handle.clone();
        assert_eq!(asserted(&stored, &json).map(drop), expected, "{handle}");
    }
    let mut device = key();
    let _ = registration(&mut device, |_| {});
    let json = assertion(&mut device, |_| {});
    stored.user = UserHandle::from_random([8; 64]);
    assert_eq!(asserted(&stored, &json).unwrap_err(), Unverified::UserHandle);
}

#[test]
fn steps_8_and_9_the_client_data_must_be_a_json_object_in_utf_8() {
    for garbled in [&b""[..], b"null", b"[]", b"{}", b"{", b"\xff\xfe"] {
        refused(|parts| parts.client_data = garbled.into(), Unverified::ClientData);
    }
    for member in ["type", "challenge", "origin"] {
        refused(|parts| parts.say(member, json!(null)), Unverified::ClientData);
    }
}

#[test]
fn step_10_the_type_must_be_webauthn_get() {
    for other in ["webauthn.create", "payment.get", "webauthn.get\0", ""] {
        refused(|parts| parts.say("type", other), Unverified::Ceremony);
    }
}

#[test]
fn step_11_the_challenge_must_be_the_nonce() {
    for other in [text(&[1; 16]), text(&[2; 32]), "".into()] {
        refused(|parts| parts.say("challenge", other), Unverified::Nonce);
    }
}

#[test]
fn step_12_the_origin_must_be_one_of_the_relying_partys() {
    for foreign in ["https://evil-app.scrivio.example", "https://scrivio.example", "null", ""] {
        refused(|parts| parts.say("origin", foreign), Unverified::Origin);
    }
}

#[test]
fn step_13_a_page_embedded_in_another_origin_is_refused() {
    refused(|parts| parts.say("crossOrigin", true), Unverified::CrossOrigin);
}

#[test]
fn step_14_a_top_origin_is_refused_whatever_it_is() {
    refused(|parts| parts.say("topOrigin", ORIGIN), Unverified::CrossOrigin);
}

#[test]
fn step_15_the_rp_id_must_be_the_relying_partys() {
    refused(|parts| parts.data[0] ^= 1, Unverified::RpId);
    // An origin may be one of two sites'; the RP ID tells them apart.
    let elsewhere = RelyingParty::new("other.example", [ORIGIN]).unwrap();
    let (stored, json) = (stored(&key()), assertion(&mut key(), |_| {}));
    let response = AssertionResponse::parse(&json.to_string()).unwrap();
    let verified = response.verify(stored.credential(), &challenge(), &elsewhere);
    assert_eq!(verified.unwrap_err(), Unverified::RpId);
}

#[test]
fn step_16_the_user_must_be_present() {
    refused(|parts| parts.flag(0x01, false), Unverified::UserPresence);
}

#[test]
fn step_18_a_credential_is_not_backed_up_without_being_eligible() {
    refused(|parts| parts.flag(0x10, true), Unverified::BackupState);
}

#[test]
fn step_21_the_stored_key_must_have_signed() {
    let (stored, json) = (stored(&key()), assertion(&mut key(), |_| {}));
    let signature = bytes(&json["response"]["signature"]);
    let mut trailing = signature.clone();
    trailing.push(0);
    for forged in [vec![], vec![0; 64], flipped(&json["response"]["signature"]), trailing] {
        let mut json = json.clone();
        json["response"]["signature"] = text(&forged);
        assert_eq!(asserted(&stored, &json).unwrap_err(), Unverified::Signature, "{forged:?}");
    }
    // Somebody else's key under the same name.
    let mut thief =
        SoftwareKey::seeded(666, SignatureAlgorithm::Es256).credential_id(stored.id.as_bytes());
    let forged = assertion(&mut thief, |_| {});
    assert_eq!(asserted(&stored, &forged).unwrap_err(), Unverified::Signature);
}

#[test]
fn step_21_what_is_signed_cannot_be_changed_afterwards() {
    let stored = stored(&key());
    let json = assertion(&mut key(), |_| {});
    let data = bytes(&json["response"]["authenticatorData"]);
    // User verification, eligibility, a reserved flag, and the counter.
    for (at, bit) in [(32, 0x04), (32, 0x08), (32, 0x02), (33, 0x80), (36, 0x01)] {
        let (mut json, mut data) = (json.clone(), data.clone());
        data[at] ^= bit;
        json["response"]["authenticatorData"] = text(&data);
        assert_eq!(asserted(&stored, &json).unwrap_err(), Unverified::Signature, "{at} {bit:x}");
    }
    let mut json = json.clone();
    let mut client_data = bytes(&json["response"]["clientDataJSON"]);
    client_data.push(b' ');
    json["response"]["clientDataJSON"] = text(&client_data);
    assert_eq!(asserted(&stored, &json).unwrap_err(), Unverified::Signature);
}

#[test]
fn a_registration_is_no_assertion_and_brings_no_credential_into_one() {
    let attested = |parts: &mut Parts| {
        parts.data = key().attested_data(super::scene::RP_ID);
    };
    refused(attested, Unverified::AttestedCredential);
}

#[test]
fn authenticator_data_must_end_where_it_ends() {
    refused(|parts| parts.data.push(0), Unverified::AuthenticatorData);
    for length in 0..37 {
        refused(|parts| parts.data.truncate(length), Unverified::AuthenticatorData);
    }
    let extended = |parts: &mut Parts| {
        parts.flag(0x80, true);
        parts.data.extend(b"\xa1\x63uvm\x81\x83\x02\x04\x02");
    };
    let stored = stored(&key());
    assert!(asserted(&stored, &assertion(&mut key(), extended)).is_ok());
}

#[test]
fn a_counter_is_returned_at_both_ends_of_its_range() {
    let stored = stored(&key());
    for counter in [0, 1, u32::MAX] {
        let set = |parts: &mut Parts| parts.data[33..37].copy_from_slice(&counter.to_be_bytes());
        assert_eq!(asserted(&stored, &assertion(&mut key(), set)).unwrap().counter, counter);
    }
}
