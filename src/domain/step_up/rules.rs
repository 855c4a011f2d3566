//! Rules by the name of the action that they guard.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use thiserror::Error;

use super::rule::StepUpRule;
use super::term::Term;
use crate::domain::invalid::{Invalid, within};
use crate::domain::purpose::ActionName;
use crate::domain::refusal::Refusal;
use crate::domain::requirement::{Level, Needed, Requirement};
use crate::domain::strength::Strength;

/// Step-up rules, each under the name of its action, in code or from configuration.
///
/// ```
/// use chrono::TimeDelta;
/// use mfakit::{Refusal, StepUpRule, StepUpRules};
/// use mfakit::step_up::{Level, Needed};
///
/// let rules = StepUpRules::new()
///     .with("payout", StepUpRule::level(Level::TwoFactors, TimeDelta::minutes(5)))?
///     .with("api_keys.create", StepUpRule::fresh(Needed::SecondFactor, TimeDelta::hours(1)))?;
/// assert!(rules.require("payout").is_ok());
/// assert!(matches!(rules.require("pay-out"), Err(Refusal::UnknownAction(_))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Configuration
/// With the feature `serde` a set is read from a map of names to rules. A rule is one of
///
/// | key | value | asks for |
/// |---|---|---|
/// | `first_factor` | seconds | any first factor; beside it `by` may name the method: `password`, `oidc` |
/// | `second_factor` | seconds | any factor of the account; beside it `strength` may say how strong: `standard`, `phishing_resistant` |
/// | `as_strong_as_account` | seconds | a factor as strong as the strongest of the account; any first factor where MFA is off |
/// | `user_verified_factor` | seconds | a passkey or a security key that has verified its user |
/// | `level` | `one_factor`, `two_factors`, `phishing_resistant` | the level, with `within` beside it, in seconds |
/// | `all` | rules | every one of them |
/// | `any` | rules | one of them at least |
///
/// and `or_recovery: true` beside it, which lets a recovery code count as the second factor in it.
///
/// ```json
/// {
///   "payout": { "all": [ { "first_factor": 600 }, { "second_factor": 300 } ] },
///   "api_keys.create": { "level": "two_factors", "within": 3600, "or_recovery": true }
/// }
/// ```
///
/// # Bounds
/// At most 256 rules of 1 to 32 requirements, nested at most 4 deep, each of 1 second to 30 days in
/// whole seconds. A factor's own id has no place in a rule for everybody. Anything else is refused
/// with a message that names the rule, and so are unknown keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StepUpRules {
    rules: BTreeMap<ActionName, StepUpRule>,
}

/// A set of rules that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StepUpRulesError {
    /// The name of a rule cannot be one.
    #[error("a step-up rule's {0}")]
    Name(#[source] Invalid),
    /// Two rules have one name.
    #[error("step-up rule `{}` is given twice", .0.as_str())]
    Twice(ActionName),
    /// There are more than 256.
    #[error("there must be at most {} step-up rules", StepUpRules::MOST)]
    TooMany,
    /// A rule is out of its bounds.
    #[error("step-up rule `{}`: {fault}", .action.as_str())]
    Rule {
        /// Which one.
        action: ActionName,
        /// Why.
        #[source]
        fault: Invalid,
    },
}

impl StepUpRules {
    const MOST: usize = 256;
    const MOST_REQUIREMENTS: usize = 32;
    /// As many as `config` reads.
    const MOST_NESTING: i64 = 4;
    const LONGEST: TimeDelta = TimeDelta::days(30);

    /// A set without rules: it refuses every action.
    pub fn new() -> Self {
        Self::default()
    }

    /// The set with one more rule.
    ///
    /// # Errors
    /// [`StepUpRulesError`] names the rule and the bound that was missed.
    pub fn with(mut self, action: &str, rule: StepUpRule) -> Result<Self, StepUpRulesError> {
        let action = ActionName::new(action).map_err(StepUpRulesError::Name)?;
        if self.rules.contains_key(&action) {
            return Err(StepUpRulesError::Twice(action));
        }
        if self.rules.len() >= Self::MOST {
            return Err(StepUpRulesError::TooMany);
        }
        if let Err(fault) = rule.check_bounds() {
            return Err(StepUpRulesError::Rule { action, fault });
        }
        self.rules.insert(action, rule);
        Ok(self)
    }

