//! Time steps, and how far apart two clocks may be.

use super::params::TotpParams;

/// The number of a time step: seconds since 1970 divided by the period (RFC 6238 §4.2).
pub type Step = u64;

/// How far a factor's learned drift can go, in steps either way: two minutes at 30 seconds.
pub const DRIFT_LIMIT: i8 = 4;

/// How far three codes in a row are searched for, in steps either side of the center.
pub const TRIPLE_SEARCH: u8 = 4;

/// The steps that are tried for a code: `center - reach ..= center + reach`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The step in the middle.
    pub center: Step,
    /// How many steps either side.
    pub reach: u8,
}

impl Window {
    /// The window around the step of `unix_seconds`, moved by a learned drift.
    pub fn around(unix_seconds: u64, params: TotpParams, drift: i8, reach: u8) -> Self {
        let now = unix_seconds / u64::from(params.period());
        Self { center: now.saturating_add_signed(i64::from(drift)), reach }
    }

    pub(super) fn steps(self) -> impl Iterator<Item = Step> {
        let first = self.center.saturating_sub(u64::from(self.reach));
        (0..=2 * u64::from(self.reach)).map(move |offset| first.saturating_add(offset))
    }
}

/// How far a step is from the one the clock shows, as a drift within its limit.
pub(crate) fn drift_of(step: Step, unix_seconds: u64, params: TotpParams) -> i8 {
    let now = Window::around(unix_seconds, params, 0, 0).center;
    let limit = i64::from(DRIFT_LIMIT);
    let offset = (step.cast_signed() - now.cast_signed()).clamp(-limit, limit);
    i8::try_from(offset).unwrap_or(0)
}
