//! Setting up a factor: what is asked for, what is pending, what comes of it.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::factor::totp::{TotpParams, TotpSetup};
#[cfg(feature = "webauthn")]
use super::factor::webauthn::{CreationOptions, Unverified};
use super::factor::{FactorState, PendingState, SetupPrompt, strength_of};
use super::factor_kind::FactorKind;
use super::id::{FactorId, SessionId, SetupId};
use super::invalid::Invalid;
use super::label::{AccountName, Issuer, Label};
use super::recovery::{RecoveryCodes, RecoverySet};
use super::sealed::SealedSecret;
use super::session::Proven;
use super::strength::Strength;
use super::unknown_fields::Extra;

/// Whether the user's e-mail address is verified, as the host knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailStatus {
    /// The user has shown that the address is his.
    Verified,
    /// He has not. The first factor of an account is refused then.
    Unverified,
}

/// The factor that a user wants to set up.
///
/// ```
/// use mfakit::NewFactor;
///
/// let phone = NewFactor::totp("Phone", "ada@example.org")?;
/// # let _ = phone;
/// # Ok::<(), mfakit::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFactor {
    pub(crate) kind: FactorKind,
    pub(crate) label: Label,
    pub(crate) account: AccountName,
    pub(crate) issuer: Option<Issuer>,
    pub(crate) replaces: Option<FactorId>,
}

impl NewFactor {
    /// An authenticator app, with its label and the account name that the app will show.
    ///
    /// # Errors
    /// [`Invalid`] when one of them is out of its bounds: see [`Label`] and [`AccountName`].
    pub fn totp(label: &str, account: &str) -> Result<Self, Invalid> {
        Self::of(FactorKind::Totp, label, account)
    }

    /// A passkey or a security key, with its label and the account name that the browser and the
    /// authenticator will show. It wants a relying party:
    /// [`MfaBuilder::relying_party`](crate::MfaBuilder::relying_party).
    ///
    /// # Errors
    /// [`Invalid`] when one of them is out of its bounds: see [`Label`] and [`AccountName`].
    #[cfg(feature = "webauthn")]
    pub fn webauthn(label: &str, account: &str) -> Result<Self, Invalid> {
        Self::of(FactorKind::WebAuthn, label, account)
    }

    fn of(kind: FactorKind, label: &str, account: &str) -> Result<Self, Invalid> {
        let (label, account) = (Label::new(label)?, AccountName::new(account)?);
        Ok(Self { kind, label, account, issuer: None, replaces: None })
    }

    /// Shows another issuer in the app or the browser than the one that the [`Mfa`](crate::Mfa) was built with: for
    /// a product of several brands, or a test system whose entries are not to be mixed up with real
    /// ones. The codes are the same.
    ///
    /// ```
    /// use mfakit::NewFactor;
    ///
    /// let phone = NewFactor::totp("Phone", "ada@example.org")?.issuer("Scrivio Staging")?;
    /// assert!(NewFactor::totp("Phone", "ada@example.org")?.issuer("Scrivio: Staging").is_err());
    /// # let _ = phone;
    /// # Ok::<(), mfakit::Invalid>(())
    /// ```
    ///
    /// # Errors
    /// [`Invalid`] when it is out of its bounds: see [`Issuer`].
    pub fn issuer(mut self, issuer: &str) -> Result<Self, Invalid> {
        self.issuer = Some(Issuer::new(issuer)?);
        Ok(self)
    }

    /// Takes the place of a factor that was lost. Confirming it removes that one and issues new
    /// recovery codes, all in one commit.
    pub fn replacing(mut self, lost: FactorId) -> Self {
        self.replaces = Some(lost);
        self
    }

    /// The name that its owner will give it.
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// The factor's kind.
    pub fn kind(&self) -> FactorKind {
        self.kind
    }

    /// The strength that it will have.
    pub fn strength(&self) -> Option<Strength> {
        strength_of(self.kind)
    }
}

