//! The judgment of an answer.

use std::fmt;

#[cfg(feature = "webauthn")]
use super::factor::webauthn::Unverified;
use super::import_notice::ImportNotice;
use super::proof::Proof;

/// The account's own judgment of an answer.
///
/// [`Mfa::answer`](crate::Mfa::answer), which knows the organizations, answers with a
/// [`Verdict`](crate::Verdict).
#[derive(Debug)]
#[must_use]
pub enum Judgment {
    /// The challenge is passed.
    Passed(PassedChallenge),
    /// It is not.
    Rejected(Rejection),
}

/// A challenge that was passed, and the proof of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct PassedChallenge {
    /// What raises the session: [`Challenge::raise`](crate::Challenge::raise).
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
    /// The one reason that decides what the user does next.
    pub reason: RejectionReason,
    /// How many more codes this challenge takes. `None` for recovery and enrollment codes, which it
    /// does not count.
    pub answers_left: Option<u8>,
    /// The step of the standard at which a passkey or security key failed: for the host's log, since
    /// its owner can do nothing about it.
    #[cfg(feature = "webauthn")]
    pub unverified: Option<Unverified>,
}

/// The reason for a [`Rejection`].
///
/// Where several hold at once, the rejection has the one that the user can act on: a suspension
/// before an empty guess budget, and that before input that is no code. The list is closed: a new
/// reason needs words wherever rejections are shown, and the compiler then names those places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectionReason {
    /// The code was not accepted.
    Wrong,
    /// The input could not be a code at all. Nothing was charged.
    Malformed,
    /// The guess budget is empty: single codes are not judged any more, three in a row are. The
    /// last guess of the budget and a failed triple are told the same.
    ThreeCodesWanted {
        /// The input could not be a code either, nor three.
        malformed: bool,
    },
    /// The factors are suspended ([`Throttle::SuspendAfter`]): only a recovery code helps.
    ///
    /// [`Throttle::SuspendAfter`]: crate::domain::Throttle::SuspendAfter
    Suspended,
    /// Too many wrong recovery codes were tried, and the account's are imported ones of less than 64
    /// bits: none is judged before a guess has grown back.
    RecoveryPaused,
    /// The passkey or security key was not accepted: its answer does not hold, or it is none of the
    /// account's. Nothing was charged.
    CredentialNotVerified,
}

impl RejectionReason {
    /// A stable name for it: `rejected`, `malformed`, `three_codes_wanted`, `suspended`,
    /// `recovery_paused` or `credential_not_verified`. Input that was no code is `malformed` in any
    /// case.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Wrong => "rejected",
            Self::Malformed | Self::ThreeCodesWanted { malformed: true } => "malformed",
            Self::ThreeCodesWanted { malformed: false } => "three_codes_wanted",
            Self::Suspended => "suspended",
            Self::RecoveryPaused => "recovery_paused",
            Self::CredentialNotVerified => "credential_not_verified",
        }
    }
}

impl Rejection {
    /// Rejects a factor's code, of which the challenge takes so many more.
    pub(crate) const fn counted(reason: RejectionReason, answers_left: u8) -> Self {
        Self { answers_left: Some(answers_left), ..Self::uncounted(reason) }
    }

    /// Rejects a recovery or enrollment code.
    pub(crate) const fn uncounted(reason: RejectionReason) -> Self {
        Self {
            reason,
            answers_left: None,
            #[cfg(feature = "webauthn")]
            unverified: None,
        }
    }

    /// Rejects what a browser answered.
    #[cfg(feature = "webauthn")]
    pub(crate) const fn unverified(why: Unverified) -> Self {
        let rejection = Self::uncounted(RejectionReason::CredentialNotVerified);
        Self { unverified: Some(why), ..rejection }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.reason, self.answers_left) {
            (RejectionReason::Suspended, _) => "too many wrong codes in a row: use a recovery code",
            (RejectionReason::RecoveryPaused, _) => {
                "too many wrong recovery codes: use your authenticator app"
            }
            (RejectionReason::ThreeCodesWanted { .. }, _) => {
                "enter three codes in a row, as your app shows them one after the other"
            }
            (RejectionReason::CredentialNotVerified, _) => {
                "the passkey or security key was not accepted: try again"
            }
            (RejectionReason::Malformed, _) => "that is not a code: check it and try again",
            (RejectionReason::Wrong, None) => "the code was not accepted: check it and try again",
            (RejectionReason::Wrong, Some(_)) => {
                "the code was not accepted: wait for the next code and try again"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_says_what_to_do_next() {
        use RejectionReason::{Malformed, RecoveryPaused, Suspended, ThreeCodesWanted, Wrong};
        for (rejection, code, next) in [
            (Rejection::uncounted(Wrong), "rejected", "check it and try again"),
            (Rejection::counted(Wrong, 0), "rejected", "wait for the next code"),
            (Rejection::counted(Malformed, 5), "malformed", "not a code"),
            (Rejection::uncounted(Malformed), "malformed", "not a code"),
            (
                Rejection::counted(ThreeCodesWanted { malformed: false }, 5),
                "three_codes_wanted",
                "three codes",
            ),
            (
                Rejection::counted(ThreeCodesWanted { malformed: true }, 5),
                "malformed",
                "three codes",
            ),
            (Rejection::uncounted(RecoveryPaused), "recovery_paused", "use your authenticator app"),
            (Rejection::counted(Suspended, 0), "suspended", "use a recovery code"),
        ] {
            let said = rejection.to_string();
            assert!(said.contains(next), "{rejection:?} says {said}");
            assert_eq!(rejection.reason.code(), code, "{rejection:?}");
        }
    }
}
