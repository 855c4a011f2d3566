//! Sealed secrets as they come out of a table that somebody could write to.

use mfakit::domain::{Algorithm, Digits, SealContext, SealedSecret, TotpParams, TotpSecret};
use mfakit::ports::SecretCipher;
use mfakit::store::{Format, StoredAccount};
use mfakit::testing::block_on;
use mfakit::{FactorId, KeyId, Subject};
use serde_json::Value;

use crate::input::Input;
use crate::scene;

/// A sealed secret opens if, and only if, neither a bit of it nor its place was changed; in a stored
/// account it is read in one form alone.
pub fn sealed_secrets(data: &[u8]) {
    stored(data);
    let secret = TotpSecret::from_random(Algorithm::Sha1, scene::SEED).expect("a secret");
    let ada = scene::ada();
    let place = SealContext {
        subject: &ada,
        factor: FactorId::from_random([1; 16]),
        params: TotpParams::default(),
    };
    let keyring = scene::keyring();
    let genuine = block_on(keyring.seal(&secret, place)).expect("sealed");

    let mut input = Input::new(data);
    let (algorithm, subject, factor) = (input.byte(), input.byte(), input.byte());
    let (period, digits) = (input.byte(), input.byte());
    let mut bytes = genuine.bytes().to_vec();
    bytes.truncate(bytes.len() - usize::from(input.byte()) % (bytes.len() + 1));
    bytes.extend(0..input.byte() % 8);
    for byte in &mut bytes {
        *byte ^= input.byte();
    }
    let other = format!("ada{}", "a".repeat(usize::from(subject % 4)));
    let other = Subject::new(other).expect("a subject");
    let digits = if digits & 1 == 0 { Digits::Six } else { Digits::Eight };
    let period = if period == 0 { 30 } else { 60 };
    let moved = SealContext {
        subject: &other,
        factor: FactorId::from_random([1 ^ factor; 16]),
        params: TotpParams::new(Algorithm::Sha1, digits, period).expect("parameters"),
    };
    let key = KeyId::new("k1").expect("a key id");
    let number = genuine.algorithm() ^ algorithm;
    let Ok(sealed) = SealedSecret::new(number, key, &bytes) else {
        assert!(bytes.is_empty());
        return;
    };
    let whole = sealed == genuine
        && other == ada
        && moved.factor == place.factor
        && moved.params == place.params;
    match block_on(keyring.open(&sealed, moved)) {
        Ok(opened) => {
            assert!(whole, "a changed seal opens");
            assert_eq!(opened.expose_bytes(), scene::SEED);
        }
        Err(error) => assert!(!whole, "{error}"),
    }
}

/// In the document of an account: as text.
fn stored(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (account, _) = scene::protected();
    let mut document =
        serde_json::to_value(StoredAccount::new(account, Format::default())).expect("a document");
    document["factors"][0]["state"]["sealed"] = text.into();
    let Ok(read) = serde_json::from_value::<StoredAccount>(document) else { return };
    let Ok(read) = read.into_account() else { return };
    let written: Value =
        serde_json::to_value(StoredAccount::new(&read, Format::default())).expect("a document");
    let written = written["factors"][0]["state"]["sealed"].as_str().expect("text").to_owned();
    // The algorithm is a number, which may be written with zeros or a plus before it.
    let number =
        |text: &str| text.split_once(':').map(|(n, rest)| (n.parse::<u8>().ok(), rest.to_owned()));
    assert_eq!(number(&written), number(text), "{text:?} is {written:?}");
}
