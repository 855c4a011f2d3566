//! What answers a setup.

use base64ct::{Base64UrlUnpadded, Encoding};
use mfakit::domain::ConfirmedSetup;
use mfakit::domain::webauthn::{SignatureAlgorithm, Unverified};
use mfakit::testing::SoftwareKey;
use mfakit::{SetupRejection, SetupRejectionReason};
use serde_json::Value;

use super::changed::changed;
use super::{credentials, judge, own_id, scene, stays_readable};
use crate::input::Input;
use crate::scene::{ORIGIN, RP_ID};

/// A registration adds the credential that it says it is, if it says so for this setup, on our page,
/// with a user present; nothing else does, and what does not changes nothing. Any key that keeps to
/// the standard is taken, but not one that the account has.
pub fn registrations(data: &[u8]) {
    let mut input = Input::new(data);
    if input.byte() & 1 == 1 {
        any_key(&mut input);
        return;
    }
    let scene = scene();
    let json = changed(&mut input, &[&scene.registration, &scene.right]);
    let added = adds(&json).is_ok();
    let mut parts = serde_json::from_str::<Value>(&json).ok();
    let mut own: Value = serde_json::from_str(&scene.registration).expect("JSON");
    if added {
        let said = client_data(parts.as_ref().expect("what was read is JSON"));
        let wanted = client_data(&own);
        for member in ["type", "challenge", "origin"] {
            assert_eq!(said[member], wanted[member], "{json}");
        }
        assert!(said["crossOrigin"] != true, "{json}");
    }
    // Only the parts that are read count, and the key's own are right.
    let read = |parts: &mut Value| {
        let at = |pointer: &str| parts.pointer(pointer).cloned();
        let members = ["/id", "/rawId", "/type"].map(at);
        (members, ["/response/clientDataJSON", "/response/attestationObject"].map(at))
    };
    let unchanged = parts.as_mut().is_some_and(|parts| read(parts) == read(&mut own));
    let hints = parts.as_ref().and_then(|parts| parts.pointer("/response/transports"));
    let hints = hints.is_none_or(|hints| *hints == own["response"]["transports"]);
    assert!(added || !(unchanged && hints), "{json}");
}

fn client_data(parts: &Value) -> Value {
    let text = parts["response"]["clientDataJSON"].as_str().expect("text");
    let bytes = Base64UrlUnpadded::decode_vec(text).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// What a key of any properties answers.
fn any_key(input: &mut Input<'_>) {
    let (scene, flags) = (scene(), input.byte());
    let set = |flag: u8| flags & flag != 0;
    let algorithm = match input.byte() % 8 {
        0 => SignatureAlgorithm::Rs256,
        1..4 => SignatureAlgorithm::EdDsa,
        _ => SignatureAlgorithm::Es256,
    };
    let counter = u32::from_be_bytes([input.byte(), input.byte(), input.byte(), input.byte()]);
    let seed = u64::from(input.byte());
    let length = usize::from(u16::from_be_bytes([input.byte(), input.byte()]));
    let known = set(0x80);
    let id = if known { own_id(&scene.account) } else { vec![flags; length % 1_100] };
    // The page excludes the keys that the account has, and a browser keeps to it: not this one.
    let creation = scene.creation.replace("excludeCredentials", "x");
    let key = SoftwareKey::seeded(seed, algorithm).credential_id(id.clone());
    let key = key.user_present(set(0x01)).user_verified(set(0x04)).backup(set(0x08), set(0x10));
    let mut key = key.counter(counter);
    let json = key.register(&creation, ORIGIN).expect("a registration");
    let fit = set(0x01) && (set(0x08) || !set(0x10)) && (1..=1_023).contains(&id.len());
    match adds(&json) {
        Ok(()) => assert!(fit && !known, "{json}"),
        Err(why) => {
            assert!(!fit || known, "{why:?} {json}");
            let twice = why.reason == SetupRejectionReason::AlreadyRegistered;
            assert_eq!(twice, fit && known);
            assert_eq!(twice, why.unverified.is_none(), "{why:?}");
            assert_ne!(why.unverified, Some(Unverified::Nonce));
        }
    }
}

/// Whether the answer adds the credential that it says it is.
fn adds(json: &str) -> Result<(), SetupRejection> {
    let scene = scene();
    let (confirmed, next) = judge(&scene.beginning, &scene.session, scene.setup, json);
    match (confirmed, next) {
        (ConfirmedSetup::Added(_), Some(next)) => {
            let said: Value = serde_json::from_str(json).expect("JSON");
            let (before, after) = (credentials(&scene.beginning), credentials(&next));
            let [.., added] = &after[..] else { panic!("none was added") };
            assert_eq!(after[..before.len()], before);
            assert!(before.iter().all(|known| known.id() != added.id()));
            let id = Base64UrlUnpadded::encode_string(added.id().as_bytes());
            assert_eq!(said["rawId"], *id);
            assert_eq!(added.rp_id(), RP_ID);
            assert_eq!(added.user_handle(), before[0].user_handle());
            assert!(next.pending().is_none() && next.stamp() != scene.beginning.stamp());
            assert_eq!(next.factors().len(), scene.beginning.factors().len() + 1);
            stays_readable(&next);
            Ok(())
        }
        (ConfirmedSetup::Rejected(why), None) => {
            // Nothing can be guessed: no try is charged.
            assert_eq!(why.tries_left, 10);
            Err(why)
        }
        other => panic!("{other:?}"),
    }
}
