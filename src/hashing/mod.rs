//! The built-in [`CodeHasher`](crate::CodeHasher): Argon2id on threads of its own.
//!
//! `hasher` is the public type, `scheme` what a set's costs are written as, `queue` decides who is
//! next, `pool` has the threads, `evaluation` computes one hash.

#[cfg(test)]
#[cfg(not(shuttle))]
mod block_on;
mod evaluation;
mod hasher;
#[cfg(shuttle)]
#[path = "inline.rs"]
mod pool;
#[cfg(not(shuttle))]
mod pool;
#[cfg(not(shuttle))]
mod queue;
mod scheme;

pub use hasher::Argon2Hasher;