    /// The rule of an action. An action without one is refused, never allowed.
    ///
    /// # Errors
    /// [`Refusal::UnknownAction`], and [`Refusal::Invalid`] when it cannot be a name at all.
    pub fn require(&self, action: &str) -> Result<&StepUpRule, Refusal> {
        match self.rules.get(action) {
            Some(rule) => Ok(rule),
            None => Err(Refusal::UnknownAction(ActionName::new(action)?)),
        }
    }

    /// Every rule, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&ActionName, &StepUpRule)> {
        self.rules.iter()
    }
}

impl StepUpRule {
    fn check_bounds(&self) -> Result<(), Invalid> {
        within("levels of nesting", self.term.nesting(), 1, StepUpRules::MOST_NESTING)?;
        let (max, found) = (StepUpRules::MOST_REQUIREMENTS, self.term.requirements());
        if found > max {
            return Err(Invalid::Length { what: "rule", min: 1, max, found, unit: "requirements" });
        }
        self.term.check_bounds()
    }
}

impl Term {
    /// How deep it goes as configuration writes it: a level is one rule.
    fn nesting(&self) -> i64 {
        match self {
            Self::All(terms) | Self::Any(terms) if self.as_level().is_none() => {
                1 + terms.iter().map(Self::nesting).max().unwrap_or(0)
            }
            Self::Fresh(_) | Self::All(_) | Self::Any(_) => 1,
        }
    }

    fn requirements(&self) -> usize {
        match self {
            Self::Fresh(_) => 1,
            Self::All(terms) | Self::Any(terms) => terms.iter().map(Self::requirements).sum(),
        }
    }

    fn check_bounds(&self) -> Result<(), Invalid> {
        match self {
            Self::Fresh(requirement) => requirement.check_bounds(),
            // Nothing at all would satisfy the one and nothing ever the other.
            Self::All(terms) | Self::Any(terms) if terms.is_empty() => {
                Err(Invalid::Form { what: "`all` and `any`", form: "lists of at least one rule" })
            }
            Self::All(terms) | Self::Any(terms) => terms.iter().try_for_each(Self::check_bounds),
        }
    }

    /// The level, the greatest age, and whether a recovery code counts, if this is a level of more
    /// than one factor.
    pub(super) fn as_level(&self) -> Option<(Level, TimeDelta, bool)> {
        let Self::All(terms) = self else { return None };
        let [Self::Fresh(first), Self::Fresh(second)] = terms.as_slice() else { return None };
        let (level, recovery) = match second.needed {
            Needed::SecondFactor => (Level::TwoFactors, false),
            Needed::SecondFactorOrRecovery => (Level::TwoFactors, true),
            Needed::FactorOf(Strength::PhishingResistant) => (Level::PhishingResistant, false),
            Needed::FirstFactor
            | Needed::FirstFactorBy(_)
            | Needed::FactorOf(Strength::Standard)
            | Needed::AsStrongAsAccount
            | Needed::UserVerifiedFactor
            | Needed::Factor(_) => return None,
        };
        let whole = first.needed == Needed::FirstFactor && first.within == second.within;
        whole.then_some((level, first.within, recovery))
    }
}

impl Requirement {
    fn check_bounds(&self) -> Result<(), Invalid> {
        if matches!(self.needed, Needed::Factor(_)) {
            let form = "about kinds of factors, not one user's";
            return Err(Invalid::Form { what: "a named rule", form });
        }
        let seconds = self.within.num_seconds();
        within("seconds", seconds, 1, StepUpRules::LONGEST.num_seconds())?;
        if self.within != TimeDelta::seconds(seconds) {
            return Err(Invalid::Form { what: "the greatest age", form: "in whole seconds" });
        }
        Ok(())
    }
}
