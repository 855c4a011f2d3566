//! A second factor that is set up.

pub(crate) mod totp;
#[cfg(feature = "webauthn")]
pub mod webauthn;

use chrono::{DateTime, Utc};

use crate::domain::enrolled_by::EnrolledBy;
use crate::domain::factor_kind::FactorKind;
use crate::domain::id::FactorId;
use crate::domain::label::{AccountName, Issuer, Label};
use crate::domain::sealed::SealedSecret;
use crate::domain::strength::Strength;
use crate::domain::unknown_fields::{Extra, Value};
use totp::{PendingTotp, TotpParams, TotpSecret, TotpSetup, TotpState};

/// One registered factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    pub(crate) id: FactorId,
    pub(crate) label: Label,
    pub(crate) added_at: DateTime<Utc>,
    pub(crate) last_used_at: DateTime<Utc>,
    pub(crate) suspended: bool,
    /// It was imported with a seed of less than 128 bits.
    pub(crate) weak: bool,
    /// Wrong answers that were judged by it since its last right one.
    pub(crate) failures: u16,
    pub(crate) enrolled_by: EnrolledBy,
    pub(crate) state: FactorState,
    pub(crate) extra: Extra,
}

/// What a factor is verified by.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FactorState {
    /// An app or token that shows codes.
    Totp(TotpState),
    /// A passkey or a security key.
    #[cfg(feature = "webauthn")]
    WebAuthn(Box<webauthn::WebAuthnState>),
    /// Something that this build does not know. It is carried along as it is stored.
    Unknown(Box<UnknownState>),
}

/// The strength of a kind; `None` for one that this build does not know, whose factors say their own.
pub(crate) fn strength_of(kind: FactorKind) -> Option<Strength> {
    match kind {
        FactorKind::Totp => Some(Strength::Standard),
        FactorKind::WebAuthn => Some(Strength::PhishingResistant),
        FactorKind::Unknown => None,
    }
}

/// The start of a factor, by its kind.
#[derive(Debug)]
#[non_exhaustive]
pub enum DrawnKind<'a> {
    /// A secret for an authenticator app.
    Totp {
        /// The secret, as long as the settings' algorithm wants it.
        secret: &'a TotpSecret,
        /// The same secret, sealed for this subject, factor and the settings' parameters.
        sealed: SealedSecret,
    },
    /// The name of a user towards authenticators.
    #[cfg(feature = "webauthn")]
    WebAuthn {
        /// The name: random. One that the account's credentials have here already is taken instead.
        user_handle: webauthn::UserHandle,
    },
}

/// The state of a factor that is being set up, until it is confirmed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum PendingState {
    /// An app or token that shows codes.
    Totp(PendingTotp),
    /// A passkey or a security key.
    #[cfg(feature = "webauthn")]
    WebAuthn(Box<webauthn::PendingCredential>),
    /// Something that this build does not know. It is carried along as it is stored.
    Unknown(Box<UnknownPending>),
}

/// The content of the setup screen, by the kind of the factor.
#[derive(Debug)]
#[non_exhaustive]
pub enum SetupPrompt {
    /// A QR code for an authenticator app. It is answered by
    /// [`Answer::code`](crate::Answer::code).
    Totp(TotpSetup),
    /// The options for `navigator.credentials.create()`. They are answered by
    /// [`Answer::webauthn`](crate::Answer::webauthn).
    #[cfg(feature = "webauthn")]
    WebAuthn(Box<webauthn::CreationOptions>),
}

/// The stored state of a setup that this build does not know: never shown, never lost.
#[derive(Debug, Clone, PartialEq)]
pub struct UnknownPending {
    pub(crate) kind: String,
    #[cfg_attr(not(feature = "serde"), allow(dead_code, reason = "only a stored form holds any"))]
    pub(crate) raw: Value,
}

impl UnknownPending {
    /// The kind's name, as a release that knows it has written it.
    pub fn kind(&self) -> &str {
        &self.kind
    }
}

impl<'a> DrawnKind<'a> {
    /// Returns the state of a setup that starts from it.
    pub(crate) fn pending(
        &self,
        account: AccountName,
        issuer: Option<Issuer>,
        params: TotpParams,
    ) -> PendingState {
        let extra = Extra::default();
        match self {
            Self::Totp { sealed, .. } => {
                let sealed = sealed.clone();
                PendingState::Totp(PendingTotp { account, issuer, params, sealed, extra })
            }
            #[cfg(feature = "webauthn")]
            Self::WebAuthn { user_handle } => {
                let user_handle = user_handle.clone();
                let pending = webauthn::PendingCredential { account, issuer, user_handle, extra };
                PendingState::WebAuthn(Box::new(pending))
            }
        }
    }

    /// The secret that the setup shows, if there is one.
    pub(crate) fn secret(&self) -> Option<&'a TotpSecret> {
        match self {
            Self::Totp { secret, .. } => Some(secret),
            #[cfg(feature = "webauthn")]
            Self::WebAuthn { .. } => None,
        }
    }
}

impl PendingState {
    /// The kind of the factor that it will become.
    pub fn kind(&self) -> FactorKind {
        match self {
            Self::Totp(_) => FactorKind::Totp,
            #[cfg(feature = "webauthn")]
            Self::WebAuthn(_) => FactorKind::WebAuthn,
            Self::Unknown(_) => FactorKind::Unknown,
        }
    }

