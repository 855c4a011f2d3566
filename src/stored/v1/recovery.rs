//! One-time codes: the recovery set, and the enrollment code.

use serde::{Deserialize, Serialize};

use crate::domain::parts::{EnrollmentCode, Extra, Slot};
use crate::domain::{HashScheme, RecoverySet};
use crate::stored::StoredError;
use crate::stored::reading::{checked, ensure, hash, optional_time, time, write_hash, write_time};

#[derive(Serialize, Deserialize)]
pub(super) struct RecoveryV1 {
    scheme: String,
    issued: String,
    slots: Vec<SlotV1>,
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

#[derive(Serialize, Deserialize)]
pub(super) struct EnrollmentV1 {
    scheme: String,
    hash: String,
    expires: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    used_by: Option<String>,
    #[serde(flatten)]
    extra: Extra,
}

impl RecoveryV1 {
    pub(super) fn of(set: &RecoverySet) -> Self {
        let slot = |slot: &Slot| SlotV1 {
            hash: write_hash(&slot.hash),
            spent: slot.spent_at.map(write_time),
            extra: slot.extra.clone(),
        };
        Self {
            scheme: set.scheme.as_str().to_owned(),
            issued: write_time(set.issued_at),
            slots: set.slots.iter().map(slot).collect(),
            extra: set.extra.clone(),
        }
    }

    pub(super) fn into_set(self) -> Result<RecoverySet, StoredError> {
        let count = (4..=32).contains(&self.slots.len());
        ensure(count, "slots", "must have 4 to 32 entries")?;
        let slot = |(index, slot): (usize, SlotV1)| {
            slot.into_slot().map_err(|error| error.within(format_args!("slots[{index}]")))
        };
        Ok(RecoverySet {
            scheme: checked("scheme", HashScheme::new(&self.scheme))?,
            slots: self.slots.into_iter().enumerate().map(slot).collect::<Result<_, _>>()?,
            issued_at: time("issued", &self.issued)?,
            extra: self.extra,
        })
    }
}

impl SlotV1 {
    fn into_slot(self) -> Result<Slot, StoredError> {
        Ok(Slot {
            hash: hash("hash", &self.hash)?,
            spent_at: optional_time("spent", self.spent.as_deref())?,
            extra: self.extra,
        })
    }
}

impl EnrollmentV1 {
    pub(super) fn of(enrollment: &EnrollmentCode) -> Self {
        Self {
            scheme: enrollment.scheme.as_str().to_owned(),
            hash: write_hash(&enrollment.hash),
            expires: write_time(enrollment.expires_at),
            used_by: enrollment.used_by.map(|session| session.to_string()),
            extra: enrollment.extra.clone(),
        }
    }

    pub(super) fn into_enrollment(self) -> Result<EnrollmentCode, StoredError> {
        Ok(EnrollmentCode {
            scheme: checked("scheme", HashScheme::new(&self.scheme))?,
            hash: hash("hash", &self.hash)?,
            expires_at: time("expires", &self.expires)?,
            used_by: self.used_by.map(|id| checked("used_by", id.parse())).transpose()?,
            extra: self.extra,
        })
    }
}
