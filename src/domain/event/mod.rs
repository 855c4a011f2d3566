//! What happened to an account: written in the same commit as the change itself.

mod organization;
mod unknown;

use chrono::{DateTime, Utc};

use crate::domain::id::{CommitId, FactorId, KeyId, OrgId, SetupId, Subject};
use crate::domain::purpose::Purpose;

pub use organization::OrgChange;
pub use unknown::UnknownEvent;

/// One thing that happened, exactly once and for certain: it was stored with the change.
///
/// It holds no secret, no code and no hash. With the feature `serde` it can be written and read; one
/// of a later release is read as [`EventKind::Unknown`], so that a log is always read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub(crate) id: EventId,
    pub(crate) subject: Subject,
    pub(crate) at: DateTime<Utc>,
    pub(crate) kind: EventKind,
}

/// Names an event: the commit that wrote it, and its place within that commit. A relay that
/// delivers at least once hands it on as the key to drop repeats by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EventId {
    /// The commit.
    pub commit: CommitId,
    /// The place, from zero.
    pub index: u8,
}

impl Event {
    /// Which event it is.
    pub fn id(&self) -> EventId {
        self.id
    }

    /// Whose account it happened to.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// When.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// What.
    pub fn kind(&self) -> &EventKind {
        &self.kind
    }

