//! The built-in [`CodeHasher`](crate::ports::CodeHasher): Argon2id on threads of its own.
//!
//! `hasher` is the public type, `scheme` what a set's costs are written as, `queue` decides who is
//! next, `pool` has the threads, `evaluation` computes one hash. `imported_hasher` and `imported` do the same
//! for codes of another system.

#[cfg(feature = "bcrypt")]
mod bcrypt;
#[cfg(test)]
#[cfg(not(shuttle))]
mod block_on;
mod evaluation;
mod hasher;
mod imported;
mod imported_hasher;
#[cfg(shuttle)]
#[path = "inline.rs"]
mod pool;
#[cfg(not(shuttle))]
mod pool;
#[cfg(not(shuttle))]
mod queue;
mod scheme;

pub use hasher::Argon2Hasher;
