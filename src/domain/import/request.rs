//! What a host hands in.

use super::codes::ImportedCodes;
use super::factor::ImportedFactor;

/// One user's second factors and recovery codes, as another system holds them.
///
/// Import only what the other system treats as switched on and confirmed: an imported factor is
/// live at once. How to read it from where it is, see [`mfakit::import`](crate::import).
///
/// ```
/// use mfakit::import::{Import, ImportedCodes, ImportedFactor, Seed};
///
/// let seed = Seed::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")?;
/// let import = Import::new()
///     .factor(ImportedFactor::totp("Authenticator app", seed)?)
///     .codes(ImportedCodes::plain(["3f9a-71c2-88ab-0d5e", "77aa-0b1c-9f3e-52d4"])?);
/// # let _ = import;
/// # Ok::<(), mfakit::Invalid>(())
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Import {
    pub(crate) factors: Vec<ImportedFactor>,
    pub(crate) codes: Option<ImportedCodes>,
    pub(crate) terms: Terms,
}

/// What the host has accepted by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Terms {
    pub(crate) weak_seeds: bool,
    pub(crate) weak_codes: bool,
}

impl Import {
    /// Nothing yet. At least one factor has to be added.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a factor, of any kind. The first one is the preferred one.
    pub fn factor(mut self, factor: impl Into<ImportedFactor>) -> Self {
        self.factors.push(factor.into());
        self
    }

    /// Adds the recovery codes that are still unused. Without any the account is marked, and its
    /// owner prompted to have some issued.
    pub fn codes(mut self, codes: ImportedCodes) -> Self {
        self.codes = Some(codes);
        self
    }

    /// Accepts seeds of 80 to 127 bits. The factor is marked, and its owner prompted to replace it.
    ///
    /// # Security
    /// Below what RFC 4226 §4 R6 and NIST SP 800-63B-4 §3.1.4.1 ask for: whoever has seen a few codes
    /// can search for an 80-bit seed, at great cost.
    pub fn accept_seeds_under_128_bits(mut self) -> Self {
        self.terms.weak_seeds = true;
        self
    }

    /// Accepts recovery codes of 20 to 63 bits. Wrong ones are charged to a budget of their own, 20
    /// with one back per 14 days, and the next session that holds both factors can do nothing before
    /// it has replaced them.
    ///
    /// # Security
    /// Below what NIST SP 800-63B-4 §4.2.1.1 asks for. With ten codes of 20 bits somebody who knows
    /// the password gets in within a year once in 2,300 accounts; and he can spend the budget, so
    /// that no imported code works until it grows back.
    pub fn accept_codes_under_64_bits(mut self) -> Self {
        self.terms.weak_codes = true;
        self
    }
}
