//! Decisions, as pure functions: an account, an input and the time go in, what changes and what to
//! answer comes out. No I/O, no clock, no randomness of its own.
//!
//! [`Mfa`](crate::Mfa) is built on nothing else, and so can a host be that wants no async: load an
//! [`Account`], decide, commit the [`Transition`], and its answer opens.

pub(crate) mod account;
pub(crate) mod assurance;
#[cfg(feature = "serde")]
mod bounded;
mod budget;
pub(crate) mod challenge;
pub(crate) mod event;
mod extra;
pub(crate) mod factor;
pub(crate) mod first_factor;
pub(crate) mod id;
pub(crate) mod import;
pub(crate) mod invalid;
mod label;
pub(crate) mod organization;
mod otpauth;
mod proof;
pub(crate) mod recovery;
pub(crate) mod refusal;
pub(crate) mod sealed;
pub(crate) mod settings;
pub(crate) mod setup;
pub(crate) mod step_up;
mod time;
mod totp;
pub(crate) mod transition;

// The engine, as `mfakit::domain` shows it.
pub use account::{
    Account, Arrival, ConfirmedFirst, Fresh, ImportedCheck, Judged, NewSecret, OneTimeCheck,
    Question, Reseal, TotpCheck,
};
pub use assurance::{Evidence, EvidenceKind};
pub use budget::{GuessBudget, Throttle};
pub use factor::{Factor, FactorState, TotpState};
pub use id::{ChallengeId, SessionId, Stamp};
pub use import::{
    ImportedCode, ImportedEvaluation, ImportedHash, ImportedSet, LiveSeed, PreparedCodes,
    PreparedFactor, PreparedImport,
};
pub use label::{AccountName, Issuer, Label};
pub use proof::{Proof, ProvenBy};
pub use recovery::{CodeHash, Evaluation, HashScheme, HashedCodes, OneTimeCode, RecoverySet};
pub use sealed::{SealContext, SealedSecret};
pub use settings::{CLOCK_SKEW, MAX_FACTORS, PROOF_MAX_AGE, SettingsBuilder, SettingsError};
pub use setup::PendingSetup;
pub use time::Context;
pub use totp::{
    Algorithm, Code, DRIFT_LIMIT, Digits, Step, TRIPLE_SEARCH, TotpParams, TotpSecret, Window,
    match_code,
};
pub use transition::{Closed, Decision, Receipt, Transition};

// Public elsewhere, each in one place: see the crate's root.
pub(crate) use account::{AccountExport, HostAuthority, IssuedEnrollment, SignIn, Status};
pub(crate) use assurance::{Assurance, PendingSignIn};
pub(crate) use challenge::{ActionName, Answer, Challenge, Verdict};
pub(crate) use event::{Event, EventId, EventKind};
pub(crate) use first_factor::{FirstFactor, FirstFactorKind, FirstFactorName};
pub(crate) use id::{CommitId, FactorId, SetupId, Subject, Version};
pub(crate) use import::{CodeReading, Import, Imported, ImportedCodes, ImportedFactor, Seed};
pub(crate) use invalid::Invalid;
#[cfg(test)]
pub(crate) use organization::sample as org_sample;
pub(crate) use organization::{
    Access, Acknowledgement, Actor, Affiliation, Exemption, Extension, Forecast, Gate, GracePeriod,
    Membership, OrgAuthority, OrgCommit, OrgId, OrgPolicy, OrgRefusal, OrgRow, OrgTransition,
    Organization, PolicyChange, PolicyScope, PolicyTerms, ProposedPolicy, Reminder,
    ReminderSchedule, RosterCounts, RosterCursor, RosterFilter, RosterKey, RosterPage, RosterQuery,
    RosterRow, RosterRows, StoredMembership, check_may_disable,
};
pub(crate) use recovery::RecoveryCodes;
pub(crate) use refusal::Refusal;
pub(crate) use sealed::KeyId;
pub(crate) use settings::Settings;
pub(crate) use setup::{Confirmed, EmailStatus, NewFactor, Setup};
pub(crate) use step_up::{Satisfied, StepUpRule};
pub(crate) use transition::{Commit, CommitOutcome};

/// What an account is made of besides what hosts see: for its stored form.
#[cfg(feature = "serde")]
pub(crate) mod parts {
    pub(crate) use super::account::{
        CHARGED_CHALLENGES, ChargedChallenge, ChargedChallenges, EnrollmentCode, RECENT_COMMITS,
    };
    pub(crate) use super::extra::{Extra, Value};
    pub(crate) use super::import::{ImportRecord, ImportedSlot};
    pub(crate) use super::recovery::Slot;
    pub(crate) use super::setup::{Confirmation, RightCode};
    pub(crate) use super::time::whole_micros;
}
