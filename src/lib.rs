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
//!     SealingKey, SignIn, SignedIn, Subject, Verdict,
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
//! let SignIn::Done(signed_in) = mfa.sign_in(FirstFactor::password(ada, Utc::now())).await? else {
//!     panic!("MFA is on");
//! };
//! let session = signed_in.session();
//!
//! // Start setup → scan → confirm with a code → recovery codes → "I have saved my codes".
//! let phone = NewFactor::totp("Phone", "ada@example.org")?;
//! let setup = mfa.begin_setup(session, phone, EmailStatus::Verified).await?;
//! let typed = code_for(&setup, Utc::now()); // what the phone shows
//! let typed = Answer::code(&typed);
//! let Confirmed::FirstFactor(codes) = mfa.confirm_setup(session, setup.id(), typed).await? else {
//!     panic!("the code was not right");
//! };
//! let paper = codes.as_slice()[0].reveal();
//! let signed_in = mfa.finish_setup(session, setup.id()).await?; // keep it: the other is void
//!
//! // From now on a password opens a challenge.
//! let first = FirstFactor::password(signed_in.session().subject().clone(), Utc::now());
//! let SignIn::Challenge(challenge) = mfa.sign_in(first).await? else {
//!     panic!("MFA is off");
//! };
//! match mfa.answer(&challenge, Answer::recovery(&paper)).await? {
//!     Verdict::Passed(passed) => match passed.signed_in {
//!         SignedIn::Full(session, _) => assert!(session.has_second_factor()),
//!         SignedIn::Limited(limited) => println!("first: {:?}", limited.next_step()),
//!     },
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
//! An [`Assurance`] in each full session, a [`Limited`] one where something comes first; a
//! [`Challenge`] while the second factor is awaited. All three can be written and read through serde
//! (feature `serde`, on by default).
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
pub use domain::assurance::Assurance;
pub use domain::challenge::{Answer, Challenge};
pub use domain::enrolled_by::EnrolledBy;
pub use domain::event::{Event, EventKind, UnknownEvent};
pub use domain::factor::SetupPrompt;
pub use domain::factor::totp::TotpSetup;
pub use domain::factor_kind::FactorKind;
pub use domain::first_factor::{FirstFactor, FirstFactorKind, FirstFactorName};
pub use domain::id::{FactorId, KeyId, SetupId, Subject};
pub use domain::invalid::Invalid;
pub use domain::prompt::{Ask, Prompt};
pub use domain::purpose::{ActionName, Purpose};
pub use domain::recovery::RecoveryCodes;
pub use domain::refusal::Refusal;
pub use domain::session::{Limited, LimitedTo, Session};
pub use domain::settings::Settings;
pub use domain::setup::{EmailStatus, NewFactor, Setup, SetupRejection, SetupRejectionReason};
pub use domain::signed_in::SignedIn;
pub use domain::step_up::{StepUpRule, StepUpRules};
pub use domain::strength::{Required, Strength};
pub use domain::verdict::{Rejection, RejectionReason};
pub use error::Error;
pub use hashing::Argon2Hasher;
pub use keyring::{Keyring, KeyringError, SealingKey};
pub use memory::MemoryStore;
pub use service::{
    Admitted, BuildError, Confirmed, Mfa, MfaBuilder, Passed, ResealProgress, SignIn, Verdict,
};

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

    pub use crate::domain::demand::{Demand, Reminded, Walled};
    pub use crate::domain::event::OrgChange;
    pub use crate::domain::id::OrgId;
    pub use crate::domain::organization::{
        Access, Acknowledgement, Actor, ActorOutlook, Affiliation, Exemption, Extension, Forecast,
        Forecasting, Gate, Membership, OrgAuthority, OrgPolicy, OrgRequirement, OrgTransition,
        Organization, PolicyChange, ProposedPolicy, Prospects, Reminder, ReminderRange,
        ReminderSchedule, RosterCounts, RosterCursor, RosterFilter, RosterMember, RosterPage,
        RosterQuery, Standing, check_may_weaken,
    };
    pub use crate::domain::policy_terms::{GracePeriod, PolicyScope, PolicyTerms};
    pub use crate::domain::refusal::OrgRefusal;
    pub use crate::service::PolicyChanged;
}

pub mod step_up {
    //! What a [`StepUpRule`](crate::StepUpRule) is made of, and what comes of checking a session
    //! against one: levels, unmet requirements, the next step, RFC 9470 challenges and claims.

    pub use crate::domain::requirement::{AcrNames, Level, Needed, NextStep, Requirement, Unmet};
    pub use crate::domain::step_up::{Claims, CurrentSession, Satisfied, StepUpRulesError};
}

pub mod export {
    //! Everything that is held about one user, without secrets: what
    //! [`Mfa::export`](crate::Mfa::export) returns.

    pub use crate::domain::account::{
        AccountExport, CredentialExport, EnrollmentExport, GuessesExport, ImportExport,
        RecoveryExport, SetupExport,
    };
    pub use crate::service::Export;
}

/// Compiles the README's example with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
