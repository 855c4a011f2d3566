//! A document: the format first, the account after it.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, Visitor,
};
use serde::ser::{Error as _, Serialize, Serializer};

use super::extra::Held;
use super::v1::AccountV1;
use super::{Format, StoredError};
use crate::domain::Account;
use crate::domain::parts::Value;

/// An account in its stored form: what a store writes and reads, in any self-describing format
/// that serde supports, such as JSON.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use mfakit::domain::{Account, Stamp};
/// # use mfakit::store::{CommitOutcome, Version};
/// # use mfakit::{Settings, Subject};
/// # use mfakit::domain::Context;
/// # use mfakit::store::CommitId;
/// use mfakit::store::{Format, StoredAccount};
/// # let settings = Settings::default();
/// # let context = Context::new(&settings, chrono::Utc::now())?;
/// # let absent = Account::absent(Subject::from(7_u64), Version::first([1; 8]));
/// # let (commit, _closed) = absent
/// #     .password_changed(None, Stamp::from_random([3; 8]), context)?
/// #     .into_commit(CommitId::from_random([7; 16]));
/// # let account = commit.next().ok_or("gone")?;
///
/// let row = serde_json::to_string(&StoredAccount::new(account, Format::default()))?;
/// assert!(row.starts_with(r#"{"format":1,"subject":"7","#));
///
/// let read: StoredAccount = serde_json::from_str(&row)?;
/// assert_eq!(&read.into_account()?, &**account);
/// # Ok(())
/// # }
/// ```
///
/// It holds hashes and sealed secrets, no plain ones. Every list in it is bounded: as JSON, with
/// subjects as long as a UUID and secrets sealed by the built-in [`Keyring`](crate::Keyring), it
/// stays under 11 KiB with ten apps, and under 36 KiB with the ten largest credentials there can be.
/// Fields that a newer release has added are kept: see [`Format`].
pub struct StoredAccount(Document);

enum Document {
    V1(Box<AccountV1>),
    /// It was read, but is no account.
    Unreadable(StoredError),
}

impl StoredAccount {
    /// The account as it is written in a format.
    pub fn new(account: &Account, format: Format) -> Self {
        match format {
            Format::V1 => Self(Document::V1(Box::new(AccountV1::of(account)))),
        }
    }

    /// The account, every bound and every rule between its parts checked.
    ///
    /// # Errors
    /// [`StoredError`] names the format or the field that is wrong.
    pub fn into_account(self) -> Result<Account, StoredError> {
        match self.0 {
            Document::V1(account) => account.into_account(),
            Document::Unreadable(error) => Err(error),
        }
    }
}

impl fmt::Debug for StoredAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Document::V1(_) => f.write_str("StoredAccount(format 1)"),
            Document::Unreadable(error) => write!(f, "StoredAccount({error})"),
        }
    }
}

impl Serialize for StoredAccount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Tagged<'a, T> {
            format: u64,
            #[serde(flatten)]
            account: &'a T,
        }
        match &self.0 {
            Document::V1(account) => {
                Tagged { format: Format::V1.number(), account: &**account }.serialize(serializer)
            }
            Document::Unreadable(error) => Err(S::Error::custom(error)),
        }
    }
}

impl<'de> Deserialize<'de> for StoredAccount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FormatFirst).map(Self)
    }
}

/// Reads the format before anything else: what comes under an unknown one may look like anything.
struct FormatFirst;

impl<'de> Visitor<'de> for FormatFirst {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a stored account")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
        // We write the format first. A database that sorts fields may have moved it.
        let mut before = Vec::new();
        loop {
            match map.next_key::<String>()? {
                Some(key) if key == "format" => break,
                Some(key) => before.push((key, map.next_value::<Value>()?)),
                None => return Ok(Document::Unreadable(StoredError::NoFormat)),
            }
        }
        let unreadable = match map.next_value()? {
            Value::Unsigned(found) => match Format::of(found) {
                Some(Format::V1) => {
                    let map = Resumed { before: before.into_iter(), value: None, rest: map };
                    let account = AccountV1::deserialize(MapAccessDeserializer::new(map))?;
                    return Ok(Document::V1(Box::new(account)));
                }
                None => StoredError::UnknownFormat { found },
            },
            _ => StoredError::corrupt("format", "must be a whole number"),
        };
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Document::Unreadable(unreadable))
    }
}

/// The fields before the format, then those after it.
struct Resumed<A> {
    before: std::vec::IntoIter<(String, Value)>,
    value: Option<Value>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Resumed<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let Some((key, value)) = self.before.next() else {
            return self.rest.next_key_seed(seed);
        };
        self.value = Some(value);
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(Held::new(value)),
            None => self.rest.next_value_seed(seed),
        }
    }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
