//! The set of recovery codes that an account has.

use chrono::{DateTime, Utc};
use subtle::{Choice, ConstantTimeEq};

use super::code::{OneTimeCode, RecoveryCodes};
use super::hash::{CodeHash, Evaluation, HashScheme, HashedCodes};
use crate::domain::invalid::Invalid;
use crate::domain::unknown_fields::Extra;

/// The stored recovery codes: one slot each, spent or not.
#[derive(Debug, Clone, PartialEq)]
pub struct RecoverySet {
    pub(crate) scheme: HashScheme,
    pub(crate) slots: Vec<Slot>,
    pub(crate) issued_at: DateTime<Utc>,
    pub(crate) extra: Extra,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Slot {
    pub(crate) hash: CodeHash,
    pub(crate) spent_at: Option<DateTime<Utc>>,
    pub(crate) extra: Extra,
}

impl RecoverySet {
    /// Puts a fresh set together.
    ///
    /// # Errors
    /// [`Invalid`] when there are fewer than 4 codes or more than 32, or not one hash for each.
    pub(crate) fn new(
        codes: &RecoveryCodes,
        hashed: HashedCodes,
        issued_at: DateTime<Utc>,
    ) -> Result<Self, Invalid> {
        if hashed.hashes.len() != codes.len() {
            let form = "hashed completely: one hash a code";
            return Err(Invalid::Form { what: "recovery set", form });
        }
        if !(4..=32).contains(&hashed.hashes.len()) {
            return Err(Invalid::Length {
                what: "recovery set",
                min: 4,
                max: 32,
                found: hashed.hashes.len(),
                unit: "codes",
            });
        }
        let unspent = |hash| Slot { hash, spent_at: None, extra: Extra::default() };
        let slots = hashed.hashes.into_iter().map(unspent).collect();
        Ok(Self { scheme: hashed.scheme, slots, issued_at, extra: Extra::default() })
    }

    /// How the codes were hashed.
    pub fn scheme(&self) -> &HashScheme {
        &self.scheme
    }

    /// When the set was issued.
    pub fn issued_at(&self) -> DateTime<Utc> {
        self.issued_at
    }

    /// How many codes are unused.
    pub fn left(&self) -> usize {
        self.slots.iter().filter(|slot| slot.spent_at.is_none()).count()
    }

    /// How many codes the set was issued with.
    pub fn issued(&self) -> usize {
        self.slots.len()
    }

    /// The hash that a typed code is to be judged against: its slot's, or a decoy when the slot is
    /// spent or absent, so that every guess costs one evaluation.
    pub fn hash_for(&self, code: &OneTimeCode) -> CodeHash {
        self.judged(code).1
    }

    /// The slot that a code unlocks, if its evaluation holds for what the slot holds now.
    pub(crate) fn unlocked(&self, code: &OneTimeCode, evaluation: &Evaluation) -> Option<usize> {
        let (live, hash) = self.judged(code);
        bool::from(live & evaluation.holds_for(&hash)).then_some(code.slot())
    }

    /// Whether a code names a live slot, and what it is judged against. Every slot is looked at and
    /// none is skipped, so that time does not tell which are live.
    fn judged(&self, code: &OneTimeCode) -> (Choice, CodeHash) {
        let (mut live, mut hash) = (Choice::from(0), CodeHash::DECOY);
        for (index, slot) in self.slots.iter().enumerate() {
            let unspent = Choice::from(u8::from(slot.spent_at.is_none()));
            let named = index.ct_eq(&code.slot()) & unspent;
            hash = CodeHash::select(&hash, &slot.hash, named);
            live |= named;
        }
        (live, hash)
    }

    /// The set with one slot spent.
    pub(crate) fn with_spent(&self, index: usize, at: DateTime<Utc>) -> Self {
        let mut set = self.clone();
        if let Some(slot) = set.slots.get_mut(index) {
            slot.spent_at = Some(at);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest_of(code: &OneTimeCode) -> [u8; 32] {
        let mut digest = [0; 32];
        digest[..16].copy_from_slice(code.expose_bytes());
        digest
    }

    fn set(seed: u8) -> (RecoveryCodes, RecoverySet) {
        let bytes: Vec<[u8; 16]> = (0..10).map(|n| [seed.wrapping_add(n); 16]).collect();
        let codes = RecoveryCodes::from_random(&bytes).unwrap();
        let hashes = codes.iter().map(|code| CodeHash::new([seed; 16], digest_of(code))).collect();
        let hashed = HashedCodes { scheme: HashScheme::new("test").unwrap(), hashes };
        let set = RecoverySet::new(&codes, hashed, DateTime::UNIX_EPOCH).unwrap();
        (codes, set)
    }

    #[test]
    fn a_code_unlocks_its_own_slot_until_it_is_spent() {
        let (codes, set) = set(1);
        let code = &codes.as_slice()[4];
        let evaluation = set.hash_for(code).evaluate(&digest_of(code));
        assert_eq!(set.unlocked(code, &evaluation), Some(4));
        let spent = set.with_spent(4, DateTime::UNIX_EPOCH);
        assert_eq!(spent.unlocked(code, &evaluation), None);
        assert_eq!((spent.left(), spent.issued()), (9, 10));
    }

    #[test]
    fn an_evaluation_of_a_replaced_slot_counts_for_nothing() {
        let (codes, old) = set(1);
        let code = &codes.as_slice()[4];
        let evaluation = old.hash_for(code).evaluate(&digest_of(code));
        let (_, new) = set(2);
        assert_eq!(new.unlocked(code, &evaluation), None);
    }

    #[test]
    fn a_spent_or_absent_slot_is_judged_against_a_decoy_that_never_holds() {
        let (codes, set) = set(1);
        let absent = OneTimeCode::parse("Z000-0000-0000-0000").unwrap();
        let spent = set.with_spent(4, DateTime::UNIX_EPOCH);
        for (set, code) in [(&set, &absent), (&spent, &codes.as_slice()[4])] {
            assert_eq!(set.hash_for(code), CodeHash::DECOY);
            let lucky = CodeHash::DECOY.evaluate(CodeHash::DECOY.digest());
            assert_eq!(set.unlocked(code, &lucky), None);
        }
    }
}
