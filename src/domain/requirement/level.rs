//! The levels of a session, and what tokens call them.

use std::sync::Arc;

use crate::domain::invalid::{Invalid, bytes_within};
use crate::domain::strength::Strength;

/// The level of a session: the kinds of factors that it has proven, and their strength.
///
/// A password and single sign-on are both first factors, two phones are both second ones: twice the
/// same kind is one. A recovery code raises no level, because it stands in for a factor that was
/// lost; a rule lets it count for two factors by [`or_recovery`](crate::StepUpRule::or_recovery), and
/// for nothing stronger.
///
/// These are the authenticators of AAL1 and AAL2, and the phishing-resistant ones that AAL2 has to
/// offer (NIST SP 800-63B-4 §2.1, §2.2, §2.2.2). Whether a service as a whole reaches that level
/// depends on more, such as session limits. None is AAL3, which wants to know what device holds a
/// key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Level {
    /// A first factor.
    OneFactor,
    /// A first factor and a second one to it: one thing is [not counted twice](crate::FirstFactorKind).
    TwoFactors,
    /// A first factor and a phishing-resistant second one to it: a passkey or a security key.
    PhishingResistant,
}

impl Level {
    /// Every level of this release, the lowest first.
    pub const ALL: [Self; 3] = [Self::OneFactor, Self::TwoFactors, Self::PhishingResistant];

    /// The strength of the second factor of a session of this level.
    pub(crate) const fn strength(self) -> Option<Strength> {
        match self {
            Self::OneFactor => None,
            Self::TwoFactors => Some(Strength::Standard),
            Self::PhishingResistant => Some(Strength::PhishingResistant),
        }
    }
}

/// The names of the levels in `acr` and `acr_values`, as the host and its clients have agreed.
///
/// ```
/// use mfakit::step_up::{AcrNames, Level};
///
/// let names = AcrNames::new("urn:example:one", "urn:example:two", "urn:example:strong")?;
/// assert_eq!(names.name(Level::PhishingResistant), "urn:example:strong");
/// assert_eq!(names.level("phr"), Some(Level::PhishingResistant));
/// # Ok::<(), mfakit::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcrNames {
    one_factor: Arc<str>,
    two_factors: Arc<str>,
    phishing_resistant: Arc<str>,
}

impl AcrNames {
    /// Names the levels, each in 1 to 128 bytes of printable ASCII without spaces (they separate
    /// `acr_values`), quotes and backslashes (they end a header's string).
    ///
    /// `phr` can only be the third. `phrh`, which claims that hardware protects the key, can be none:
    /// only verified attestation would show it.
    ///
    /// # Errors
    /// [`Invalid`] with the bound that was missed, or when two are the same.
    pub fn new(
        one_factor: &str,
        two_factors: &str,
        phishing_resistant: &str,
    ) -> Result<Self, Invalid> {
        for name in [one_factor, two_factors, phishing_resistant] {
            bytes_within("acr name", name, 1, 128)?;
            if !name.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\') {
                let form = "printable ASCII without spaces, quotes and backslashes";
                return Err(Invalid::Form { what: "acr name", form });
            }
        }
        let twice = one_factor == two_factors
            || one_factor == phishing_resistant
            || two_factors == phishing_resistant;
        if twice {
            return Err(Invalid::Form { what: "acr name", form: "different for each level" });
        }
        let reserved = [one_factor, two_factors].contains(&PHISHING_RESISTANT)
            || [one_factor, two_factors, phishing_resistant].contains(&HARDWARE_PROTECTED);
        if reserved {
            let form = "what it says: `phr` is phishing-resistant, and `phrh` is not offered";
            return Err(Invalid::Form { what: "acr name", form });
        }
        Ok(Self {
            one_factor: one_factor.into(),
            two_factors: two_factors.into(),
            phishing_resistant: phishing_resistant.into(),
        })
    }

    /// The name of a level.
    pub fn name(&self, level: Level) -> &str {
        match level {
            Level::OneFactor => &self.one_factor,
            Level::TwoFactors => &self.two_factors,
            Level::PhishingResistant => &self.phishing_resistant,
        }
    }

    /// The level that a client asks for by this name: one of the host's names, or `phr` for the
    /// third (OpenID Connect Extended Authentication Profile ACR Values 1.0 §2). `None` for any
    /// other, `phrh` among them, which is not offered.
    pub fn level(&self, name: &str) -> Option<Level> {
        let named = Level::ALL.into_iter().find(|level| self.name(*level) == name);
        named.or_else(|| (name == PHISHING_RESISTANT).then_some(Level::PhishingResistant))
    }
}

/// The name that OpenID Connect gives the third level.
const PHISHING_RESISTANT: &str = "phr";

/// The same, with a key that hardware protects.
const HARDWARE_PROTECTED: &str = "phrh";
