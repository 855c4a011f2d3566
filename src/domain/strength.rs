//! How well a factor withstands phishing: the ladder that sessions, rules and policies compare.

/// The strength of a factor, of an account (its strongest factor's), or of what is required.
///
/// Strengths are ordered: a stronger one meets whatever a weaker one meets.
///
/// ```
/// use mfakit::Strength;
///
/// assert!(Strength::PhishingResistant > Strength::Standard);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Strength {
    /// Keeps out anyone who has only the first factor. What is typed can be phished: an
    /// authenticator app's code (NIST SP 800-63B-4 §3.2.5).
    Standard,
    /// Bound to the site it was registered with, so that a look-alike site gets nothing it could
    /// use: a passkey or a security key (NIST SP 800-63B-4 §3.2.5).
    PhishingResistant,
}

impl Strength {
    /// The strength as stores keep and compare it: from 1 to 255, stronger is larger. There is room
    /// between, below and above for strengths of later releases; 0 stands for no factor at all.
    pub const fn rank(self) -> u8 {
        match self {
            Self::Standard => 20,
            Self::PhishingResistant => 40,
        }
    }

    /// The strength of exactly this rank; `None` for a rank that this release does not know.
    pub const fn from_rank(rank: u8) -> Option<Self> {
        match rank {
            20 => Some(Self::Standard),
            40 => Some(Self::PhishingResistant),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_ordered_like_the_strengths_and_read_back() {
        let ladder = [Strength::Standard, Strength::PhishingResistant];
        assert!(ladder.is_sorted());
        assert!(ladder.is_sorted_by_key(|strength| strength.rank()));
        for strength in ladder {
            assert_eq!(Strength::from_rank(strength.rank()), Some(strength));
        }
        let known = (0..=u8::MAX).filter_map(Strength::from_rank);
        assert_eq!(known.count(), ladder.len());
    }
}
