//! What came of an answer.

use std::fmt;

use super::import_notice::ImportNotice;
use super::proof::Proof;

/// What came of an answer. A wrong code is not an error.
#[derive(Debug)]
#[must_use]
pub enum Verdict {
    /// The challenge is passed.
    Passed(Passed),
    /// It is not.
    Rejected(Rejection),
}

/// A passed challenge.
#[derive(Debug)]
#[non_exhaustive]
pub struct Passed {
    /// What raises the session.
    pub proof: Proof,
    /// How many recovery codes are left. `None` when the account has no set: after a reset.
    pub recovery_left: Option<usize>,
    /// Whether that is few enough to ask for a new set.
    pub recovery_low: bool,
    /// What the owner has to be asked to do, because of what was imported. Empty otherwise.
    pub import_notices: Vec<ImportNotice>,
    /// Where the user was heading.
    pub return_to: Option<String>,
}

/// Why an answer did not pass: as much as its owner may know.
///
/// A wrong code, a replayed one and one of an unknown factor give the same rejection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejection {
    /// The input could not be a code at all. Nothing was charged.
    pub malformed: bool,
    /// How many more codes this challenge takes. `None` for recovery and enrollment codes, which it
    /// does not count.
    pub answers_left: Option<u8>,
    /// The guess budget is empty: single codes are not judged any more, three in a row are.
    pub three_codes_wanted: bool,
    /// The factors are suspended ([`Throttle::SuspendAfter`]): only a recovery code helps.
    ///
    /// [`Throttle::SuspendAfter`]: crate::domain::Throttle::SuspendAfter
    pub suspended: bool,
    /// Too many wrong recovery codes were tried, and the account's are imported ones of less than 64
    /// bits: none is judged before a guess has grown back.
    pub recovery_paused: bool,
}

impl Rejection {
    pub(crate) const fn plain() -> Self {
        Self {
            malformed: false,
            answers_left: None,
            three_codes_wanted: false,
            suspended: false,
            recovery_paused: false,
        }
    }

    pub(crate) const fn malformed() -> Self {
        Self { malformed: true, ..Self::plain() }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.suspended {
            "too many wrong codes in a row: use a recovery code"
        } else if self.recovery_paused {
            "too many wrong recovery codes: use your authenticator app"
        } else if self.three_codes_wanted {
            "enter three codes in a row, as your app shows them one after the other"
        } else if self.malformed {
            "that is not a code: check it and try again"
        } else if self.answers_left.is_none() {
            "the code was not accepted: check it and try again"
        } else {
            "the code was not accepted: wait for the next code and try again"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_says_what_to_do_next() {
        let plain = Rejection::plain();
        let counted = Rejection { answers_left: Some(0), ..plain };
        for (rejection, next) in [
            (plain, "check it and try again"),
            (counted, "wait for the next code"),
            (Rejection::malformed(), "not a code"),
            (Rejection { three_codes_wanted: true, ..Rejection::malformed() }, "three codes"),
            (Rejection { recovery_paused: true, ..counted }, "use your authenticator app"),
            (Rejection { suspended: true, ..counted }, "use a recovery code"),
        ] {
            let said = rejection.to_string();
            assert!(said.contains(next), "{rejection:?} says {said}");
        }
    }
}
