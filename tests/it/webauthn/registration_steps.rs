//! Each step of §7.1 that can refuse, with a response that fails at it alone.

use mfakit::domain::webauthn::{RegistrationResponse, SignatureAlgorithm, Transport, Unverified};
use mfakit::testing::SoftwareKey;
use serde_json::json;

use super::scene::{
    Parts, assertion, attestation_object, byte_string, bytes, key, registered, registration, setup,
    site, text,
};

#[track_caller]
fn refused(change: impl FnOnce(&mut Parts), why: Unverified) {
    assert_eq!(registered(&registration(&mut key(), change)).unwrap_err(), why);
}

#[test]
fn a_registration_is_returned_as_facts() {
    for (verified, eligible, backed_up) in
        [(false, false, false), (true, false, false), (false, true, false), (true, true, true)]
    {
        let mut device = key().user_verified(verified).backup(eligible, backed_up).counter(41);
        let found = registered(&registration(&mut device, |_| {})).unwrap();
        assert_eq!(found.public_key.as_cose(), device.public_key());
        assert_eq!(found.public_key.algorithm(), SignatureAlgorithm::Es256);
        assert_eq!(found.credential_id.as_bytes().len(), 32);
        let flags = (found.user_verified, found.backup_eligible, found.backup_state);
        assert_eq!(flags, (verified, eligible, backed_up));
        assert_eq!(found.counter, 42);
        assert_eq!(&found.aaguid, b"mfakit software\0");
        assert_eq!(found.transports, [Transport::Usb]);
    }
}

#[test]
fn every_algorithm_that_is_offered_registers() {
    for algorithm in SignatureAlgorithm::OFFERED {
        let mut device = SoftwareKey::seeded(7, algorithm);
        let found = registered(&registration(&mut device, |_| {})).unwrap();
        assert_eq!(found.public_key.algorithm(), algorithm);
    }
}

#[test]
fn step_3_the_response_must_be_an_attestation() {
    let other = assertion(&mut key(), |_| {});
    assert_eq!(registered(&other).unwrap_err(), Unverified::Response);
    let mut json = registration(&mut key(), |_| {});
    json["type"] = "password".into();
    assert_eq!(registered(&json).unwrap_err(), Unverified::CredentialType);
}

