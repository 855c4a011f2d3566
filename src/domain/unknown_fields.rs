//! Fields of a stored document that this release does not know.
//!
//! A newer release may add fields while an older one still runs. The older one carries them along
//! unread and writes them back, so that a rolling deploy loses nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Unknown fields by name. There are none unless a newer release wrote the document, and every part
/// of an account has room for some: so that room is a pointer, and a copy of an account copies none.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Extra(Option<Arc<BTreeMap<String, Value>>>);

#[cfg_attr(not(feature = "serde"), allow(dead_code, reason = "only a stored form holds any"))]
impl Extra {
    pub(crate) fn new(fields: BTreeMap<String, Value>) -> Self {
        Self((!fields.is_empty()).then(|| Arc::new(fields)))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter().flat_map(|fields| fields.iter())
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.as_ref().is_some_and(|fields| fields.contains_key(name))
    }
}

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
