//! The account.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::counts::{BudgetV1, ChargedV1};
use super::factor::FactorV1;
use super::imported::ImportedV1;
use super::is_default;
use super::recovery::{EnrollmentV1, RecoveryV1};
use super::setup::SetupV1;
use crate::domain::parts::{
    CHARGED_CHALLENGES, ChargedChallenges, Extra, PASSED_CHALLENGES, PassedChallenges,
    RECENT_COMMITS,
};
use crate::domain::{Account, ChallengeId, CommitId, Factor, MAX_FACTORS, Stamp, Subject, Version};
use crate::stored::StoredError;
use crate::stored::reading::{
    at_most, bytes, checked, ensure, optional_time, whole, write_bytes, write_time,
};

#[derive(Serialize, Deserialize)]
pub(in crate::stored) struct AccountV1 {
    subject: String,
    version: u64,
    #[serde(default, skip_serializing_if = "is_default")]
    stamp: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    factors: Vec<FactorV1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery: Option<RecoveryV1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    imported: Option<ImportedV1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<SetupV1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enrollment: Option<EnrollmentV1>,
    #[serde(default, skip_serializing_if = "is_default")]
    budget: BudgetV1,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    charged: Vec<ChargedV1>,
    /// How many challenges were passed.
    #[serde(default, skip_serializing_if = "is_default")]
    passes: u64,
    /// The last of them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    passed: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_changed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    moving_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_from: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    recent: String,
    #[serde(flatten)]
    extra: Extra,
}

impl AccountV1 {
    pub(in crate::stored) fn of(account: &Account) -> Self {
        let subject = |subject: &Subject| subject.as_str().to_owned();
        Self {
            subject: subject(&account.subject),
            version: account.version.number(),
            stamp: account.stamp.number(),
            factors: account.factors.iter().map(FactorV1::of).collect(),
            preferred: account.preferred.map(|id| id.to_string()),
            recovery: account.recovery.as_deref().map(RecoveryV1::of),
            imported: account.imported.as_ref().map(ImportedV1::of),
            pending: account.pending.as_deref().map(SetupV1::of),
            enrollment: account.enrollment.as_ref().map(EnrollmentV1::of),
            budget: BudgetV1::of(&account.budget),
            charged: account.charged.0.iter().map(ChargedV1::of).collect(),
            password_changed: account.password_changed_at.map(write_time),
            moving_to: account.moving_to.as_ref().map(subject),
            moved_from: account.moved_from.as_ref().map(subject),
            passes: account.passed.count,
            passed: write_ids(account.passed.latest.iter().map(ChallengeId::as_bytes)),
            recent: write_ids(account.recent.iter().map(CommitId::as_bytes)),
            extra: account.extra.clone(),
        }
    }

    pub(in crate::stored) fn into_account(self) -> Result<Account, StoredError> {
        at_most("factors", self.factors.len(), MAX_FACTORS)?;
        at_most("charged", self.charged.len(), CHARGED_CHALLENGES)?;
        // Inside the document the format was read already: a second one would be written twice.
        ensure(!self.extra.contains("format"), "format", "must stand once")?;
        let subject = |field, text: Option<String>| {
            text.map(|text| checked(field, Subject::new(text))).transpose()
        };
        let account = Account {
            subject: checked("subject", Subject::new(&self.subject))?,
            version: checked("version", Version::from_stored(self.version))?,
            stored: true,
            stamp: Stamp::from_stored(whole("stamp", self.stamp)?),
            factors: each("factors", self.factors, FactorV1::into_factor)?,
            preferred: self.preferred.map(|id| checked("preferred", id.parse())).transpose()?,
            recovery: one("recovery", self.recovery, RecoveryV1::into_set)?.map(Arc::new),
            imported: one("imported", self.imported, ImportedV1::into_record)?,
            pending: one("pending", self.pending, SetupV1::into_pending)?.map(Box::new),
            enrollment: one("enrollment", self.enrollment, EnrollmentV1::into_enrollment)?,
            budget: self.budget.into_budget().map_err(|e| e.within("budget"))?,
            charged: ChargedChallenges(each("charged", self.charged, ChargedV1::into_charged)?),
            passed: passed(self.passes, &self.passed)?,
            password_changed_at: optional_time(
                "password_changed",
                self.password_changed.as_deref(),
            )?,
            moving_to: subject("moving_to", self.moving_to)?,
            moved_from: subject("moved_from", self.moved_from)?,
            recent: ids("recent", RECENT_COMMITS, &self.recent, CommitId::from_random)?,
            extra: self.extra,
        };
        check(&account)?;
        Ok(account)
    }
}

