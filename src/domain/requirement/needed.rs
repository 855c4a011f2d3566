//! What can be asked of a session: a kind of evidence, and its greatest age.

use std::fmt;

use chrono::TimeDelta;

use crate::domain::evidence::{Evidence, EvidenceKind};
use crate::domain::first_factor::FirstFactorKind;
use crate::domain::id::FactorId;
use crate::domain::strength::Strength;

/// One kind of evidence, no older than so much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The kind.
    pub needed: Needed,
    /// The greatest age. An age equal to it passes, [`TimeDelta::MAX`] lets any pass, and a negative
    /// one is never met.
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
    /// A factor of the account of at least this strength. A recovery code is none.
    FactorOf(Strength),
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
                Self::SecondFactor
                | Self::SecondFactorOrRecovery
                | Self::FactorOf(_)
                | Self::Factor(_) => false,
            },
            EvidenceKind::Factor { id, strength, .. } => match self {
                Self::SecondFactor | Self::SecondFactorOrRecovery => true,
                Self::FactorOf(least) => strength >= least,
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
        if self.within == TimeDelta::MAX {
            return self.needed.fmt(f);
        }
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
            Self::FactorOf(least) => write!(f, "a {least} factor"),
            Self::Factor(factor) => write!(f, "a code of {factor}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::factor_kind::FactorKind;

    /// One case a row: what is asked for; and whether it is met by a password, a code of an app, a
    /// credential, a recovery code and an enrollment code.
    #[test]
    fn each_kind_of_evidence_meets_what_is_asked_of_its_kind_and_strength() {
        let id = FactorId::from_random([1; 16]);
        let key = EvidenceKind::Factor {
            id,
            kind: FactorKind::WebAuthn,
            strength: Strength::PhishingResistant,
            user_verified: false,
        };
        let held = [
            EvidenceKind::First(FirstFactorKind::Password),
            EvidenceKind::code_of(id),
            key,
            EvidenceKind::Recovery,
            EvidenceKind::Enrollment,
        ];
        let table = [
            (Needed::FirstFactor, [true, false, false, false, false]),
            (Needed::SecondFactor, [false, true, true, false, false]),
            (Needed::SecondFactorOrRecovery, [false, true, true, true, false]),
            (Needed::FactorOf(Strength::Standard), [false, true, true, false, false]),
            (Needed::FactorOf(Strength::PhishingResistant), [false, false, true, false, false]),
            (Needed::Factor(id), [false, true, true, false, false]),
        ];
        for (needed, met) in table {
            let counts = held
                .clone()
                .map(|kind| needed.counts(&Evidence { kind, at: DateTime::UNIX_EPOCH }));
            assert_eq!(counts, met, "{needed}");
        }
    }
}
