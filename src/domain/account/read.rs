//! What reading an answer gives, whatever its kind.

use crate::domain::verdict::Rejection;

/// A well-formed answer that waits for the work of its check, or the rejection of one that is
/// malformed or throttled.
pub(super) enum Read<Check> {
    Judgeable(Check),
    Rejected(Rejection),
}
