//! Second-factor authentication that any Rust application can embed.

pub mod domain;
mod error;
mod hashing;
mod keyring;
mod memory;
mod ports;
mod service;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;

pub use domain::{
    AccountName, ActionName, Algorithm, Answer, Assurance, Challenge, ChallengeId, Code, CommitId,
    Confirmed, Digits, Email, Event, EventId, EventKind, Evidence, EvidenceKind, FactorId,
    FactorKind, FirstFactor, FirstFactorMethod, HostAuthority, Invalid, IssuedEnrolment, Issuer,
    KeyId, Label, Method, MethodName, MethodStatus, Moment, Needed, NewFactor, OneTimeCode, Passed,
    PendingSignIn, Proof, ProvenBy, Purpose, RecoveryCodes, Refusal, Rejection, Requirement,
    Satisfied, SessionId, Settings, SettingsBuilder, SettingsError, Setup, SetupId, SetupRejection,
    SetupStatus, SignIn, Stamp, Status, StepUpRule, Subject, Throttle, TotpParams, TotpSecret,
    Unmet, Verdict, Version,
};
pub use error::Error;
pub use hashing::Argon2Hasher;
pub use keyring::Keyring;
pub use memory::MemoryStore;
pub use ports::{
    AccountIndex, AccountStore, CipherError, Clock, CodeHasher, Entropy, EntropyError, EventCursor,
    EventLog, EventPage, HasherError, Lane, Notifier, NotifierError, OsEntropy, SealedPage,
    SecretCipher, StoreError, StoreErrorKind, SystemClock,
};
pub use service::{BuildError, Export, Mfa, MfaBuilder, ResealProgress};
