//! One-time codes on paper: recovery codes, and the enrollment code after a reset.

mod code;
mod hash;
mod set;

pub use code::{OneTimeCode, RecoveryCodes};
pub use hash::{CodeHash, Evaluation, HashScheme, HashedCodes};
pub use set::RecoverySet;
#[cfg(feature = "serde")]
pub(crate) use set::Slot;
