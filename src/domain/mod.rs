//! Decisions, as pure functions: an account, an input and the time go in, what changes and what to
//! answer comes out. No I/O, no clock, no randomness of its own.
//!
//! [`Mfa`](crate::Mfa) is built on nothing else, and so can a host be that wants no async: load an
//! [`Account`], decide, commit the [`Transition`], and its answer opens.

mod account;
mod assurance;
#[cfg(feature = "serde")]
mod bounded;
mod budget;
mod challenge;
mod event;
mod extra;
mod factor;
mod first_factor;
mod id;
mod import;
mod invalid;
mod label;
mod organisation;
mod otpauth;
mod proof;
mod recovery;
mod refusal;
mod sealed;
mod settings;
mod setup;
mod step_up;
mod time;
mod totp;
mod transition;

pub use account::{
    Account, AccountExport, Arrival, Asked, ConfirmedFirst, EnrolmentExport, Fresh, GuessesExport,
    HostAuthority, ImportExport, ImportedCheck, IssuedEnrolment, Judged, MethodStatus, NewSecret,
    OneTimeCheck, Question, RecoveryExport, Reseal, SetupExport, SetupStatus, SignIn, Status,
};
pub use assurance::{Assurance, Evidence, EvidenceKind, PendingSignIn};
pub use budget::{GuessBudget, Throttle};
pub use challenge::{ActionName, Answer, Challenge, Method, Passed, Purpose, Rejection, Verdict};
pub use event::{Event, EventId, EventKind};
#[cfg(feature = "webauthn")]
pub use factor::webauthn;
pub use factor::{Authenticator, Factor, FactorKind, TotpAuthenticator};
pub use first_factor::{FirstFactor, FirstFactorMethod, MethodName};
pub use id::{ChallengeId, CommitId, FactorId, SessionId, SetupId, Stamp, Subject, Version};
pub use import::{
    CodeReading, Import, ImportReport, Imported, ImportedCode, ImportedCodes, ImportedEvaluation,
    ImportedFactor, ImportedHash, ImportedSet, LiveSeed, PreparedCodes, PreparedFactor,
    PreparedImport, Prompt, Seed,
};
pub use invalid::Invalid;
pub use label::{AccountName, Issuer, Label};
#[cfg(test)]
pub(crate) use organisation::sample as org_sample;
pub use organisation::{
    Access, Acknowledgement, Actor, ActorOutlook, Affiliation, Demand, Exemption, Extension,
    Forecast, Forecasting, Gate, GracePeriod, Membership, OrgAuthority, OrgChange, OrgCommit,
    OrgId, OrgPolicy, OrgRefusal, OrgRow, OrgTransition, Organisation, PolicyChange, PolicyScope,
    PolicyTerms, Reminded, Reminder, ReminderRange, ReminderSchedule, RosterCounts, RosterCursor,
    RosterFilter, RosterKey, RosterMember, RosterPage, RosterQuery, RosterRow, RosterRows,
    Standing, StoredMembership, Walled, check_may_disable,
};
pub use proof::{Proof, ProvenBy};
pub use recovery::{
    CodeHash, Evaluation, HashScheme, HashedCodes, OneTimeCode, RecoveryCodes, RecoverySet,
};
pub use refusal::Refusal;
pub use sealed::{KeyId, SealContext, SealedSecret};
pub use settings::{
    CLOCK_SKEW, MAX_FACTORS, PROOF_MAX_AGE, Settings, SettingsBuilder, SettingsError,
};
pub use setup::{Confirmed, Email, NewFactor, PendingSetup, Setup, SetupRejection};
pub use step_up::{
    AcrNames, Claims, Level, Needed, NextStep, Requirement, Satisfied, StepUpRule, StepUpRules,
    StepUpRulesError, Unmet,
};
pub use time::Moment;
pub use totp::{
    Algorithm, Code, DRIFT_LIMIT, Digits, Step, TRIPLE_SEARCH, TotpParams, TotpSecret, Window,
    match_code,
};
pub use transition::{Closed, Commit, CommitOutcome, Decision, Receipt, Transition};

/// What an account is made of besides what hosts see: for its stored form.
#[cfg(feature = "serde")]
pub(crate) mod parts {
    pub(crate) use super::account::{
        CHARGED_CHALLENGES, ChargedChallenge, ChargedChallenges, Enrolment, RECENT_COMMITS,
    };
    pub(crate) use super::extra::{Extra, Value};
    pub(crate) use super::import::{ImportRecord, ImportedSlot};
    pub(crate) use super::recovery::Slot;
    pub(crate) use super::setup::{Confirmation, RightCode};
    pub(crate) use super::time::whole_micros;
}
