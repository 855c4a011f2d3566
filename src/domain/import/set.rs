//! What is stored of an import.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use subtle::{Choice, ConditionallySelectable};

use super::code::{CodeReading, ImportedEvaluation, ImportedHash};
use crate::domain::budget::{GuessBudget, Throttle};
use crate::domain::unknown_fields::Extra;

/// What wrong codes of less than 64 bits cost: a budget of their own, whatever the settings say of
/// authenticator codes.
const IMPORTED_THROTTLE: Throttle = Throttle::Budget { guesses: 20, regrow: TimeDelta::days(14) };

/// That an account was imported. It stays, so that no second run brings back what the owner has
/// removed since.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ImportRecord {
    pub(crate) at: DateTime<Utc>,
    /// The codes, until they are replaced.
    pub(crate) codes: Option<Arc<ImportedSet>>,
    pub(crate) extra: Extra,
}

/// The imported recovery codes of an account, as they are stored: one to ten.
///
/// They name no slot, so an answer is judged against every one of them, the spent ones too: the work
/// is the same for a right code, a wrong one and a spent one.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedSet {
    pub(crate) slots: Vec<ImportedSlot>,
    pub(crate) reading: CodeReading,
    pub(crate) weak: bool,
    /// Only codes of less than 64 bits are charged.
    pub(crate) budget: GuessBudget,
    pub(crate) extra: Extra,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ImportedSlot {
    pub(crate) hash: ImportedHash,
    pub(crate) spent_at: Option<DateTime<Utc>>,
    pub(crate) extra: Extra,
}

impl ImportedSet {
    pub(crate) fn new(hashes: Vec<ImportedHash>, reading: CodeReading, weak: bool) -> Self {
        let slot = |hash| ImportedSlot { hash, spent_at: None, extra: Extra::default() };
        let slots = hashes.into_iter().map(slot).collect();
        Self { slots, reading, weak, budget: GuessBudget::default(), extra: Extra::default() }
    }

    /// The number of unused codes.
    pub fn left(&self) -> usize {
        self.slots.iter().filter(|slot| slot.spent_at.is_none()).count()
    }

    /// The number of codes that were imported.
    pub fn issued(&self) -> usize {
        self.slots.len()
    }

    /// Whether they have less than 64 bits: they are charged, and have to be replaced.
    pub fn is_weak(&self) -> bool {
        self.weak
    }

    /// The budget that wrong codes are charged to.
    pub fn budget(&self) -> &GuessBudget {
        &self.budget
    }

    /// Whether an answer is not judged before its budget has grown back.
    pub(crate) fn paused(&self, now: DateTime<Utc>) -> bool {
        self.weak && self.budget.left(&IMPORTED_THROTTLE, now) == 0
    }

    /// The hashes of all slots, in their order.
    pub(crate) fn hashes(&self) -> Vec<ImportedHash> {
        self.slots.iter().map(|slot| slot.hash.clone()).collect()
    }

    /// The unspent slot that a code unlocks, if its evaluation holds for what the slot holds now.
    /// Every slot is looked at, and none is branched on.
    pub(crate) fn unlocked(&self, evaluation: &ImportedEvaluation) -> Option<usize> {
        let (mut found, mut place) = (Choice::from(0), 0_u32);
        for ((index, slot), at) in self.slots.iter().enumerate().zip(0..) {
            let unspent = Choice::from(u8::from(slot.spent_at.is_none()));
            let right = evaluation.holds_for(index, &slot.hash) & unspent;
            place.conditional_assign(&at, right & !found);
            found |= right;
        }
        bool::from(found).then_some(place as usize)
    }

    /// The set with one slot spent.
    pub(crate) fn with_spent(&self, index: usize, at: DateTime<Utc>) -> Self {
        let mut set = self.clone();
        if let Some(slot) = set.slots.get_mut(index) {
            slot.spent_at = Some(at);
        }
        set
    }

    /// The set with one guess charged.
    pub(crate) fn charged(&self, at: DateTime<Utc>) -> Self {
        let mut set = self.clone();
        set.budget.charge(&IMPORTED_THROTTLE, at);
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_was_handed_in_twice_unlocks_the_first_slot_that_is_not_spent() {
        let hash = ImportedHash::new("hash").unwrap();
        let other = ImportedHash::new("other").unwrap();
        let set = ImportedSet::new(vec![other, hash.clone(), hash], CodeReading::Folded, false);
        let evaluation = |matched: [u8; 3]| {
            ImportedEvaluation::new(set.hashes().into_iter().zip(matched.map(Choice::from)))
        };
        let right = evaluation([0, 1, 1]);
        assert_eq!(set.unlocked(&right), Some(1));
        let spent = set.with_spent(1, DateTime::UNIX_EPOCH);
        assert_eq!(spent.unlocked(&right), Some(2));
        assert_eq!(spent.with_spent(2, DateTime::UNIX_EPOCH).unlocked(&right), None);
        assert_eq!(set.unlocked(&evaluation([0; 3])), None);
    }
}
