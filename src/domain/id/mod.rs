//! Identifiers: who, which organization, which factor, which setup, which commit, which key.

mod key;
mod org;
mod random;
mod subject;
mod version;

pub use key::KeyId;
pub use org::OrgId;
pub use random::{ChallengeId, CommitId, FactorId, SessionId, SetupId};
pub use subject::Subject;
pub use version::{Stamp, Version};
