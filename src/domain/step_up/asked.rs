//! What an answer has to be to bring a session nearer to its rule.

use chrono::{DateTime, TimeDelta, Utc};

use super::rule::StepUpRule;
use super::term::Term;
use crate::domain::assurance::Assurance;
use crate::domain::requirement::{Needed, Requirement};
use crate::domain::strength::Strength;

/// What a challenge takes, what is easier to give first: each takes what the later ones take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Asked {
    /// Any factor of the account, or a recovery code.
    FactorOrRecovery,
    /// A factor of at least this strength.
    Factor(Strength),
    /// A factor whose device verifies its user.
    UserVerified,
}

impl Asked {
    /// The least strength of a factor that is taken.
    pub(crate) fn strength(self) -> Strength {
        match self {
            Self::FactorOrRecovery => Strength::Standard,
            Self::Factor(strength) => strength,
            Self::UserVerified => Strength::PhishingResistant,
        }
    }
}

impl StepUpRule {
    /// The least that an answer has to be to bring this session nearer to the rule. What could not
    /// is refused before anything is spent on it. In a session that lacks no factor for the rule it is
    /// what any other would be asked; any factor where the rule asks for none.
    pub(crate) fn asked(&self, session: &Assurance, now: DateTime<Utc>) -> Asked {
        let lacking = self.term.asked(Some(session), now);
        lacking.or_else(|| self.term.asked(None, now)).unwrap_or(Asked::Factor(Strength::Standard))
    }
}

impl Term {
    /// The least that a factor or a recovery code has to be for a term; `None` where neither helps.
    /// What a session meets already asks for nothing.
    fn asked(&self, session: Option<&Assurance>, now: DateTime<Utc>) -> Option<Asked> {
        if session.is_some_and(|session| self.until(session, now).is_some()) {
            return None;
        }
        match self {
            Self::Fresh(requirement) => requirement.asked(),
            // The strongest first: it may meet the others with it.
            Self::All(terms) => terms.iter().filter_map(|term| term.asked(session, now)).max(),
            Self::Any(terms) => terms.iter().filter_map(|term| term.asked(session, now)).min(),
        }
    }
}

impl Requirement {
    fn asked(&self) -> Option<Asked> {
        let asked = match &self.needed {
            Needed::FirstFactor | Needed::FirstFactorBy(_) => return None,
            Needed::SecondFactorOrRecovery => Asked::FactorOrRecovery,
            Needed::SecondFactor | Needed::Factor(_) => Asked::Factor(Strength::Standard),
            Needed::FactorOf(strength) => Asked::Factor(*strength),
        };
        (self.within >= TimeDelta::zero()).then_some(asked)
    }
}

#[cfg(test)]
mod tests {
    use Strength::{PhishingResistant, Standard};

    use super::super::properties::{now, session};
    use super::*;
    use crate::domain::evidence::EvidenceKind;
    use crate::domain::first_factor::FirstFactorKind;
    use crate::domain::id::FactorId;

    /// One case a row: the rule; and what is asked of a session with a password and a code, both
    /// 100 seconds old, whether the rule is met or not.
    #[test]
    fn a_challenge_asks_for_the_least_that_brings_its_session_nearer_to_the_rule() {
        let fresh = |needed, s| StepUpRule::fresh(needed, TimeDelta::seconds(s));
        let (first, second) =
            (|s| fresh(Needed::FirstFactor, s), |s| fresh(Needed::SecondFactor, s));
        let key = |s| fresh(Needed::FactorOf(PhishingResistant), s);
        let (any, app, strong) =
            (Asked::FactorOrRecovery, Asked::Factor(Standard), Asked::Factor(PhishingResistant));
        let table = [
            (StepUpRule::signed_in(), app),
            (first(9), app),
            (second(9), app),
            (second(9).or_recovery(), any),
            (second(900).or_recovery(), any),
            (fresh(Needed::Factor(FactorId::from_random([1; 16])), 9), app),
            (key(9), strong),
            (key(9).or_recovery(), strong),
            // Of alternatives the easier one, and of a first factor or a key the key.
            (key(9).or(second(9)), app),
            (key(9).or(second(9).or_recovery()), any),
            (first(9).or(key(9)), strong),
            (key(9).or(second(-1)), strong),
            // Of two at once the stronger one, unless it is there already.
            (key(9).and(second(9)), strong),
            (key(9).and(second(9).or_recovery()), strong),
            (second(9).and(second(5).or_recovery()), app),
            (second(900).and(key(9)), strong),
            (second(900).or_recovery().and(second(9)), app),
            (first(9).and(second(900)), app),
            (first(9).and(second(900).or_recovery()), any),
        ];
        let code = EvidenceKind::code_of(FactorId::from_random([7; 16]));
        let password = EvidenceKind::First(FirstFactorKind::Password);
        let session = session(&[(password, 100_000), (code, 100_000)]);
        for (rule, asked) in table {
            assert_eq!(rule.asked(&session, now()), asked, "{rule}");
        }
    }
}
