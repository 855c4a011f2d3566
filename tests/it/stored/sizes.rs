//! How large a row can get: the sizes that `StoredAccount` and the manual state.

use mfakit::domain::Account;
use mfakit::domain::webauthn::{
    Credential, CredentialId, CredentialParts, PublicKey, Transport, UserHandle,
};
use mfakit::import::ImportedFactor;
use mfakit::store::{Format, StoredAccount};
use serde_json::Value as Json;

use super::golden::FILES;
use super::history::History;
use super::{canonical, read};

const KIB: usize = 1024;

/// The row of the fullest account, each of its factors with this credential's state instead.
fn ten_of(credential: Credential) -> usize {
    let mut history = History::new("user-1815");
    let factor = ImportedFactor::credential("Key", credential).unwrap();
    history.take_over(factor, &[]).unwrap();
    let single: Json = serde_json::from_str(&canonical(&history.account)).unwrap();
    let mut document: Json = serde_json::from_str(full()).unwrap();
    let factors = document["factors"].as_array_mut().unwrap();
    assert_eq!(factors.len(), 10);
    for factor in factors {
        for field in ["kind", "strength", "state"] {
            factor[field] = single["factors"][0][field].clone();
        }
    }
    size(&read(&document.to_string()).unwrap())
}

/// The bytes that a store is given.
fn size(account: &Account) -> usize {
    serde_json::to_string(&StoredAccount::new(account, Format::V1)).unwrap().len()
}

fn full() -> &'static str {
    &FILES.iter().find(|(name, _)| name == "full.json").unwrap().1
}

/// A credential of that many bytes of name.
fn named(
    length: usize,
    public_key: PublicKey,
    rp_id: &str,
    transports: Vec<Transport>,
) -> Credential {
    Credential::from_parts(CredentialParts {
        rp_id: rp_id.to_owned(),
        id: CredentialId::new(vec![0xff; length]).unwrap(),
        public_key,
        user_handle: UserHandle::from_random([0xff; 64]),
        registered_with_user_verification: true,
        backup_eligible: true,
        backup_state: true,
        counter: u32::MAX,
        aaguid: [0xff; 16],
        transports,
    })
    .unwrap()
}

#[test]
fn a_row_of_ten_apps_stays_under_11_kib() {
    let size = size(&read(full()).unwrap());
    assert!(size < 11 * KIB, "{size} bytes");
}

#[test]
fn a_row_of_ten_passkeys_as_they_are_in_life_stays_under_13_kib() {
    let row = crate::import::credentials::passkey_of_webauthn_rs();
    let (key, transports) = (row.public_key().clone(), row.transports().to_vec());
    let size = ten_of(named(64, key, "accounts.scrivio.example", transports));
    assert!(size < 13 * KIB, "{size} bytes");
}

#[test]
fn a_row_of_the_ten_largest_credentials_there_can_be_stays_under_36_kib() {
    let key = PublicKey::from_rsa(&[0xff; 512], &[1, 0, 1]).unwrap();
    let label = "a".repeat(63);
    let rp_id = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    assert_eq!(rp_id.len(), 253, "the longest domain");
    let all = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"];
    let transports = all.map(|name| Transport::from_name(name).unwrap()).to_vec();
    let size = ten_of(named(1023, key, &rp_id, transports));
    assert!(size < 36 * KIB, "{size} bytes");
}
