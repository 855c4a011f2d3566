//! What an account's owner has to be asked to do after an import.

use super::id::FactorId;

/// What an account's owner has to be asked to do, because of what was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ImportNotice {
    /// Replace the imported recovery codes, which have less than 64 bits. A session that holds both
    /// factors can do nothing else first.
    RegenerateCodes,
    /// Have recovery codes issued: the account has none.
    IssueCodes,
    /// Replace this factor, whose seed has less than 128 bits.
    ReplaceFactor(FactorId),
}
