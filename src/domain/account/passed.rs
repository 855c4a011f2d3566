//! Which challenges were passed last: why each of them passes once.

use crate::domain::id::ChallengeId;

/// How many passed challenges an account remembers, and the most that may be passed after a
/// challenge was opened and before it is passed itself, that one included.
pub(crate) const WINDOW: usize = 16;

/// A replay window, as IPsec keeps one (RFC 4303 §3.4.3, RFC 6479): how many challenges the account
/// has passed, and the ids of the last 16.
///
/// A challenge carries the count at its opening. As long as it is inside the window, its id would be
/// among the last 16 if it had been passed; outside, it is refused. So neither a clock nor a mark that
/// is kept for a while decides whether it was passed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct PassedChallenges {
    /// How many challenges were passed, of every purpose and by whatever answer.
    pub(crate) count: u64,
    /// The ids of the last 16, the newest last.
    pub(crate) latest: Vec<ChallengeId>,
}

impl PassedChallenges {
    /// Whether a challenge that was opened when the count stood at `opened_at` can still be passed.
    pub(super) fn admits(&self, id: ChallengeId, opened_at: u64) -> bool {
        let since = self.count.checked_sub(opened_at).and_then(|n| usize::try_from(n).ok());
        since.is_some_and(|passes| passes < WINDOW) && !self.latest.contains(&id)
    }

    /// Counts a challenge as passed: it takes no further answer.
    pub(super) fn pass(&mut self, id: ChallengeId) {
        self.count = self.count.saturating_add(1);
        if self.latest.len() >= WINDOW {
            self.latest.remove(0);
        }
        self.latest.push(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> ChallengeId {
        ChallengeId::from_random([n; 16])
    }

    #[test]
    fn a_passed_challenge_is_refused_whatever_is_passed_after_it() {
        let mut passed = PassedChallenges::default();
        for n in 0..60 {
            assert!(passed.admits(id(n), passed.count));
            let opened_at = passed.count;
            passed.pass(id(n));
            for later in 0..40 {
                assert!(!passed.admits(id(n), opened_at), "after {later} more");
                passed.pass(id(100 + later));
            }
        }
    }

    #[test]
    fn a_challenge_that_was_not_passed_is_admitted_for_sixteen_passes() {
        for before in [0, 1, 15, 16, 17] {
            let mut passed = PassedChallenges::default();
            (0..before).for_each(|n| passed.pass(id(n)));
            let opened_at = passed.count;
            for n in 0..16 {
                assert!(passed.admits(id(200), opened_at), "after {n} passes");
                passed.pass(id(100 + n));
            }
            assert!(!passed.admits(id(200), opened_at), "outside the window");
        }
    }

    #[test]
    fn a_challenge_from_a_later_state_than_the_stored_one_is_refused() {
        let mut passed = PassedChallenges::default();
        passed.pass(id(1));
        assert!(!passed.admits(id(2), 2));
        assert!(!passed.admits(id(2), u64::MAX));
    }
}
