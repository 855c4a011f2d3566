//! A session that is signed in, or half of one: what the operations on an account take.

use super::assurance::Assurance;
use super::demand::Walled;
use super::evidence::Evidence;
use super::id::{SessionId, Stamp, Subject};
use super::proof::Facts;

/// A session that has passed its sign-in: full, or limited.
///
/// The operations by which a limit ends take either: the setup, new recovery codes, a step-up, a
/// re-authentication. Each checks the evidence itself. Everything else takes a full [`Assurance`],
/// so that a [`Limited`] session cannot be passed to it. Only these two types implement the trait.
pub trait Session: sealed::Held + std::fmt::Debug + Send + Sync {
    /// The user whose session it is.
    fn subject(&self) -> &Subject {
        &self.held().evidence.subject
    }

    /// The session's ID. Give each session token of the host its own; renewing the token keeps the
    /// ID.
    fn session(&self) -> SessionId {
        self.held().evidence.session
    }

    /// The credentials that the evidence was gained under.
    fn stamp(&self) -> Stamp {
        self.held().evidence.stamp
    }

    /// Everything proven, the latest of each kind.
    fn evidence(&self) -> &[Evidence] {
        &self.held().evidence.evidence
    }
}

pub(crate) mod sealed {
    use super::{Assurance, LimitedTo};

    /// The content of a session. Only this crate can look into it: a limited session's evidence is never
    /// handed out as a full session.
    #[derive(Debug, Clone, Copy)]
    pub struct HeldEvidence<'a> {
        pub(crate) evidence: &'a Assurance,
        pub(crate) limit: Option<&'a LimitedTo>,
    }

    /// Keeps [`Session`](super::Session) to the types of this crate.
    pub trait Held {
        /// The content of the session.
        fn held(&self) -> HeldEvidence<'_>;
    }
}

pub(crate) use sealed::{Held, HeldEvidence};

impl Held for Assurance {
    fn held(&self) -> HeldEvidence<'_> {
        HeldEvidence { evidence: self, limit: None }
    }
}

impl Session for Assurance {}

/// A session that is not fully signed in: something comes first.
///
/// It opens nothing that asks for a full session. Keep it where an [`Assurance`] would be kept, show
/// the user the [next step](Self::next_step), and leave open: signing out, re-authenticating,
/// verifying the e-mail address, the profile page, and that step. The operation that takes the step
/// answers with a [`SignedIn`](crate::SignedIn), which is the only way to a full session.
///
/// With the feature `serde` it can be written and read; what is written here is never read as an
/// [`Assurance`].
///
/// # Security
/// As an [`Assurance`]: keep it on the server, or in a cookie that is encrypted and authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[must_use = "a session that is not kept is lost"]
pub struct Limited {
    held: Assurance,
    limited_to: LimitedTo,
}

/// The one step that a [`Limited`] session is for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum LimitedTo {
    /// Set MFA up: the period of an organization that closes the whole account is over. See
    /// [`Mfa::begin_setup`](crate::Mfa::begin_setup).
    SetUp(Walled),
    /// Answer a challenge with a stronger factor: such a period is over, the account has a factor that
    /// is strong enough, and this session has not proven it. See [`Mfa::step_up`](crate::Mfa::step_up),
    /// with [`StepUpRule::signed_in`](crate::StepUpRule::signed_in) where no rule says more.
    StepUp(Walled),
    /// Replace a lost factor: as [`StepUp`](Self::StepUp), in a session that a recovery code has
    /// opened. Where the factor is not lost, a challenge can be answered with it as well. See
    /// [`NewFactor::replacing`](crate::NewFactor::replacing).
    Replace(Walled),
    /// Replace the recovery codes: they were imported, and have less than 64 bits. See
    /// [`Mfa::regenerate_codes`](crate::Mfa::regenerate_codes).
    RegenerateCodes,
    /// Set up a first factor: an administrator reset the account, and the enrollment code was
    /// accepted. See [`Mfa::begin_setup`](crate::Mfa::begin_setup).
    FirstSetup,
}

impl Limited {
    pub(crate) fn new(held: Assurance, limited_to: LimitedTo) -> Self {
        Self { held, limited_to }
    }

    /// The user whose session it is.
    pub fn subject(&self) -> &Subject {
        &self.held.subject
    }

    /// The step that comes first.
    pub fn next_step(&self) -> &LimitedTo {
        &self.limited_to
    }
}

impl Held for Limited {
    fn held(&self) -> HeldEvidence<'_> {
        HeldEvidence { evidence: &self.held, limit: Some(&self.limited_to) }
    }
}

impl Session for Limited {}

/// A session as far as its account alone can say: what it has proven, and how the account stands.
///
/// It opens nothing before the policies of the user's organizations are asked:
/// [`signed_in`](Self::signed_in).
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "nobody is signed in before the policies are asked"]
pub struct Proven {
    pub(super) held: Assurance,
    pub(super) facts: Facts,
}

impl Proven {
    pub(crate) fn new(held: Assurance, facts: Facts) -> Self {
        Self { held: Assurance { account: facts.rank, ..held }, facts }
    }

    /// The user whose session it is.
    pub fn subject(&self) -> &Subject {
        &self.held.subject
    }

    /// Everything proven, the latest of each kind.
    pub fn evidence(&self) -> &[Evidence] {
        &self.held.evidence
    }
}
