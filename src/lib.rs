//! Second-factor authentication that any Rust application can embed.

pub mod domain;
mod error;
mod hashing;
mod keyring;
mod ports;
#[cfg(feature = "qr")]
mod qr;
mod sync;

pub use domain::{
    AccountName, Algorithm, Answer, Assurance, Challenge, Code, CommitId, Digits, FactorId,
    FirstFactor, Invalid, Issuer, KeyId, Label, Moment, Needed, NewFactor, OneTimeCode, Refusal,
    Settings, SettingsError, StepUpRule, Subject, Throttle, TotpSecret,
};
pub use error::Error;
pub use hashing::Argon2Hasher;
pub use keyring::{Keyring, KeyringError, SealingKey};
pub use ports::{
    AccountIndex, AccountStore, CipherError, Clock, CodeHasher, Entropy, EntropyError, EventCursor,
    EventLog, EventPage, HasherError, Lane, Notifier, NotifierError, OsEntropy, SealedPage,
    SecretCipher, StoreError, StoreErrorKind, SystemClock,
};
