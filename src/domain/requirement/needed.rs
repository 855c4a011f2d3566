//! What can be asked of a session: a kind of evidence, and its greatest age.

use std::fmt;

use chrono::TimeDelta;

use crate::domain::evidence::{Evidence, EvidenceKind};
use crate::domain::first_factor::FirstFactorName;
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
    /// A first factor by this way.
    FirstFactorBy(FirstFactorName),
    /// Any factor of the account. A recovery code is none.
    SecondFactor,
    /// Any factor of the account, or a recovery code. Rules say it by
    /// [`or_recovery`](crate::StepUpRule::or_recovery).
    SecondFactorOrRecovery,
    /// A factor of the account of at least this strength. A recovery code is none.
    FactorOf(Strength),
    /// A factor of the account that is as strong as its strongest one; any first factor where MFA is
    /// off. A recovery code is none.
    AsStrongAsAccount,
    /// A factor of the account whose device has verified its user, by a PIN or a fingerprint: a passkey
    /// or a security key that was registered so.
    UserVerifiedFactor,
    /// This factor of the account.
    Factor(FactorId),
}

impl Needed {
    /// Whether a piece of evidence, of whatever age, is of this kind. `account` is the rank of the
    /// account's strongest factor, 0 while MFA is off.
    pub(crate) fn counts(&self, evidence: &Evidence, account: u8) -> bool {
        match evidence.kind() {
            EvidenceKind::First { name: by, .. } => match self {
                Self::FirstFactor => true,
                Self::FirstFactorBy(name) => name == by,
                Self::AsStrongAsAccount => account == 0,
                Self::SecondFactor
                | Self::SecondFactorOrRecovery
                | Self::FactorOf(_)
                | Self::UserVerifiedFactor
                | Self::Factor(_) => false,
            },
            EvidenceKind::Factor { id, strength, user_verified, .. } => match self {
                Self::SecondFactor | Self::SecondFactorOrRecovery => true,
                Self::FactorOf(least) => strength >= least,
                Self::AsStrongAsAccount => {
                    account > 0 && Some(*strength) >= Strength::reached_by(account)
                }
                Self::UserVerifiedFactor => *user_verified,
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
            Self::FirstFactorBy(name) => name.fmt(f),
            Self::SecondFactor => f.write_str("a second factor"),
            Self::SecondFactorOrRecovery => f.write_str("a second factor or a recovery code"),
            Self::FactorOf(least) => write!(f, "a {least} factor"),
            Self::AsStrongAsAccount => f.write_str("a factor as strong as the account"),
            Self::UserVerifiedFactor => f.write_str("a factor that verifies its user"),
            Self::Factor(factor) => write!(f, "a code of {factor}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    /// One case a row: what is asked for; and whether it is met by a password, a code of an app, a
    /// credential without and with user verification, a recovery code and an enrollment code.
    #[test]
    fn each_kind_of_evidence_meets_what_is_asked_of_its_kind_and_strength() {
        let id = FactorId::from_random([1; 16]);
        let held = [
            EvidenceKind::PASSWORD,
            EvidenceKind::code_of(id),
            EvidenceKind::credential_of(id, false),
            EvidenceKind::credential_of(id, true),
            EvidenceKind::Recovery,
            EvidenceKind::Enrollment,
        ];
        let (off, app, key) = (0, Strength::Standard.rank(), Strength::PhishingResistant.rank());
        let (keys, all) = ([false, false, true, true, false, false], [off, 1, app, key, 255]);
        let factors = [false, true, true, true, false, false];
        let table: &[(Needed, &[u8], [bool; 6])] = &[
            (Needed::FirstFactor, &all, [true, false, false, false, false, false]),
            (Needed::SecondFactor, &all, factors),
            (Needed::SecondFactorOrRecovery, &all, [false, true, true, true, true, false]),
            (Needed::FactorOf(Strength::Standard), &all, factors),
            (Needed::FactorOf(Strength::PhishingResistant), &all, keys),
            (Needed::AsStrongAsAccount, &[off], [true, false, false, false, false, false]),
            // What this build cannot ask for is no reason to ask for nothing.
            (Needed::AsStrongAsAccount, &[1, app, key - 1], factors),
            (Needed::AsStrongAsAccount, &[key, 255], keys),
            (Needed::UserVerifiedFactor, &all, [false, false, false, true, false, false]),
            (Needed::Factor(id), &all, factors),
        ];
        for (needed, accounts, met) in table {
            for account in *accounts {
                let at = DateTime::UNIX_EPOCH;
                let counts = |kind| needed.counts(&Evidence { kind, at }, *account);
                assert_eq!(held.clone().map(counts), *met, "{needed} of {account}");
            }
        }
    }
}
