//! Second-factor authentication that any Rust application can embed.

pub mod domain;

pub use domain::{
    AccountName, Algorithm, Answer, Assurance, Challenge, Code, CommitId, Digits, FactorId,
    FirstFactor, Invalid, Issuer, Label, Moment, Needed, NewFactor, OneTimeCode, Refusal, Settings,
    SettingsError, StepUpRule, Subject, Throttle, TotpSecret,
};
