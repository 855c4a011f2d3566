//! What it means that a challenge is passed.

use super::draft::Draft;
use super::transition::Transition;
use crate::domain::challenge::Challenge;
use crate::domain::import_notice::ImportNotice;
use crate::domain::proof::{Proof, ProvenBy};
use crate::domain::purpose::Purpose;
use crate::domain::verdict::{Passed, Verdict};

impl Draft<'_> {
    /// The challenge is passed: gives back its guesses, closes it and makes the proof.
    pub(super) fn pass(mut self, challenge: &Challenge, by: ProvenBy) -> Transition<Verdict> {
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
        let replace = import_notices.contains(&ImportNotice::RegenerateCodes);
        let recovery_low = recovery_left.is_some_and(|left| left <= usize::from(self.low_stock()));
        let proof = Proof::new(
            challenge.subject.clone(),
            challenge.session,
            self.next.stamp,
            challenge.purpose.clone(),
            by,
            self.now(),
        );
        // Whoever has shown both factors can replace the codes, and has to.
        let proof = if replace && by_factor { proof.limited_to_regenerating() } else { proof };
        let return_to = challenge.return_to.clone();
        self.commit(Verdict::Passed(Passed {
            proof,
            recovery_left,
            recovery_low,
            import_notices,
            return_to,
        }))
    }
}
