//! How codes are computed: algorithm, digits, period.

use std::fmt;

use crate::domain::invalid::Invalid;

/// The hash inside the HMAC.
///
/// SHA-1 is the default because several widespread apps silently ignore the parameter. Its
/// collisions do not touch HMAC; ASVS 5.0 appendix C counts it as legacy all the same, and SHA-256
/// and SHA-512 are here for hosts that choose the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC-SHA-1, with a secret of 20 bytes.
    #[default]
    Sha1,
    /// HMAC-SHA-256, with a secret of 32 bytes.
    Sha256,
    /// HMAC-SHA-512, with a secret of 64 bytes.
    Sha512,
}

impl Algorithm {
    /// The name that an `otpauth` URI uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }

    /// How long a new secret is, in bytes: as long as the hash (RFC 6238 §5.1, RFC 4226 §4 R6).
    pub const fn secret_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How many digits a code has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Digits {
    /// Six, what every app shows (NIST SP 800-63B-4 §3.1.4.1 asks for at least six).
    #[default]
    Six,
    /// Eight.
    Eight,
}

impl Digits {
    /// The number of digits.
    pub const fn count(self) -> u8 {
        match self {
            Self::Six => 6,
            Self::Eight => 8,
        }
    }

    /// How many different codes there are.
    pub const fn code_space(self) -> u32 {
        match self {
            Self::Six => 1_000_000,
            Self::Eight => 100_000_000,
        }
    }
}

/// How the codes of one factor are computed. Fixed when the factor is set up.
///
/// The default is SHA-1, six digits, 30 seconds: what every authenticator app supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TotpParams {
    algorithm: Algorithm,
    digits: Digits,
    period: u16,
}

impl Default for TotpParams {
    fn default() -> Self {
        Self { algorithm: Algorithm::Sha1, digits: Digits::Six, period: 30 }
    }
}

impl TotpParams {
    /// Chooses an algorithm, digits and a period in seconds.
    ///
    /// # Errors
    /// [`Invalid`] when the period is not 15 to 120 seconds: a code must change at least every two
    /// minutes (NIST SP 800-63B-4 §3.1.4.1), and below 15 nobody can type it.
    pub const fn new(algorithm: Algorithm, digits: Digits, period: u16) -> Result<Self, Invalid> {
        if period < 15 || period > 120 {
            return Err(Invalid::Range {
                what: "period in seconds",
                min: 15,
                max: 120,
                found: period as i64,
            });
        }
        Ok(Self { algorithm, digits, period })
    }

    /// The hash inside the HMAC.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The digits of a code.
    pub const fn digits(&self) -> Digits {
        self.digits
    }

    /// How long a code lasts, in seconds.
    pub const fn period(&self) -> u16 {
        self.period
    }
}
