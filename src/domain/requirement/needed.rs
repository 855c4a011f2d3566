//! What can be asked of a session: a kind of evidence, and its greatest age.

use std::fmt;

use chrono::TimeDelta;

use crate::domain::evidence::{Evidence, EvidenceKind};
use crate::domain::first_factor::FirstFactorKind;
use crate::domain::id::FactorId;

/// One kind of evidence, no older than so much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The kind.
    pub needed: Needed,
    /// The greatest age. An age equal to it passes; a negative one is never met.
    pub within: TimeDelta,
}

/// A kind of evidence that a rule can ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Needed {
    /// Any first factor that the host vouched for.
    FirstFactor,
    /// A first factor of this method.
    FirstFactorBy(FirstFactorKind),
    /// Any factor of the account. A recovery code is none.
    SecondFactor,
    /// Any factor of the account, or a recovery code. Rules say it by
    /// [`or_recovery`](crate::StepUpRule::or_recovery).
    SecondFactorOrRecovery,
    /// This factor of the account.
    Factor(FactorId),
}

impl Needed {
    /// Whether a piece of evidence, of whatever age, is of this kind.
    pub(crate) fn counts(&self, evidence: &Evidence) -> bool {
        match evidence.kind() {
            EvidenceKind::First(by) => match self {
                Self::FirstFactor => true,
                Self::FirstFactorBy(method) => method == by,
                Self::SecondFactor | Self::SecondFactorOrRecovery | Self::Factor(_) => false,
            },
            EvidenceKind::Factor { id, .. } => match self {
                Self::SecondFactor | Self::SecondFactorOrRecovery => true,
                Self::Factor(factor) => factor == id,
                Self::FirstFactor | Self::FirstFactorBy(_) => false,
            },
            EvidenceKind::Recovery => *self == Self::SecondFactorOrRecovery,
            EvidenceKind::Enrollment => false,
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} within {} s", self.needed, self.within.num_seconds())
    }
}

impl fmt::Display for Needed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FirstFactor => f.write_str("a first factor"),
            Self::FirstFactorBy(method) => method.fmt(f),
            Self::SecondFactor => f.write_str("a second factor"),
            Self::SecondFactorOrRecovery => f.write_str("a second factor or a recovery code"),
            Self::Factor(factor) => write!(f, "a code of {factor}"),
        }
    }
}
