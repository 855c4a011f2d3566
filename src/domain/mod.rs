//! Decisions, as pure functions: an account, an input and the time go in, what changes and what to
//! answer comes out. No I/O, no clock, no randomness of its own.
//!
//! [`Mfa`](crate::Mfa) is built on nothing else, and so can a host be that wants no async: load an
//! [`Account`], decide, commit the [`Transition`], and its answer opens.

// A new variant is a question to every rule that tells the others apart.
#![deny(clippy::wildcard_enum_match_arm)]

// Leaves: values that name no rule.
mod bounds;
pub(crate) mod demand;
pub(crate) mod enrolled_by;
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
pub(crate) mod unknown_fields;

// What the rules are made of.
pub(crate) mod assurance;
mod budget;
pub(crate) mod challenge;
mod context;
pub(crate) mod event;
pub(crate) mod factor;
pub(crate) mod prompt;
mod proof;
pub(crate) mod receipt;
pub(crate) mod recovery;
pub(crate) mod refusal;
pub(crate) mod requirement;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod setup;
pub(crate) mod verdict;

// The rules.
pub(crate) mod account;
pub(crate) mod import;
pub(crate) mod organization;
pub(crate) mod signed_in;
pub(crate) mod step_up;

// The engine, as `mfakit::domain` shows it.
pub use account::{
    Account, Arrival, ConfirmedFirst, Decision, DrawnSetup, Fresh, ImportedCheck, Judged,
    OneTimeCheck, Opened, Question, Reseal, SetupQuestion, TotpCheck, TotpSetupCheck, Transition,
};
#[cfg(feature = "webauthn")]
pub use account::{RegistrationCheck, WebAuthnCheck};
pub use bounds::{CLOCK_SKEW, MAX_FACTORS, PROOF_MAX_AGE};
pub use budget::{GuessBudget, Throttle};
pub use context::Context;
pub use evidence::{Evidence, EvidenceKind};
pub use factor::totp::{
    Algorithm, Code, DRIFT_LIMIT, Digits, PendingTotp, SealContext, Step, TRIPLE_SEARCH,
    TotpParams, TotpSecret, TotpState, Window, match_code,
};
#[cfg(feature = "webauthn")]
pub use factor::webauthn;
pub use factor::{DrawnKind, Factor, FactorState, PendingState, UnknownPending, UnknownState};
pub use id::{ChallengeId, SessionId, Stamp};
pub use import::{
    ImportedCode, ImportedEvaluation, ImportedHash, ImportedSet, PreparedCodes, PreparedFactor,
    PreparedImport,
};
pub use label::{AccountName, Issuer, Label};
pub use proof::{Proof, ProvenBy};
pub use receipt::{Closed, Receipt};
pub use recovery::{CodeHash, Evaluation, HashScheme, HashedCodes, OneTimeCode, RecoverySet};
pub use sealed::SealedSecret;
pub use session::Proven;
pub use settings::{SettingsBuilder, SettingsError};
pub use setup::{ConfirmedSetup, PendingSetup};
pub use verdict::{Judgment, PassedChallenge};

// Public elsewhere, each in one place: see the crate's root.
pub(crate) use account::{AccountExport, Commit, HostAuthority, IssuedEnrollment, Status};
pub(crate) use assurance::Assurance;
pub(crate) use challenge::{Answer, Challenge};
pub(crate) use demand::Reminded;
pub(crate) use event::Event;
#[cfg(feature = "qr")]
pub(crate) use factor::totp::TotpSetup;
pub(crate) use factor_kind::FactorKind;
pub(crate) use first_factor::FirstFactor;
pub(crate) use id::{CommitId, FactorId, KeyId, OrgId, SetupId, Subject, Version};
pub(crate) use import::{
    CodeReading, Import, Imported, ImportedCodes, ImportedFactor, ImportedTotp, Seed,
};
pub(crate) use import_notice::ImportNotice;
pub(crate) use invalid::Invalid;
pub(crate) use organization::{
    Access, Acknowledgement, Actor, Affiliation, Forecast, Gate, Membership, OrgAuthority,
    OrgCommit, OrgPolicy, OrgRow, OrgTransition, Organization, PolicyChange, ProposedPolicy,
    Reminder, ReminderSchedule, RosterCounts, RosterCursor, RosterFilter, RosterPage, RosterQuery,
    RosterRow, RosterRows, check_may_weaken,
};
pub(crate) use prompt::Ask;
pub(crate) use purpose::ActionName;
pub(crate) use receipt::CommitOutcome;
pub(crate) use recovery::RecoveryCodes;
pub(crate) use refusal::{OrgRefusal, Refusal};
pub(crate) use requirement::Unmet;
pub(crate) use session::Session;
pub(crate) use settings::Settings;
pub(crate) use setup::{EmailStatus, NewFactor, Setup, SetupRejection};
pub(crate) use signed_in::SignedIn;
pub(crate) use step_up::{CurrentSession, StepUpRule};
pub(crate) use strength::Strength;
pub(crate) use verdict::Rejection;

// What of it only the stored form, the conformance kit or a test names.
#[cfg(feature = "serde")]
pub(crate) use enrolled_by::EnrolledBy;
#[cfg(feature = "testing")]
pub(crate) use event::OrgChange;
#[cfg(any(feature = "serde", feature = "testing"))]
pub(crate) use event::UnknownEvent;
#[cfg(any(test, feature = "serde", feature = "testing"))]
pub(crate) use event::{EventId, EventKind};
#[cfg(feature = "serde")]
pub(crate) use first_factor::FirstFactorName;
#[cfg(any(test, feature = "testing"))]
pub(crate) use organization::{Exemption, Extension, OrgRequirement, RosterKey, StoredMembership};
#[cfg(test)]
pub(crate) use organization::{Prospects, Standing, sample as org_sample};
#[cfg(any(test, feature = "testing"))]
pub(crate) use policy_terms::{GracePeriod, PolicyScope, PolicyTerms};
#[cfg(feature = "testing")]
pub(crate) use strength::Required;

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
    pub(crate) use super::setup::{Confirmation, Stage};
    pub(crate) use super::unknown_fields::{Extra, Value};
}
