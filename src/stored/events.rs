//! Events, as logs keep them: what concerns the owner stands beside the kind, which may be one of a
//! later release.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::de::value::Error as ReadError;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

use super::extra::Held;
use crate::domain::parts::Value;
use crate::domain::{Event, EventId, EventKind, Subject, UnknownEvent};

#[derive(serde::Serialize)]
struct Written<'a> {
    id: EventId,
    subject: &'a Subject,
    at: DateTime<Utc>,
    concerns_owner: bool,
    kind: WrittenKind<'a>,
}

#[derive(serde::Serialize)]
#[serde(untagged)]
enum WrittenKind<'a> {
    Known(&'a EventKind),
    Unknown(&'a Value),
}

#[derive(serde::Deserialize)]
struct Read {
    id: EventId,
    subject: Subject,
    at: DateTime<Utc>,
    /// Where a hand has taken it out, the owner is told too much rather than too little.
    #[serde(default = "yes")]
    concerns_owner: bool,
    kind: Value,
}

fn yes() -> bool {
    true
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = match &self.kind {
            EventKind::Unknown(unknown) => WrittenKind::Unknown(&unknown.raw),
            known => WrittenKind::Known(known),
        };
        let (id, subject, at) = (self.id, &self.subject, self.at);
        Written { id, subject, at, concerns_owner: self.concerns_owner(), kind }
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Read { id, subject, at, concerns_owner, kind: raw } = Read::deserialize(deserializer)?;
        // A known kind may hold something that is not: a purpose of a later release, say.
        let known: Result<EventKind, ReadError> = EventKind::deserialize(Held::new(raw.clone()));
        let kind = match known {
            Ok(known) => known,
            Err(why) => {
                let name = name_of(&raw).ok_or_else(|| D::Error::custom(why))?;
                let name = name.into();
                EventKind::Unknown(Box::new(UnknownEvent { name, concerns_owner, raw }))
            }
        };
        Ok(Self { id, subject, at, kind })
    }
}

/// The name that a kind is tagged with: 1 to 64 bytes of lower-case ASCII letters, digits and
/// underscores.
fn name_of(raw: &Value) -> Option<Cow<'_, str>> {
    let Value::Map(fields) = raw else { return None };
    let Value::Text(name) = fields.get("type")? else { return None };
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let named = (1..=64).contains(&name.len()) && name.bytes().all(plain);
    named.then_some(Cow::Borrowed(name))
}
