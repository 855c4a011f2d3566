//! The golden file of an account with a credential.

use mfakit::Strength;
use mfakit::domain::FactorState;
use mfakit::import::ImportedFactor;

use super::golden::FILES;
use super::history::{History, Step};
use super::read;
use crate::import::credentials::passkey_of_webauthn_rs;

/// A passkey as webauthn-rs had stored it, and a recovery code.
pub(super) fn imported(history: &mut History) -> Step {
    let factor = ImportedFactor::credential("Passkey", passkey_of_webauthn_rs()).unwrap();
    history.take_over(factor, &["28480242"])
}

fn file() -> &'static str {
    &FILES.iter().find(|(name, _)| name == "imported_credential.json").unwrap().1
}

#[test]
fn a_golden_credential_means_what_it_meant() {
    let account = read(file()).unwrap();
    let FactorState::WebAuthn(state) = account.factors()[0].state() else {
        panic!("not a credential")
    };
    assert_eq!(*state.credential(), passkey_of_webauthn_rs());
    assert_eq!(account.strength(), Some(Strength::PhishingResistant));
}

#[test]
fn every_field_of_a_credential_is_in_the_golden_file() {
    let found: Vec<&str> = file().split('"').collect();
    for field in [
        "rp",
        "credential",
        "key",
        "user",
        "counter",
        "registered_verified",
        "backup_eligible",
        "backed_up",
        "aaguid",
        "transports",
    ] {
        assert!(found.contains(&field), "{field}");
    }
}
