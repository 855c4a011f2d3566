//! What came from another system.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::counts::BudgetV1;
use super::is_default;
use crate::domain::parts::{Extra, ImportRecord, ImportedSlot};
use crate::domain::{CodeReading, ImportedCodes, ImportedHash, ImportedSet};
use crate::stored::StoredError;
use crate::stored::reading::{checked, ensure, optional_time, time, write_time};

#[derive(Serialize, Deserialize)]
pub(super) struct ImportedV1 {
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    codes: Option<CodesV1>,
    #[serde(flatten)]
    extra: Extra,
}

#[derive(Serialize, Deserialize)]
struct CodesV1 {
    /// `folded` or `as_written`.
    reading: String,
    #[serde(default, skip_serializing_if = "is_default")]
    weak: bool,
    slots: Vec<SlotV1>,
    #[serde(default, skip_serializing_if = "is_default")]
    budget: BudgetV1,
    #[serde(flatten)]
    extra: Extra,
}

#[derive(Serialize, Deserialize)]
struct SlotV1 {
    hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    spent: Option<String>,
    #[serde(flatten)]
    extra: Extra,
}

impl ImportedV1 {
    pub(super) fn of(record: &ImportRecord) -> Self {
        Self {
            at: write_time(record.at),
            codes: record.codes.as_deref().map(CodesV1::of),
            extra: record.extra.clone(),
        }
    }

    pub(super) fn into_record(self) -> Result<ImportRecord, StoredError> {
        let codes = self.codes.map(CodesV1::into_set).transpose();
        Ok(ImportRecord {
            at: time("at", &self.at)?,
            codes: codes.map_err(|error| error.within("codes"))?.map(Arc::new),
            extra: self.extra,
        })
    }
}

impl CodesV1 {
    fn of(set: &ImportedSet) -> Self {
        let reading = match set.reading {
            CodeReading::Folded => "folded",
            CodeReading::AsWritten => "as_written",
        };
        let slot = |slot: &ImportedSlot| SlotV1 {
            hash: slot.hash.expose_text().to_owned(),
            spent: slot.spent_at.map(write_time),
            extra: slot.extra.clone(),
        };
        Self {
            reading: reading.to_owned(),
            weak: set.weak,
            slots: set.slots.iter().map(slot).collect(),
            budget: BudgetV1::of(&set.budget),
            extra: set.extra.clone(),
        }
    }

    fn into_set(self) -> Result<ImportedSet, StoredError> {
        let count = (1..=ImportedCodes::MAX).contains(&self.slots.len());
        ensure(count, "slots", "must have 1 to 10 entries")?;
        let reading = match self.reading.as_str() {
            "folded" => CodeReading::Folded,
            "as_written" => CodeReading::AsWritten,
            _ => return Err(StoredError::corrupt("reading", "must be folded or as_written")),
        };
        let slot = |(index, slot): (usize, SlotV1)| {
            slot.into_slot().map_err(|error| error.within(format_args!("slots[{index}]")))
        };
        Ok(ImportedSet {
            slots: self.slots.into_iter().enumerate().map(slot).collect::<Result<_, _>>()?,
            reading,
            weak: self.weak,
            budget: self.budget.into_budget().map_err(|error| error.within("budget"))?,
            extra: self.extra,
        })
    }
}

impl SlotV1 {
    fn into_slot(self) -> Result<ImportedSlot, StoredError> {
        Ok(ImportedSlot {
            hash: checked("hash", ImportedHash::new(&self.hash))?,
            spent_at: optional_time("spent", self.spent.as_deref())?,
            extra: self.extra,
        })
    }
}

#[cfg(test)]
#[path = "imported_tests.rs"]
mod tests;
