//! An authenticator app that knows nothing of this project: what it scans from the screen is read by
//! `zbarimg`, and its codes are computed by `oathtool`.

use std::process::Command;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Browser, tools};

pub(crate) struct Phone {
    uri: String,
}

impl Phone {
    /// Points the camera at the screen.
    #[track_caller]
    pub(crate) fn scan(browser: &Browser) -> Self {
        let picture = browser.driver.folder.join("screen.png");
        browser.take_picture(&picture);
        let uri = tools::run(Command::new("zbarimg").args(["--quiet", "--raw"]).arg(&picture));
        assert!(uri.starts_with("otpauth://totp/"), "the QR code says something else");
        Self { uri }
    }

    /// Types the manual code into the app.
    pub(crate) fn typed(code: &str) -> Self {
        let secret: String = code.split_whitespace().collect();
        Self { uri: format!("otpauth://totp/typed?secret={secret}") }
    }

    /// A token of eight digits, which was set up elsewhere.
    pub(crate) fn of_eight_digits(secret: &str) -> Self {
        Self { uri: format!("otpauth://totp/elsewhere?secret={secret}&digits=8") }
    }

    /// What it shows at an instant.
    pub(crate) fn code_at(&self, at: DateTime<Utc>) -> String {
        let at = at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
        let digits = format!("--digits={}", self.parameter("digits").unwrap_or("6"));
        let options = ["--totp", "--base32", &digits, "--now", &at, self.secret()];
        tools::run(Command::new("oathtool").args(options))
    }

    /// A code that it does not show within an hour of an instant.
    pub(crate) fn wrong_code_at(&self, at: DateTime<Utc>) -> String {
        self.wrong_codes_at(at).swap_remove(0)
    }

    /// Twenty-five such codes.
    pub(crate) fn wrong_codes_at(&self, at: DateTime<Utc>) -> Vec<String> {
        let begin = (at - TimeDelta::minutes(60)).format("%Y-%m-%d %H:%M:%S UTC").to_string();
        let options = ["--totp", "--base32", "--window=240", "--now", &begin, self.secret()];
        let shown = tools::run(Command::new("oathtool").args(options));
        let codes = (0..1000).map(|number| format!("{number:06}"));
        codes.filter(|code| !shown.contains(code.as_str())).take(25).collect()
    }

    pub(crate) fn secret(&self) -> &str {
        self.parameter("secret").expect("a secret")
    }

    pub(crate) fn label(&self) -> &str {
        let path = self.uri.trim_start_matches("otpauth://totp/");
        path.split('?').next().unwrap_or_default()
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let mut pairs = self.uri.split(['?', '&']).filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}
