//! The label and the times of a factor of any kind.

use chrono::{DateTime, Utc};

use crate::domain::invalid::Invalid;
use crate::domain::label::Label;

/// A factor's label and times, as the other system has them.
#[derive(Debug, Clone)]
pub(super) struct Described {
    pub(super) label: Label,
    pub(super) added_at: Option<DateTime<Utc>>,
    pub(super) last_used_at: Option<DateTime<Utc>>,
}

impl Described {
    pub(super) fn new(label: &str) -> Result<Self, Invalid> {
        Ok(Self { label: Label::new(label)?, added_at: None, last_used_at: None })
    }

    /// When it was added and when it was last used; neither after now, whatever the other clock
    /// said.
    pub(super) fn times(&self, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
        let past = |at: DateTime<Utc>| at.clamp(DateTime::UNIX_EPOCH, now);
        let added = self.added_at.map_or(now, past);
        (added, self.last_used_at.map_or(added, past))
    }
}
