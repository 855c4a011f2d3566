//! Everything that is held about one user, for their own request (GDPR article 15).

use chrono::{DateTime, Utc};

use super::state::Account;
use super::status::FactorStatus;
use crate::domain::factor::{Factor, FactorState, PendingState};
use crate::domain::factor_kind::FactorKind;
use crate::domain::id::{FactorId, Subject};
use crate::domain::label::{AccountName, Issuer, Label};
use crate::domain::recovery::RecoverySet;
use crate::domain::setup::PendingSetup;

/// Everything that is held about one user, without what would let anybody in: no secret, no salt,
/// no hash, no identifier of a session.
///
/// With the feature `serde` it can be written. It is made for people, not for reading back.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AccountExport {
    /// Whose account it is.
    pub subject: Subject,
    /// Whether MFA is on.
    pub enabled: bool,
    /// The factors, in the order they were added.
    pub factors: Vec<FactorStatus>,
    /// The passkeys and security keys among them, as far as this build knows the kind.
    pub credentials: Vec<CredentialExport>,
    /// A setup that is not finished.
    pub setup: Option<SetupExport>,
    /// The recovery codes.
    pub recovery: Option<RecoveryExport>,
    /// What came from another system.
    pub imported: Option<ImportExport>,
    /// The count of wrong codes.
    pub guesses: GuessesExport,
    /// When the password was last changed, as far as the host said so.
    pub password_changed_at: Option<DateTime<Utc>>,
    /// The code that an administrator's reset has issued.
    pub enrollment: Option<EnrollmentExport>,
    /// Where the account is moving to.
    pub moving_to: Option<Subject>,
    /// Where the account came from.
    pub moved_from: Option<Subject>,
}

/// A passkey or security key of an [`AccountExport`]: what its authenticator has given, which is
/// nothing secret.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CredentialExport {
    /// The factor that it is.
    pub factor: FactorId,
    /// The RP ID that it is bound to.
    pub rp_id: String,
    /// Its ID, in base64url.
    pub id: String,
    /// The user handle that it was registered for, in base64url.
    pub user_handle: String,
    /// Its public key, as a COSE key in hexadecimal.
    pub public_key: String,
    /// Whether its user was verified when it was registered.
    pub registered_with_user_verification: bool,
    /// Whether it may be copied to other devices.
    pub backup_eligible: bool,
    /// Whether it had been copied when it was last used.
    pub backed_up: bool,
    /// The highest number of signatures seen.
    pub counter: u32,
    /// The authenticator's model, in hexadecimal; zeros if unknown.
    pub aaguid: String,
    /// The ways in which the client reaches the authenticator.
    pub transports: Vec<String>,
}

/// The unfinished setup of an [`AccountExport`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SetupExport {
    /// What the factor will be called.
    pub label: Label,
    /// The factor's kind.
    pub kind: FactorKind,
    /// The account name that the app or the authenticator shows, until it is confirmed.
    pub account: Option<AccountName>,
    /// The issuer that the app or the browser shows, where the host chose one for this setup, until
    /// it is confirmed.
    pub issuer: Option<Issuer>,
    /// When it was begun.
    pub begun_at: DateTime<Utc>,
    /// The time of its confirmation.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The recovery codes that were shown with it.
    pub recovery: Option<RecoveryExport>,
}

/// The recovery codes of an [`AccountExport`]: how many and when, never which.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RecoveryExport {
    /// When they were issued.
    pub issued_at: DateTime<Utc>,
    /// How many were issued.
    pub issued: usize,
    /// How many are unused.
    pub left: usize,
    /// When the others were used, oldest first.
    pub used_at: Vec<DateTime<Utc>>,
}

/// What came from another system, of an [`AccountExport`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ImportExport {
    /// When it came.
    pub at: DateTime<Utc>,
    /// The recovery codes that came with it, until they are replaced.
    pub recovery: Option<RecoveryExport>,
}

