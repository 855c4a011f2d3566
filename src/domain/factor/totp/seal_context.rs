//! The place that a sealed secret is bound to.

use super::params::TotpParams;
use crate::domain::id::{FactorId, KeyId, Subject};

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
    use crate::domain::factor::totp::params::{Algorithm, Digits};

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
