//! A question put to a user, and the answers it takes.

use std::fmt;

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::bounds::check_return_to;
#[cfg(feature = "serde")]
use super::bounds::{MAX_FACTORS, reading};
use super::evidence::Evidence;
use super::factor::FactorKind;
use super::factor::totp::Digits;
use super::id::{ChallengeId, FactorId, SessionId, Stamp, Subject};
use super::invalid::Invalid;
use super::label::Label;
use super::purpose::Purpose;

/// One of the factors that a challenge can be answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OfferedFactor {
    pub(crate) factor: FactorId,
    pub(crate) kind: FactorKind,
    pub(crate) label: Label,
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none", with = "digits")
    )]
    pub(crate) digits: Option<Digits>,
}

impl OfferedFactor {
    /// The factor to name in the answer.
    pub fn factor(&self) -> FactorId {
        self.factor
    }

    /// What kind of factor it is.
    pub fn kind(&self) -> FactorKind {
        self.kind
    }

    /// What its owner calls it.
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// The digits of its codes: how long a field for one has to be. `None` for a factor that shows no
    /// codes.
    ///
    /// They are the factor's own and need not be those of the [settings](crate::Settings::totp): it
    /// may come from another system, or from before the settings were changed.
    pub fn digits(&self) -> Option<Digits> {
        self.digits
    }
}

/// Writes digits as their number.
#[cfg(feature = "serde")]
mod digits {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    use super::Digits;

    #[allow(clippy::ref_option, reason = "serde hands it over so")]
    pub(super) fn serialize<S: Serializer>(
        digits: &Option<Digits>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        digits.map(Digits::count).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Digits>, D::Error> {
        match Option::<u8>::deserialize(from)? {
            None => Ok(None),
            Some(6) => Ok(Some(Digits::Six)),
            Some(8) => Ok(Some(Digits::Eight)),
            Some(_) => Err(de::Error::custom("the digits of a factor must be 6 or 8")),
        }
    }
}

/// A question put to one user in one session, kept in that session until it is answered.
///
/// It holds no counter: how often it was answered is kept with the account, where a client cannot
/// wind it back. It expires ten minutes after it was opened, and at once when the account's
/// credentials change. With the feature `serde` it can be written and read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Challenge {
    pub(crate) id: ChallengeId,
    pub(crate) subject: Subject,
    pub(crate) session: SessionId,
    pub(crate) stamp: Stamp,
    pub(crate) purpose: Purpose,
    pub(crate) first: Evidence,
    #[cfg_attr(feature = "serde", serde(deserialize_with = "few"))]
    pub(crate) factors: Vec<OfferedFactor>,
    pub(crate) expires_at: DateTime<Utc>,
    #[cfg_attr(
        feature = "serde",
        serde(default, deserialize_with = "super::bounds::reading::return_to")
    )]
    pub(crate) return_to: Option<String>,
}

#[cfg(feature = "serde")]
fn few<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<OfferedFactor>, D::Error> {
    reading::list("factors", MAX_FACTORS, from)
}

impl Challenge {
    /// Which challenge it is.
    pub fn id(&self) -> ChallengeId {
        self.id
    }

    /// Who is asked.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// What passing it is good for.
    pub fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// What the session had proven before: the first factor.
    pub fn first_factor(&self) -> &Evidence {
        &self.first
    }

    /// The factors it can be answered with, the preferred one first. Empty when every factor is
    /// suspended or an enrollment code is asked for.
    pub fn factors(&self) -> &[OfferedFactor] {
        &self.factors
    }

    /// Until when it can be answered.
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }

    /// Where the user was heading, as the host noted it.
    pub fn return_to(&self) -> Option<&str> {
        self.return_to.as_deref()
    }

    /// Notes where the user was heading: 1 to 2,048 bytes without control characters.
    ///
    /// # Security
    /// The host decides where it redirects. Allow only paths of its own site: `//host` and
    /// `/\host` leave it.
    ///
    /// # Errors
    /// [`Invalid`] with the bound that was missed.
    pub fn with_return_to(mut self, path: &str) -> Result<Self, Invalid> {
        check_return_to(path)?;
        self.return_to = Some(path.to_owned());
        Ok(self)
    }
}

/// An answer as it was typed.
///
/// Its text is wiped when dropped and never printed.
///
/// ```
/// use mfakit::Answer;
///
/// let answer = Answer::code("492 039");
/// assert_eq!(format!("{answer:?}"), "Answer(redacted)");
/// ```
pub struct Answer(pub(crate) AnswerKind);

pub(crate) enum AnswerKind {
    Code { factor: Option<FactorId>, typed: Typed },
    ThreeCodes { factor: Option<FactorId>, typed: [Typed; 3] },
    Recovery(Typed),
    Enrollment(Typed),
}

pub(crate) type Typed = Zeroizing<String>;

impl Answer {
    /// A code of the preferred factor.
    pub fn code(typed: &str) -> Self {
        Self(AnswerKind::Code { factor: None, typed: bounded(typed) })
    }

    /// A code of the named factor.
    pub fn code_of(factor: FactorId, typed: &str) -> Self {
        Self(AnswerKind::Code { factor: Some(factor), typed: bounded(typed) })
    }

    /// Three codes that the preferred factor showed one after the other, in that order. This is
    /// what an account asks for once its guess budget is empty.
    pub fn three_codes(typed: [&str; 3]) -> Self {
        Self(AnswerKind::ThreeCodes { factor: None, typed: typed.map(bounded) })
    }

    /// Three codes in a row of the named factor.
    pub fn three_codes_of(factor: FactorId, typed: [&str; 3]) -> Self {
        Self(AnswerKind::ThreeCodes { factor: Some(factor), typed: typed.map(bounded) })
    }

    /// A recovery code.
    pub fn recovery(typed: &str) -> Self {
        Self(AnswerKind::Recovery(bounded(typed)))
    }

    /// An enrollment code, after a reset.
    pub fn enrollment(typed: &str) -> Self {
        Self(AnswerKind::Enrollment(bounded(typed)))
    }
}

/// Keeps no more of typed input than it takes to see that it is too long.
fn bounded(typed: &str) -> Typed {
    const MOST: usize = 256;
    let end = (0..=MOST.min(typed.len())).rev().find(|end| typed.is_char_boundary(*end));
    Zeroizing::new(typed.get(..end.unwrap_or(0)).unwrap_or_default().to_owned())
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer(redacted)")
    }
}
