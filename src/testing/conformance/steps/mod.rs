//! What several rules do to a store, each step checked.

pub(super) mod accounts;
pub(super) mod events;
pub(super) mod organizations;
