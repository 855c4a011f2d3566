//! What came of trying a store.

use std::fmt;

use super::Rule;

/// The outcome of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The store keeps it.
    Kept,
    /// The candidate does not offer the trait that the rule is about. This is not a pass.
    NotOffered,
}

/// The way a store broke a rule: what was expected, and what came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    what: String,
}

impl Violation {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl From<crate::ports::StoreError> for Violation {
    fn from(error: crate::ports::StoreError) -> Self {
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        Self::new(format!("expected an answer, but the store failed: {error}: {cause}"))
    }
}

impl From<crate::error::Error> for Violation {
    fn from(error: crate::error::Error) -> Self {
        Self::new(format!("expected an answer, but the operation failed: {error:?}"))
    }
}

/// `expected`, or the violation that names both.
pub(super) fn expect<T: PartialEq + fmt::Debug>(
    what: &str,
    expected: &T,
    came: &T,
) -> Result<(), Violation> {
    if expected == came {
        return Ok(());
    }
    Err(Violation::new(format!("{what}: expected {expected:?}, but {came:?} came")))
}

/// `expected` in its order, or the violation that names the first place where it is not.
pub(super) fn expect_list<T: PartialEq + fmt::Debug>(
    what: &str,
    expected: &[T],
    came: &[T],
) -> Result<(), Violation> {
    let differ = expected.iter().zip(came).position(|(expected, came)| expected != came);
    let place = match differ {
        None if expected.len() == came.len() => return Ok(()),
        None => expected.len().min(came.len()),
        Some(place) => place,
    };
    let (wanted, found) = (expected.get(place), came.get(place));
    Err(Violation::new(format!(
        "{what}: expected {} entries, and {} came; at place {place}: expected {wanted:?}, \
         but {found:?} came",
        expected.len(),
        came.len()
    )))
}

/// The outcome of every rule.
#[derive(Debug, Default)]
pub struct Report {
    lines: Vec<(Rule, Result<Outcome, Violation>)>,
}

impl Report {
    pub(super) fn add(&mut self, rule: Rule, outcome: Result<Outcome, Violation>) {
        self.lines.push((rule, outcome));
    }

    /// Whether no rule was broken. Rules about traits that are not offered do not count.
    pub fn is_right(&self) -> bool {
        self.lines.iter().all(|(_, outcome)| outcome.is_ok())
    }

    /// The rules that were broken.
    pub fn broken(&self) -> impl Iterator<Item = (&Rule, &Violation)> {
        self.lines.iter().filter_map(|(rule, outcome)| Some((rule, outcome.as_ref().err()?)))
    }

    /// The rules that were not checked, because the candidate does not offer what they are about.
    pub fn not_offered(&self) -> impl Iterator<Item = &Rule> {
        let unchecked = |(_, outcome): &&(Rule, _)| *outcome == Ok(Outcome::NotOffered);
        self.lines.iter().filter(unchecked).map(|(rule, _)| rule)
    }

    /// The number of rules that were kept.
    pub fn kept(&self) -> usize {
        self.lines.iter().filter(|(_, outcome)| *outcome == Ok(Outcome::Kept)).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (rule, outcome) in &self.lines {
            match outcome {
                Ok(Outcome::Kept) => writeln!(f, "kept: {}", rule.name)?,
                Ok(Outcome::NotOffered) => writeln!(f, "not offered: {}", rule.name)?,
                Err(violation) => writeln!(f, "BROKEN: {}", sentence(rule, violation))?,
            }
        }
        let (kept, unchecked, broken) =
            (self.kept(), self.not_offered().count(), self.broken().count());
        write!(f, "{kept} rules kept, {unchecked} not offered and not checked, {broken} broken")
    }
}

pub(super) fn sentence(rule: &Rule, violation: &Violation) -> String {
    format!("{}\n  {violation}\n  the contract says: {}", rule.name, rule.clause)
}
