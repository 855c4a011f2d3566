//! Second-factor authentication that any Rust application can embed: **a pure state machine per
//! account, committed with one compare-and-swap.**
//!
//! An application signs its users in with a first factor (a password, single sign-on) and asks
//! [`Mfa`] what that opens. mfakit keeps the second factors: authenticator apps, recovery codes, who
//! has proven what in which session, and what a wrong guess costs.
//!
//! # A first hour
//!
//! ```
//! use mfakit::testing::{block_on, code_for};
//! use mfakit::{
//!     Answer, Confirmed, EmailStatus, FirstFactor, Keyring, MemoryStore, Mfa, NewFactor,
//!     SealingKey, SignIn, Subject, Verdict,
//! };
//! use chrono::Utc;
//!
//! # block_on(async {
//! # let key = [7; 32];
//! let keyring = Keyring::new(SealingKey::from_bytes("2026-11", &key)?); // 32 random bytes
//! let mfa = Mfa::builder(MemoryStore::new()).issuer("Scrivio").keyring(keyring).build()?;
//!
//! // The host has checked a password. MFA is off, so that is all it takes.
//! let ada = Subject::from(1815_u64);
//! let SignIn::Complete(session) = mfa.sign_in(FirstFactor::password(ada, Utc::now())).await? else {
//!     panic!("MFA is on");
//! };
//!
//! // Start setup → scan → confirm with a code → recovery codes → "I have saved my codes".
//! let phone = NewFactor::totp("Phone", "ada@example.org")?;
//! let setup = mfa.begin_setup(&session, phone, EmailStatus::Verified).await?;
//! let typed = code_for(&setup, Utc::now()); // what the phone shows
//! let Confirmed::FirstFactor(codes) = mfa.confirm_setup(&session, setup.id(), &typed).await? else {
//!     panic!("the code was not right");
//! };
//! let paper = codes.as_slice()[0].reveal();
//! let session = mfa.finish_setup(&session, setup.id()).await?;
//!
//! // From now on a password opens a challenge.
//! let first = FirstFactor::password(session.subject().clone(), Utc::now());
//! let SignIn::Challenge(pending, challenge) = mfa.sign_in(first).await? else {
//!     panic!("MFA is off");
//! };
//! match mfa.answer(&challenge, Answer::recovery(&paper)).await? {
//!     Verdict::Passed(passed) => {
//!         let session = pending.raise(passed.proof, mfa.context()?)?;
//!         assert!(session.has_second_factor());
//!     }
//!     Verdict::Rejected(why) => println!("{why}"),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! # Three tiers of answers
//!
//! A wrong code is a [`Verdict`], not an error. What the rules do not allow is a [`Refusal`]. What
//! went wrong is an [`Error`], of which a refusal is one kind; each has a stable `code()`.
//!
//! # What a host keeps
//!
//! An [`Assurance`] in each signed-in session; a [`PendingSignIn`] and its [`Challenge`] while the
//! second factor is awaited. All three can be written and read through serde (feature `serde`, on
//! by default).
//!
//! # Features
//!
//! | feature | | |
//! |---|---|---|
//! | `qr` | default | QR codes of a setup, as SVG and as text |
//! | `serde` | default | the stored form of an account, and the values that sessions keep |
//! | `bcrypt` | | recovery codes that another system hashed with bcrypt ([`import`]) |
//! | `tracing` | | a span for each operation, with its outcome |
//! | `webauthn` | | passkeys and security keys: what a browser answers, verified (`domain::webauthn`) |
//! | `testing` | | a manual clock, a phone's codes, seeded entropy, cheap hashing, a store that fails on cue |
//!
//! Nothing here needs an async runtime, a web framework or SQL. The [`manual`] has what the pages of
//! single items cannot say.

pub mod domain;
mod error;
mod hashing;
pub mod import;
mod keyring;
pub mod manual;
mod memory;
pub mod ports;
#[cfg(feature = "qr")]
mod qr;
mod service;
#[cfg(feature = "serde")]
mod stored;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;

