//! An account as a row: what is compared, what is projected, and the document.

use std::sync::Arc;

use mfakit::domain::Account;
use mfakit::store::Commit;
use mfakit::store::{Format, StoreError, StoredAccount};
use mfakit::{Event, Subject};

use crate::cause::Cause;
use crate::columns::Columns;

/// What an account's commit writes.
pub(crate) struct AccountRow {
    pub(crate) version: i64,
    pub(crate) stamp: i64,
    pub(crate) strength: i64,
    pub(crate) sealed_under: String,
    pub(crate) document: String,
}

impl AccountRow {
    /// The row of the next state; `None` when the row goes.
    pub(crate) fn of(commit: &Commit, format: Format) -> Result<Option<Self>, StoreError> {
        commit.next().map(|next| Self::from_account(next, format)).transpose()
    }

    fn from_account(account: &Account, format: Format) -> Result<Self, StoreError> {
        let document = serde_json::to_string(&StoredAccount::new(account, format));
        Ok(Self {
            version: signed(account.version().number())?,
            stamp: signed(account.stamp().number())?,
            strength: account.strength().map_or(0, |strength| strength.rank().into()),
            sealed_under: keys_of(account),
            document: document.map_err(StoreError::unreadable)?,
        })
    }
}

/// The key ids of an account's sealed secrets, each once and sorted, a space around each.
fn keys_of(account: &Account) -> String {
    let mut keys: Vec<&str> =
        account.sealed_secrets().map(|(_, seal)| seal.key().as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() { String::new() } else { format!(" {} ", keys.join(" ")) }
}

/// Reads an account back. The columns beside the document have to agree with it: a row that was
/// changed by hand is refused, not believed by half.
pub(crate) fn account(subject: &Subject, row: &impl Columns) -> Result<Arc<Account>, StoreError> {
    let (version, document) = (row.number("version")?, row.text("document")?);
    let stored: StoredAccount = serde_json::from_str(&document)
        .map_err(|error| Cause::corrupt("document", place(&error)))?;
    let account = stored.into_account().map_err(StoreError::unreadable)?;
    if account.subject() != subject {
        return Err(Cause::corrupt("document", "it is another subject's").into());
    }
    if i64::try_from(account.version().number()) != Ok(version) {
        return Err(Cause::corrupt("version", "it is not the document's").into());
    }
    Ok(Arc::new(account))
}

/// Where a document stops making sense. What serde says beyond that can repeat a value.
fn place(error: &serde_json::Error) -> String {
    format!("not an account, at line {} column {}", error.line(), error.column())
}

/// A 64-bit number that the library keeps within a signed column.
pub(crate) fn signed(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| Cause::corrupt("version", "above 2^63 - 1").into())
}

/// A column that holds what the library gave as unsigned.
pub(crate) fn unsigned(column: &str, number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| Cause::corrupt(column, "negative").into())
}

/// The events of a commit, a list a column.
#[derive(Debug, Default)]
pub struct EventRows {
    pub(crate) places: Vec<i16>,
    pub(crate) subjects: Vec<String>,
    pub(crate) instants: Vec<i64>,
    pub(crate) documents: Vec<String>,
}

impl EventRows {
    pub(crate) fn of(events: &[Event]) -> Result<Self, StoreError> {
        let mut rows = Self::default();
        for event in events {
            rows.places.push(i16::from(event.id().index));
            rows.subjects.push(event.subject().as_str().to_owned());
            rows.instants.push(event.at().timestamp_micros());
            let document = serde_json::to_string(event);
            rows.documents.push(document.map_err(StoreError::unreadable)?);
        }
        Ok(rows)
    }
}

/// Reads an event back.
pub(crate) fn event(row: &impl Columns) -> Result<Event, StoreError> {
    let why = |error: serde_json::Error| Cause::corrupt("event", place(&error));
    Ok(serde_json::from_str(&row.text("event")?).map_err(why)?)
}