/// The guess budget of an [`AccountExport`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct GuessesExport {
    /// Guesses that were spent and had not grown back at the last change.
    pub spent: u16,
    /// From when the next one grows back.
    pub since: Option<DateTime<Utc>>,
    /// Wrong codes of each factor since its last right one, added up.
    pub failures: u16,
    /// Whether the owner was told that the budget ran out.
    pub told: bool,
}

/// The enrollment code of an [`AccountExport`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct EnrollmentExport {
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
    /// Whether it was used.
    pub used: bool,
}

impl Account {
    /// Everything that is held about this user, for handing it to them.
    pub fn export(&self) -> AccountExport {
        AccountExport {
            subject: self.subject.clone(),
            enabled: self.enabled(),
            factors: self.factors.iter().map(|factor| self.factor_status(factor)).collect(),
            credentials: self.factors.iter().filter_map(CredentialExport::of).collect(),
            setup: self.pending().map(SetupExport::of),
            recovery: self.recovery().map(RecoveryExport::of),
            imported: self.imported.as_ref().map(|record| ImportExport {
                at: record.at,
                recovery: record.codes.as_ref().map(|set| RecoveryExport {
                    issued_at: record.at,
                    issued: set.issued(),
                    left: set.left(),
                    used_at: sorted(set.slots.iter().filter_map(|slot| slot.spent_at)),
                }),
            }),
            guesses: GuessesExport {
                spent: self.budget.spent,
                since: self.budget.since,
                failures: self.factors.iter().fold(0, |sum, f| f.failures.saturating_add(sum)),
                told: self.budget.told,
            },
            password_changed_at: self.password_changed_at,
            enrollment: self.enrollment.as_ref().map(|enrollment| EnrollmentExport {
                expires_at: enrollment.expires_at,
                used: enrollment.used_by.is_some(),
            }),
            moving_to: self.moving_to.clone(),
            moved_from: self.moved_from.clone(),
        }
    }
}

impl SetupExport {
    fn of(pending: &PendingSetup) -> Self {
        let names = pending.open().and_then(PendingState::names);
        let confirmation = pending.confirmation();
        Self {
            label: pending.label.clone(),
            kind: pending.kind(),
            account: names.map(|(account, _)| account.clone()),
            issuer: names.and_then(|(_, issuer)| issuer.cloned()),
            begun_at: pending.begun_at,
            confirmed_at: confirmation.map(|confirmation| confirmation.at),
            recovery: confirmation.map(|c| RecoveryExport::of(&c.recovery)),
        }
    }
}

impl CredentialExport {
    fn of(factor: &Factor) -> Option<Self> {
        match &factor.state {
            #[cfg(feature = "webauthn")]
            FactorState::WebAuthn(state) => {
                let parts = state.credential().parts();
                Some(Self {
                    factor: factor.id,
                    rp_id: parts.rp_id.clone(),
                    id: parts.id.to_string(),
                    user_handle: parts.user_handle.to_string(),
                    public_key: hex(parts.public_key.as_cose()),
                    registered_with_user_verification: parts.registered_with_user_verification,
                    backup_eligible: parts.backup_eligible,
                    backed_up: parts.backup_state,
                    counter: parts.counter,
                    aaguid: hex(&parts.aaguid),
                    transports: parts.transports.iter().map(|t| t.as_str().to_owned()).collect(),
                })
            }
            FactorState::Totp(_) | FactorState::Unknown(_) => None,
        }
    }
}

#[cfg(feature = "webauthn")]
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl RecoveryExport {
    fn of(set: &RecoverySet) -> Self {
        let used_at = sorted(set.slots.iter().filter_map(|slot| slot.spent_at));
        Self { issued_at: set.issued_at(), issued: set.issued(), left: set.left(), used_at }
    }
}

fn sorted(times: impl Iterator<Item = DateTime<Utc>>) -> Vec<DateTime<Utc>> {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    times
}
