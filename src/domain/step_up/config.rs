//! Rules as they are written down.

use std::fmt;
use std::marker::PhantomData;

use chrono::TimeDelta;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rule::StepUpRule;
use super::rules::StepUpRules;
use super::term::Term;
use crate::domain::first_factor::FirstFactorName;
use crate::domain::invalid::Invalid;
use crate::domain::requirement::{Level, Needed, Requirement};
use crate::domain::strength::Strength;

impl<'de> Deserialize<'de> for StepUpRules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RulesVisitor)
    }
}

/// Reads rule by rule, so that every complaint can name its rule and no name is read over.
struct RulesVisitor;

impl<'de> Visitor<'de> for RulesVisitor {
    type Value = StepUpRules;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of action names to step-up rules")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<StepUpRules, A::Error> {
        let mut rules = StepUpRules::new();
        while let Some(action) = map.next_key::<String>()? {
            // Quoted with escapes: the name is not checked yet.
            let named = |fault: &dyn fmt::Display| {
                A::Error::custom(format_args!("step-up rule {action:?}: {fault}"))
            };
            let rule = map.next_value::<Deepest>().map_err(|error| named(&error))?;
            let rule = rule.into_rule().map_err(|fault| named(&fault))?;
            rules = rules.with(&action, rule).map_err(A::Error::custom)?;
        }
        Ok(rules)
    }
}

/// A rule as it is written, of rules that are written as `Inner`.
struct Written<Inner>(Keys<Inner>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "Inner: Deserialize<'de>")]
struct Keys<Inner> {
    #[serde(default = "left_out", deserialize_with = "written")]
    all: Option<Vec<Inner>>,
    #[serde(default = "left_out", deserialize_with = "written")]
    any: Option<Vec<Inner>>,
    #[serde(default, deserialize_with = "written")]
    first_factor: Option<i64>,
    #[serde(default, deserialize_with = "written")]
    by: Option<String>,
    #[serde(default, deserialize_with = "written")]
    second_factor: Option<i64>,
    #[serde(default, deserialize_with = "written")]
    strength: Option<Strength>,
    #[serde(default, deserialize_with = "written")]
    as_strong_as_account: Option<i64>,
    #[serde(default, deserialize_with = "written")]
    user_verified_factor: Option<i64>,
    #[serde(default, deserialize_with = "written")]
    level: Option<Level>,
    #[serde(default, deserialize_with = "written")]
    within: Option<i64>,
    #[serde(default, deserialize_with = "written")]
    or_recovery: Option<bool>,
}

fn left_out<T>() -> Option<T> {
    None
}

/// A key that is written has a value: null is not the same as leaving it out.
fn written<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// The depth is bounded by the type, so that no input can make reading recurse further.
type Deepest = Written<Written<Written<Written<TooDeep>>>>;

/// Reads maps only. What serde derives reads a list as well, its values named by their places.
impl<'de, Inner: Deserialize<'de>> Deserialize<'de> for Written<Inner> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(KeysVisitor(PhantomData)).map(Self)
    }
}

struct KeysVisitor<Inner>(PhantomData<Inner>);

impl<'de, Inner: Deserialize<'de>> Visitor<'de> for KeysVisitor<Inner> {
    type Value = Keys<Inner>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a step-up rule, which is a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Keys<Inner>, A::Error> {
        Keys::deserialize(MapAccessDeserializer::new(map))
    }
}

/// What would lie a level too deep. It is never read.
enum TooDeep {}

impl<'de> Deserialize<'de> for TooDeep {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom("rules must be nested at most 4 deep"))
    }
}

trait IntoRule {
    fn into_rule(self) -> Result<StepUpRule, Invalid>;
}

impl IntoRule for TooDeep {
    fn into_rule(self) -> Result<StepUpRule, Invalid> {
        match self {}
    }
}

