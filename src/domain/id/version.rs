//! The version of a row, and the stamp of a set of credentials.

use crate::domain::invalid::Invalid;

/// The version of a stored account: what compare-and-swap compares.
///
/// The first version of a row is random and every later one is one more. A row that is erased and
/// made again therefore never meets a version of its former life. It fits a signed 64-bit column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(u64);

impl Version {
    /// The largest number a first version has. It leaves 2⁶² further commits.
    const FIRST_MAX: u64 = (1 << 62) - 1;

    /// The first version of a row that does not exist yet, from 8 random bytes.
    pub const fn first(random: [u8; 8]) -> Self {
        // Zero is the stamp of an account without credentials (see `Stamp`).
        let number = u64::from_be_bytes(random) & Self::FIRST_MAX;
        Self(if number == 0 { 1 } else { number })
    }

    /// The version that a stored column holds.
    ///
    /// # Errors
    /// [`Invalid`] when it is zero or above 2⁶³ − 1, which no version ever is.
    pub const fn from_stored(number: u64) -> Result<Self, Invalid> {
        if number == 0 || number > i64::MAX as u64 {
            return Err(Invalid::Form { what: "version", form: "between 1 and 2^63 - 1" });
        }
        Ok(Self(number))
    }

    /// The number, 1 to 2⁶³ − 1.
    pub const fn number(self) -> u64 {
        self.0
    }

    pub(crate) const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Identifies the set of credentials that a session's evidence was gained under.
///
/// It changes with every credential or password change, and evidence under another stamp is void
/// (NIST SP 800-63B-4 §5.2; ASVS 5.0 §7.4.3). It is the [`Version`] at which the credentials last changed, and zero as
/// long as the account has never had any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Stamp(u64);

impl Stamp {
    /// The stamp of an account whose credentials never changed.
    pub const NONE: Self = Self(0);

    pub(crate) const fn at(version: Version) -> Self {
        Self(version.0)
    }

    /// The stamp that a stored column holds.
    pub const fn from_stored(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_version_is_never_zero_and_fits_a_signed_column() {
        assert_eq!(Version::first([0; 8]).number(), 1);
        assert!(Version::first([0xff; 8]).number() < i64::MAX as u64);
        assert!(Version::from_stored(0).is_err());
        assert!(Version::from_stored(u64::MAX).is_err());
    }
}
