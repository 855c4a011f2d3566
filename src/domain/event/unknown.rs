//! Events of a later release.

use crate::domain::unknown_fields::Value;

/// An event that a later release has written: the name of its kind, and whether its
/// owner has to be told. It is carried as it was stored.
#[derive(Debug, Clone, PartialEq)]
pub struct UnknownEvent {
    pub(crate) name: Box<str>,
    pub(crate) concerns_owner: bool,
    #[cfg_attr(not(feature = "serde"), allow(dead_code, reason = "only a stored form holds any"))]
    pub(crate) raw: Value,
}

/// A stored document holds no number that differs from itself.
impl Eq for UnknownEvent {}

impl UnknownEvent {
    /// The kind's name, as a release that knows it has written it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the owner has to be told, as that release has decided.
    pub fn concerns_owner(&self) -> bool {
        self.concerns_owner
    }
}
