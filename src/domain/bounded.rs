//! Bounds that a session's values keep when they are read back.
//!
//! The host guards what it stores; these only see to it that a garbled value stays small.

use serde::de::{Deserialize, Deserializer, Error};

use super::account::check_reason;
use super::assurance::{Evidence, MAX_EVIDENCE};
use super::challenge::{OfferedFactor, check_return_to};
use super::invalid::Invalid;
use super::settings::MAX_FACTORS;

pub(super) fn evidence<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Evidence>, D::Error> {
    at_most("evidence", MAX_EVIDENCE, Vec::deserialize(from)?).map_err(Error::custom)
}

pub(super) fn factors<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<OfferedFactor>, D::Error> {
    at_most("factors", MAX_FACTORS, Vec::deserialize(from)?).map_err(Error::custom)
}

pub(super) fn return_to<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let return_to = Option::<String>::deserialize(from)?;
    return_to.as_deref().map(check_return_to).transpose().map_err(Error::custom)?;
    Ok(return_to)
}

pub(super) fn reason<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let reason = String::deserialize(from)?;
    check_reason(&reason).map_err(Error::custom)?;
    Ok(reason)
}

fn at_most<T>(what: &'static str, max: usize, found: Vec<T>) -> Result<Vec<T>, Invalid> {
    if found.len() <= max {
        return Ok(found);
    }
    Err(Invalid::Length { what, min: 0, max, found: found.len(), unit: "entries" })
}