impl<Inner: IntoRule> IntoRule for Written<Inner> {
    fn into_rule(self) -> Result<StepUpRule, Invalid> {
        let Keys { all, any, first_factor, by, second_factor, strength, .. } = self.0;
        let (level, within, or_recovery) = (self.0.level, self.0.within, self.0.or_recovery);
        let (own, verified) = (self.0.as_strong_as_account, self.0.user_verified_factor);
        let second = strength.map_or(Needed::SecondFactor, Needed::FactorOf);
        let mut fresh = [
            (first_factor, first_factor_by(by.as_deref())?),
            (second_factor, second),
            (own, Needed::AsStrongAsAccount),
            (verified, Needed::UserVerifiedFactor),
        ]
        .into_iter()
        .filter_map(|(age, needed)| Some((age?, needed)));
        let rule = match (all, any, (fresh.next(), fresh.next()), level) {
            (Some(inner), None, (None, None), None) => {
                StepUpRule { term: Term::All(terms(inner)?) }
            }
            (None, Some(inner), (None, None), None) => {
                StepUpRule { term: Term::Any(terms(inner)?) }
            }
            (None, None, (Some((age, needed)), None), None) => {
                StepUpRule::fresh(needed, seconds(age)?)
            }
            (None, None, (None, None), Some(level)) => {
                let missing = Invalid::Form { what: "`level`", form: "written with `within`" };
                StepUpRule::level(level, seconds(within.ok_or(missing)?)?)
            }
            _ => {
                let form = "one of `all`, `any`, `first_factor`, `second_factor`, \
                            `as_strong_as_account`, `user_verified_factor` and `level`";
                return Err(Invalid::Form { what: "a rule", form });
            }
        };
        if by.is_some() && first_factor.is_none() {
            return Err(Invalid::Form { what: "`by`", form: "written beside `first_factor`" });
        }
        if strength.is_some() && second_factor.is_none() {
            let form = "written beside `second_factor`";
            return Err(Invalid::Form { what: "`strength`", form });
        }
        if within.is_some() && level.is_none() {
            return Err(Invalid::Form { what: "`within`", form: "written beside `level`" });
        }
        match or_recovery {
            None => return Ok(rule),
            Some(true) => {}
            // Around it stands, perhaps, a rule that says true for all within.
            Some(false) => {
                let form = "true where it is written, and left out otherwise";
                return Err(Invalid::Form { what: "`or_recovery`", form });
            }
        }
        let with_recovery = rule.clone().or_recovery();
        if with_recovery == rule {
            let form = "written where any second factor is asked for";
            return Err(Invalid::Form { what: "`or_recovery`", form });
        }
        Ok(with_recovery)
    }
}

fn terms(inner: Vec<impl IntoRule>) -> Result<Vec<Term>, Invalid> {
    inner.into_iter().map(|rule| Ok(rule.into_rule()?.term)).collect()
}

fn first_factor_by(name: Option<&str>) -> Result<Needed, Invalid> {
    let by = name.map(FirstFactorName::new).transpose()?;
    Ok(by.map_or(Needed::FirstFactor, Needed::FirstFactorBy))
}

fn seconds(number: i64) -> Result<TimeDelta, Invalid> {
    // What fits is checked against the bounds with the rest of the rule.
    TimeDelta::try_seconds(number).ok_or(Invalid::Form { what: "seconds", form: "fewer" })
}

impl Serialize for StepUpRules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(action, rule)| (action.as_str(), &rule.term)))
    }
}

impl Serialize for Term {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let recovery = match (self, self.as_level()) {
            (_, Some((level, within, recovery))) => {
                map.serialize_entry("level", &level)?;
                map.serialize_entry("within", &within.num_seconds())?;
                recovery
            }
            (Self::All(terms), None) => {
                map.serialize_entry("all", terms)?;
                false
            }
            (Self::Any(terms), None) => {
                map.serialize_entry("any", terms)?;
                false
            }
            (Self::Fresh(Requirement { needed, within }), None) => {
                let age = within.num_seconds();
                match needed {
                    Needed::FirstFactor => map.serialize_entry("first_factor", &age)?,
                    Needed::FirstFactorBy(name) => {
                        map.serialize_entry("first_factor", &age)?;
                        map.serialize_entry("by", name.as_str())?;
                    }
                    Needed::SecondFactor | Needed::SecondFactorOrRecovery => {
                        map.serialize_entry("second_factor", &age)?;
                    }
                    Needed::FactorOf(strength) => {
                        map.serialize_entry("second_factor", &age)?;
                        map.serialize_entry("strength", strength)?;
                    }
                    Needed::AsStrongAsAccount => {
                        map.serialize_entry("as_strong_as_account", &age)?
                    }
                    Needed::UserVerifiedFactor => {
                        map.serialize_entry("user_verified_factor", &age)?;
                    }
                    Needed::Factor(_) => {
                        return Err(serde::ser::Error::custom("a named rule holds no factor's id"));
                    }
                }
                *needed == Needed::SecondFactorOrRecovery
            }
        };
        if recovery {
            map.serialize_entry("or_recovery", &true)?;
        }
        map.end()
    }
}
