//! The user's phone.

use chrono::Utc;
use totp_rs::{Builder, Secret, Totp};

/// An app that was given a secret. It is not what is measured.
#[derive(Clone)]
pub struct Authenticator(Totp);

impl Authenticator {
    /// Reads the secret in an `otpauth` URI.
    ///
    /// # Panics
    /// When it has none.
    pub fn scan(uri: &str) -> Self {
        let secret = uri.split(['?', '&']).find_map(|pair| pair.strip_prefix("secret="));
        Self::of(Secret::try_from_base32(secret.expect("a secret")).expect("base32"))
    }

    /// Takes the secret itself.
    ///
    /// # Panics
    /// When it is too short for RFC 4226.
    pub fn of(secret: Secret) -> Self {
        Self(Builder::new().with_secret(secret).build().expect("a secret of 16 bytes or more"))
    }

    /// The code of the current period.
    pub fn code(&self) -> String {
        self.0.generate(now()).to_string()
    }

    /// The code of the period that comes next: within a window of one period it is accepted already,
    /// and it is none that a setup has used.
    pub fn next_code(&self) -> String {
        self.0.generate(now() + 30).to_string()
    }

    /// A code of six digits that is not accepted, also when the period turns before it is judged.
    pub fn wrong_code(&self) -> String {
        self.wrong_codes(1).swap_remove(0)
    }

    /// So many different ones.
    pub fn wrong_codes(&self, count: usize) -> Vec<String> {
        let near: Vec<String> =
            (0..7).map(|step| self.0.generate(now() + 30 * step - 90).to_string()).collect();
        let all = (0..1_000_000).map(|number| format!("{number:06}"));
        all.filter(|code| !near.contains(code)).take(count).collect()
    }
}

fn now() -> u64 {
    Utc::now().timestamp().unsigned_abs()
}
