//! A second factor that is set up.

#[cfg(feature = "webauthn")]
pub mod webauthn;

use chrono::{DateTime, Utc};

use super::extra::Extra;
use super::id::FactorId;
use super::label::Label;
use super::sealed::SealedSecret;
use super::totp::{DRIFT_LIMIT, Step, TotpParams, Window};

/// The kinds of second factor. WebAuthn and others will join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum FactorKind {
    /// A time-based one-time password, RFC 6238.
    Totp,
}

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
    pub(crate) state: FactorState,
    pub(crate) extra: Extra,
}

/// What a factor is verified by.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FactorState {
    /// An app or token that shows codes.
    Totp(TotpState),
}

impl Factor {
    /// Which factor it is.
    pub fn id(&self) -> FactorId {
        self.id
    }

    /// What its owner calls it.
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

    /// What it is verified by.
    pub fn state(&self) -> &FactorState {
        &self.state
    }

    /// What kind it is.
    pub fn kind(&self) -> FactorKind {
        match self.state {
            FactorState::Totp(_) => FactorKind::Totp,
        }
    }

    pub(crate) fn totp(&self) -> &TotpState {
        let FactorState::Totp(totp) = &self.state;
        totp
    }

    pub(crate) fn totp_mut(&mut self) -> &mut TotpState {
        let FactorState::Totp(totp) = &mut self.state;
        totp
    }
}

/// The server's side of a TOTP authenticator.
#[derive(Debug, Clone, PartialEq)]
pub struct TotpState {
    pub(crate) params: TotpParams,
    pub(crate) sealed: SealedSecret,
    pub(crate) last_step: Step,
    pub(crate) drift: i8,
    pub(crate) extra: Extra,
}

impl TotpState {
    /// How its codes are computed.
    pub fn params(&self) -> TotpParams {
        self.params
    }

    /// Its secret, sealed.
    pub fn sealed(&self) -> &SealedSecret {
        &self.sealed
    }

    /// The last step whose code was accepted. Only later ones ever will be.
    pub fn last_step(&self) -> Step {
        self.last_step
    }

    /// How many steps its clock is ahead of ours, as its codes have shown: −4 to 4.
    pub fn drift(&self) -> i8 {
        self.drift
    }

    /// The steps around the one it shows now.
    pub(crate) fn window(&self, unix_seconds: u64, reach: u8) -> Window {
        Window::around(unix_seconds, self.params, self.drift, reach)
    }

    /// Moves the learned drift one step towards where a code was found, within its limit. One at a
    /// time, because a code that was merely typed late looks like a slow clock.
    pub(crate) fn learn(&mut self, step: Step, unix_seconds: u64) {
        let towards = match step.cmp(&self.window(unix_seconds, 0).center) {
            std::cmp::Ordering::Less => -1,
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Greater => 1,
        };
        self.drift = (self.drift + towards).clamp(-DRIFT_LIMIT, DRIFT_LIMIT);
    }
}

/// How far a step is from the one the clock shows, as a drift within its limit.
pub(crate) fn drift_of(step: Step, unix_seconds: u64, params: TotpParams) -> i8 {
    let now = Window::around(unix_seconds, params, 0, 0).center;
    let limit = i64::from(DRIFT_LIMIT);
    let offset = (step.cast_signed() - now.cast_signed()).clamp(-limit, limit);
    i8::try_from(offset).unwrap_or(0)
}
