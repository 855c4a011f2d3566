//! Why a decision was "no".

mod organization;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::domain::demand::Walled;
use crate::domain::invalid::Invalid;
use crate::domain::purpose::ActionName;
use crate::domain::requirement::Unmet;

pub use organization::OrgRefusal;

/// An operation that the rules do not allow. Nothing was changed.
///
/// [`code`](Self::code) is stable across releases, for APIs and logs.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The session has not proven enough, or not recently enough.
    #[error("step-up required: {0}")]
    StepUp(Unmet),
    /// MFA has to be set up first: the period of an organization is over.
    #[error("two-factor authentication has to be set up first")]
    SetUpFirst(Walled),
    /// The action has no step-up rule.
    #[error("no step-up rule is named `{}`", .0.as_str())]
    UnknownAction(ActionName),
    /// The credentials have changed since the session's evidence was gained.
    #[error("sign in again: the account's credentials have changed")]
    SignInAgain,
    /// The session belongs to another user.
    #[error("the session belongs to another user")]
    ForeignSession,
    /// A value from outside cannot be what it was offered as.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The account has a factor of this label.
    #[error("another factor has this label")]
    LabelTaken,
    /// The account has ten factors.
    #[error("an account has at most 10 factors")]
    TooManyFactors,
    /// The account has no such factor.
    #[error("no such factor")]
    UnknownFactor,
    /// This build, or its settings, cannot set up factors of this kind: a credential without a relying
    /// party, or a kind that a later release knows.
    #[error("factors of this kind cannot be set up here")]
    FactorKindUnavailable,
    /// MFA is off.
    #[error("two-factor authentication is not enabled")]
    NotEnabled,
    /// The first factor needs a verified e-mail address.
    #[error("the e-mail address must be verified first")]
    EmailUnverified,
    /// There is no such setup: finished, canceled, replaced by a newer one, or never begun.
    #[error("no such setup: begin again")]
    UnknownSetup,
    /// The setup belongs to another session.
    #[error("the setup was begun in another session")]
    SetupElsewhere,
    /// The setup was not confirmed, or not finished, in time.
    #[error("the setup has expired: begin again")]
    SetupExpired,
    /// The setup is confirmed already: reissue its codes or finish it.
    #[error("the setup is confirmed already")]
    SetupConfirmed,
    /// The setup is not confirmed yet.
    #[error("the setup is not confirmed yet")]
    SetupUnconfirmed,
    /// The challenge has expired, or the credentials have changed since it was opened.
    #[error("the challenge has expired: sign in again")]
    ChallengeExpired,
    /// The challenge was passed already, was opened before the account's last 16 passes, or has
    /// taken all its answers.
    #[error("the challenge takes no more answers: sign in again")]
    ChallengeSpent,
    /// The answer is not of a kind that the challenge takes.
    #[error("the challenge does not take this kind of answer")]
    WrongAnswerKind,
    /// The proof is of another user, session or purpose.
    #[error("the proof is not for this session")]
    ProofMismatch,
    /// The proof is more than a minute old.
    #[error("the proof is too old: answer a new challenge")]
    ProofTooOld,
    /// The first factor lies in the future, or before the last password change.
    #[error("the first factor is out of date: sign in again")]
    FirstFactorOutOfDate,
    /// The first factor is no newer than what the session holds, and was not proven just now: the one
    /// who vouches for it did not ask for it again.
    #[error("the first factor is no newer than what the session holds: it has to be proven again")]
    FirstFactorNotNewer,
    /// The account was reset: an enrollment code comes first.
    #[error("an enrollment code is needed first")]
    EnrollmentNeeded,
    /// The enrollment code was not used in time.
    #[error("the enrollment code expired at {0}: ask for a new one")]
    EnrollmentExpired(DateTime<Utc>),
    /// The account holds imported recovery codes of less than 64 bits: they have to be replaced
    /// first.
    #[error("new recovery codes have to be issued first")]
    RegenerateFirst,
    /// An import would change an account that has a row already. It only makes new ones.
    #[error("the account exists already: an import only makes new ones")]
    AccountExists,
    /// An import holds a seed of less than 128 bits, which was not accepted by name.
    #[error("a seed has less than 128 bits, and such were not accepted")]
    WeakSeed,
    /// An import holds recovery codes of less than 64 bits, which were not accepted by name.
    #[error("the recovery codes have less than 64 bits, and such were not accepted")]
    WeakCodes,
    /// An import holds a seed twice.
    #[error("another factor has this seed")]
    SeedTaken,
    /// An import holds a credential twice.
    #[error("another factor is this credential")]
    CredentialTaken,
    /// The account has moved, or is moving, to another subject.
    #[error("the account has moved to another subject")]
    Moved,
    /// The subject that an account is to move to has one already.
    #[error("the new subject has an account already")]
    SubjectTaken,
    /// The clock is before 1970 or after 9999.
    #[error("the clock is out of range")]
    ClockOutOfRange,
    /// The rules of organizations do not allow it.
    #[error(transparent)]
    Organization(#[from] OrgRefusal),
}

impl Refusal {
    /// A stable name for APIs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::StepUp(_) => "step_up_required",
            Self::SetUpFirst(_) => "set_up_first",
            Self::UnknownAction(_) => "unknown_action",
            Self::SignInAgain => "sign_in_again",
            Self::ForeignSession => "foreign_session",
            Self::Invalid(_) => "invalid",
            Self::LabelTaken => "label_taken",
            Self::TooManyFactors => "too_many_factors",
            Self::UnknownFactor => "unknown_factor",
            Self::FactorKindUnavailable => "factor_kind_unavailable",
            Self::NotEnabled => "not_enabled",
            Self::EmailUnverified => "email_unverified",
            Self::UnknownSetup => "unknown_setup",
            Self::SetupElsewhere => "setup_elsewhere",
            Self::SetupExpired => "setup_expired",
            Self::SetupConfirmed => "setup_confirmed",
            Self::SetupUnconfirmed => "setup_unconfirmed",
            Self::ChallengeExpired => "challenge_expired",
            Self::ChallengeSpent => "challenge_spent",
            Self::WrongAnswerKind => "wrong_answer_kind",
            Self::ProofMismatch => "proof_mismatch",
            Self::ProofTooOld => "proof_too_old",
            Self::FirstFactorOutOfDate => "first_factor_out_of_date",
            Self::FirstFactorNotNewer => "first_factor_not_newer",
            Self::EnrollmentNeeded => "enrollment_needed",
            Self::EnrollmentExpired(_) => "enrollment_expired",
            Self::RegenerateFirst => "regenerate_first",
            Self::AccountExists => "account_exists",
            Self::WeakSeed => "weak_seed",
            Self::WeakCodes => "weak_codes",
            Self::SeedTaken => "seed_taken",
            Self::CredentialTaken => "credential_taken",
            Self::Moved => "moved",
            Self::SubjectTaken => "subject_taken",
            Self::ClockOutOfRange => "clock_out_of_range",
            Self::Organization(refusal) => refusal.code(),
        }
    }
}
