//! The user's side: an app that was given a setup's URI.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::domain::Setup;

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

/// The code that the phone shows at this time, once it has scanned what this setup shows.
///
/// It takes a test past the setup and, the setup kept, past every later challenge. A code is accepted
/// once, the one that confirmed the setup included: for the next one move the clock on by a period,
/// or ask for the code of the next period, which a server takes early.
///
/// ```
/// use chrono::{TimeDelta, Utc};
/// use mfakit::testing::{block_on, code_for};
/// # use mfakit::{
/// #     Answer, Confirmed, EmailStatus, FirstFactor, Keyring, MemoryStore, Mfa, NewFactor, SealingKey,
/// #     SignIn, SignedIn, Subject, Verdict,
/// # };
///
/// # block_on(async {
/// # let keyring = Keyring::new(SealingKey::from_bytes("k", &[7; 32])?);
/// # let mfa = Mfa::builder(MemoryStore::new()).issuer("Scrivio").keyring(keyring).build()?;
/// # let password = || FirstFactor::password(Subject::from(1815_u64), Utc::now());
/// # let SignIn::Done(SignedIn::Full(session, _)) = mfa.sign_in(password()).await? else { panic!() };
/// let phone = NewFactor::totp("Phone", "ada@example.org")?;
/// let setup = mfa.begin_setup(&session, phone, EmailStatus::Verified).await?;
/// let confirmed = mfa.confirm_setup(&session, setup.id(), Answer::code(&code_for(&setup, Utc::now()))).await?;
/// assert!(matches!(confirmed, Confirmed::FirstFactor(_)));
/// let _ = mfa.finish_setup(&session, setup.id()).await?;
///
/// let SignIn::Challenge(challenge) = mfa.sign_in(password()).await? else { panic!() };
/// let next = Utc::now() + TimeDelta::seconds(30);
/// let answered = mfa.answer(&challenge, Answer::code(&code_for(&setup, next))).await?;
/// assert!(matches!(answered, Verdict::Passed(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
///
/// # Panics
/// If the setup is not that of an authenticator app. A passkey or security key shows no code: a
/// software key answers there.
#[allow(clippy::expect_used, reason = "a test that asks for a code without an app is wrong")]
pub fn code_for(setup: &Setup, at: DateTime<Utc>) -> String {
    let app = setup.totp().expect("an authenticator app is set up");
    Authenticator::scan(app.otpauth_uri()).expect("the URI of a setup").code_at(at)
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authenticator(redacted)")
    }
}
