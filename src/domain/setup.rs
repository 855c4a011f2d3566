//! Setting up a factor: what is asked for, what is pending, what comes of it.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use zeroize::Zeroizing;

use super::factor::totp::{self, Step, TotpParams, TotpSecret};
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
        let (label, account) = (Label::new(label)?, AccountName::new(account)?);
        Ok(Self { label, account, issuer: None, replaces: None })
    }

    /// Shows another issuer in the app than the one that the [`Mfa`](crate::Mfa) was built with: for
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

    /// What its owner will call it.
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// The strength that it will have.
    pub fn strength(&self) -> Strength {
        Strength::Standard
    }
}

/// A setup that is not finished. It lies beside the live factors and touches none of them.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingSetup {
    pub(crate) id: SetupId,
    pub(crate) session: SessionId,
    pub(crate) factor: FactorId,
    pub(crate) label: Label,
    pub(crate) account: AccountName,
    /// Where the host has chosen one for this setup, and it can still be shown.
    pub(crate) issuer: Option<Issuer>,
    pub(crate) params: TotpParams,
    pub(crate) sealed: SealedSecret,
    pub(crate) begun_at: DateTime<Utc>,
    pub(crate) tries_left: u8,
    pub(crate) replaces: Option<FactorId>,
    pub(crate) confirmed: Option<Confirmation>,
    pub(crate) extra: Extra,
}

/// That a right code came, and the recovery set that was issued with it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Confirmation {
    pub(crate) right: RightCode,
    pub(crate) recovery: Arc<RecoverySet>,
    pub(crate) extra: Extra,
}

/// When a right code came, of which step, and how far the authenticator's clock is off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RightCode {
    pub(crate) at: DateTime<Utc>,
    pub(crate) step: Step,
    pub(crate) drift: i8,
}

impl PendingSetup {
    /// Which setup it is.
    pub fn id(&self) -> SetupId {
        self.id
    }

    /// The factor it will become.
    pub fn factor(&self) -> FactorId {
        self.factor
    }

    /// How its codes are computed.
    pub fn params(&self) -> TotpParams {
        self.params
    }

    /// Its secret, sealed.
    pub fn sealed(&self) -> &SealedSecret {
        &self.sealed
    }

    /// When it was begun.
    pub fn begun_at(&self) -> DateTime<Utc> {
        self.begun_at
    }

    /// Whether a right code has come and only "I have saved my codes" is missing.
    pub fn confirmed(&self) -> bool {
        self.confirmed.is_some()
    }
}

/// What the setup screen shows: the QR code's content and the manual code.
///
/// Its secret is wiped when dropped and never printed by `Debug`.
pub struct Setup {
    pub(crate) id: SetupId,
    pub(crate) issuer: Issuer,
    pub(crate) uri: Zeroizing<String>,
    pub(crate) manual_key: Zeroizing<String>,
    pub(crate) confirm_by: DateTime<Utc>,
}

impl Setup {
    /// `usual` is the issuer of setups that have none of their own.
    pub(crate) fn of(
        pending: &PendingSetup,
        usual: &Issuer,
        secret: &TotpSecret,
        confirm_by: DateTime<Utc>,
    ) -> Self {
        let issuer = pending.issuer.as_ref().unwrap_or(usual);
        Self {
            id: pending.id,
            issuer: issuer.clone(),
            uri: totp::otpauth::uri(issuer, &pending.account, secret, pending.params),
            manual_key: totp::otpauth::manual_key(secret),
            confirm_by,
        }
    }

    /// Which setup it is: name it when confirming, finishing or canceling.
    pub fn id(&self) -> SetupId {
        self.id
    }

    /// The issuer that the app will show above its codes.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The `otpauth://` URI that the QR code holds. It contains the secret: never log it.
    pub fn otpauth_uri(&self) -> &str {
        &self.uri
    }

    /// The secret for typing, in groups of four.
    pub fn manual_key(&self) -> &str {
        &self.manual_key
    }

    /// Until when it can be confirmed.
    pub fn confirm_by(&self) -> DateTime<Utc> {
        self.confirm_by
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Setup({}, secret redacted)", self.id)
    }
}

/// How the account alone judged a code that was to confirm a setup.
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
    /// The code was not right.
    Rejected(SetupRejection),
}

/// Why a code did not confirm a setup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetupRejection {
    /// What was wrong with the code.
    pub reason: SetupRejectionReason,
    /// How many more codes this setup takes. At zero it is over and must be begun again.
    pub tries_left: u8,
}

/// The reason for a [`SetupRejection`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetupRejectionReason {
    /// The code is not right.
    Wrong,
    /// The input could not be a code at all. No try was charged.
    Malformed,
    /// The code is right for another time: the authenticator's clock is off by about this much,
    /// positive when it is fast. Found within ten minutes either way.
    ClockOff(TimeDelta),
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
            SetupRejection { reason, tries_left: 9 }.to_string()
        };
        assert_eq!(say(-240), "your phone's clock is 4 minutes slow: set it and try again");
        assert_eq!(say(60), "your phone's clock is 1 minute fast: set it and try again");
        assert_eq!(say(-600), "your phone's clock is 10 minutes slow: set it and try again");
    }
}
