//! The adapter's one value in the host's session.

use std::fmt;

use chrono::{DateTime, Utc};
use mfakit::domain::{ChallengeId, Evidence, EvidenceKind};
use mfakit::{Assurance, Challenge, Limited, SetupId, SignedIn};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::safety::Fields;

/// What the adapter keeps in a session of the host: a sign-in that waits for its second factor, or
/// what a session has proven, in full or limited to what comes first, and the number of its form.
///
/// Serialize it with serde, in any format that names its fields. It holds no secret and no code. What
/// a later release has written, and this one cannot read whole, is refused.
///
/// # Security
/// Anyone who can change it can change what the session has proven, and anyone who can put an older
/// one back can undo a sign-out. Keep it on the server, or in an encrypted and authenticated cookie
/// of a short session.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    pub(crate) state: State,
    /// How many forms were answered in this state: the number of the next one.
    #[serde(default)]
    pub(crate) form: u32,
    /// The forms that were answered last.
    #[serde(default)]
    answered: Vec<Fingerprint>,
}

/// Half a sign-in or a whole one; never both.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "there is one of them at a time")]
pub(crate) enum State {
    Waiting(Challenge),
    SignedIn(SignedInState),
}

/// A session that has passed its sign-in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Held {
    Full(Assurance),
    Limited(Limited),
}

impl Held {
    /// The session, for what takes either.
    pub(crate) fn session(&self) -> &dyn mfakit::Session {
        match self {
            Self::Full(session) => session,
            Self::Limited(limited) => limited,
        }
    }

    pub(crate) fn limited(&self) -> Option<&Limited> {
        match self {
            Self::Full(_) => None,
            Self::Limited(limited) => Some(limited),
        }
    }
}

impl From<SignedIn> for Held {
    fn from(signed_in: SignedIn) -> Self {
        match signed_in {
            SignedIn::Full(session, _) => Self::Full(session),
            SignedIn::Limited(limited) => Self::Limited(limited),
        }
    }
}

/// A session that is signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignedInState {
    pub(crate) held: Held,
    /// A challenge that is to raise it.
    #[serde(default)]
    pub(crate) step_up: Option<Challenge>,
    /// The setup that its screen is at.
    #[serde(default)]
    pub(crate) setup: Option<SetupId>,
    /// A start of the setup that had to wait for a re-authentication: it resumes by itself.
    #[serde(default)]
    pub(crate) resume: Option<Resume>,
    /// Where the last challenge went on to, for a form that comes twice.
    #[serde(default)]
    pub(crate) went_to: Option<String>,
    /// The challenge that went there.
    #[serde(default)]
    pub(crate) passed: Option<ChallengeId>,
    /// What the last challenge said of the recovery codes.
    #[serde(default)]
    pub(crate) low_codes: Option<usize>,
    /// The first factor with which the visitor was last sent to prove it again.
    #[serde(default)]
    pub(crate) sent_with: Option<DateTime<Utc>>,
}

impl SignedInState {
    /// The time at which the newest first factor of the session was proven.
    pub(crate) fn first_factor_at(&self) -> Option<DateTime<Utc>> {
        first_factor_at(self.held.session().evidence())
    }

    /// Whether the visitor was sent to prove the first factor again, and came back with none newer.
    pub(crate) fn came_back_with_the_same(&self) -> bool {
        self.sent_with.is_some() && self.sent_with == self.first_factor_at()
    }
}

/// Returns the time at which the newest first factor among the evidence was proven.
pub(crate) fn first_factor_at(evidence: &[Evidence]) -> Option<DateTime<Utc>> {
    let first = evidence.iter().filter(|e| matches!(e.kind(), EvidenceKind::First { .. }));
    first.map(Evidence::at).max()
}

/// A setup that is to begin once the session is fresh.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resume {
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) replaces: Option<mfakit::FactorId>,
}

impl Session {
    pub(crate) fn waiting(challenge: Challenge) -> Self {
        Self::at(State::Waiting(challenge))
    }

    pub(crate) fn signed_in(signed_in: SignedIn) -> Self {
        Self::at(State::SignedIn(SignedInState {
            held: signed_in.into(),
            step_up: None,
            setup: None,
            resume: None,
            went_to: None,
            passed: None,
            low_codes: None,
            sent_with: None,
        }))
    }

    fn at(state: State) -> Self {
        Self { state, form: 0, answered: Vec::new() }
    }

    /// Puts what the session has proven by now in the place of what it had.
    pub(crate) fn keep(&mut self, now_proven: SignedIn) {
        if let State::SignedIn(signed_in) = &mut self.state {
            signed_in.held = now_proven.into();
        }
    }

    /// The full session; `None` while the second factor is awaited, or when something
    /// else comes first.
    pub fn assurance(&self) -> Option<&Assurance> {
        match self.held()? {
            Held::Full(session) => Some(session),
            Held::Limited(_) => None,
        }
    }

    /// The session that is limited to what comes first; `None` when it is full, and while the second
    /// factor is awaited.
    pub fn limited(&self) -> Option<&Limited> {
        self.held()?.limited()
    }

    pub(crate) fn held(&self) -> Option<&Held> {
        self.held_state().map(|signed_in| &signed_in.held)
    }

    pub(crate) fn held_state(&self) -> Option<&SignedInState> {
        match &self.state {
            State::SignedIn(signed_in) => Some(signed_in),
            State::Waiting(_) => None,
        }
    }

    pub(crate) fn subject(&self) -> &mfakit::Subject {
        match &self.state {
            State::SignedIn(signed_in) => signed_in.held.session().subject(),
            State::Waiting(challenge) => challenge.subject(),
        }
    }

    /// Recognizes a form that is sent again with the same fields in the same session. What was
    /// typed is not kept.
    pub(crate) fn fingerprint(&self, route: &str, fields: &Fields) -> Fingerprint {
        let mut hash = Sha256::new();
        match &self.state {
            State::Waiting(challenge) => hash.update(challenge.id().as_bytes()),
            State::SignedIn(signed_in) => {
                hash.update(signed_in.held.session().session().as_bytes())
            }
        }
        let mut part = |text: &str| {
            hash.update(text.len().to_be_bytes());
            hash.update(text);
        };
        part(route);
        fields.iter().for_each(|(name, value)| [name, value].into_iter().for_each(&mut part));
        let digest = hash.finalize();
        let mut fingerprint = [0; 16];
        fingerprint.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Fingerprint(u128::from_be_bytes(fingerprint))
    }

    /// Whether this form was answered before.
    pub(crate) fn has_answered(&self, form: Fingerprint) -> bool {
        self.answered.contains(&form)
    }

    /// Notes that this form was answered; the next one has another number.
    pub(crate) fn note_answered(&mut self, form: Fingerprint) {
        const REMEMBERED: usize = 8;
        self.form = self.form.wrapping_add(1);
        self.answered.push(form);
        let excess = self.answered.len().saturating_sub(REMEMBERED);
        self.answered.drain(..excess);
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("state", &self.state).finish_non_exhaustive()
    }
}

/// Tells one form with its fields from another: 128 bits of SHA-256, under the random name of a
/// challenge or a session.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint(u128);

impl Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:032x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u128::from_str_radix(&text, 16).map(Self).map_err(serde::de::Error::custom)
    }
}
