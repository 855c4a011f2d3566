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
//! use mfakit::testing::{Authenticator, block_on};
//! use mfakit::{
//!     Answer, Confirmed, Email, FirstFactor, Keyring, MemoryStore, Mfa, NewFactor, SealingKey,
//!     SignIn, Subject, Verdict,
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
//! let setup = mfa.begin_setup(&session, phone, Email::Verified).await?;
//! # let app = Authenticator::scan(setup.otpauth_uri()).unwrap();
//! # let typed = app.code_at(Utc::now());
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
//!         let session = pending.raise(passed.proof, mfa.moment()?)?;
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
//! second factor is awaited. All three can be written and read with the feature `serde`.
//!
//! # Features
//!
//! | feature | | |
//! |---|---|---|
//! | `qr` | default | QR codes of a setup, as SVG and as text |
//! | `serde` | | the stored form of an account, and the values that sessions keep |
//! | `bcrypt` | | recovery codes that another system hashed with bcrypt ([`import`]) |
//! | `tracing` | | a span for each operation, with its outcome |
//! | `webauthn` | | passkeys and security keys: what a browser answers, verified (`domain::webauthn`) |
//! | `testing` | | a manual clock, seeded entropy, cheap hashing, a store that fails on cue |
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
mod ports;
#[cfg(feature = "qr")]
mod qr;
mod service;
#[cfg(feature = "serde")]
mod stored;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;

pub use domain::{
    Access, AccountExport, AccountName, Acknowledgement, AcrNames, ActionName, ActorOutlook,
    Affiliation, Algorithm, Answer, Assurance, Challenge, ChallengeId, Claims, Code, CommitId,
    Confirmed, Demand, Digits, Email, Event, EventId, EventKind, Evidence, EvidenceKind, Exemption,
    Extension, FactorId, FactorKind, FirstFactor, FirstFactorMethod, Forecast, Gate, GracePeriod,
    HostAuthority, Invalid, IssuedEnrolment, Issuer, KeyId, Label, Level, Membership, Method,
    MethodName, MethodStatus, Moment, Needed, NewFactor, NextStep, OneTimeCode, OrgAuthority,
    OrgChange, OrgId, OrgPolicy, OrgRefusal, Organisation, Passed, PendingSignIn, PolicyChange,
    PolicyScope, PolicyTerms, Proof, ProvenBy, Purpose, RecoveryCodes, Refusal, Rejection,
    Reminded, Reminder, ReminderSchedule, Requirement, RosterCounts, RosterCursor, RosterFilter,
    RosterKey, RosterMember, RosterPage, RosterQuery, RosterRow, RosterRows, Satisfied, SessionId,
    Settings, SettingsBuilder, SettingsError, Setup, SetupId, SetupRejection, SetupStatus, SignIn,
    Stamp, Standing, Status, StepUpRule, StepUpRules, StepUpRulesError, StoredMembership, Subject,
    Throttle, TotpParams, TotpSecret, Unmet, Verdict, Version, Walled,
};
pub use domain::{
    CodeReading, Import, ImportReport, Imported, ImportedCodes, ImportedFactor, Prompt, Seed,
};
pub use error::Error;
pub use hashing::Argon2Hasher;
pub use keyring::{Keyring, KeyringError, SealingKey};
pub use memory::MemoryStore;
pub use ports::{
    AccountIndex, AccountStore, CipherError, Clock, CodeHasher, Entropy, EntropyError, EventCursor,
    EventLog, EventPage, HasherError, ImportedCodeHasher, Lane, Notifier, NotifierError, OsEntropy,
    SealedPage, SecretCipher, StoreError, StoreErrorKind, SystemClock,
};
pub use ports::{CurrentStamps, OrgStore, PolicyRevision, Stamps};
pub use service::PolicyChanged;
pub use service::{BuildError, Export, Mfa, MfaBuilder, ResealProgress};
#[cfg(feature = "serde")]
pub use stored::{Format, StoredAccount, StoredError};
