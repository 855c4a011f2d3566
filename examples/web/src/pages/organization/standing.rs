//! Where a member stands, in words.

use chrono::{DateTime, Utc};
use mfakit::organization::Standing;
use mfakit::{Required, Strength};

use crate::words;

/// A member's state, as the overview shows it.
pub(super) struct State {
    pub(super) badge: &'static str,
    /// Whether somebody ought to look at it.
    pub(super) bad: bool,
    pub(super) text: String,
}

impl State {
    pub(super) fn of(
        standing: Standing,
        strength: Option<Strength>,
        deadline: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Self {
        let (badge, bad, text) = match standing {
            Standing::Compliant | Standing::Voluntary if strength.is_some() => {
                let factor = match strength {
                    Some(Strength::PhishingResistant) => "a passkey or security key",
                    _ => "an app",
                };
                ("Protected", false, format!("Has two-factor authentication with {factor}."))
            }
            Standing::Compliant | Standing::Voluntary => {
                ("No two-factor authentication", false, String::new())
            }
            Standing::InGrace { deadline, required } => {
                let left = words::count(days_until(deadline, now), "day", "days");
                let text = match stronger(required) {
                    None => format!("Deadline {}: {left} left.", words::time(deadline)),
                    Some(what) => {
                        format!("Deadline for {what} {}: {left} left.", words::time(deadline))
                    }
                };
                ("In transition period", false, text)
            }
            Standing::Lapsed { since, required } => {
                let what = stronger(required).unwrap_or("it");
                let text = format!("Has to set {what} up to go on, since {}.", words::time(since));
                ("Transition period lapsed", true, text)
            }
            Standing::Exempt { until } => {
                let ends = until.map_or_else(
                    || "Exempt for good.".to_owned(),
                    |until| format!("Exempt until {}.", words::time(until)),
                );
                let then = deadline.map_or_else(String::new, |deadline| {
                    format!(" Without it, the deadline would be {}.", words::time(deadline))
                });
                ("Exempt", false, format!("{ends}{then}"))
            }
        };
        Self { badge, bad, text }
    }
}

/// Names the requirement if it is more than an app.
fn stronger(required: Required) -> Option<&'static str> {
    (required != Strength::Standard.into()).then(|| words::required(required))
}

/// Days that have at least begun.
fn days_until(deadline: DateTime<Utc>, now: DateTime<Utc>) -> u64 {
    let seconds = (deadline - now).num_seconds().max(0);
    u64::try_from(seconds).unwrap_or_default().div_ceil(86_400)
}
