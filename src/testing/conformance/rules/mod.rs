//! The rules, a file for each side of a store. Each file begins with the list of its rules, every one
//! with the clause of the contract that it checks.

mod events;
mod index;
mod organization;
mod service;
mod state;
mod subject_events;
mod transactions;

use super::Rule;

/// All rules, in the order in which a newcomer would read them.
pub(super) const ALL: [&[Rule]; 12] = [
    state::RULES,
    events::RULES,
    subject_events::RULES,
    transactions::RULES,
    index::RULES,
    organization::rows::RULES,
    organization::values::RULES,
    organization::changes::RULES,
    organization::roster::RULES,
    organization::strengths::RULES,
    service::RULES,
    organization::service::RULES,
];
