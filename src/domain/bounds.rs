//! Bounds that many rules share: how many, how old, how far ahead, how long.

use chrono::TimeDelta;

use super::invalid::{Invalid, bytes_within, no_control};

/// The most factors of one account.
pub const MAX_FACTORS: usize = 10;
/// The oldest proof that can raise a session.
pub const PROOF_MAX_AGE: TimeDelta = TimeDelta::seconds(60);
/// How far ahead of the clock evidence may lie (two servers' clocks) and still count as new.
pub const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(30);

/// The most kinds of evidence that a session keeps: ten factors, and every way to sign in. Beyond that
/// the one that was proven first goes, except for an enrollment code: it permits nothing, it limits.
pub(crate) const MAX_EVIDENCE: usize = 64;

/// Refuses a reason for the audit trail outside 1 to 255 bytes, or with control characters.
pub(crate) fn check_reason(reason: &str) -> Result<(), Invalid> {
    bytes_within("reason", reason, 1, 255)?;
    no_control("reason", reason)
}

/// Refuses a path to return to outside 1 to 2,048 bytes, or with control characters.
pub(crate) fn check_return_to(path: &str) -> Result<(), Invalid> {
    bytes_within("return path", path, 1, 2048)?;
    no_control("return path", path)
}

/// Whether a session value is of the epoch that nobody has raised, and leaves it out.
#[cfg(feature = "serde")]
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(crate) fn is_first_epoch(epoch: &u64) -> bool {
    *epoch == 0
}

/// The same bounds for values that are read back. The host guards what it stores; these only see to
/// it that a garbled value stays small.
#[cfg(feature = "serde")]
pub(crate) mod reading {
    use serde::de::{Deserialize, Deserializer, Error};

    use super::{Invalid, check_reason, check_return_to};

    pub(crate) fn reason<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
        let reason = String::deserialize(from)?;
        check_reason(&reason).map_err(Error::custom)?;
        Ok(reason)
    }

    pub(crate) fn return_to<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<String>, D::Error> {
        let return_to = Option::<String>::deserialize(from)?;
        return_to.as_deref().map(check_return_to).transpose().map_err(Error::custom)?;
        Ok(return_to)
    }

    /// Reads a list of at most `max` values.
    pub(crate) fn list<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        what: &'static str,
        max: usize,
        from: D,
    ) -> Result<Vec<T>, D::Error> {
        let list = Vec::deserialize(from)?;
        if list.len() <= max {
            return Ok(list);
        }
        let found = list.len();
        Err(Error::custom(Invalid::Length { what, min: 0, max, found, unit: "entries" }))
    }
}