/// A setup that is not finished. It lies beside the live factors and touches none of them.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingSetup {
    pub(crate) id: SetupId,
    pub(crate) session: SessionId,
    pub(crate) factor: FactorId,
    pub(crate) label: Label,
    pub(crate) begun_at: DateTime<Utc>,
    pub(crate) replaces: Option<FactorId>,
    pub(crate) stage: Stage,
    pub(crate) extra: Extra,
}

/// The stage of a setup.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stage {
    /// It is shown, and waits for the answer that confirms it.
    Open { state: PendingState, tries_left: u8 },
    /// It is confirmed and shown no more: it waits until the recovery codes are saved.
    Confirmed(Confirmation),
}

/// The factor that a right answer has made, and the recovery set that was issued with it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Confirmation {
    pub(crate) at: DateTime<Utc>,
    pub(crate) state: FactorState,
    pub(crate) recovery: Arc<RecoverySet>,
    pub(crate) extra: Extra,
}

impl PendingSetup {
    /// The setup's ID.
    pub fn id(&self) -> SetupId {
        self.id
    }

    /// The ID of the factor that it will become.
    pub fn factor(&self) -> FactorId {
        self.factor
    }

    /// The kind of the factor that it will become.
    pub fn kind(&self) -> FactorKind {
        match &self.stage {
            Stage::Open { state, .. } => state.kind(),
            Stage::Confirmed(confirmation) => confirmation.state.kind(),
        }
    }

    /// The state that waits to be confirmed; `None` once it is.
    pub fn open(&self) -> Option<&PendingState> {
        match &self.stage {
            Stage::Open { state, .. } => Some(state),
            Stage::Confirmed(_) => None,
        }
    }

    /// When it was begun.
    pub fn begun_at(&self) -> DateTime<Utc> {
        self.begun_at
    }

    /// Whether a right answer has come and only "I have saved my codes" is missing.
    pub fn confirmed(&self) -> bool {
        self.confirmation().is_some()
    }

    pub(crate) fn confirmation(&self) -> Option<&Confirmation> {
        match &self.stage {
            Stage::Open { .. } => None,
            Stage::Confirmed(confirmation) => Some(confirmation),
        }
    }

    /// The sealed secret in it, and how its codes are computed.
    pub(crate) fn sealed(&self) -> Option<(TotpParams, &SealedSecret)> {
        match &self.stage {
            Stage::Open { state, .. } => state.totp().map(|totp| (totp.params, &totp.sealed)),
            Stage::Confirmed(confirmation) => {
                confirmation.state.totp().map(|totp| (totp.params, &totp.sealed))
            }
        }
    }

    pub(crate) fn sealed_mut(&mut self) -> Option<&mut SealedSecret> {
        match &mut self.stage {
            Stage::Open { state, .. } => state.totp_mut().map(|totp| &mut totp.sealed),
            Stage::Confirmed(confirmation) => {
                confirmation.state.totp_mut().map(|totp| &mut totp.sealed)
            }
        }
    }
}

/// The content of the setup screen.
#[derive(Debug)]
pub struct Setup {
    pub(crate) id: SetupId,
    pub(crate) prompt: SetupPrompt,
    pub(crate) confirm_by: DateTime<Utc>,
}

impl Setup {
    /// The setup's ID: name it when confirming, finishing or canceling.
    pub fn id(&self) -> SetupId {
        self.id
    }

    /// The content of the screen, by the kind of the factor.
    pub fn prompt(&self) -> &SetupPrompt {
        &self.prompt
    }

    /// The content of the screen, to keep.
    pub fn into_prompt(self) -> SetupPrompt {
        self.prompt
    }

    /// The content for an authenticator app; `None` for a factor of another kind.
    pub fn totp(&self) -> Option<&TotpSetup> {
        match &self.prompt {
            SetupPrompt::Totp(app) => Some(app),
            #[cfg(feature = "webauthn")]
            SetupPrompt::WebAuthn(_) => None,
        }
    }

    /// The options that ask the browser for a passkey or security key; `None` for a factor of another kind.
    #[cfg(feature = "webauthn")]
    pub fn webauthn(&self) -> Option<&CreationOptions> {
        match &self.prompt {
            SetupPrompt::Totp(_) => None,
            SetupPrompt::WebAuthn(options) => Some(options),
        }
    }

