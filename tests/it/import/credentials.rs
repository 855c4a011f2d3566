//! With rows that the other programs wrote, and what their devices answer afterwards:
//! `scripts/import-fixtures/run`.

use base64ct::{Base64UrlUnpadded, Encoding};
use mfakit::Invalid;
use mfakit::domain::webauthn::{
    AssertionResponse, Credential, Nonce, RelyingParty, SignatureAlgorithm, Transport, Unverified,
    UserHandle,
};
use mfakit::import::{CredentialError, simple_webauthn, webauthn_rs};
use serde_json::{Value, json};

use super::programs::fixture;

pub(super) const RP_ID: &str = "scrivio.example";

/// The user of webauthn-rs's rows: the bytes of their `Uuid`.
fn uuid() -> UserHandle {
    UserHandle::new(0x1815_u128.to_be_bytes()).unwrap()
}

pub(super) fn from_webauthn_rs(row: &Value) -> Result<Credential, CredentialError> {
    webauthn_rs::credential(RP_ID, uuid(), &row.to_string())
}

pub(super) fn from_simple_webauthn(
    row: &Value,
    user_verified: bool,
) -> Result<Credential, CredentialError> {
    columns(row, user_verified, RP_ID)
}

fn columns(row: &Value, user_verified: bool, rp_id: &str) -> Result<Credential, CredentialError> {
    let text = |column: &str| row[column].as_str().unwrap();
    let transports: Vec<&str> =
        row["transports"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    simple_webauthn::Row {
        id: text("id"),
        public_key: &Base64UrlUnpadded::decode_vec(text("publicKey")).unwrap(),
        webauthn_user_id: text("webauthnUserID"),
        counter: row["counter"].as_u64().unwrap().try_into().unwrap(),
        device_type: text("deviceType"),
        backed_up: row["backedUp"].as_bool().unwrap(),
        transports: &transports,
        user_verified,
    }
    .credential(rp_id)
}

/// The first row of webauthn-rs's, with transports, which it had not been told of.
pub(crate) fn passkey_of_webauthn_rs() -> Credential {
    let mut row = fixture("webauthn_rs")[0]["row"].clone();
    row["cred"]["transports"] = json!(["Usb", "Nfc"]);
    from_webauthn_rs(&row).unwrap()
}

/// What the device answers next is accepted, and what comes of it is returned.
pub(super) fn accepts(credential: &Credential, assertion: &Value) -> (bool, u32) {
    let site = RelyingParty::new(RP_ID, ["https://app.scrivio.example"]).unwrap();
    let response = AssertionResponse::parse(&assertion.to_string()).unwrap();
    let nonce = Nonce::new([2; 16]).unwrap();
    let accepted = credential.accept(&response, &nonce, &site).unwrap();
    assert_eq!(accepted.noted, []);
    (accepted.user_verified, accepted.next.counter())
}

#[test]
fn rows_of_webauthn_rs_sign_in_here() {
    let fixture = fixture("webauthn_rs");
    let [es256, rs256, security_key] = &fixture.as_array().unwrap()[..] else {
        panic!("{fixture}");
    };
    for (entry, algorithm, verified, counters) in [
        (es256, SignatureAlgorithm::Es256, true, (1, 2)),
        (rs256, SignatureAlgorithm::Rs256, true, (1, 2)),
        (security_key, SignatureAlgorithm::Es256, false, (0, 1)),
    ] {
        let credential = from_webauthn_rs(&entry["row"]).unwrap();
        assert_eq!(credential.public_key().algorithm(), algorithm);
        assert_eq!(credential.registered_with_user_verification(), verified);
        assert_eq!((credential.rp_id(), credential.user_handle()), (RP_ID, &uuid()));
        assert_eq!(credential.counter(), counters.0);
        assert!(!credential.is_device_bound() && credential.is_backed_up());
        assert_eq!(accepts(&credential, &entry["assertion"]), (verified, counters.1));
    }
}

#[test]
fn rows_of_simple_webauthn_sign_in_here() {
    let fixture = fixture("simple_webauthn");
    let [es256, rs256, eddsa] = &fixture.as_array().unwrap()[..] else { panic!("{fixture}") };
    for (entry, algorithm, verified) in [
        (es256, SignatureAlgorithm::Es256, true),
        (rs256, SignatureAlgorithm::Rs256, false),
        (eddsa, SignatureAlgorithm::EdDsa, true),
    ] {
        assert_eq!(entry["userVerified"], verified);
        let credential = from_simple_webauthn(&entry["row"], verified).unwrap();
        assert_eq!(credential.public_key().algorithm(), algorithm);
        assert_eq!(credential.transports(), [Transport::Usb]);
        assert_eq!(accepts(&credential, &entry["assertion"]), (verified, 1));
        let unsaid = from_simple_webauthn(&entry["row"], false).unwrap();
        assert_eq!(accepts(&unsaid, &entry["assertion"]), (false, 1), "not said, so not counted");
    }
}

#[test]
fn a_row_that_does_not_say_what_was_verified_counts_as_registered_without() {
    let mut row = fixture("webauthn_rs")[0]["row"].clone();
    for member in ["user_verified", "backup_eligible", "backup_state"] {
        assert!(row["cred"].as_object_mut().unwrap().remove(member).is_some());
    }
    let credential = from_webauthn_rs(&row).unwrap();
    assert!(!credential.registered_with_user_verification() && credential.is_device_bound());
}

#[test]
fn bytes_of_older_rows_are_lists_of_numbers() {
    let row = fixture("webauthn_rs")[0]["row"].clone();
    let mut older = row.clone();
    for path in ["/cred/cred_id", "/cred/cred/key/EC_EC2/x", "/cred/cred/key/EC_EC2/y"] {
        let member = older.pointer_mut(path).unwrap();
        *member = json!(Base64UrlUnpadded::decode_vec(member.as_str().unwrap()).unwrap());
    }
    assert_eq!(from_webauthn_rs(&older), from_webauthn_rs(&row));
}

#[test]
fn an_ed25519_key_of_webauthn_rs_is_taken() {
    let point = "1-wUDB2rRBbQRNNdvFImRPC8c3HMmvUXZDIXGgMHQAc";
    let mut row = fixture("webauthn_rs")[0]["row"].clone();
    let key =
        |curve: &str| json!({"type_": "EDDSA", "key": {"EC_OKP": {"curve": curve, "x": point}}});
    row["cred"]["cred"] = key("ED448");
    assert!(matches!(from_webauthn_rs(&row), Err(CredentialError::Invalid(Invalid::Form { .. }))));
    row["cred"]["cred"] = key("ED25519");
    match from_webauthn_rs(&row) {
        Ok(credential) => {
            assert_eq!(credential.public_key().algorithm(), SignatureAlgorithm::EdDsa);
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn rows_that_cannot_be_taken_are_refused_with_a_reason() {
    let good = fixture("webauthn_rs")[0]["row"].clone();
    let change = |path: &str, value: Value| {
        let mut row = good.clone();
        *row.pointer_mut(path).unwrap() = value;
        from_webauthn_rs(&row).unwrap_err().to_string()
    };
    for (path, value, reason) in [
        ("/cred/cred/type_", json!("ES384"), "credential's key must be of ES256 on SECP256R1"),
        ("/cred/cred/key/EC_EC2/curve", json!("SECP384R1"), "credential's key must be of ES256"),
        ("/cred/cred/key/EC_EC2/y", json!("AAAA"), "the credential's key cannot be used"),
        ("/cred/cred_id", json!(""), "credential id must have 1 to 1023 bytes, not 0"),
        ("/cred/cred_id", json!(vec![7; 1024]), "credential id must have 1 to 1023 bytes"),
        ("/cred/cred_id", json!("AA=="), "webauthn-rs row must be a Passkey or SecurityKey"),
        ("/cred/counter", json!(-1), "webauthn-rs row must be a Passkey or SecurityKey"),
        ("/cred/counter", json!(1_u64 << 32), "webauthn-rs row must be a Passkey or SecurityKey"),
        ("/cred/backup_eligible", json!(false), "backup state must be of a credential that is"),
    ] {
        let found = change(path, value);
        assert!(found.starts_with(reason), "{path}: {found}");
    }
    for row in ["", "[]", "null", "{\"cred\":{}}", &"[".repeat(60_000), &" ".repeat(65_537)] {
        assert!(webauthn_rs::credential(RP_ID, uuid(), row).is_err());
    }
    for rp_id in ["", "https://scrivio.example", "Scrivio.example"] {
        let refused = webauthn_rs::credential(rp_id, uuid(), &good.to_string());
        assert!(refused.unwrap_err().to_string().starts_with("RP ID must be a domain"), "{rp_id}");
    }
    assert!(UserHandle::new([]).is_err(), "and a user handle is not left out either");
}

#[test]
fn columns_that_cannot_be_taken_are_refused_with_a_reason() {
    let good = fixture("simple_webauthn")[0]["row"].clone();
    for (column, value, reason) in [
        ("id", "", "id must have 1 to 65536 bytes, not 0"),
        ("id", "AA==", "id must be base64url without padding"),
        ("webauthnUserID", "", "webauthnUserID must have 1 to 65536 bytes, not 0"),
        ("webauthnUserID", "a+b/", "webauthnUserID must be base64url without padding"),
        ("publicKey", "", "the credential's key cannot be used"),
        ("publicKey", "oA", "the credential's key cannot be used"),
        ("deviceType", "both", "deviceType must be singleDevice or multiDevice"),
        ("deviceType", "singleDevice", "backup state must be of a credential that is"),
    ] {
        let mut row = good.clone();
        row[column] = value.into();
        let found = from_simple_webauthn(&row, false).unwrap_err().to_string();
        assert!(found.starts_with(reason), "{column}: {found}");
    }
    for rp_id in ["", "https://scrivio.example", "Scrivio.example"] {
        let refused = columns(&good, false, rp_id).unwrap_err().to_string();
        assert!(refused.starts_with("RP ID must be a domain"), "{rp_id}: {refused}");
    }
    let mut row = good;
    row["webauthnUserID"] = Base64UrlUnpadded::encode_string(&[1; 65]).into();
    assert!(from_simple_webauthn(&row, false).is_err(), "a user handle has at most 64 bytes");
    row["webauthnUserID"] = "AAAA".into();
    row["transports"] = json!(["usb", "telepathy", "usb", "nfc"]);
    let credential = from_simple_webauthn(&row, false).unwrap();
    assert_eq!(credential.transports(), [Transport::Nfc, Transport::Usb]);
    let key = Err(CredentialError::Key(Unverified::PublicKey));
    let mut bytes = Base64UrlUnpadded::decode_vec(row["publicKey"].as_str().unwrap()).unwrap();
    bytes.push(0);
    row["publicKey"] = Base64UrlUnpadded::encode_string(&bytes).into();
    assert_eq!(from_simple_webauthn(&row, false), key, "a byte behind the key");
}
