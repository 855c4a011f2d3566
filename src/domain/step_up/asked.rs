//! The answers that bring a session nearer to its rule.

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
        let lacking = self.term.asked(session, Some(now));
        let any = lacking.or_else(|| self.term.asked(session, None));
        any.unwrap_or(Asked::Factor(Strength::Standard))
    }
}

impl Term {
    /// The least that a factor or a recovery code has to be for a term; `None` where neither helps.
    /// What the session meets at a time asks for nothing then.
    fn asked(&self, session: &Assurance, now: Option<DateTime<Utc>>) -> Option<Asked> {
        if now.is_some_and(|now| self.until(session, now).is_some()) {
            return None;
        }
        match self {
            Self::Fresh(requirement) => requirement.asked(session.account),
            // The strongest first: it may meet the others with it.
            Self::All(terms) => terms.iter().filter_map(|term| term.asked(session, now)).max(),
            Self::Any(terms) => terms.iter().filter_map(|term| term.asked(session, now)).min(),
        }
    }
}

impl Requirement {
    fn asked(&self, account: u8) -> Option<Asked> {
        let asked = match &self.needed {
            Needed::FirstFactor | Needed::FirstFactorBy(_) => return None,
            Needed::SecondFactorOrRecovery => Asked::FactorOrRecovery,
            Needed::SecondFactor | Needed::Factor(_) => Asked::Factor(Strength::Standard),
            Needed::FactorOf(strength) => Asked::Factor(*strength),
            Needed::AsStrongAsAccount if account == 0 => return None,
            Needed::AsStrongAsAccount => {
                Asked::Factor(Strength::reached_by(account).unwrap_or(Strength::Standard))
            }
            Needed::UserVerifiedFactor => Asked::UserVerified,
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
        let (own, verified) =
            (|| fresh(Needed::AsStrongAsAccount, 9), || fresh(Needed::UserVerifiedFactor, 9));
        let of_accounts = [
            (own(), [(0, app), (20, app), (39, app), (40, strong), (255, strong)]),
            (own().or_recovery(), [(0, app), (20, app), (39, app), (40, strong), (255, strong)]),
            (verified(), [0, 20, 39, 40, 255].map(|account| (account, Asked::UserVerified))),
            (verified().and(key(9)), [0, 1, 20, 40, 41].map(|of| (of, Asked::UserVerified))),
            (verified().or(key(9)), [0, 1, 20, 40, 41].map(|of| (of, strong))),
        ];
        let code = EvidenceKind::code_of(FactorId::from_random([7; 16]));
        let password = EvidenceKind::PASSWORD;
        let mut session = session(&[(password, 100_000), (code, 100_000)]);
        for (rule, asked) in table {
            assert_eq!(rule.asked(&session, now()), asked, "{rule}");
        }
        // A key that is recent enough is not asked for again.
        let held = EvidenceKind::credential_of(FactorId::from_random([8; 16]), false);
        let by_key = session.with(held, now() - TimeDelta::seconds(100), now());
        let both = key(900).and(second(9));
        assert_eq!([&session, &by_key].map(|of| both.asked(of, now())), [strong, app]);
        for (rule, accounts) in of_accounts {
            for (account, asked) in accounts {
                session.account = account;
                assert_eq!(rule.asked(&session, now()), asked, "{rule} of {account}");
            }
        }
    }
}