pub use domain::account::{FactorStatus, HostAuthority, IssuedEnrollment, SetupStatus, Status};
pub use domain::assurance::{Assurance, PendingSignIn};
pub use domain::challenge::{Answer, Challenge, OfferedFactor};
pub use domain::event::{Event, EventKind};
pub use domain::factor::FactorKind;
pub use domain::first_factor::{FirstFactor, FirstFactorKind, FirstFactorName};
pub use domain::id::{FactorId, KeyId, SetupId, Subject};
pub use domain::invalid::Invalid;
pub use domain::purpose::{ActionName, Purpose};
pub use domain::recovery::RecoveryCodes;
pub use domain::refusal::Refusal;
pub use domain::settings::Settings;
pub use domain::setup::{
    Confirmed, EmailStatus, NewFactor, Setup, SetupRejection, SetupRejectionReason,
};
pub use domain::step_up::{StepUpRule, StepUpRules};
pub use domain::strength::Strength;
pub use domain::verdict::{Passed, Rejection, RejectionReason, Verdict};
pub use error::Error;
pub use hashing::Argon2Hasher;
pub use keyring::{Keyring, KeyringError, SealingKey};
pub use memory::MemoryStore;
pub use service::{BuildError, Mfa, MfaBuilder, ResealProgress, SignIn};

pub mod store {
    //! The storage traits that an integrator implements, and the values that pass through them.
    //!
    //! [`AccountStore`] is all that is required; each of the others unlocks or speeds up operations
    //! of its own. Each trait's documentation is its contract, and the conformance kit in
    //! `mfakit::testing` (feature `testing`) holds a store to it.

    pub use crate::domain::account::Commit;
    pub use crate::domain::event::EventId;
    pub use crate::domain::id::{CommitId, Version};
    pub use crate::domain::organization::{
        OrgCommit, OrgRow, RosterKey, RosterRow, RosterRows, StoredMembership,
    };
    pub use crate::domain::receipt::CommitOutcome;
    pub use crate::ports::account_index::{AccountIndex, SealedPage};
    pub use crate::ports::account_store::AccountStore;
    pub use crate::ports::event_log::{EventCursor, EventLog, EventPage};
    pub use crate::ports::org_store::{OrgStore, PolicyRevision};
    pub use crate::ports::stamps::{CurrentStamps, Stamps};
    pub use crate::ports::store_error::{StoreError, StoreErrorKind};
    pub use crate::ports::subject_events::SubjectEvents;
    #[cfg(feature = "serde")]
    pub use crate::stored::{Format, StoredAccount, StoredError};
}

pub mod organization {
    //! Organizations: a policy with its grace period, what it asks of each member, the overview of
    //! members, forecasts and reminders.

    pub use crate::domain::event::OrgChange;
    pub use crate::domain::id::OrgId;
    pub use crate::domain::organization::{
        Access, Acknowledgement, Actor, ActorOutlook, Affiliation, Demand, Exemption, Extension,
        Forecast, Forecasting, Gate, Membership, OrgAuthority, OrgPolicy, OrgTransition,
        Organization, PolicyChange, ProposedPolicy, Reminded, Reminder, ReminderRange,
        ReminderSchedule, RosterCounts, RosterCursor, RosterFilter, RosterMember, RosterPage,
        RosterQuery, Standing, Walled, check_may_disable,
    };
    pub use crate::domain::policy_terms::{GracePeriod, PolicyScope, PolicyTerms};
    pub use crate::domain::refusal::OrgRefusal;
    pub use crate::service::PolicyChanged;
}

pub mod step_up {
    //! What a [`StepUpRule`](crate::StepUpRule) is made of, and what comes of checking a session
    //! against one: levels, unmet requirements, the next step, RFC 9470 challenges and claims.

    pub use crate::domain::requirement::{AcrNames, Level, Needed, NextStep, Requirement, Unmet};
    pub use crate::domain::step_up::{Claims, Satisfied, StepUpRulesError};
}

pub mod export {
    //! Everything that is held about one user, without secrets: what
    //! [`Mfa::export`](crate::Mfa::export) returns.

    pub use crate::domain::account::{
        AccountExport, EnrollmentExport, GuessesExport, ImportExport, RecoveryExport, SetupExport,
    };
    pub use crate::service::Export;
}

/// Compiles the README's example with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
