//! The golden files of accounts with credentials.

use mfakit::domain::webauthn::{Credential, SignatureAlgorithm, Transport};
use mfakit::domain::{Account, FactorState};
use mfakit::import::ImportedFactor;
use mfakit::{FactorKind, Strength};

use super::golden::FILES;
use super::golden::stories::passkey;
use super::history::{History, Step};
use super::read;
use crate::import::credentials::passkey_of_webauthn_rs;

/// A passkey as webauthn-rs had stored it, and a recovery code.
pub(super) fn imported(history: &mut History) -> Step {
    let factor = ImportedFactor::credential("Passkey", passkey_of_webauthn_rs()).unwrap();
    history.take_over(factor, &["28480242"])
}

#[test]
fn an_imported_credential_means_what_it_meant() {
    let account = file("imported_credential");
    assert_eq!(*credential(&account, 0), passkey_of_webauthn_rs());
    assert_eq!(account.strength(), Some(Strength::PhishingResistant));
}

#[test]
fn a_registered_credential_means_what_it_meant() {
    let account = file("credential");
    let used = credential(&account, 0);
    assert_eq!(used.rp_id(), "scrivio.example");
    assert_eq!(used.id().as_bytes()[..4], [0x81, 0x7d, 0x17, 0x2a]);
    assert_eq!(used.public_key().as_cose(), passkey(1).public_key());
    assert_eq!(used.public_key().algorithm(), SignatureAlgorithm::Es256);
    assert_eq!(used.user_handle().as_bytes().len(), 64);
    assert_eq!(used.user_handle().as_bytes()[..4], [0xda, 0xa6, 0x6d, 0x2c]);
    assert_eq!((used.counter(), used.is_device_bound(), used.is_backed_up()), (2, false, true));
    assert!(used.registered_with_user_verification());
    assert_eq!((used.aaguid(), used.transports()), (b"mfakit software\0", &[Transport::Usb][..]));

    // A key that verifies nobody and is bound to its device: nothing is left out but what is false.
    let account = file("full_of_kinds");
    let key = credential(&account, 2);
    assert!(key.is_device_bound() && !key.is_backed_up());
    assert!(!key.registered_with_user_verification());
    let algorithms = [0, 1, 2].map(|nth| credential(&account, nth).public_key().algorithm());
    let [es256, eddsa, rs256] =
        [SignatureAlgorithm::Es256, SignatureAlgorithm::EdDsa, SignatureAlgorithm::Rs256];
    assert_eq!(algorithms, [es256, eddsa, rs256]);
    let handles = [0, 1, 2, 3, 4].map(|nth| credential(&account, nth).user_handle());
    assert!(handles.iter().all(|handle| *handle == handles[0]), "one name towards all of them");

    let pending = file("credential_pending");
    assert!(!pending.pending().unwrap().confirmed() && pending.factors().is_empty());
    let confirmed = file("credential_confirmed");
    assert!(confirmed.pending().unwrap().confirmed() && confirmed.factors().is_empty());
    for account in [pending, confirmed] {
        assert_eq!(account.pending().unwrap().kind(), FactorKind::WebAuthn);
    }
}

fn credential(account: &Account, nth: usize) -> &Credential {
    let mut states = account.factors().iter().filter_map(|factor| match factor.state() {
        FactorState::WebAuthn(state) => Some(state.credential()),
        _ => None,
    });
    states.nth(nth).unwrap()
}

fn file(name: &str) -> Account {
    let file = FILES.iter().find(|(file, _)| file.strip_suffix(".json") == Some(name));
    read(&file.unwrap_or_else(|| panic!("{name}.json is missing")).1).unwrap()
}
