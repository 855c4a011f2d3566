//! What to try a store with, made by the real decisions.

pub(super) mod accounts;
pub(super) mod organizations;
pub(super) mod rosters;
