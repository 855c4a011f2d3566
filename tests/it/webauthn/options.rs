//! What the browser is asked, in the JSON of §5.1.8 and §5.1.9.

use mfakit::SetupId;
use mfakit::domain::ChallengeId;
use mfakit::domain::webauthn::{
    CredentialDescriptor, CredentialId, RequestOptions, SignatureAlgorithm, Transport,
    UserVerification,
};
use mfakit::testing::SoftwareKey;
use serde_json::json;

use super::scene::{ORIGIN, challenge, creation, key, request, site, stored, text, user};

#[test]
fn creation_options_are_what_a_browser_parses() {
    let known = CredentialDescriptor::new(CredentialId::new([9; 3]).unwrap());
    let known = known.transports([Transport::SmartCard, Transport::Usb]);
    let expected = json!({
        "rp": { "id": "scrivio.example", "name": "Scrivio" },
        "user": {
            "id": text(user().as_bytes()),
            "name": "ada@example.org",
            "displayName": "ada@example.org",
        },
        "challenge": "AQEBAQEBAQEBAQEBAQEBAQ",
        "pubKeyCredParams": [
            { "type": "public-key", "alg": -7 },
            { "type": "public-key", "alg": -8 },
            { "type": "public-key", "alg": -257 },
        ],
        "timeout": 300_000,
        "excludeCredentials": [
            { "type": "public-key", "id": "CQkJ", "transports": ["smart-card", "usb"] },
        ],
        "authenticatorSelection": {
            "residentKey": "discouraged",
            "requireResidentKey": false,
            "userVerification": "preferred",
        },
        "attestation": "none",
    });
    assert_eq!(json!(creation().excluding([known])), expected);
}

#[test]
fn request_options_are_what_a_browser_parses() {
    let id = CredentialId::new([9; 3]).unwrap();
    let expected = json!({
        "challenge": "AgICAgICAgICAgICAgICAg",
        "timeout": 300_000,
        "rpId": "scrivio.example",
        "allowCredentials": [{ "type": "public-key", "id": "CQkJ" }],
        "userVerification": "discouraged",
    });
    assert_eq!(json!(request(&id)), expected);
}

#[test]
fn user_verification_is_asked_for_as_wanted() {
    for (wanted, name) in [
        (UserVerification::Discouraged, "discouraged"),
        (UserVerification::Preferred, "preferred"),
        (UserVerification::Required, "required"),
    ] {
        let creation = json!(creation().user_verification(wanted));
        assert_eq!(creation["authenticatorSelection"]["userVerification"], name);
        let request = RequestOptions::new(&site(), challenge(), []).user_verification(wanted);
        assert_eq!(json!(request)["userVerification"], name);
    }
}

#[test]
fn the_nonce_is_the_id_of_the_challenge_or_of_the_setup() {
    let bytes = *b"0123456789abcdef";
    let (challenge, setup) = (ChallengeId::from_random(bytes), SetupId::from_random(bytes));
    for nonce in [challenge.into(), setup.into()] {
        let options = RequestOptions::new(&site(), nonce, []);
        assert_eq!(json!(options)["challenge"], text(&bytes));
    }
}

#[test]
fn a_software_key_does_what_it_is_asked_and_throws_where_a_browser_would() {
    let own = stored(&key()).id;
    let (mut device, creation, request) = (key(), creation(), request(&own));
    assert!(device.register(&written(&creation), ORIGIN).is_some());
    assert!(device.assert(&written(&request), ORIGIN).is_some());
    let excluding = creation.clone().excluding([CredentialDescriptor::new(own)]);
    assert!(device.register(&written(&excluding), ORIGIN).is_none(), "registered already");
    let mut other = SoftwareKey::seeded(2, SignatureAlgorithm::Es256);
    assert!(other.assert(&written(&request), ORIGIN).is_none(), "not among those allowed");
    let mut narrow = json!(creation);
    narrow["pubKeyCredParams"] = json!([{ "type": "public-key", "alg": -257 }]);
    assert!(device.register(&narrow.to_string(), ORIGIN).is_none(), "no algorithm of its own");
    assert!(device.register("{}", ORIGIN).is_none());
    assert!(device.assert("[", ORIGIN).is_none());
}

#[test]
fn a_software_key_is_the_same_for_the_same_seed() {
    for algorithm in SignatureAlgorithm::OFFERED {
        let answers = |seed| {
            let options = serde_json::to_string(&creation()).unwrap();
            SoftwareKey::seeded(seed, algorithm).register(&options, ORIGIN).unwrap()
        };
        assert_eq!(answers(1), answers(1), "{algorithm:?}");
        assert_ne!(answers(1), answers(2), "{algorithm:?}");
    }
}

fn written(options: &impl serde::Serialize) -> String {
    serde_json::to_string(options).unwrap()
}