    pub(crate) fn totp(&self) -> Option<&PendingTotp> {
        match self {
            Self::Totp(totp) => Some(totp),
            #[cfg(feature = "webauthn")]
            Self::WebAuthn(_) => None,
            Self::Unknown(_) => None,
        }
    }

    pub(crate) fn totp_mut(&mut self) -> Option<&mut PendingTotp> {
        match self {
            Self::Totp(totp) => Some(totp),
            #[cfg(feature = "webauthn")]
            Self::WebAuthn(_) => None,
            Self::Unknown(_) => None,
        }
    }

    /// The account name that the app or the authenticator shows, and the issuer if the host has
    /// chosen one.
    pub(crate) fn names(&self) -> Option<(&AccountName, Option<&Issuer>)> {
        match self {
            Self::Totp(totp) => Some((&totp.account, totp.issuer.as_ref())),
            #[cfg(feature = "webauthn")]
            Self::WebAuthn(pending) => Some((&pending.account, pending.issuer.as_ref())),
            Self::Unknown(_) => None,
        }
    }
}

/// The stored state of a factor that this build does not know: never asked, never lost.
#[derive(Debug, Clone, PartialEq)]
pub struct UnknownState {
    pub(crate) kind: String,
    pub(crate) rank: u8,
    #[cfg_attr(not(feature = "serde"), allow(dead_code, reason = "only a stored form holds any"))]
    pub(crate) raw: Value,
}

impl UnknownState {
    /// The kind's name, as a release that knows it has written it.
    pub fn kind(&self) -> &str {
        &self.kind
    }
}

impl Factor {
    /// The factor's ID.
    pub fn id(&self) -> FactorId {
        self.id
    }

    /// The name that its owner gave it.
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// When it was confirmed.
    pub fn added_at(&self) -> DateTime<Utc> {
        self.added_at
    }

    /// When it was last accepted.
    pub fn last_used_at(&self) -> DateTime<Utc> {
        self.last_used_at
    }

    /// Whether it was suspended after too many failures in a row.
    pub fn suspended(&self) -> bool {
        self.suspended
    }

    /// Whether its seed has less than 128 bits, because it was imported so.
    pub fn is_weak(&self) -> bool {
        self.weak
    }

    /// The evidence of the session that enrolled it.
    pub fn enrolled_by(&self) -> &EnrolledBy {
        &self.enrolled_by
    }

    /// The state that its answers are judged by.
    pub fn state(&self) -> &FactorState {
        &self.state
    }

    /// The factor's kind.
    pub fn kind(&self) -> FactorKind {
        self.state.kind()
    }

    /// The factor's strength, suspended or not. Of a kind that this build does not know, the
    /// strength that it is stored with; `None` if that is below any that this release knows.
    pub fn strength(&self) -> Option<Strength> {
        Strength::reached_by(self.rank())
    }

    /// The strength as it is stored.
    pub(crate) fn rank(&self) -> u8 {
        self.state.rank()
    }

    /// Whether its device can verify its user, so that it counts for rules that ask for it: a
    /// credential that was registered so.
    pub(crate) fn verifies_user(&self) -> bool {
        match &self.state {
            FactorState::Totp(_) | FactorState::Unknown(_) => false,
            #[cfg(feature = "webauthn")]
            FactorState::WebAuthn(state) => state.credential().registered_with_user_verification(),
        }
    }

    pub(crate) fn totp(&self) -> Option<&TotpState> {
        self.state.totp()
    }

    pub(crate) fn totp_mut(&mut self) -> Option<&mut TotpState> {
        self.state.totp_mut()
    }

    #[cfg(feature = "webauthn")]
    pub(crate) fn credential(&self) -> Option<&webauthn::Credential> {
        match &self.state {
            FactorState::WebAuthn(state) => Some(&state.credential),
            FactorState::Totp(_) | FactorState::Unknown(_) => None,
        }
    }
}

impl FactorState {
    pub(crate) fn kind(&self) -> FactorKind {
        match self {
            Self::Totp(_) => FactorKind::Totp,
            #[cfg(feature = "webauthn")]
            Self::WebAuthn(_) => FactorKind::WebAuthn,
            Self::Unknown(_) => FactorKind::Unknown,
        }
    }

    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Totp(_) => Strength::Standard.rank(),
            #[cfg(feature = "webauthn")]
            Self::WebAuthn(_) => Strength::PhishingResistant.rank(),
            Self::Unknown(unknown) => unknown.rank,
        }
    }

    pub(crate) fn totp(&self) -> Option<&TotpState> {
        match self {
            Self::Totp(totp) => Some(totp),
            #[cfg(feature = "webauthn")]
            Self::WebAuthn(_) => None,
            Self::Unknown(_) => None,
        }
    }

    pub(crate) fn totp_mut(&mut self) -> Option<&mut TotpState> {
        match self {
            Self::Totp(totp) => Some(totp),
            #[cfg(feature = "webauthn")]
            Self::WebAuthn(_) => None,
            Self::Unknown(_) => None,
        }
    }
}