    /// Until when it can be confirmed.
    pub fn confirm_by(&self) -> DateTime<Utc> {
        self.confirm_by
    }
}

/// The account's own judgment of an answer that was to confirm a setup.
///
/// [`Mfa::confirm_setup`](crate::Mfa::confirm_setup), which knows the organizations, answers with a
/// [`Confirmed`](crate::Confirmed).
#[derive(Debug)]
#[must_use]
pub enum ConfirmedSetup {
    /// The first factor is confirmed. Show the codes; MFA is enabled once
    /// [`finish_setup`](crate::domain::Account::finish_setup) says that they were saved.
    FirstFactor(RecoveryCodes),
    /// A further factor is active. This is the session under its new stamp.
    Added(Proven),
    /// The lost factor is replaced: the session under its new stamp, and the new recovery codes.
    Replaced(Proven, RecoveryCodes),
    /// The answer was not right.
    Rejected(SetupRejection),
}

/// Why an answer did not confirm a setup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetupRejection {
    /// The fault of the answer.
    pub reason: SetupRejectionReason,
    /// The number of codes that this setup still takes. At zero it is over and must be begun again. What a
    /// browser answers is not counted.
    pub tries_left: u8,
    /// The step of the standard at which the registration failed: for the host's log, since the
    /// user can do nothing about it.
    #[cfg(feature = "webauthn")]
    pub unverified: Option<Unverified>,
}

/// The reason for a [`SetupRejection`].
///
/// The list is closed: a new reason needs words wherever rejections are shown, and the compiler
/// then names those places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupRejectionReason {
    /// The code is not right.
    Wrong,
    /// The input could not be a code at all. No try was charged.
    Malformed,
    /// The code is right for another time: the authenticator's clock is off by about this much,
    /// positive when it is fast. Found within ten minutes either way.
    ClockOff(TimeDelta),
    /// The browser's answer does not register a credential for this setup. No try was charged.
    CredentialNotVerified,
    /// The account has this credential already. No try was charged.
    AlreadyRegistered,
}

impl SetupRejection {
    pub(crate) const fn new(reason: SetupRejectionReason, tries_left: u8) -> Self {
        Self {
            reason,
            tries_left,
            #[cfg(feature = "webauthn")]
            unverified: None,
        }
    }

    #[cfg(feature = "webauthn")]
    pub(crate) const fn unverified(why: Unverified, tries_left: u8) -> Self {
        let reason = SetupRejectionReason::CredentialNotVerified;
        Self { reason, tries_left, unverified: Some(why) }
    }
}

impl fmt::Display for SetupRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let off = match self.reason {
            SetupRejectionReason::ClockOff(off) => off,
            SetupRejectionReason::Malformed => {
                return f.write_str("that is not a code: check it and try again");
            }
            SetupRejectionReason::Wrong => {
                return f.write_str("the code is not right: check it and try again");
            }
            SetupRejectionReason::CredentialNotVerified => {
                return f.write_str("the passkey or security key was not accepted: try again");
            }
            SetupRejectionReason::AlreadyRegistered => {
                return f.write_str("this passkey or security key is set up already");
            }
        };
        let seconds = off.num_seconds();
        let minutes = ((seconds.unsigned_abs() + 30) / 60).max(1);
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        let direction = if seconds < 0 { "slow" } else { "fast" };
        write!(f, "your phone's clock is {minutes} {unit} {direction}: set it and try again")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_clock_is_named_in_minutes() {
        let say = |seconds| {
            let reason = SetupRejectionReason::ClockOff(TimeDelta::seconds(seconds));
            SetupRejection::new(reason, 9).to_string()
        };
        assert_eq!(say(-240), "your phone's clock is 4 minutes slow: set it and try again");
        assert_eq!(say(60), "your phone's clock is 1 minute fast: set it and try again");
        assert_eq!(say(-600), "your phone's clock is 10 minutes slow: set it and try again");
    }
}
