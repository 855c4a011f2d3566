//! What may be staged in a transaction of the host's, and what may not.

use mfakit::EventKind;
use mfakit::store::StoreError;
use thiserror::Error;

/// A transition that was not staged. The transaction goes on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StageError {
    /// Somebody else has committed since the account was loaded: load and decide again.
    #[error("the account has changed since it was loaded")]
    Conflict,
    /// A code was judged. It has to be charged for good before anybody learns the verdict, and a
    /// transaction that is rolled back gives the guess back: let
    /// [`Mfa::answer`](mfakit::Mfa::answer) or [`Mfa::confirm_setup`](mfakit::Mfa::confirm_setup)
    /// commit it on its own.
    #[error("an answer commits on its own: a charge that is rolled back is a free guess")]
    Charged,
    /// The database failed. The transaction cannot go on.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether nothing among these tells of a code that was judged. A kind of event that this release
/// does not know might.
pub(crate) fn may_wait<'e>(events: impl IntoIterator<Item = &'e EventKind>) -> bool {
    events.into_iter().all(|event| {
        matches!(
            event,
            EventKind::SetupBegun { .. }
                | EventKind::SetupEnded { .. }
                | EventKind::CodesReissued { .. }
                | EventKind::MfaEnabled { .. }
                | EventKind::FactorRenamed { .. }
                | EventKind::FactorPreferred { .. }
                | EventKind::FactorRemoved { .. }
                | EventKind::MfaDisabled
                | EventKind::SignedOutElsewhere
                | EventKind::RecoveryCodesReplaced
                | EventKind::Reset { .. }
                | EventKind::PasswordChanged
                | EventKind::Resealed { .. }
                | EventKind::RenameBegun { .. }
                | EventKind::RenamedFrom { .. }
                | EventKind::Erased { .. }
                | EventKind::Imported { .. }
                | EventKind::Organization { .. }
        )
    })
}

#[cfg(test)]
mod tests {
    use mfakit::{FactorId, Purpose};

    use super::*;

    #[test]
    fn nothing_that_tells_of_a_judged_code_may_wait() {
        let (factor, purpose) = (FactorId::from_random([1; 16]), Purpose::SignIn);
        let setup = mfakit::SetupId::from_random([2; 16]);
        let judged = [
            EventKind::CodeAccepted { factor, purpose: purpose.clone() },
            EventKind::CodeRejected { factor: None, purpose: purpose.clone() },
            EventKind::GuessesSpent,
            EventKind::FactorsSuspended,
            EventKind::RecoveryCodeUsed { left: 9, purpose: purpose.clone() },
            EventKind::ImportedCodeRejected { purpose },
            EventKind::EnrollmentCodeUsed,
            EventKind::SetupConfirmed { setup },
            EventKind::SetupCodeRejected { setup },
            EventKind::FactorAdded { factor },
            EventKind::FactorReplaced { lost: factor, factor },
        ];
        let harmless = EventKind::PasswordChanged;
        assert!(may_wait([&harmless]) && may_wait([]));
        for event in &judged {
            assert!(!may_wait([event]), "{event:?}");
            assert!(!may_wait([&harmless, event]), "{event:?}, among others");
        }
    }
}
