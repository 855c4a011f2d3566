//! How often the latest challenges were answered, kept where no client can wind it back.

use crate::domain::id::ChallengeId;
use crate::domain::unknown_fields::Extra;

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
    /// How many guesses a challenge has spent; zero when it was never charged.
    pub(super) fn spent(&self, id: ChallengeId) -> u8 {
        self.find(id).map_or(0, |charged| charged.spent)
    }

    /// Whether a challenge was passed.
    pub(super) fn passed(&self, id: ChallengeId) -> bool {
        self.find(id).is_some_and(|charged| charged.passed)
    }

    /// Counts one more answer and returns the new count.
    pub(super) fn charge(&mut self, id: ChallengeId) -> u8 {
        self.change(id, |count| {
            count.spent = count.spent.saturating_add(1);
            count.spent
        })
    }

    /// Marks a challenge as passed: it takes no further answer.
    pub(super) fn pass(&mut self, id: ChallengeId) {
        self.change(id, |count| count.passed = true);
    }

    fn find(&self, id: ChallengeId) -> Option<&ChargedChallenge> {
        self.0.iter().find(|charged| charged.id == id)
    }

    /// Changes a challenge's count, which becomes the newest.
    fn change<T>(&mut self, id: ChallengeId, change: impl FnOnce(&mut ChargedChallenge) -> T) -> T {
        let mut count = match self.0.iter().position(|charged| charged.id == id) {
            Some(known) => self.0.remove(known),
            None => {
                if self.0.len() >= KEPT {
                    self.0.remove(0);
                }
                ChargedChallenge { id, spent: 0, passed: false, extra: Extra::default() }
            }
        };
        let changed = change(&mut count);
        self.0.push(count);
        changed
    }
}
