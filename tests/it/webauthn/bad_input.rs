//! What nobody who means well sends: typed, and bounded in memory.

use mfakit::domain::webauthn::{AssertionResponse, RegistrationResponse, Unverified};
use serde_json::{Value, json};

use super::scene::{
    asserted, assertion, attestation_object, key, registered, registration, stored, text,
};

/// What parsing makes of a text, as either ceremony's response.
fn parsed(json: &str) -> (Result<(), Unverified>, Result<(), Unverified>) {
    (RegistrationResponse::parse(json).map(drop), AssertionResponse::parse(json).map(drop))
}

#[track_caller]
fn both(json: &str, why: Unverified) {
    assert_eq!(parsed(json), (Err(why), Err(why)), "{}", &json[..json.len().min(80)]);
}

#[test]
fn megabytes_are_refused_before_they_are_parsed() {
    let found = 10_000_000;
    let digits = "1".repeat(found);
    let memory = allocation_counter::measure(|| {
        both(&digits, Unverified::TooLarge { what: "response", max: 65_536, found });
    });
    assert!(memory.bytes_total < 1_000, "{memory:?}");
}

#[test]
fn a_response_is_read_up_to_65536_bytes() {
    let padded = |json: Value, length: usize| {
        let text = json.to_string();
        let space = " ".repeat(length - text.len());
        text + &space
    };
    let (registration, assertion) =
        (registration(&mut key(), |_| {}), assertion(&mut key(), |_| {}));
    assert!(RegistrationResponse::parse(&padded(registration.clone(), 65_536)).is_ok());
    assert!(RegistrationResponse::parse(&padded(registration, 65_537)).is_err());
    assert!(AssertionResponse::parse(&padded(assertion.clone(), 65_536)).is_ok());
    assert!(AssertionResponse::parse(&padded(assertion, 65_537)).is_err());
}

