//! The aggregate: everything mfakit knows about one user.
//!
//! Every rule is a function of the account, an input and the time, and answers with a
//! [`Decision`]. What they share lies below them: the
//! [`state`], the [`transition`] to the next one and its [`draft`]. Above is one file per capability:
//! [`sign_in`], [`setup`], [`question`], [`recover`], [`factors`], [`reset`], [`lifecycle`],
//! [`import`].

mod ask;
mod authority;
mod begin;
mod charged;
mod confirm;
mod draft;
mod export;
mod factors;
mod import;
mod imported_codes;
mod lifecycle;
mod notices;
mod pass;
mod passed;
mod question;
mod read;
mod recover;
mod reset;
mod setup;
mod sign_in;
mod state;
mod status;
mod totp_check;
mod transition;
#[cfg(feature = "webauthn")]
mod webauthn_check;

pub use authority::HostAuthority;
pub(crate) use authority::Sensitive;
pub use begin::DrawnSetup;
#[cfg(feature = "serde")]
pub(crate) use charged::{ChargedChallenge, ChargedChallenges, KEPT as CHARGED_CHALLENGES};
#[cfg(feature = "webauthn")]
pub use confirm::RegistrationCheck;
pub use confirm::{ConfirmedFirst, Judged, SetupQuestion, TotpSetupCheck};
pub use export::{
    AccountExport, CredentialExport, EnrollmentExport, GuessesExport, ImportExport, RecoveryExport,
    SetupExport,
};
pub use imported_codes::ImportedCheck;
pub use lifecycle::{Arrival, Reseal};
#[cfg(feature = "serde")]
pub(crate) use passed::{PassedChallenges, WINDOW as PASSED_CHALLENGES};
pub use question::Question;
pub use recover::OneTimeCheck;
pub use reset::IssuedEnrollment;
pub use sign_in::{Fresh, Opened};
pub use state::Account;
#[cfg(feature = "serde")]
pub(crate) use state::{EnrollmentCode, RECENT_COMMITS};
pub use status::{FactorStatus, SetupStatus, Status};
pub use totp_check::TotpCheck;
pub use transition::{Commit, Decision, Transition};
#[cfg(feature = "webauthn")]
pub use webauthn_check::WebAuthnCheck;