/// The ids of the last commits, or of the last passed challenges, 16 bytes each, as one run of
/// bytes: as text of their own they would be a sixth of the document.
fn write_ids<'a>(ids: impl Iterator<Item = &'a [u8; 16]>) -> String {
    write_bytes(&ids.flatten().copied().collect::<Vec<u8>>())
}

fn ids<Id>(
    field: &str,
    max: usize,
    text: &str,
    id: impl Fn([u8; 16]) -> Id,
) -> Result<Vec<Id>, StoredError> {
    let bytes = bytes(field, text)?;
    let (ids, rest) = bytes.as_chunks();
    ensure(rest.is_empty(), field, "must have 16 bytes an id")?;
    at_most(field, ids.len(), max)?;
    Ok(ids.iter().copied().map(id).collect())
}

/// The replay window. A list that is too short for its count would let a passed challenge pass again.
fn passed(passes: u64, latest: &str) -> Result<PassedChallenges, StoredError> {
    let count = whole("passes", passes)?;
    let latest = ids("passed", PASSED_CHALLENGES, latest, ChallengeId::from_random)?;
    let full = usize::try_from(count).unwrap_or(usize::MAX).min(PASSED_CHALLENGES);
    ensure(latest.len() == full, "passed", "must have the last 16 that `passes` counts")?;
    Ok(PassedChallenges { count, latest })
}

fn one<T, U>(
    field: &str,
    stored: Option<T>,
    read: impl FnOnce(T) -> Result<U, StoredError>,
) -> Result<Option<U>, StoredError> {
    stored.map(read).transpose().map_err(|error| error.within(field))
}

fn each<T, U>(
    field: &str,
    stored: Vec<T>,
    read: impl Fn(T) -> Result<U, StoredError>,
) -> Result<Vec<U>, StoredError> {
    let read = |(index, value)| {
        read(value).map_err(|error| error.within(format_args!("{field}[{index}]")))
    };
    stored.into_iter().enumerate().map(read).collect()
}

/// The rules between fields that every decision rests on.
fn check(account: &Account) -> Result<(), StoredError> {
    check_names(account)?;
    let enabled = account.enabled();
    let own = account.recovery.is_some();
    // Only what was imported can be without a set of its own.
    let set = own || (enabled && account.imported.is_some());
    ensure(set == enabled, "recovery", "must be there if, and only if, there are factors")?;
    let codes = account.imported_codes().is_some();
    ensure(
        !codes || (enabled && !own),
        "imported",
        "must hold no codes beside a set, or without factors",
    )?;
    let preferred =
        account.preferred().is_some() == enabled && account.preferred.is_some() == enabled;
    ensure(preferred, "preferred", "must be one of the factors")?;
    let mut charged = account.charged.0.iter().enumerate();
    let once = charged.all(|(i, c)| account.charged.0.iter().take(i).all(|e| e.id != c.id));
    ensure(once, "charged", "a challenge must stand once")?;
    Ok(())
}

/// Every factor has an id and a label of its own, and so has the one that is being set up; only
/// the label of the factor it replaces may be its own.
fn check_names(account: &Account) -> Result<(), StoredError> {
    for (index, factor) in account.factors.iter().enumerate() {
        let mut earlier = account.factors.iter().take(index);
        let alone =
            |other: &Factor| other.id != factor.id && !other.label.clashes_with(&factor.label);
        let field = format!("factors[{index}]");
        ensure(earlier.all(alone), &field, "must have an id and a label of its own")?;
    }
    let Some(pending) = account.pending() else { return Ok(()) };
    let alone = account.factors.iter().all(|factor| {
        let replaced = pending.replaces == Some(factor.id);
        factor.id != pending.factor && (replaced || !factor.label.clashes_with(&pending.label))
    });
    ensure(alone, "pending", "must have a factor id and a label of its own")
}
