//! What an action can require of a session, and what a session lacks of it, as values.
//!
//! They decide nothing: a [`StepUpRule`](crate::StepUpRule) does.

mod level;
mod needed;
mod next_step;
mod unmet;

pub use level::{AcrNames, Level};
pub use needed::{Needed, Requirement};
pub use next_step::NextStep;
pub(crate) use next_step::Way;
pub use unmet::Unmet;
