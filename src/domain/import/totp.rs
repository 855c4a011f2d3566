//! An authenticator app as another system holds it.

use chrono::{DateTime, Utc};

use super::described::Described;
use super::seed::Seed;
use crate::domain::context::Context;
use crate::domain::factor::totp::{DRIFT_LIMIT, Step, TotpParams, Window};
use crate::domain::invalid::{Invalid, within};
use crate::domain::label::Label;

/// How far ahead of the clock a last used step may lie. Further ahead it is no step but something
/// else, such as seconds, and the factor would be dead.
const STEPS_AHEAD: u64 = 20;

/// An authenticator app that another system knows.
///
/// [`ImportedFactor::totp`](super::ImportedFactor::totp) makes one.
#[derive(Debug, Clone)]
#[must_use]
pub struct ImportedTotp {
    pub(super) described: Described,
    pub(super) seed: Seed,
    pub(super) params: TotpParams,
    last_step: Option<Step>,
    pub(super) drift: i8,
}

impl ImportedTotp {
    pub(super) fn new(described: Described, seed: Seed) -> Self {
        Self { described, seed, params: TotpParams::default(), last_step: None, drift: 0 }
    }

    /// Sets how its codes are computed.
    pub fn params(mut self, params: TotpParams) -> Self {
        self.params = params;
        self
    }

    /// Sets the last step whose code the other system has accepted: Unix seconds divided by the
    /// period. Only codes of later steps will be accepted.
    ///
    /// Say it only if the other system stores it, and has accepted no code since. Without it every
    /// code of the window in which the import happens is burned: the owner waits for at most a
    /// minute, and no code is good twice.
    pub fn last_step(mut self, step: Step) -> Self {
        self.last_step = Some(step);
        self
    }

    /// Sets how many steps its clock is known to be ahead of the server's: −4 to 4.
    pub fn drift(mut self, steps: i8) -> Self {
        self.drift = steps;
        self
    }

    /// Sets when it was set up; without it, when it was imported.
    pub fn added_at(mut self, at: DateTime<Utc>) -> Self {
        self.described.added_at = Some(at);
        self
    }

    /// Sets when it was last used; without it, when it was set up.
    pub fn last_used_at(mut self, at: DateTime<Utc>) -> Self {
        self.described.last_used_at = Some(at);
        self
    }

    /// The name that it will have.
    pub fn label(&self) -> &Label {
        &self.described.label
    }

    /// Whether its seed has less than 128 bits.
    pub fn is_weak(&self) -> bool {
        self.seed.is_weak()
    }

    pub(super) fn check(&self, context: Context<'_>) -> Result<(), Invalid> {
        let (drift, limit) = (i64::from(self.drift), i64::from(DRIFT_LIMIT));
        within("clock drift in steps", drift, -limit, limit)?;
        let most = self.window(context).center.saturating_add(STEPS_AHEAD);
        match self.last_step {
            Some(step) if step > most => Err(Invalid::Range {
                what: "last used step",
                min: 0,
                max: most.cast_signed(),
                found: step.cast_signed(),
            }),
            _ => Ok(()),
        }
    }

    /// The last step that will not be accepted any more.
    pub(super) fn burned(&self, context: Context<'_>) -> Step {
        let window = self.window(context);
        self.last_step.unwrap_or(window.center.saturating_add(u64::from(window.reach)))
    }

    fn window(&self, context: Context<'_>) -> Window {
        let reach = context.settings.window;
        Window::around(context.unix_seconds(), self.params, self.drift, reach)
    }
}
