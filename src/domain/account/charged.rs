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
    pub(crate) extra: Extra,
}

impl ChargedChallenges {
    /// How many guesses a challenge has spent; zero when it was never charged.
    pub(super) fn spent(&self, id: ChallengeId) -> u8 {
        self.0.iter().find(|charged| charged.id == id).map_or(0, |charged| charged.spent)
    }

    /// Counts one more answer to a challenge, whose count becomes the newest.
    pub(super) fn charge(&mut self, id: ChallengeId) {
        let mut count = match self.0.iter().position(|charged| charged.id == id) {
            Some(known) => self.0.remove(known),
            None => {
                if self.0.len() >= KEPT {
                    self.0.remove(0);
                }
                ChargedChallenge { id, spent: 0, extra: Extra::default() }
            }
        };
        count.spent = count.spent.saturating_add(1);
        self.0.push(count);
    }

    /// Takes a challenge's count away and returns it: it was passed, and takes no further answer.
    pub(super) fn settle(&mut self, id: ChallengeId) -> u8 {
        let spent = self.spent(id);
        self.0.retain(|charged| charged.id != id);
        spent
    }
}
