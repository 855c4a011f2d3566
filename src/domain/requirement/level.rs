//! How many kinds of factors, and what tokens call them.

use std::sync::Arc;

use crate::domain::invalid::{Invalid, bytes_within};

/// How many kinds of factors a session has proven.
///
/// A password and single sign-on are both first factors, two phones are both second ones: twice the
/// same kind is one. A recovery code raises no level, because it stands in for a factor that was
/// lost; a rule lets it count by [`or_recovery`](crate::StepUpRule::or_recovery).
///
/// These are the authenticators of AAL1 and AAL2 (NIST SP 800-63B-4 §2.1, §2.2). Whether a service
/// as a whole reaches that level depends on more: session limits, and a phishing-resistant option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Level {
    /// A first factor.
    OneFactor,
    /// A first factor and a second one.
    TwoFactors,
}

/// The names of the levels in `acr` and `acr_values`, as the host and its clients have agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcrNames {
    one_factor: Arc<str>,
    two_factors: Arc<str>,
}

impl AcrNames {
    /// Names both levels, each in 1 to 128 bytes of printable ASCII without spaces (they separate
    /// `acr_values`), quotes and backslashes (they end a header's string).
    ///
    /// # Errors
    /// [`Invalid`] with the bound that was missed, or when the two are the same.
    pub fn new(one_factor: &str, two_factors: &str) -> Result<Self, Invalid> {
        for name in [one_factor, two_factors] {
            bytes_within("acr name", name, 1, 128)?;
            if !name.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\') {
                let form = "printable ASCII without spaces, quotes and backslashes";
                return Err(Invalid::Form { what: "acr name", form });
            }
        }
        if one_factor == two_factors {
            return Err(Invalid::Form { what: "acr name", form: "different for each level" });
        }
        Ok(Self { one_factor: one_factor.into(), two_factors: two_factors.into() })
    }

    /// The name of a level.
    pub fn name(&self, level: Level) -> &str {
        match level {
            Level::OneFactor => &self.one_factor,
            Level::TwoFactors => &self.two_factors,
        }
    }
}
