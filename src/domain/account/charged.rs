//! How often the latest challenges were answered, kept where no client can wind it back.

use crate::domain::extra::Extra;
use crate::domain::id::ChallengeId;

/// How many challenges an account keeps count of.
pub(crate) const KEPT: usize = 8;

/// The counts of the last eight challenges that were charged, the newest last.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ChargedChallenges(pub(crate) Vec<ChargedChallenge>);

/// One challenge's count.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ChargedChallenge {
    pub(crate) id: ChallengeId,
    /// Guesses it has spent, the right one included.
    pub(crate) spent: u8,
    /// It was passed.
    pub(crate) passed: bool,
    pub(crate) extra: Extra,
}

impl ChargedChallenges {
    /// The count of a challenge; zero when it was never charged.
    pub(super) fn of(&self, id: ChallengeId) -> ChargedChallenge {
        let known = self.0.iter().find(|charged| charged.id == id);
        let unknown = || ChargedChallenge { id, spent: 0, passed: false, extra: Extra::default() };
        known.cloned().unwrap_or_else(unknown)
    }

    /// Counts one more answer and returns the new count.
    pub(super) fn charge(&mut self, id: ChallengeId) -> u8 {
        let mut count = self.of(id);
        let spent = count.spent.saturating_add(1);
        count.spent = spent;
        self.put(count);
        spent
    }

    /// Marks a challenge as passed: it takes no further answer.
    pub(super) fn pass(&mut self, id: ChallengeId) {
        let mut count = self.of(id);
        count.passed = true;
        self.put(count);
    }

    fn put(&mut self, count: ChargedChallenge) {
        self.0.retain(|charged| charged.id != count.id);
        if self.0.len() >= KEPT {
            self.0.remove(0);
        }
        self.0.push(count);
    }
}