#[test]
fn steps_5_and_6_the_client_data_must_be_a_json_object_in_utf_8() {
    for garbled in
        [&b""[..], b"null", b"[]", b"{}", b"{\"type\":\"webauthn.create\"", b"\xff\xfe", b"{\xff}"]
    {
        refused(|parts| parts.client_data = garbled.into(), Unverified::ClientData);
    }
    for member in ["type", "challenge", "origin"] {
        refused(|parts| parts.say(member, json!(null)), Unverified::ClientData);
        refused(|parts| parts.say(member, 7), Unverified::ClientData);
    }
    let doubled = |parts: &mut Parts| {
        let text = String::from_utf8(parts.client_data.clone()).unwrap();
        parts.client_data = text.replacen('{', r#"{"origin":"https://evil.example","#, 1).into();
    };
    refused(doubled, Unverified::ClientData);
    let array = |parts: &mut Parts| {
        let said: serde_json::Value = serde_json::from_slice(&parts.client_data).unwrap();
        let members = ["type", "challenge", "origin", "crossOrigin"].map(|member| &said[member]);
        parts.client_data =
            json!([members[0], members[1], members[2], members[3], null]).to_string().into_bytes();
    };
    refused(array, Unverified::ClientData);
}

#[test]
fn step_5_a_byte_order_mark_is_no_part_of_the_client_data() {
    let marked = registration(&mut key(), |parts| {
        parts.client_data = [b"\xef\xbb\xbf", &parts.client_data[..]].concat();
    });
    assert!(registered(&marked).is_ok());
}

#[test]
fn step_6_members_that_browsers_may_add_are_left_unread() {
    let added = registration(&mut key(), |parts| parts.say("extraData", json!([{"deep": [1]}])));
    assert!(registered(&added).is_ok());
}

#[test]
fn step_7_the_type_must_be_webauthn_create() {
    for other in ["webauthn.get", "payment.get", "WEBAUTHN.CREATE", "webauthn.create ", ""] {
        refused(|parts| parts.say("type", other), Unverified::Ceremony);
    }
}

#[test]
fn step_8_the_challenge_must_be_the_nonce() {
    let own = text(setup().as_bytes());
    let padded = format!("{}==", own.as_str().unwrap());
    for other in [text(&[2; 16]), text(&[1; 15]), text(&[1; 17]), padded.into(), "".into()] {
        refused(|parts| parts.say("challenge", other), Unverified::Nonce);
    }
}

#[test]
fn step_9_the_origin_must_be_one_of_the_relying_partys() {
    for foreign in [
        "https://evil-app.scrivio.example",
        "https://scrivio.example",
        "https://app.scrivio.example.evil.example",
        "https://app.scrivio.example:8443",
        "https://app.scrivio.example/",
        "http://app.scrivio.example",
        "HTTPS://APP.SCRIVIO.EXAMPLE",
        "http://localhost:3001",
        "null",
        "",
    ] {
        refused(|parts| parts.say("origin", foreign), Unverified::Origin);
    }
    let other = registration(&mut key(), |parts| parts.say("origin", "http://localhost:3000"));
    assert!(registered(&other).is_ok(), "the second of its origins");
}

#[test]
fn step_10_a_page_embedded_in_another_origin_is_refused() {
    refused(|parts| parts.say("crossOrigin", true), Unverified::CrossOrigin);
    refused(|parts| parts.say("crossOrigin", "true"), Unverified::ClientData);
    let unsaid = registration(&mut key(), |parts| parts.say("crossOrigin", json!(null)));
    assert!(registered(&unsaid).is_ok());
}

#[test]
fn step_11_a_top_origin_is_refused_whatever_it_is() {
    for top in [json!("https://example.com"), json!("https://app.scrivio.example"), json!(7)] {
        refused(|parts| parts.say("topOrigin", top), Unverified::CrossOrigin);
    }
}

#[test]
fn step_13_the_attestation_object_must_be_a_map_of_its_three_members() {
    let json = registration(&mut key(), |_| {});
    let data = bytes(&json["response"]["authenticatorData"]);
    let data = byte_string(&data);
    let (fmt, statement, name) = (b"\x63fmt\x64none", b"\x67attStmt\xa0", b"\x68authData");
    let mut trailing = attestation_object(&[0; 37]);
    trailing.push(0);
    for (object, what) in [
        (vec![], "nothing"),
        (vec![0xa0], "an empty map"),
        (vec![0x80], "an array"),
        (trailing, "trailing bytes"),
        ([&[0xa2], &fmt[..], &statement[..]].concat(), "no authenticator data"),
        ([&[0xa2], &name[..], &data, &statement[..]].concat(), "no format"),
        ([&[0xa3], &fmt[..], &fmt[..], &name[..], &data].concat(), "a member twice"),
        ([&[0xa3], &fmt[..], b"\x63abc\x00", &name[..], &data].concat(), "another member"),
        ([&[0xa3], &fmt[..], b"\x67attStmt\x80", &name[..], &data].concat(), "no map"),
        ([&[0xa3], &fmt[..], &statement[..], &name[..], b"\x61a"].concat(), "text for data"),
        ([&[0xbf], &fmt[..], &statement[..], &name[..], &data, b"\xff"].concat(), "no length"),
        (
            [&[0xa4], &fmt[..], &statement[..], &name[..], &data, b"\x65epAtt\xf5"].concat(),
            "a fourth member",
        ),
        ([&[0xa4], &fmt[..], &statement[..], &name[..], &data].concat(), "a member merely claimed"),
    ] {
        let mut json = json.clone();
        json["response"]["attestationObject"] = text(&object);
        assert_eq!(registered(&json).unwrap_err(), Unverified::AttestationObject, "{what}");
    }
    let mut turned = json.clone();
    let object = [&[0xa3], &name[..], &data, &statement[..], &fmt[..]].concat();
    turned["response"]["attestationObject"] = text(&object);
    assert!(registered(&turned).is_ok(), "in any order");
}

#[test]
fn step_13_the_authenticator_data_must_end_where_it_ends() {
    refused(|parts| parts.data.push(0), Unverified::AuthenticatorData);
    let whole = bytes(&registration(&mut key(), |_| {})["response"]["authenticatorData"]).len();
    for length in 0..whole {
        refused(|parts| parts.data.truncate(length), Unverified::AuthenticatorData);
    }
}

#[test]
fn step_13_a_registration_has_a_credential() {
    let without = |parts: &mut Parts| {
        parts.data.truncate(37);
        parts.flag(0x40, false);
    };
    refused(without, Unverified::AttestedCredential);
}

#[test]
fn step_14_the_rp_id_must_be_the_relying_partys() {
    refused(|parts| parts.data[0] ^= 1, Unverified::RpId);
    refused(|parts| parts.data[31] ^= 0x80, Unverified::RpId);
}

#[test]
fn step_15_the_user_must_be_present() {
    refused(|parts| parts.flag(0x01, false), Unverified::UserPresence);
    let verified_alone = |parts: &mut Parts| {
        parts.flag(0x01, false);
        parts.flag(0x04, true);
    };
    refused(verified_alone, Unverified::UserPresence);
}

#[test]
fn step_17_a_credential_is_not_backed_up_without_being_eligible() {
    refused(|parts| parts.flag(0x10, true), Unverified::BackupState);
}

#[test]
fn step_20_the_algorithm_must_have_been_offered() {
    // The last byte of the number −7 in the COSE key: −35, −8 and −257 take other keys.
    for (cbor, found) in [(&[0x38, 34][..], -35), (&[0x38, 46], -47), (&[0x01], 1)] {
        let other = |parts: &mut Parts| {
            let key = parts.data.len() - 77;
            parts.data.splice(key + 4..key + 5, cbor.iter().copied());
        };
        refused(other, Unverified::SignatureAlgorithm { found });
    }
}

#[test]
fn step_25_a_credential_id_has_1_to_1023_bytes() {
    let with = |length: usize| {
        let mut device = key().credential_id(vec![9; length]);
        registered(&registration(&mut device, |_| {}))
    };
    assert!(with(1).is_ok());
    assert!(with(1023).is_ok());
    for found in [0, 1024] {
        assert_eq!(with(found).unwrap_err(), Unverified::CredentialIdLength { found });
        // Where the JSON names another, the attested one is the one that counts.
        let mut json = registration(&mut key().credential_id(vec![9; found]), |_| {});
        for member in ["id", "rawId"] {
            json[member] = text(&[9; 16]);
        }
        assert_eq!(registered(&json).unwrap_err(), Unverified::CredentialIdLength { found });
    }
}

#[test]
fn the_credential_id_beside_the_attestation_object_must_be_the_attested_one() {
    let mut json = registration(&mut key(), |_| {});
    json["rawId"] = text(&[9; 32]);
    assert_eq!(registered(&json).unwrap_err(), Unverified::CredentialIds, "id and rawId");
    json["id"] = text(&[9; 32]);
    assert_eq!(registered(&json).unwrap_err(), Unverified::CredentialIds, "and the attested one");
}

#[test]
fn copies_of_key_and_flags_beside_the_attestation_object_are_not_believed() {
    let mut json = registration(&mut key(), |_| {});
    let truth = registered(&json).unwrap();
    let other = SoftwareKey::seeded(666, SignatureAlgorithm::EdDsa);
    json["response"]["publicKey"] = text(&other.public_key());
    json["response"]["publicKeyAlgorithm"] = (-8).into();
    json["response"]["authenticatorData"] = text(&[0xff; 37]);
    json["userVerified"] = true.into();
    assert_eq!(registered(&json).unwrap(), truth);
    for member in ["publicKey", "publicKeyAlgorithm", "authenticatorData", "transports"] {
        json["response"].as_object_mut().unwrap().remove(member);
    }
    json.as_object_mut().unwrap().remove("clientExtensionResults");
    let mut found = registered(&json).unwrap();
    assert!(found.transports.is_empty());
    found.transports = truth.transports.clone();
    assert_eq!(found, truth, "and need not be there");
}

#[test]
fn extensions_must_be_one_map_and_are_announced_by_their_flag() {
    let with = |flag: bool, extensions: &[u8]| {
        registered(&registration(&mut key(), |parts| {
            parts.flag(0x80, flag);
            parts.data.extend(extensions);
        }))
    };
    assert!(with(true, b"\xa1\x6bcredProtect\x02").is_ok());
    for (flag, extensions, what) in [
        (false, &b"\xa1\x6bcredProtect\x02"[..], "without the flag"),
        (true, b"", "the flag alone"),
        (true, b"\x80", "no map"),
        (true, b"\xa0\x00", "trailing bytes"),
        (true, b"\xbf\xff", "no length"),
    ] {
        assert_eq!(with(flag, extensions).unwrap_err(), Unverified::AuthenticatorData, "{what}");
    }
}

#[test]
fn what_verified_once_verifies_again_and_for_no_other_nonce_or_site() {
    let json = registration(&mut key(), |_| {}).to_string();
    let response = RegistrationResponse::parse(&json).unwrap();
    assert_eq!(response.verify(&setup(), &site()), response.verify(&setup(), &site()));
    let other = super::scene::challenge();
    assert_eq!(response.verify(&other, &site()).unwrap_err(), Unverified::Nonce);
}
