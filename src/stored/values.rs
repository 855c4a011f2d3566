//! Single values: text that is checked when it is read, and numbers.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::domain::{
    AccountName, ActionName, ChallengeId, CommitId, FactorId, FirstFactorName, Invalid, Issuer,
    KeyId, Label, SessionId, SetupId, Stamp, Subject, Version,
};

/// Text that is read through a checked constructor.
struct Text<T> {
    what: &'static str,
    read: fn(&str) -> Result<T, Invalid>,
}

impl<T> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.read)(text).map_err(E::custom)
    }
}

macro_rules! as_text {
    ($($name:ident, $what:literal, $read:expr, $write:expr;)*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&$write(self))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Text { what: $what, read: $read })
            }
        }
    )*};
}

as_text! {
    Subject, "a subject", |text| Self::new(text), Self::as_str;
    Label, "a label", |text| Self::new(text), Self::as_str;
    Issuer, "an issuer", |text| Self::new(text), Self::as_str;
    AccountName, "an account name", |text| Self::new(text), Self::as_str;
    KeyId, "a key id", |text| Self::new(text), Self::as_str;
    ActionName, "an action name", |text| Self::new(text), Self::as_str;
    FirstFactorName, "a first-factor name", |text| Self::new(text), Self::as_str;
    FactorId, "a factor id", |text| text.parse(), itself;
    SetupId, "a setup id", |text| text.parse(), itself;
    ChallengeId, "a challenge id", |text| text.parse(), itself;
    SessionId, "a session id", |text| text.parse(), itself;
    CommitId, "a commit id", |text| text.parse(), itself;
}

/// The value, for those that are written as they are shown.
fn itself<T>(value: &T) -> &T {
    value
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.number())
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_stored(u64::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.number())
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer)?;
        if i64::try_from(number).is_err() {
            return Err(D::Error::invalid_value(Unexpected::Unsigned(number), &"0 to 2^63 - 1"));
        }
        Ok(Self::from_stored(number))
    }
}

#[cfg(test)]
#[path = "values_tests.rs"]
mod tests;
