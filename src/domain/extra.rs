//! Fields of a stored document that this release does not know.
//!
//! A newer release may add fields while an older one still runs. The older one carries them along
//! unread and writes them back, so that a rolling deploy loses nothing.

use std::collections::BTreeMap;

/// Unknown fields by name. Empty unless a newer release wrote the document.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Extra(pub(crate) BTreeMap<String, Value>);

/// Any value of a self-describing format.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(not(feature = "serde"), allow(dead_code, reason = "only a stored form holds any"))]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
}
