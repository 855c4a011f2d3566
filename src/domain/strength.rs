//! How well a factor withstands phishing: the ladder that sessions, rules and policies compare.

use std::fmt;

use super::invalid::{Invalid, within};

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
    /// Every strength of this release, the weakest first.
    pub const ALL: [Self; 2] = [Self::Standard, Self::PhishingResistant];

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

impl Strength {
    /// The strongest strength of this release that a rank reaches: a rank of a later release counts
    /// for the strength below it, and `None` for a rank below every one.
    pub fn reached_by(rank: u8) -> Option<Self> {
        Self::ALL.into_iter().rev().find(|strength| strength.rank() <= rank)
    }
}

impl fmt::Display for Strength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Standard => "standard",
            Self::PhishingResistant => "phishing-resistant",
        })
    }
}

/// A strength that a policy requires: one of this release, or of a later one.
///
/// What this release does not know is carried and met by nobody: an older process never opens more
/// than a newer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "u8", into = "u8"))]
pub struct Required(u8);

impl Required {
    /// A strength of this release.
    pub const fn of(strength: Strength) -> Self {
        Self(strength.rank())
    }

    /// Reads a required strength back from its [rank](Self::rank).
    ///
    /// # Errors
    /// [`Invalid::Range`] for 0, which stands for no factor at all.
    pub fn from_rank(rank: u8) -> Result<Self, Invalid> {
        within("rank of a required strength", i64::from(rank), 1, i64::from(u8::MAX))?;
        Ok(Self(rank))
    }

    /// The strength as stores keep and compare it: see [`Strength::rank`].
    pub const fn rank(self) -> u8 {
        self.0
    }

    /// The strength; `None` for one that needs a newer release.
    pub const fn known(self) -> Option<Strength> {
        Strength::from_rank(self.0)
    }

    /// Whether an account of this strength, `None` for one without a factor, has what is required.
    pub fn met_by(self, strength: Option<Strength>) -> bool {
        self.known().is_some_and(|needed| Some(needed) <= strength)
    }
}

impl From<Strength> for Required {
    fn from(strength: Strength) -> Self {
        Self::of(strength)
    }
}

impl TryFrom<u8> for Required {
    type Error = Invalid;
    fn try_from(rank: u8) -> Result<Self, Invalid> {
        Self::from_rank(rank)
    }
}

impl From<Required> for u8 {
    fn from(required: Required) -> Self {
        required.0
    }
}

impl fmt::Display for Required {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.known() {
            Some(strength) => strength.fmt(f),
            None => write!(f, "a strength that needs a newer release (rank {})", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_counts_for_the_strength_that_it_reaches() {
        let table = [
            (0, None),
            (19, None),
            (20, Some(Strength::Standard)),
            (39, Some(Strength::Standard)),
            (40, Some(Strength::PhishingResistant)),
            (u8::MAX, Some(Strength::PhishingResistant)),
        ];
        for (rank, reached) in table {
            assert_eq!(Strength::reached_by(rank), reached, "{rank}");
        }
    }

    /// One case a row: what is required; and whether it is met without MFA, with an app, with a key.
    #[test]
    fn what_is_required_is_met_by_what_is_as_strong_and_an_unknown_strength_by_nobody() {
        let table = [
            (20, [false, true, true]),
            (40, [false, false, true]),
            (1, [false; 3]),
            (30, [false; 3]),
            (41, [false; 3]),
            (u8::MAX, [false; 3]),
        ];
        let accounts = [None, Some(Strength::Standard), Some(Strength::PhishingResistant)];
        for (rank, met) in table {
            let required = Required::from_rank(rank).unwrap();
            assert_eq!(accounts.map(|strength| required.met_by(strength)), met, "{rank}");
            assert_eq!(required.known().is_none(), met == [false; 3]);
        }
        assert!(Required::from_rank(0).is_err());
        let newer = Required::from_rank(60).unwrap();
        assert!(newer.to_string().contains("needs a newer release"));
    }

    #[test]
    fn ranks_are_ordered_like_the_strengths_and_read_back() {
        let ladder = Strength::ALL;
        assert!(ladder.is_sorted());
        assert!(ladder.is_sorted_by_key(|strength| strength.rank()));
        for strength in ladder {
            assert_eq!(Strength::from_rank(strength.rank()), Some(strength));
        }
        let known = (0..=u8::MAX).filter_map(Strength::from_rank);
        assert_eq!(known.count(), ladder.len());
    }
}
