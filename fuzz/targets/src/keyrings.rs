//! Keys as an environment variable holds them.

use mfakit::domain::{Algorithm, SealContext, TotpParams, TotpSecret};
use mfakit::ports::SecretCipher;
use mfakit::testing::block_on;
use mfakit::{FactorId, Keyring, KeyringError};

use crate::scene;

/// A list that is read seals under its first name and opens what it sealed; whatever is read or
/// refused, no key of the list is printed.
pub fn keyrings(data: &[u8]) {
    let Ok(list) = std::str::from_utf8(data) else { return };
    let read = Keyring::from_list(list);
    let printed = match &read {
        Ok(keyring) => format!("{keyring:?}"),
        Err(error) => format!("{error} {error:?}"),
    };
    secret(list, &printed, matches!(read, Err(KeyringError::Duplicate(_))));
    let Ok(keyring) = read else { return };

    let first = list.split(':').next().expect("a name").trim();
    assert_eq!(keyring.primary_key().as_str(), first);
    let ada = scene::ada();
    let place = SealContext {
        subject: &ada,
        factor: FactorId::from_random([1; 16]),
        params: TotpParams::default(),
    };
    let secret = TotpSecret::from_random(Algorithm::Sha1, scene::SEED).expect("a secret");
    let sealed = block_on(keyring.seal(&secret, place)).expect("sealed");
    assert_eq!(sealed.key().as_str(), first);
    let opened = block_on(keyring.open(&sealed, place)).expect("opened");
    assert_eq!(opened.expose_bytes(), scene::SEED);
}

fn secret(list: &str, printed: &str, names_a_key: bool) {
    let names: Vec<&str> = list.split(',').filter_map(|e| Some(e.split_once(':')?.0)).collect();
    for (_, key) in list.split(',').filter_map(|entry| entry.split_once(':')) {
        let key = key.trim();
        // A key that is also the name of one is nobody's secret, short words are in any text, and
        // text that is no base64 may be that of an error.
        let named = names_a_key && names.iter().any(|name| name.contains(key));
        let base64 = key.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=-_".contains(&b));
        if key.len() >= 20 && base64 && !named && !names.iter().any(|name| name.contains(key)) {
            assert!(!printed.contains(key), "{printed:?} repeats a key");
        }
    }
}