    /// Whether the owner has to be told by a way that does not depend on this session (NIST
    /// SP 800-63B-4 §4.2.3, §4.6; ASVS 5.0 §6.3.5, §6.3.7).
    ///
    /// It is stored with the event, so that a relay of an older release tells the owner of what it
    /// does not know as well.
    pub fn concerns_owner(&self) -> bool {
        match &self.kind {
            EventKind::Unknown(unknown) => unknown.concerns_owner(),
            EventKind::MfaEnabled { .. }
            | EventKind::FactorAdded { .. }
            | EventKind::FactorReplaced { .. }
            | EventKind::FactorRemoved { .. }
            | EventKind::FactorsSuspended
            | EventKind::MfaDisabled
            | EventKind::SignedOutElsewhere
            | EventKind::RecoveryCodeUsed { .. }
            | EventKind::RecoveryCodesReplaced
            | EventKind::GuessesSpent
            | EventKind::CredentialCounterDidNotRise { .. }
            | EventKind::Reset { .. }
            | EventKind::EnrollmentCodeUsed
            | EventKind::Imported { .. } => true,
            EventKind::SetupBegun { .. }
            | EventKind::SetupConfirmed { .. }
            | EventKind::SetupCodeRejected { .. }
            | EventKind::SetupEnded { .. }
            | EventKind::CodesReissued { .. }
            | EventKind::CodeAccepted { .. }
            | EventKind::CodeRejected { .. }
            | EventKind::CredentialAccepted { .. }
            | EventKind::CredentialBecameBackupEligible { .. }
            | EventKind::ImportedCodeRejected { .. }
            | EventKind::FactorRenamed { .. }
            | EventKind::FactorPreferred { .. }
            | EventKind::PasswordChanged
            | EventKind::Resealed { .. }
            | EventKind::RenameBegun { .. }
            | EventKind::RenamedFrom { .. }
            | EventKind::Erased { .. }
            | EventKind::Organization { .. } => false,
        }
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "type", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum EventKind {
    /// A setup was begun.
    SetupBegun {
        /// Which.
        setup: SetupId,
    },
    /// A right code came; the recovery codes of a first setup were shown.
    SetupConfirmed {
        /// Which.
        setup: SetupId,
    },
    /// A wrong code came during setup.
    SetupCodeRejected {
        /// Which.
        setup: SetupId,
    },
    /// A setup was canceled, or ran out of tries.
    SetupEnded {
        /// Which.
        setup: SetupId,
    },
    /// The codes of an unfinished setup were replaced, because the first were not saved.
    CodesReissued {
        /// Which.
        setup: SetupId,
    },
    /// The owner has saved the codes: MFA is on.
    MfaEnabled {
        /// The first factor's id.
        factor: FactorId,
    },
    /// A further factor became active.
    FactorAdded {
        /// Which.
        factor: FactorId,
    },
    /// A lost factor was replaced, and the recovery codes with it.
    FactorReplaced {
        /// The lost one.
        lost: FactorId,
        /// The new one.
        factor: FactorId,
    },
    /// A factor was renamed.
    FactorRenamed {
        /// Which.
        factor: FactorId,
    },
    /// A factor became the preferred one.
    FactorPreferred {
        /// Which.
        factor: FactorId,
    },
    /// A factor was removed.
    FactorRemoved {
        /// Which.
        factor: FactorId,
    },
    /// Every factor was suspended after too many failures in a row.
    FactorsSuspended,
    /// MFA was switched off by its owner.
    MfaDisabled,
    /// The owner has ended every session but the one that did it.
    SignedOutElsewhere,
    /// A code, or three in a row, passed a challenge.
    CodeAccepted {
        /// Of which factor.
        factor: FactorId,
        /// What for.
        purpose: Purpose,
    },
    /// A well-formed code did not pass.
    CodeRejected {
        /// The factor it was judged for; `None` when the answer named none of the account's.
        factor: Option<FactorId>,
        /// What for.
        purpose: Purpose,
    },
    /// A passkey or security key passed a challenge.
    CredentialAccepted {
        /// The credential's factor.
        factor: FactorId,
        /// The challenge's purpose.
        purpose: Purpose,
    },
    /// A credential that was bound to its device can be copied from now on.
    CredentialBecameBackupEligible {
        /// The credential's factor.
        factor: FactorId,
    },
    /// A credential was accepted whose count of signatures did not rise: a copy of it may exist
    /// (W3C Web Authentication §6.1.1). Synchronized passkeys do it without any.
    CredentialCounterDidNotRise {
        /// The credential's factor.
        factor: FactorId,
        /// The highest count seen before.
        stored: u32,
        /// The count that came.
        found: u32,
    },
    /// The guess budget ran out, or that of imported recovery codes: somebody who knows the password
    /// is guessing.
    GuessesSpent,
    /// A recovery code was used.
    RecoveryCodeUsed {
        /// How many are left.
        left: u8,
        /// What for.
        purpose: Purpose,
    },
    /// The recovery codes were replaced; the old ones stopped working.
    RecoveryCodesReplaced,
    /// An administrator removed every factor and issued an enrollment code.
    Reset {
        /// Who.
        by: Subject,
        /// Why.
        #[cfg_attr(
            feature = "serde",
            serde(deserialize_with = "crate::domain::bounds::reading::reason")
        )]
        reason: String,
    },
    /// The enrollment code was used.
    EnrollmentCodeUsed,
    /// Factors, and perhaps recovery codes, came from another system and are live.
    Imported {
        /// Who asked.
        by: Subject,
        /// Why.
        #[cfg_attr(
            feature = "serde",
            serde(deserialize_with = "crate::domain::bounds::reading::reason")
        )]
        reason: String,
        /// How many factors.
        factors: u8,
        /// How many recovery codes.
        codes: u8,
    },
    /// A wrong recovery code was charged, because the account's were imported with less than 64
    /// bits.
    ImportedCodeRejected {
        /// What for.
        purpose: Purpose,
    },
    /// The host said that the password was changed.
    PasswordChanged,
    /// Secrets were sealed anew.
    Resealed {
        /// Under which key.
        key: KeyId,
    },
    /// The account begins to move to another subject.
    RenameBegun {
        /// Where to.
        to: Subject,
        /// Who asked.
        by: Subject,
    },
    /// The account came from another subject.
    RenamedFrom {
        /// Where from.
        from: Subject,
    },
    /// The account was erased.
    Erased {
        /// Who asked.
        by: Subject,
        /// Why.
        #[cfg_attr(
            feature = "serde",
            serde(deserialize_with = "crate::domain::bounds::reading::reason")
        )]
        reason: String,
    },
    /// An organization's policy was changed, which is the actor's event, or what it asks of this
    /// member.
    Organization {
        /// Which.
        org: OrgId,
        /// Who did it.
        by: Subject,
        /// Why.
        #[cfg_attr(
            feature = "serde",
            serde(deserialize_with = "crate::domain::bounds::reading::reason")
        )]
        reason: String,
        /// What.
        change: OrgChange,
    },
    /// Something that this release does not know.
    #[cfg_attr(feature = "serde", serde(skip))]
    Unknown(Box<UnknownEvent>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_hears_of_what_changes_his_credentials_and_of_nothing_else() {
        let subject = Subject::from(1_u64);
        let setup = SetupId::from_random([1; 16]);
        let factor = FactorId::from_random([1; 16]);
        for (kind, concerns) in [
            (EventKind::MfaDisabled, true),
            (EventKind::RecoveryCodesReplaced, true),
            (EventKind::SignedOutElsewhere, true),
            (EventKind::GuessesSpent, true),
            (EventKind::CredentialCounterDidNotRise { factor, stored: 7, found: 7 }, true),
            (EventKind::CredentialBecameBackupEligible { factor }, false),
            (EventKind::CredentialAccepted { factor, purpose: Purpose::SignIn }, false),
            (EventKind::SetupBegun { setup }, false),
            (EventKind::SetupCodeRejected { setup }, false),
            (EventKind::PasswordChanged, false),
            (EventKind::RenamedFrom { from: subject.clone() }, false),
        ] {
            let id = EventId { commit: CommitId::from_random([2; 16]), index: 0 };
            let event = Event { id, subject: subject.clone(), at: DateTime::UNIX_EPOCH, kind };
            assert_eq!(event.concerns_owner(), concerns, "{:?}", event.kind());
        }
    }
}
