//! What a session has proven, in the words of tokens: `acr`, `amr`, `auth_time`.

use chrono::{DateTime, Utc};

use crate::domain::assurance::Assurance;
use crate::domain::bounds::CLOCK_SKEW;
use crate::domain::context::Context;
use crate::domain::evidence::{Evidence, EvidenceKind};
use crate::domain::factor_kind::FactorKind;
use crate::domain::first_factor::FirstFactorName;
use crate::domain::id::Stamp;
use crate::domain::instant::after;
use crate::domain::refusal::Refusal;
use crate::domain::requirement::{AcrNames, Level};
use crate::domain::strength::Strength;

/// A session's claims, for a token. With the feature `serde` they are written as such.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Claims<'a> {
    /// The name of the level. `None` when nothing is proven yet, by that clock.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub acr: Option<&'a str>,
    /// `pwd`, `otp`, `pop`, `user` and `mfa` (RFC 8176 §2), and `recovery`, which is this crate's
    /// own: a recovery code is no `kba`. A passkey or a security key is `pop`, for the possession that
    /// it proves, and `user`, for the presence of its user, as a first factor, too. Never `hwk` or
    /// `swk`: what holds its key would take verified attestation to know. `mfa` needs a first factor
    /// and a second one to it: one thing is not counted twice. Other first factors add nothing.
    pub amr: Vec<&'static str>,
    /// Seconds since 1970. Everything that `acr` stands for was proven then or later, so a reader
    /// who compares it with `max_age` is never told of a factor that is older.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub auth_time: Option<i64>,
}

/// A session that is known to be current: its evidence was gained under the account's stamp as it is
/// stored, and in this [epoch](crate::domain::SettingsBuilder::epoch).
///
/// [`Mfa::current`](crate::Mfa::current) makes one, and so does [`Assurance::current`]. Use it at once:
/// what it says of the session is true of that moment.
#[derive(Debug, Clone, Copy)]
pub struct CurrentSession<'a> {
    session: &'a Assurance,
    now: DateTime<Utc>,
}

impl Assurance {
    /// Checks that the session is current under the account's stamp.
    ///
    /// # Errors
    /// [`Refusal::SignInAgain`] when the stamp or the
    /// [epoch](crate::domain::SettingsBuilder::epoch) is not the session's.
    pub fn current(
        &self,
        stamp: Stamp,
        context: Context<'_>,
    ) -> Result<CurrentSession<'_>, Refusal> {
        self.check_current(stamp, context)?;
        Ok(CurrentSession { session: self, now: context.now })
    }

    /// The level that the session has proven, at whatever time.
    pub fn level(&self) -> Option<Level> {
        self.level_since(DateTime::<Utc>::MAX_UTC).map(|(level, _)| level)
    }

    /// What it has proven, as claims, for a session that is known to be current.
    fn claims<'a>(&self, names: &'a AcrNames, now: DateTime<Utc>) -> Claims<'a> {
        let credible = after(now, CLOCK_SKEW);
        let holds = |kind: fn(&EvidenceKind) -> bool| {
            self.evidence().iter().any(|e| e.at() <= credible && kind(e.kind()))
        };
        let password = holds(
            |k| matches!(k, EvidenceKind::First { name, .. } if *name == FirstFactorName::PASSWORD),
        );
        let code = holds(|k| matches!(k, EvidenceKind::Factor { kind: FactorKind::Totp, .. }));
        let device = holds(|k| match k {
            EvidenceKind::Factor { kind, .. } => *kind == FactorKind::WebAuthn,
            EvidenceKind::First { kind, .. } => kind.is_device(),
            EvidenceKind::Recovery | EvidenceKind::Enrollment => false,
        });
        let two = self.two_factors(credible, |_| true).is_some();
        let recovery = holds(|k| *k == EvidenceKind::Recovery);
        let amr = [
            (password, "pwd"),
            (code, "otp"),
            (device, "pop"),
            (device, "user"),
            (two, "mfa"),
            (recovery, "recovery"),
        ];
        let level = self.level_since(credible);
        Claims {
            acr: level.map(|(level, _)| names.name(level)),
            amr: amr.iter().filter(|(held, _)| *held).map(|(_, name)| *name).collect(),
            auth_time: level.map(|(_, since)| since.min(now).timestamp()),
        }
    }

    /// The level, and since when all of it is proven, by evidence that is not after `credible`.
    fn level_since(&self, credible: DateTime<Utc>) -> Option<(Level, DateTime<Utc>)> {
        let strong = |kind: &EvidenceKind| kind.strength() >= Some(Strength::PhishingResistant);
        if let Some(since) = self.two_factors(credible, strong) {
            return Some((Level::PhishingResistant, since));
        }
        if let Some(since) = self.two_factors(credible, EvidenceKind::is_factor) {
            return Some((Level::TwoFactors, since));
        }
        let firsts = self.evidence().iter().filter(|e| e.kind().first().is_some());
        let first = firsts.map(Evidence::at).filter(|at| *at <= credible).max()?;
        Some((Level::OneFactor, first))
    }

    /// Since when a first factor and a second one to it are both proven, the second of this kind, by
    /// evidence that is not after `credible`.
    fn two_factors(
        &self,
        credible: DateTime<Utc>,
        second: impl Fn(&EvidenceKind) -> bool,
    ) -> Option<DateTime<Utc>> {
        let held = || self.evidence().iter().filter(|e| e.at() <= credible);
        let firsts = held().filter_map(|e| Some((e.kind().first()?, e.at())));
        let pairs = firsts.flat_map(|(first, at)| {
            let seconds = held().filter(|e| second(e.kind()));
            let seconds = seconds.filter(move |e| e.kind().is_second_to(first));
            seconds.map(move |e| e.at().min(at))
        });
        pairs.max()
    }
}