#[test]
fn what_is_not_a_json_object_is_no_response() {
    for text in [
        "",
        " ",
        "null",
        "true",
        "7",
        "\"a\"",
        "[]",
        "{}",
        "{",
        "{]",
        "<xml/>",
        "\u{feff}{}",
        "{\"id\":\"AAAA\"}",
        "['']",
        "\0",
        "NaN",
        "{\"id\":1e999}",
    ] {
        both(text, Unverified::Response);
    }
    both(&"[".repeat(60_000), Unverified::Response);
    both(&format!("{}{}", r#"{"a":"#.repeat(9_000), "}".repeat(9_000)), Unverified::Response);
}

#[test]
fn a_response_is_one_text_and_nothing_after_it() {
    let json = registration(&mut key(), |_| {}).to_string();
    assert!(RegistrationResponse::parse(&format!(" {json}\n")).is_ok());
    for after in ["{}", "x", "\0", ","] {
        let parsed = RegistrationResponse::parse(&format!("{json}{after}"));
        assert_eq!(parsed.unwrap_err(), Unverified::Response, "{after:?}");
    }
}

/// Every member that is read, of a registration and of an assertion.
const MEMBERS: [(&str, &[&str]); 2] = [
    ("registration", &["clientDataJSON", "attestationObject"]),
    ("assertion", &["clientDataJSON", "authenticatorData", "signature"]),
];

fn response(ceremony: &str) -> Value {
    match ceremony {
        "registration" => registration(&mut key(), |_| {}),
        _ => assertion(&mut key(), |_| {}),
    }
}

fn parse(ceremony: &str, json: &str) -> Result<(), Unverified> {
    let (registration, assertion) = parsed(json);
    if ceremony == "registration" { registration } else { assertion }
}

#[test]
fn a_missing_or_doubled_member_or_one_of_another_type_is_refused() {
    for (ceremony, inner) in MEMBERS {
        let json = response(ceremony);
        assert_eq!(parse(ceremony, &json.to_string()), Ok(()));
        for member in ["id", "rawId", "type", "response"] {
            let mut missing = json.clone();
            missing.as_object_mut().unwrap().remove(member);
            assert_eq!(parse(ceremony, &missing.to_string()), Err(Unverified::Response));
            let doubled = format!("{{\"{member}\":{},{}", json[member], &json.to_string()[1..]);
            assert_eq!(parse(ceremony, &doubled), Err(Unverified::Response), "{member} twice");
            for other in [json!(null), json!(7), json!([]), json!(["a"]), json!({})] {
                let mut wrong = json.clone();
                wrong[member] = other;
                assert_eq!(parse(ceremony, &wrong.to_string()), Err(Unverified::Response));
            }
        }
        for member in inner {
            let mut missing = json.clone();
            missing["response"].as_object_mut().unwrap().remove(*member);
            assert_eq!(parse(ceremony, &missing.to_string()), Err(Unverified::Response));
            let own = json["response"].to_string();
            let twice = format!("{{\"{member}\":\"AAAA\",{}", &own[1..]);
            let doubled = json.to_string().replace(&own, &twice);
            assert_eq!(parse(ceremony, &doubled), Err(Unverified::Response), "{member} twice");
        }
    }
}

#[test]
fn an_array_is_not_taken_for_an_object() {
    for (ceremony, inner) in MEMBERS {
        let mut json = response(ceremony);
        let values: Vec<Value> = inner.iter().map(|name| json["response"][name].clone()).collect();
        json["response"] = [values, vec![json!(null)]].concat().into();
        assert_eq!(parse(ceremony, &json.to_string()), Err(Unverified::Response));
        let json = response(ceremony);
        let members = ["id", "rawId", "type", "response"].map(|name| json[name].clone());
        assert_eq!(parse(ceremony, &json!(members).to_string()), Err(Unverified::Response));
    }
}

#[test]
fn base64_in_another_form_is_refused_by_the_members_name() {
    for (ceremony, inner) in MEMBERS {
        for member in inner {
            let json = response(ceremony);
            let own = json["response"][member].as_str().unwrap().to_owned();
            for foreign in [
                format!("{own}="),
                format!("{own}=="),
                format!(" {own}"),
                format!("{own}\n"),
                "_w==".into(),
                "+/+/".into(),
                "A".into(),
                "_x".into(),
                "ÄÄÄÄ".into(),
            ] {
                let mut json = json.clone();
                json["response"][member] = foreign.clone().into();
                let refused = Err(Unverified::Base64 { what: member });
                assert_eq!(parse(ceremony, &json.to_string()), refused, "{foreign:?}");
            }
        }
        for foreign in ["AA==", "+/+/", "AA ", "_x"] {
            let mut json = response(ceremony);
            json["id"] = foreign.into();
            json["rawId"] = foreign.into();
            let refused = Err(Unverified::Base64 { what: "rawId" });
            assert_eq!(parse(ceremony, &json.to_string()), refused, "{foreign:?}");
        }
    }
}

#[test]
fn each_part_has_a_bound_of_its_own() {
    let bounds = [
        ("registration", "clientDataJSON", 4096),
        ("registration", "attestationObject", 32_768),
        ("assertion", "clientDataJSON", 4096),
        ("assertion", "authenticatorData", 4096),
        ("assertion", "signature", 512),
        ("assertion", "userHandle", 64),
    ];
    for (ceremony, what, max) in bounds {
        let with = |length: usize| {
            let mut json = response(ceremony);
            json["response"][what] = text(&vec![0; length]);
            parse(ceremony, &json.to_string())
        };
        assert_eq!(with(max), Ok(()), "{what}");
        let refused = Err(Unverified::TooLarge { what, max, found: max + 1 });
        assert_eq!(with(max + 1), refused, "{what}");
    }
}

#[test]
fn hostile_cbor_takes_no_more_memory_than_its_own_length() {
    let data = |bytes: Vec<u8>| attestation_object(&bytes);
    let nested = |levels: usize| [vec![0x81; levels], vec![0]].concat();
    let header = [&[0; 32][..], &[0xc1], &[0; 4], &[0; 16], &[0, 1], &[9]].concat();
    let claimed = |head: u8| [&[head][..], &[0xff; 8]].concat();
    for (object, what) in [
        (nested(30_000), "deep nesting"),
        ([b"\xa3\x63fmt\x64none\x67attStmt\xa1\x00".to_vec(), nested(30_000)].concat(), "inside"),
        (claimed(0xbb), "a map of 2⁶⁴ entries"),
        (claimed(0x9b), "an array of 2⁶⁴"),
        (claimed(0x5b), "bytes of 2⁶⁴"),
        ([b"\xa3\x63fmt\x64none\x67attStmt".to_vec(), claimed(0xbb)].concat(), "a huge statement"),
        (b"\xa3\x67attStmt\xbf\xff".to_vec(), "without a length"),
        (b"\xa3\x67attStmt\xc1\xa0".to_vec(), "a tag"),
        (b"\xa3\x7f\x63fmt\xff".to_vec(), "a name in chunks"),
        (data([&header[..], &claimed(0xbb)].concat()), "a huge key"),
        (data([&header[..], &nested(20_000)].concat()), "a deep key"),
        (data([&header[..], &[0xa0], &claimed(0xbb)].concat()), "huge extensions"),
        (data([&[0; 32][..], &[0x41], &[0; 4], &[0; 16], &[0xff, 0xff]].concat()), "a long id"),
        (vec![0xff; 32_768], "ends without beginnings"),
    ] {
        let mut json = registration(&mut key(), |_| {});
        json["response"]["attestationObject"] = text(&object);
        let mut refused = None;
        let memory = allocation_counter::measure(|| {
            let response = RegistrationResponse::parse(&json.to_string());
            let verified = response.unwrap().verify(&super::scene::setup(), &super::scene::site());
            refused = verified.err();
        });
        let typed = [Unverified::AttestationObject, Unverified::AuthenticatorData];
        assert!(typed.contains(&refused.unwrap()), "{what}: {refused:?}");
        // The JSON is written, read and decoded: some copies of it, and nothing that grows beyond.
        assert!(memory.bytes_max < 400_000, "{what}: {memory:?}");
    }
}

#[test]
fn transports_are_bounded_and_never_text_of_the_clients() {
    let mut json = registration(&mut key(), |_| {});
    json["response"]["transports"] = vec![json!("usb"); 5_000].into();
    assert_eq!(registered(&json).unwrap().transports.len(), 1);
    json["response"]["transports"] = json!(["<script>", "", "nfc"]);
    let found = registered(&json).unwrap().transports;
    assert_eq!(serde_json::json!(found), json!(["nfc"]));
    for other in [json!("usb"), json!([7]), json!({})] {
        json["response"]["transports"] = other;
        assert_eq!(registered(&json).unwrap_err(), Unverified::Response);
    }
}

#[test]
fn nothing_of_what_the_client_sent_is_in_a_message() {
    let mut json = assertion(&mut key(), |parts| parts.say("origin", "https://secret.example"));
    json["response"]["secret"] = "secret".into();
    let refused = asserted(&stored(&key()), &json).unwrap_err();
    assert_eq!(refused.to_string(), "the page's origin is not one of the relying party's");
}
