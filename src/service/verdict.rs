//! The outcome of an answer, and of the confirmation of a setup: with the session.

use chrono::{DateTime, Utc};

use crate::domain::{
    Affiliation, Challenge, ConfirmedSetup, Context, ImportNotice, Judgment, RecoveryCodes,
    Refusal, Rejection, SetupRejection, SignedIn,
};

/// The outcome of an answer. A wrong code is not an error.
#[derive(Debug)]
#[must_use]
pub enum Verdict {
    /// The challenge is passed.
    Passed(Passed),
    /// It is not.
    Rejected(Rejection),
}

/// A passed challenge, and the session that comes of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Passed {
    /// The session: a new one of a sign-in, the raised one of a step-up. Give it a new token now
    /// (ASVS 5.0 §7.2.4).
    pub signed_in: SignedIn,
    /// The number of recovery codes that are left. `None` when the account has no set: after a reset.
    pub recovery_left: Option<usize>,
    /// Whether that is few enough to ask for a new set.
    pub recovery_low: bool,
    /// The tasks for the owner that an import has left. Empty otherwise.
    pub import_notices: Vec<ImportNotice>,
    /// The place that the user was heading for.
    pub return_to: Option<String>,
}

impl Verdict {
    /// Raises the session of a passed challenge, and decides how far it goes.
    pub(super) fn of(
        judgment: Judgment,
        challenge: &Challenge,
        affiliations: &[Affiliation],
        context: Context<'_>,
    ) -> Result<Self, Refusal> {
        let passed = match judgment {
            Judgment::Rejected(rejection) => return Ok(Self::Rejected(rejection)),
            Judgment::Passed(passed) => passed,
        };
        let proven = challenge.raise(passed.proof, context)?;
        Ok(Self::Passed(Passed {
            signed_in: proven.signed_in(affiliations, context.now()),
            recovery_left: passed.recovery_left,
            recovery_low: passed.recovery_low,
            import_notices: passed.import_notices,
            return_to: passed.return_to,
        }))
    }
}

/// The outcome of an answer that was to confirm a setup.
#[derive(Debug)]
#[must_use]
pub enum Confirmed {
    /// The first factor is confirmed. Show the codes; MFA is enabled once
    /// [`finish_setup`](crate::Mfa::finish_setup) says that they were saved.
    FirstFactor(RecoveryCodes),
    /// A further factor is active. This is the session under its new stamp.
    Added(SignedIn),
    /// The lost factor is replaced: the session under its new stamp, and the new recovery codes.
    Replaced(SignedIn, RecoveryCodes),
    /// The code was not right.
    Rejected(SetupRejection),
}

impl Confirmed {
    /// Decides how far the session goes.
    pub(super) fn of(
        confirmed: ConfirmedSetup,
        affiliations: &[Affiliation],
        now: DateTime<Utc>,
    ) -> Self {
        match confirmed {
            ConfirmedSetup::FirstFactor(codes) => Self::FirstFactor(codes),
            ConfirmedSetup::Added(proven) => Self::Added(proven.signed_in(affiliations, now)),
            ConfirmedSetup::Replaced(proven, codes) => {
                Self::Replaced(proven.signed_in(affiliations, now), codes)
            }
            ConfirmedSetup::Rejected(rejection) => Self::Rejected(rejection),
        }
    }
}
