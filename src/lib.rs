//! Second-factor authentication that any Rust application can embed.

pub mod domain;
#[cfg(feature = "serde")]
mod stored;

pub use domain::{
    AccountExport, AccountName, Algorithm, Answer, Assurance, Challenge, Code, CommitId, Digits,
    FactorId, FirstFactor, Invalid, Issuer, Label, Moment, Needed, NewFactor, OneTimeCode, Refusal,
    Settings, SettingsError, StepUpRule, Subject, Throttle, TotpSecret,
};
#[cfg(feature = "serde")]
pub use stored::{Format, StoredAccount, StoredError};
