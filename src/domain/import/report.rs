//! What came of an import.

use chrono::{DateTime, Utc};

use crate::domain::id::FactorId;
use crate::domain::import_notice::ImportNotice;

/// The outcome of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Imported {
    /// It is live.
    Now(ImportReport),
    /// The account was imported before, at this time, and is as it was: its owner may have removed
    /// what would come again.
    Before(DateTime<Utc>),
}

/// The account that an import has made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportReport {
    /// The factors, in their order.
    pub factors: Vec<FactorId>,
    /// Those of them that this application cannot ask for: credentials of another RP ID than that of
    /// its [relying party](crate::MfaBuilder::relying_party). They are stored and counted, so their
    /// owner has to be let in by something else.
    pub unaskable: Vec<FactorId>,
    /// The number of recovery codes that came with them.
    pub codes: usize,
    /// The changes that the owner will be prompted for.
    pub import_notices: Vec<ImportNotice>,
}
