//! Rules about organizations: policies, memberships and the administrators' overview.

pub(super) mod changes;
pub(super) mod roster;
pub(super) mod rows;
pub(super) mod service;
pub(super) mod strengths;
pub(super) mod values;
