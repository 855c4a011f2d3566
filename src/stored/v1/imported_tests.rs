use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};

use crate::domain::parts::{Extra, ImportRecord};
use crate::domain::{
    Account, CodeReading, Factor, FactorId, FactorState, GuessBudget, ImportedHash, ImportedSet,
    KeyId, Label, SealedSecret, Stamp, Subject, TotpParams, TotpState, Version,
};
use crate::stored::{Format, StoredAccount, StoredError};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_800_000_000_123_456).unwrap()
        + chrono::TimeDelta::seconds(seconds)
}

/// Ten codes under the longest hashes there can be, some spent, and a budget in use.
fn imported() -> Account {
    let hashes = (0..10).map(|n| ImportedHash::new(format!("{n}{}", "x".repeat(254))).unwrap());
    let mut set = ImportedSet::new(hashes.collect(), CodeReading::AsWritten, true);
    set.slots[3].spent_at = Some(at(5));
    set.budget = GuessBudget { spent: 20, since: Some(at(6)), told: true, ..Default::default() };
    let totp = TotpState {
        params: TotpParams::default(),
        sealed: SealedSecret::new(1, KeyId::new("k1").unwrap(), &[7; 48]).unwrap(),
        last_step: 60_000_000,
        drift: 0,
        extra: Extra::default(),
    };
    let mut account = Account::absent(Subject::from(7_u64), Version::first([1; 8]));
    account.stored = true;
    account.stamp = Stamp::from_random([2; 8]);
    account.factors = vec![Factor {
        id: FactorId::from_random([1; 16]),
        label: Label::new("Phone").unwrap(),
        added_at: at(1),
        last_used_at: at(2),
        suspended: false,
        weak: true,
        failures: 0,
        enrolled_by: Default::default(),
        state: FactorState::Totp(totp),
        extra: Extra::default(),
    }];
    account.preferred = Some(account.factors[0].id);
    account.imported =
        Some(ImportRecord { at: at(3), codes: Some(Arc::new(set)), extra: Extra::default() });
    account
}

fn document(account: &Account) -> Json {
    serde_json::to_value(StoredAccount::new(account, Format::V1)).unwrap()
}

fn read(document: &Json) -> Result<Account, StoredError> {
    serde_json::from_str::<StoredAccount>(&document.to_string()).unwrap().into_account()
}

#[test]
fn an_imported_account_is_read_back_equal() {
    let account = imported();
    assert_eq!(read(&document(&account)).unwrap(), account);
    let mut without = imported();
    without.imported.as_mut().unwrap().codes = None;
    assert_eq!(read(&document(&without)).unwrap(), without);
    // MFA was switched off since.
    let mut off = without.clone();
    (off.factors, off.preferred) = (Vec::new(), None);
    assert_eq!(read(&document(&off)).unwrap(), off);
}

#[test]
fn fields_of_a_newer_release_survive_in_what_was_imported() {
    let mut newer = document(&imported());
    newer["imported"]["newer"] = json!([1]);
    newer["imported"]["codes"]["newer"] = json!({ "a": null });
    newer["imported"]["codes"]["slots"][3]["newer"] = json!("x");
    newer["imported"]["codes"]["budget"]["newer"] = json!(true);
    let account = read(&newer).unwrap();
    assert_eq!(document(&account), newer);
    // A decision carries them on.
    let set = account.imported_codes().unwrap().charged(at(9)).with_spent(0, at(9));
    let mut next = account.clone();
    next.imported.as_mut().unwrap().codes = Some(Arc::new(set));
    assert_eq!(document(&next).to_string().matches("\"newer\"").count(), 4);
}

#[test]
fn a_broken_field_of_what_was_imported_is_named() {
    let slot = json!({ "hash": "x" });
    let slots = |count: usize| Json::Array(vec![slot.clone(); count]);
    for (pointer, value, expected) in [
        ("/imported", json!(null), "recovery"),
        ("/imported/at", json!("yesterday"), "imported.at"),
        ("/imported/codes/reading", json!("aloud"), "imported.codes.reading"),
        ("/imported/codes/slots", slots(0), "imported.codes.slots"),
        ("/imported/codes/slots", slots(11), "imported.codes.slots"),
        ("/imported/codes/slots/2/hash", json!("a b"), "imported.codes.slots[2].hash"),
        ("/imported/codes/slots/2/hash", json!(""), "imported.codes.slots[2].hash"),
        ("/imported/codes/slots/3/spent", json!("?"), "imported.codes.slots[3].spent"),
        ("/imported/codes/budget/since", json!(null), "imported.codes.budget.since"),
    ] {
        let mut document = document(&imported());
        *document.pointer_mut(pointer).unwrap() = value.clone();
        match read(&document) {
            Err(StoredError::Corrupt { field, why }) => {
                assert_eq!(field, expected, "{pointer} = {value}: {why}");
            }
            other => panic!("{pointer} = {value}: {other:?}"),
        }
    }
}

#[test]
fn imported_codes_beside_a_set_or_without_factors_are_refused() {
    let mut beside = document(&imported());
    let hash = "A".repeat(64);
    beside["recovery"] = json!({
        "scheme": "x",
        "issued": "2027-01-15T08:00:00Z",
        "slots": [{ "hash": hash }, { "hash": hash }, { "hash": hash }, { "hash": hash }],
    });
    let mut without = document(&imported());
    without.as_object_mut().unwrap().remove("factors");
    without.as_object_mut().unwrap().remove("preferred");
    for document in [beside, without] {
        let error = read(&document).unwrap_err().to_string();
        assert!(error.contains("`imported`"), "{error}");
    }
}

#[test]
fn an_export_of_what_was_imported_holds_no_hash() {
    let export = serde_json::to_string(&imported().export()).unwrap();
    assert!(export.contains("\"issued\":10") && export.contains("\"left\":9"), "{export}");
    assert!(!export.contains("xxx"), "{export}");
}
