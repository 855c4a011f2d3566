//! What a session must have proven for an action.
//!
//! A [`StepUpRule`] says what an action needs, [`StepUpRules`] gives rules the names of actions, and
//! [`Unmet`](crate::step_up::Unmet) says what a session lacks: as a list, as the ways out, as a sentence, and as a
//! challenge on the wire (RFC 9470).

mod asked;
mod claims;
#[cfg(feature = "serde")]
mod config;
#[cfg(test)]
#[cfg(feature = "serde")]
mod config_tests;
mod lacking;
#[cfg(test)]
mod properties;
mod rule;
mod rules;
mod term;
#[cfg(test)]
mod twice_tests;
mod ways;

pub(crate) use asked::Asked;
pub use claims::{Claims, CurrentSession};
pub use rule::{Satisfied, StepUpRule};
pub use rules::{StepUpRules, StepUpRulesError};
