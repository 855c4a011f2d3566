//! The user's side: an app that was given a setup's URI.

use std::fmt;

use chrono::{DateTime, Utc};

/// An authenticator app, played by `totp-rs`: it knows what the setup screen showed and nothing
/// else.
///
/// It reads the very `otpauth` URI that a phone scans, so that a test that uses it also tests what
/// the URI says.
pub struct Authenticator {
    totp: totp_rs::Totp,
    period: i64,
}

impl Authenticator {
    /// Scans a setup's `otpauth` URI. `None` when it is not one, or misses a parameter.
    pub fn scan(uri: &str) -> Option<Self> {
        let (_, query) = uri.strip_prefix("otpauth://totp/")?.split_once('?')?;
        let pairs = || query.split('&').filter_map(|pair| pair.split_once('='));
        let value = |name| pairs().find(|(key, _)| *key == name).map(|(_, value)| value);
        let period: u16 = value("period")?.parse().ok()?;
        let totp = totp_rs::Builder::new()
            .with_secret(totp_rs::Secret::try_from_base32(value("secret")?).ok()?)
            .with_algorithm(value("algorithm")?.parse().ok()?)
            .with_digits(value("digits")?.parse().ok()?)
            .with_step_duration(u64::from(period))
            .build()
            .ok()?;
        Some(Self { totp, period: i64::from(period) })
    }

    /// The code it shows at this time, by its own clock.
    pub fn code_at(&self, at: DateTime<Utc>) -> String {
        self.totp.generate(at.timestamp().unsigned_abs()).to_string()
    }

    /// The code it shows so many periods later, or earlier when negative.
    pub fn code_after(&self, at: DateTime<Utc>, periods: i64) -> String {
        self.code_at(at + chrono::TimeDelta::seconds(periods * self.period))
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authenticator(redacted)")
    }
}
