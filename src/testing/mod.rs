//! For tests: a clock that is moved by hand, entropy that repeats, hashing that costs nothing, a
//! store that fails where it is told.
//!
//! # Security
//! Nothing here protects anything. Enable the feature `testing` for dev-dependencies only.

mod authenticator;
mod clock;
pub mod conformance;
mod entropy;
mod executor;
mod faulty_store;
#[cfg(feature = "webauthn")]
mod software_key;
#[cfg(feature = "webauthn")]
mod software_secret;

pub use authenticator::{Authenticator, code_for};
pub use clock::ManualClock;
pub use entropy::{BrokenEntropy, SeededEntropy};
pub use executor::block_on;
pub use faulty_store::{Fault, FaultyStore};
#[cfg(feature = "webauthn")]
pub use software_key::SoftwareKey;
