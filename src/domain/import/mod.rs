//! What comes from another system: the seeds of authenticator apps, passkeys and security keys, and
//! recovery codes.
//!
//! [`Import`] is what a host hands in. [`PreparedImport`] is the same, sealed and hashed, ready for
//! [`Account::import`](super::Account::import). [`ImportedSet`] is what is stored of the codes.

mod code;
mod codes;
#[cfg(feature = "webauthn")]
mod credential;
mod described;
mod factor;
mod prepared;
mod report;
mod request;
mod seed;
mod set;
mod totp;

pub use code::{CodeReading, ImportedCode, ImportedEvaluation, ImportedHash};
pub use codes::ImportedCodes;
#[cfg(feature = "webauthn")]
pub use credential::ImportedCredential;
pub use factor::ImportedFactor;
pub use prepared::{PreparedCodes, PreparedFactor, PreparedImport};
pub use report::{ImportReport, Imported};
pub use request::Import;
pub use seed::Seed;
pub(crate) use set::ImportRecord;
pub use set::ImportedSet;
#[cfg(feature = "serde")]
pub(crate) use set::ImportedSlot;
pub use totp::ImportedTotp;
