//! What it means that a challenge is passed.

use super::draft::Draft;
use super::transition::Transition;
use crate::domain::challenge::Challenge;
use crate::domain::proof::{Proof, ProvenBy};
use crate::domain::purpose::Purpose;
use crate::domain::verdict::{Judgment, PassedChallenge};

impl Draft<'_> {
    /// The challenge is passed: gives back its guesses, closes it and makes the proof.
    pub(super) fn pass(mut self, challenge: &Challenge, by: ProvenBy) -> Transition<Judgment> {
        let next = &mut self.next;
        next.budget.give_back(next.charged.settle(challenge.id));
        // A recovery code may be in the hands of the one who was guessing.
        let by_factor = by.is_factor();
        if next.budget.refill_due && by_factor && challenge.purpose == Purpose::SignIn {
            next.budget.refill();
        }
        next.passed.pass(challenge.id);
        let recovery_left = next.codes_left();
        let import_notices = next.import_notices();
        let recovery_low = recovery_left.is_some_and(|left| left <= usize::from(self.low_stock()));
        let passing = challenge.passing(self.next.stamp);
        let proof = Proof::new(passing, by, self.now(), self.facts());
        let return_to = challenge.return_to.clone();
        self.commit(Judgment::Passed(PassedChallenge {
            proof,
            recovery_left,
            recovery_low,
            import_notices,
            return_to,
        }))
    }
}
