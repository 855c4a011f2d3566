//! A secret as it is stored: sealed, and bound to its place.

use std::fmt;
use std::sync::Arc;

use super::id::{FactorId, Subject};
use super::invalid::{Invalid, bytes_within};
use super::totp::TotpParams;

/// The name of a sealing key: 1 to 32 bytes of ASCII letters, digits, `-`, `_` and `.`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(Arc<str>);

impl KeyId {
    /// Takes a key's name.
    ///
    /// # Errors
    /// [`Invalid`] with the bound that was missed.
    pub fn new(text: impl AsRef<str>) -> Result<Self, Invalid> {
        let text = text.as_ref();
        bytes_within("key id", text, 1, 32)?;
        if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
            let form = "ASCII letters, digits, hyphens, underscores and dots";
            return Err(Invalid::Form { what: "key id", form });
        }
        Ok(Self(text.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({})", self.0)
    }
}

/// A TOTP secret, encrypted and authenticated by a [`SecretCipher`](crate::ports::SecretCipher).
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret {
    algorithm: u8,
    key: KeyId,
    bytes: Arc<[u8]>,
}

impl SealedSecret {
    /// The most bytes of a sealed secret: room for a key service's envelope.
    pub const MAX_LEN: usize = 1024;

    /// Takes what a cipher made: the number of its algorithm, the key's name, and the bytes, which
    /// hold whatever the cipher needs besides the key.
    ///
    /// # Errors
    /// [`Invalid`] when there are no bytes or more than [`MAX_LEN`](Self::MAX_LEN).
    pub fn new(algorithm: u8, key: KeyId, bytes: &[u8]) -> Result<Self, Invalid> {
        if bytes.is_empty() || bytes.len() > Self::MAX_LEN {
            return Err(Invalid::Length {
                what: "sealed secret",
                min: 1,
                max: Self::MAX_LEN,
                found: bytes.len(),
                unit: "bytes",
            });
        }
        Ok(Self { algorithm, key, bytes: bytes.into() })
    }

    /// The number of the algorithm, as the cipher that sealed it counts them.
    pub fn algorithm(&self) -> u8 {
        self.algorithm
    }

    /// The key it is sealed under.
    pub fn key(&self) -> &KeyId {
        &self.key
    }

    /// The sealed bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedSecret(key {}, {} bytes)", self.key, self.bytes.len())
    }
}

/// The place a sealed secret belongs to. A secret that is moved elsewhere does not open.
#[derive(Debug, Clone, Copy)]
pub struct SealContext<'a> {
    /// Whose factor it is.
    pub subject: &'a Subject,
    /// Which factor it is.
    pub factor: FactorId,
    /// How its codes are computed.
    pub params: TotpParams,
}

impl SealContext<'_> {
    /// The associated data to authenticate with a secret: format, key id, subject, factor,
    /// algorithm, digits and period, each with its length before it.
    pub fn associated_data(&self, key: &KeyId) -> Vec<u8> {
        let fields: [&[u8]; 7] = [
            b"mfakit/seal/1",
            key.as_str().as_bytes(),
            self.subject.as_str().as_bytes(),
            self.factor.as_bytes(),
            self.params.algorithm().as_str().as_bytes(),
            &[self.params.digits().count()],
            &self.params.period().to_be_bytes(),
        ];
        let mut data = Vec::with_capacity(fields.iter().map(|field| field.len() + 2).sum());
        for field in fields {
            // No field is longer than a subject's 255 bytes.
            let len = u16::try_from(field.len()).unwrap_or(u16::MAX);
            data.extend_from_slice(&len.to_be_bytes());
            data.extend_from_slice(field);
        }
        data
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::totp::{Algorithm, Digits};

    #[test]
    fn every_field_changes_the_associated_data() {
        let (ada, bob) = (Subject::new("ada").unwrap(), Subject::new("bob").unwrap());
        let key = KeyId::new("k1").unwrap();
        let base = SealContext {
            subject: &ada,
            factor: FactorId::from_random([1; 16]),
            params: TotpParams::default(),
        };
        let with = |algorithm, digits, period| TotpParams::new(algorithm, digits, period).unwrap();
        let mut seen =
            vec![base.associated_data(&key), base.associated_data(&KeyId::new("k2").unwrap())];
        for changed in [
            SealContext { subject: &bob, ..base },
            SealContext { factor: FactorId::from_random([2; 16]), ..base },
            SealContext { params: with(Algorithm::Sha256, Digits::Six, 30), ..base },
            SealContext { params: with(Algorithm::Sha1, Digits::Eight, 30), ..base },
            SealContext { params: with(Algorithm::Sha1, Digits::Six, 60), ..base },
        ] {
            seen.push(changed.associated_data(&key));
        }
        let all = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), all);
    }

    #[test]
    fn the_boundary_between_two_fields_cannot_be_moved() {
        let factor = FactorId::from_random([1; 16]);
        let data = |key: &str, subject: &str| {
            let subject = Subject::new(subject).unwrap();
            SealContext { subject: &subject, factor, params: TotpParams::default() }
                .associated_data(&KeyId::new(key).unwrap())
        };
        assert_ne!(data("k1", "ada"), data("k1a", "da"));
    }
}