impl CurrentSession<'_> {
    /// What the session has proven, as claims of a token (OpenID Connect Core 1.0 §2, RFC 9470 §6).
    ///
    /// As in a [check](crate::StepUpRule::check), evidence up to 30 seconds ahead of the clock is of
    /// now, and further ahead it is none: readers of the token, who go by their own clocks, must not
    /// find it fresh for longer than we would.
    pub fn claims<'n>(&self, names: &'n AcrNames) -> Claims<'n> {
        self.session.claims(names, self.now)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::properties::{now, session};
    use super::*;
    use crate::domain::id::FactorId;
    use crate::domain::strength::Strength::{PhishingResistant, Standard};

    /// One case a row: what was proven how many seconds ago; and the claims.
    #[test]
    fn a_credential_is_possession_and_presence_and_never_a_claim_about_its_hardware() {
        let factor = |kind, strength, user_verified| {
            let id = FactorId::from_random([3; 16]);
            EvidenceKind::Factor { id, kind, strength, user_verified }
        };
        let password = || EvidenceKind::PASSWORD;
        let key = |verified| factor(FactorKind::WebAuthn, PhishingResistant, verified);
        let app = || factor(FactorKind::Totp, Standard, false);
        let later = || factor(FactorKind::Unknown, PhishingResistant, false);
        let all: &[&str] = &["pwd", "otp", "pop", "user", "mfa", "recovery"];
        /// What is held and since how many thousands of seconds; and what is claimed of it.
        type Row<'a> = (&'a [(EvidenceKind, i64)], &'a str, &'a [&'a str], i64);
        let table: &[Row<'_>] = &[
            (&[(password(), 9), (key(false), 5)], "strong", &["pwd", "pop", "user", "mfa"], 9),
            (&[(password(), 5), (key(true), 9)], "strong", &["pwd", "pop", "user", "mfa"], 9),
            // The level is what was ever proven, and its time that of what makes it.
            (&[(password(), 9), (key(false), 8), (app(), 1)], "strong", &all[..5], 9),
            (&[(password(), 1), (key(false), 8), (app(), 2)], "strong", &all[..5], 8),
            (&[(password(), 9), (app(), 5)], "two", &["pwd", "otp", "mfa"], 9),
            (&[(password(), 9), (later(), 5)], "strong", &["pwd", "mfa"], 9),
            (
                &[(password(), 9), (EvidenceKind::Recovery, 5)],
                "one",
                &["pwd", "mfa", "recovery"],
                9,
            ),
        ];
        let names = AcrNames::new("one", "two", "strong").unwrap();
        for (held, acr, amr, ago) in table {
            let held: Vec<_> = held.iter().map(|(kind, s)| (kind.clone(), s * 1_000)).collect();
            let claims = session(&held).claims(&names, now());
            assert_eq!((claims.acr, claims.amr.as_slice()), (Some(*acr), *amr), "{held:?}");
            let since = now() - TimeDelta::seconds(*ago);
            assert_eq!(claims.auth_time, Some(since.timestamp()), "{held:?}");
        }
        assert_eq!(session(&[(key(true), 0)]).claims(&names, now()).acr, None, "no first factor");
    }
}
