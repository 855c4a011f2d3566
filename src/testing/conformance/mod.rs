#![doc = include_str!("guide.md")]

mod application;
mod candidate;
mod join;
mod macros;
mod report;
mod rules;
mod samples;
mod steps;
mod transactions;

use std::pin::Pin;

pub use candidate::Candidate;
pub use report::{Outcome, Report, Violation};
pub use transactions::{HostTransaction, HostTransactions};

/// One thing that a store must do.
#[derive(Clone, Copy)]
pub struct Rule {
    /// The rule as a sentence, in the form of a test's name.
    pub name: &'static str,
    /// The clause of the contract.
    pub clause: &'static str,
    check: Check,
}

type Check = fn(Candidate) -> Pin<Box<dyn Future<Output = Result<Outcome, Violation>>>>;

impl Rule {
    /// Tries a fresh store.
    ///
    /// # Errors
    /// [`Violation`] says what was expected and what came.
    pub async fn check(&self, candidate: Candidate) -> Result<Outcome, Violation> {
        (self.check)(candidate).await
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rule").field("name", &self.name).finish_non_exhaustive()
    }
}

/// All rules, in the order in which a newcomer would read them.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    rules::ALL.into_iter().flatten()
}

/// Checks every rule, each on a fresh store, and goes on after a violation.
pub async fn check_all<F: Future<Output = Candidate>>(fresh: impl Fn() -> F) -> Report {
    let mut report = Report::default();
    for rule in rules() {
        let outcome = rule.check(fresh().await).await;
        report.add(*rule, outcome);
    }
    report
}

/// Checks the rule of this name; [`conformance_tests!`](crate::conformance_tests) calls it.
///
/// # Errors
/// The rule, its clause and the [`Violation`], as one message.
pub async fn check_one<F: Future<Output = Candidate>>(
    name: &str,
    fresh: impl Fn() -> F,
) -> Result<Outcome, String> {
    let rule = rules().find(|rule| rule.name == name);
    let rule = rule.ok_or_else(|| format!("there is no rule called {name}"))?;
    let outcome = rule.check(fresh().await).await;
    outcome.map_err(|violation| report::sentence(rule, &violation))
}

/// Says on standard error that a rule was not checked; a passing test's output would be hidden.
#[doc(hidden)]
pub fn say_not_offered(name: &str) {
    use std::io::Write;
    // In one piece, because tests run side by side.
    let line = format!("NOT CHECKED: {name}: the candidate does not offer it\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}
