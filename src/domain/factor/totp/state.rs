//! What is stored of a TOTP factor.

use super::params::TotpParams;
use super::step::{DRIFT_LIMIT, Step, Window};
use crate::domain::sealed::SealedSecret;
use crate::domain::unknown_fields::Extra;

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
