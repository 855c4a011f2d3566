//! What happened, in words.

use mfakit::{Event, EventKind};

/// The message to the owner about an event, if it concerns him.
pub(crate) fn message(event: &Event) -> Option<String> {
    event.concerns_owner().then(|| sentence(event.kind()))
}

/// An event as a sentence.
pub(crate) fn sentence(kind: &EventKind) -> String {
    format!("{kind:?}")
}
