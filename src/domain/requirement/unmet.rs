//! What a session lacks.

use std::fmt;

use chrono::TimeDelta;

use super::level::{AcrNames, Level};
use super::needed::{Needed, Requirement};
use super::next_step::{NextStep, Way};
use crate::domain::strength::Strength;

/// What a session has not proven for a rule, and what would satisfy it.
///
/// `Display` lists the requirements, for logs; [`sentence`](Self::sentence) is for people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unmet {
    /// Never proven.
    pub missing: Vec<Requirement>,
    /// Proven too long ago, or too far ahead of the clock.
    pub expired: Vec<Requirement>,
    pub(crate) ways: Vec<Way>,
    /// Per level, the lowest first, the oldest sign-in of that level that satisfies the whole rule.
    pub(crate) levels: Box<[Option<TimeDelta>; Level::ALL.len()]>,
}

impl Unmet {
    /// Says that a session has never proven a factor of this strength.
    pub(crate) fn factor_of(strength: Strength) -> Self {
        let (needed, within) = (Needed::FactorOf(strength), TimeDelta::MAX);
        Self {
            missing: vec![Requirement { needed, within }],
            expired: Vec::new(),
            ways: vec![vec![NextStep::FactorOf(strength)]],
            levels: Box::new(
                Level::ALL.map(|level| (level.strength() >= Some(strength)).then_some(within)),
            ),
        }
    }

    /// The ways out, the shortest first, at most eight: a user who takes every step of one of
    /// them satisfies the rule. None only when the rule cannot be satisfied.
    pub fn ways(&self) -> impl Iterator<Item = &[NextStep]> {
        self.ways.iter().map(Vec::as_slice)
    }

    /// One short sentence that says what to do. It names at most three ways.
    pub fn sentence(&self) -> String {
        let way = |way: &Way| way.iter().map(NextStep::to_string).collect::<Vec<_>>().join(" and ");
        let ways: Vec<String> = self.ways.iter().take(3).map(way).collect();
        let mut sentence = match ways.as_slice() {
            [] => return "This is not possible.".to_owned(),
            [only] => format!("{only} to continue."),
            several => format!("{}, to continue.", several.join(", or ")),
        };
        if let Some(first) = sentence.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        sentence
    }

    /// The value of a `WWW-Authenticate` header that goes with status 401 (RFC 9470 §3).
    ///
    /// `acr_values` holds the names of the levels that can satisfy the rule, the lowest first, and
    /// `max_age` the seconds within which it is satisfied at any of them: a session of such a level
    /// whose [`auth_time`](crate::step_up::Claims::auth_time) is no older passes. Where any age does,
    /// there is no `max_age`. Levels say nothing of a
    /// certain method, certain factor or recovery code: for those see [`ways`](Self::ways).
    ///
    /// ```
    /// # use chrono::TimeDelta;
    /// # use mfakit::{FirstFactor, Refusal, StepUpRule, Subject};
    /// # use mfakit::step_up::{AcrNames, Level};
    /// # use mfakit::domain::{Account, Fresh, Opened};
    /// # use mfakit::store::Version;
    /// # use mfakit::Settings;
    /// # use mfakit::domain::{ChallengeId, Context, SessionId};
    /// # let (settings, now) = (Settings::default(), chrono::Utc::now());
    /// # let context = Context::new(&settings, now)?;
    /// # let ada = Subject::from(7_u64);
    /// # let account = Account::absent(ada.clone(), Version::first([1; 8]));
    /// # let (session, challenge) = (SessionId::from_random([1; 16]), ChallengeId::from_random([2; 16]));
    /// # let first = FirstFactor::password(ada, now);
    /// # let signed_in = account.sign_in(first, Fresh { session, challenge }, context)?;
    /// # let Opened::Session(proven) = signed_in else { unreachable!() };
    /// # let session = proven.signed_in(&[], now).full().unwrap();
    /// # let stamp = account.stamp();
    /// let names = AcrNames::new("urn:example:one", "urn:example:two", "urn:example:strong")?;
    /// let payout = StepUpRule::level(Level::TwoFactors, TimeDelta::minutes(5));
    /// let Err(Refusal::StepUp(unmet)) = payout.check(&session, stamp, context) else { unreachable!() };
    /// assert_eq!(
    ///     unmet.www_authenticate(&names),
    ///     "Bearer error=\"insufficient_user_authentication\", \
    ///      error_description=\"a second factor within 300 s (missing)\", \
    ///      acr_values=\"urn:example:two urn:example:strong\", max_age=\"300\"",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn www_authenticate(&self, names: &AcrNames) -> String {
        // Nothing in the description can end the quoted string: methods are named in lower-case
        // letters, digits and three punctuation marks, and the rest of the words is ours.
        let mut value = format!(
            "Bearer error=\"insufficient_user_authentication\", error_description=\"{self}\""
        );
        let levels = || Level::ALL.into_iter().zip(*self.levels);
        let able = || levels().filter_map(|(level, within)| Some((level, within?)));
        let acrs: Vec<&str> = able().map(|(level, _)| names.name(level)).collect();
        if let Some(within) = able().map(|(_, within)| within).min() {
            let (acrs, seconds) = (acrs.join(" "), within.num_seconds());
            value.push_str(&format!(", acr_values=\"{acrs}\""));
            if within < TimeDelta::MAX {
                value.push_str(&format!(", max_age=\"{seconds}\""));
            }
        }
        value
    }
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = self.missing.iter().map(|r| (r, "missing"));
        let expired = self.expired.iter().map(|r| (r, "expired"));
        for (position, (requirement, how)) in missing.chain(expired).enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(f, "{separator}{requirement} ({how})")?;
        }
        Ok(())
    }
}
