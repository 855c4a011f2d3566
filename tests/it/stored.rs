//! The stored form: every release reads what every earlier one has written.

#[cfg(feature = "webauthn")]
mod credentials;
mod golden;
mod history;
mod properties;
#[cfg(feature = "webauthn")]
mod sizes;

use mfakit::domain::Account;
use mfakit::store::{Format, StoredAccount, StoredError};

/// The one way in which golden files are spelled.
fn canonical(account: &Account) -> String {
    let stored = StoredAccount::new(account, Format::V1);
    serde_json::to_string_pretty(&stored).unwrap() + "\n"
}

fn read(text: &str) -> Result<Account, StoredError> {
    serde_json::from_str::<StoredAccount>(text).expect("a document").into_account()
}
