//! Decisions, as pure functions: an account, an input and the time go in, what changes and what to
//! answer comes out. No I/O, no clock, no randomness of its own.
//!
//! [`Mfa`](crate::Mfa) is built on nothing else, and so can a host be that wants no async: load an
//! [`Account`], decide, commit the [`Transition`], and its answer opens.

// A new variant is a question to every rule that tells the others apart.
#![deny(clippy::wildcard_enum_match_arm)]

// Leaves: values that name no rule.
mod bounds;
mod evidence;
pub(crate) mod factor_kind;
pub(crate) mod first_factor;
pub(crate) mod id;
pub(crate) mod import_notice;
mod instant;
pub(crate) mod invalid;
mod label;
pub(crate) mod policy_terms;
pub(crate) mod purpose;
mod sealed;
pub(crate) mod strength;
mod unknown_fields;

// What the rules are made of.
pub(crate) mod assurance;
mod budget;
pub(crate) mod challenge;
mod context;
pub(crate) mod event;
pub(crate) mod factor;
mod proof;
pub(crate) mod receipt;
pub(crate) mod recovery;
pub(crate) mod refusal;
pub(crate) mod requirement;
pub(crate) mod settings;
pub(crate) mod setup;
pub(crate) mod verdict;

// The rules.
pub(crate) mod account;
pub(crate) mod import;
pub(crate) mod organization;
pub(crate) mod step_up;

// The engine, as `mfakit::domain` shows it.
pub use account::{
    Account, Arrival, ConfirmedFirst, Decision, Fresh, ImportedCheck, Judged, NewSecret,
    OneTimeCheck, Opened, Question, Reseal, TotpCheck, Transition,
};
pub use bounds::{CLOCK_SKEW, MAX_FACTORS, PROOF_MAX_AGE};
pub use budget::{GuessBudget, Throttle};
pub use context::Context;
pub use evidence::{Evidence, EvidenceKind};
pub use factor::totp::{
    Algorithm, Code, DRIFT_LIMIT, Digits, SealContext, Step, TRIPLE_SEARCH, TotpParams, TotpSecret,
    TotpState, Window, match_code,
};
#[cfg(feature = "webauthn")]
pub use factor::webauthn;
pub use factor::{Factor, FactorState};
pub use id::{ChallengeId, SessionId, Stamp};
pub use import::{
    ImportedCode, ImportedEvaluation, ImportedHash, ImportedSet, LiveSeed, PreparedCodes,
    PreparedFactor, PreparedImport,
};
pub use label::{AccountName, Issuer, Label};
pub use proof::{Proof, ProvenBy};
pub use receipt::{Closed, Receipt};
pub use recovery::{CodeHash, Evaluation, HashScheme, HashedCodes, OneTimeCode, RecoverySet};
pub use sealed::SealedSecret;
pub use settings::{SettingsBuilder, SettingsError};
pub use setup::PendingSetup;

// Public elsewhere, each in one place: see the crate's root.
pub(crate) use account::{AccountExport, Commit, HostAuthority, IssuedEnrollment, Status};
pub(crate) use assurance::{Assurance, PendingSignIn};
pub(crate) use challenge::{Answer, Challenge};
pub(crate) use event::Event;
pub(crate) use first_factor::FirstFactor;
pub(crate) use id::{CommitId, FactorId, KeyId, OrgId, SetupId, Subject, Version};
pub(crate) use import::{CodeReading, Import, Imported, ImportedCodes, ImportedFactor, Seed};
pub(crate) use invalid::Invalid;
pub(crate) use organization::{
    Access, Acknowledgement, Actor, Affiliation, Forecast, Gate, Membership, OrgAuthority,
    OrgCommit, OrgPolicy, OrgRow, OrgTransition, Organization, PolicyChange, ProposedPolicy,
    Reminded, Reminder, ReminderSchedule, RosterCounts, RosterCursor, RosterFilter, RosterPage,
    RosterQuery, RosterRow, RosterRows, Walled, check_may_disable,
};
pub(crate) use policy_terms::PolicyTerms;
pub(crate) use purpose::ActionName;
pub(crate) use receipt::CommitOutcome;
pub(crate) use recovery::RecoveryCodes;
pub(crate) use refusal::{OrgRefusal, Refusal};
pub(crate) use settings::Settings;
pub(crate) use setup::{Confirmed, EmailStatus, NewFactor, Setup};
pub(crate) use step_up::{CurrentSession, Satisfied, StepUpRule};
pub(crate) use verdict::Verdict;

// What of it only the stored form, the conformance kit or a test names.
#[cfg(any(test, feature = "testing"))]
pub(crate) use event::{EventId, EventKind};
#[cfg(feature = "serde")]
pub(crate) use first_factor::{FirstFactorKind, FirstFactorName};
#[cfg(test)]
pub(crate) use organization::sample as org_sample;
#[cfg(any(test, feature = "testing"))]
pub(crate) use organization::{Exemption, Extension, RosterKey, StoredMembership};
#[cfg(feature = "testing")]
pub(crate) use policy_terms::{GracePeriod, PolicyScope};

/// What an account is made of besides what hosts see: for its stored form.
#[cfg(feature = "serde")]
pub(crate) mod parts {
    pub(crate) use super::account::{
        CHARGED_CHALLENGES, ChargedChallenge, ChargedChallenges, EnrollmentCode, PASSED_CHALLENGES,
        PassedChallenges, RECENT_COMMITS,
    };
    pub(crate) use super::import::{ImportRecord, ImportedSlot};
    pub(crate) use super::instant::whole_micros;
    pub(crate) use super::recovery::Slot;
    pub(crate) use super::setup::{Confirmation, RightCode};
    pub(crate) use super::unknown_fields::{Extra, Value};
}
