//! The version of a row, and the stamp of a set of credentials.

use crate::domain::invalid::Invalid;

/// The version of a stored account: what compare-and-swap compares.
///
/// The first version of a row is random and every later one is one more. A row that is erased and
/// made again therefore never meets a version of its former life. It fits a signed 64-bit column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(u64);

impl Version {
    /// The first version of a row that does not exist yet, from 8 random bytes: 1 to 2⁶² − 1, which
    /// leaves 2⁶² further commits.
    pub const fn first(random: [u8; 8]) -> Self {
        Self(sixty_two_bits(random))
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
/// (NIST SP 800-63B-4 §5.2; ASVS 5.0 §7.4.3). Stamps are compared for equality and have no order: each
/// is 62 random bits, so that not even a row that was restored from a backup gives one to two sets of
/// credentials. It is zero as long as the account has never had any credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Stamp(u64);

impl Stamp {
    /// The stamp of an account whose credentials never changed.
    pub const NONE: Self = Self(0);

    /// A stamp that no credentials have had, from 8 bytes of a cryptographic generator: 1 to 2⁶² − 1.
    pub const fn from_random(random: [u8; 8]) -> Self {
        Self(sixty_two_bits(random))
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

/// 62 of these bits, as a number that is not zero and fits a signed column.
const fn sixty_two_bits(random: [u8; 8]) -> u64 {
    let number = u64::from_be_bytes(random) & ((1 << 62) - 1);
    if number == 0 { 1 } else { number }
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

    #[test]
    fn a_drawn_stamp_is_never_the_one_of_no_credentials_and_fits_a_signed_column() {
        assert_eq!(Stamp::from_random([0; 8]).number(), 1);
        assert_eq!(Stamp::from_random([0xff; 8]).number(), (1 << 62) - 1);
        assert_ne!(Stamp::from_random([1; 8]), Stamp::from_random([2; 8]));
    }
}
