//! What each page shows.

use mfakit::domain::TotpParams;
use mfakit::{FactorId, SetupId};
use zeroize::Zeroizing;

use crate::assets;
use crate::texts::{Texts, fill};

/// What every page has.
#[derive(Debug)]
pub struct Page<'a> {
    pub(crate) texts: &'a Texts,
    pub(crate) product: &'a str,
    pub(crate) prefix: &'a str,
    pub(crate) profile: &'a str,
    pub(crate) totp: TotpParams,
    pub(crate) form: u32,
}

impl<'a> Page<'a> {
    /// The texts in the visitor's language.
    pub fn texts(&self) -> &'a Texts {
        self.texts
    }

    /// The product's name; empty when the host has not given one.
    pub fn product(&self) -> &'a str {
        self.product
    }

    /// A path of the adapter's: `path("/setup/confirm")`.
    pub fn path(&self, route: &str) -> String {
        format!("{}{route}", self.prefix)
    }

    /// The host's profile page.
    pub fn profile(&self) -> &'a str {
        self.profile
    }

    /// The number of this form: a hidden field `form` of every form that takes a code. By it a form
    /// that is sent twice is told from the same code entered again.
    pub fn form(&self) -> u32 {
        self.form
    }

    /// How many digits a code has: the word `{digits}` of the texts.
    pub fn digits(&self) -> u8 {
        self.totp.digits().count()
    }

    /// How many seconds a code is shown: the word `{seconds}` of the texts.
    pub fn seconds(&self) -> u16 {
        self.totp.period()
    }

    /// The address of the style sheet.
    pub fn style(&self) -> String {
        self.path(assets::STYLE)
    }

    /// The address of the script.
    pub fn script(&self) -> String {
        self.path(assets::SCRIPT)
    }

    /// A text with its braces filled in. `{digits}` and `{seconds}` are known everywhere.
    pub fn fill(&self, text: &str, values: &[(&str, &str)]) -> String {
        let (digits, seconds) = (self.digits().to_string(), self.seconds().to_string());
        let known = [("digits", digits.as_str()), ("seconds", seconds.as_str())];
        fill(text, &[values, &known].concat())
    }
}

/// The setup's first screen.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StartSetupPage {
    /// MFA is off: this will be the first factor.
    pub first: bool,
    /// The suggested name of a further factor.
    pub label: String,
    /// The lost factor that it replaces, and its name.
    pub replaces: Option<(FactorId, String)>,
    /// The e-mail address has to be verified first.
    pub email_first: bool,
    /// The sentence with the organizations that have closed the door until MFA is on.
    pub demanded: Option<String>,
    /// What the visitor has to be told.
    pub alert: Option<String>,
}

/// The QR code and the manual code. Both are the secret.
#[derive(Debug)]
#[non_exhaustive]
pub struct ScanSetupPage<'a> {
    /// An SVG image with the name "QR code", to be put into the page as it is.
    pub qr_svg: &'a Secret,
    /// The secret for typing, in groups of four.
    pub manual_code: &'a Secret,
}

/// The field for the code that confirms.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ConfirmSetupPage {
    /// The setup's ID: the hidden field `setup`.
    pub setup: SetupId,
    /// How many digits a code has.
    pub digits: u8,
    /// Why the last code was not taken.
    pub alert: Option<String>,
}

/// The recovery codes, this once.
#[derive(Debug)]
#[non_exhaustive]
pub struct CodesShownPage<'a> {
    /// The codes, in groups of four.
    pub codes: &'a [Secret],
    /// MFA is not on before they are saved. Otherwise they replace a set that stopped working.
    pub enabling: bool,
}

/// The codes were shown before.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CodesLostPage {}

/// MFA is on, or one more factor is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SetupDonePage {}

/// The verification screen.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ChallengePage {
    /// The factors there are, the preferred one first.
    pub factors: Vec<FactorOption>,
    /// The number of digits that a code of the factor that is asked for has.
    pub digits: u8,
    /// The guess budget is empty: three codes in a row, in the fields `code`, `code2`, `code3`.
    pub three_codes: bool,
    /// A recovery code would do as well.
    pub recovery: bool,
    /// The visitor is signed in already, and wants to do something that needs more.
    pub step_up: bool,
    /// Why the last code was not taken.
    pub alert: Option<String>,
}

impl ChallengePage {
    /// The factor that is asked now.
    pub fn asked(&self) -> Option<&FactorOption> {
        self.factors.iter().find(|factor| factor.asked)
    }
}

/// One factor of the verification screen.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FactorOption {
    /// The factor's ID: the field `factor`.
    pub factor: FactorId,
    /// What its owner calls it.
    pub label: String,
    /// It is the one that is asked now.
    pub asked: bool,
}

/// A recovery code.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RecoveryPage {
    /// There is a factor to go back to.
    pub back: bool,
    /// Why the last code was not taken.
    pub alert: Option<String>,
}

/// The enrollment code.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EnrollmentPage {
    /// Why the last code was not taken.
    pub alert: Option<String>,
}

/// The challenge takes no more answers.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EndedPage {
    /// Where to begin again.
    pub again: String,
    /// The visitor is signed in, and only the step-up has ended.
    pub step_up: bool,
}

/// The factors and the recovery codes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FactorsPage {
    /// MFA is on.
    pub enabled: bool,
    /// The factors, the preferred one first.
    pub factors: Vec<FactorRow>,
    /// Unused recovery codes.
    pub codes_left: usize,
    /// They are few.
    pub low: bool,
    /// They were imported with less than 64 bits, and are to be replaced.
    pub codes_weak: bool,
    /// There are none, and some are to be issued: the account was imported without.
    pub no_codes: bool,
    /// What the visitor has to be told.
    pub alert: Option<String>,
}

/// One factor of the management page.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FactorRow {
    /// The factor's ID.
    pub factor: FactorId,
    /// What its owner calls it.
    pub label: String,
    /// It is asked for by default.
    pub preferred: bool,
    /// It was suspended after too many failures in a row.
    pub suspended: bool,
    /// Its seed was imported with less than 128 bits, and it is to be replaced.
    pub weak: bool,
    /// The day it was last used: `2026-11-25`.
    pub last_used: String,
}

/// "Are you sure?"
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ConfirmPage {
    /// The question.
    pub title: String,
    /// What comes of it.
    pub lead: String,
    /// The button.
    pub button: String,
    /// Where it posts to.
    pub action: String,
    /// It takes something away.
    pub destructive: bool,
}

/// The first factor was to be proven again, and is still the old one.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NotRenewedPage {
    /// The address at which the user proves it again.
    pub again: String,
}

/// Something went wrong, or is forbidden.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FailedPage {
    /// The status of the response.
    pub status: u16,
}

impl FailedPage {
    /// This visitor may not have it.
    pub fn forbidden(&self) -> bool {
        self.status == 403
    }

    /// There is nothing at this address, or nothing of this kind.
    pub fn missing(&self) -> bool {
        matches!(self.status, 404 | 405)
    }
}

/// A text that is shown once: wiped when dropped, never printed by `Debug`.
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub(crate) fn new(text: Zeroizing<String>) -> Self {
        Self(text)
    }

    /// The text, for the page that shows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(redacted)")
    }
}
