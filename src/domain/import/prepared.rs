//! An import that is sealed and hashed.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::code::ImportedHash;
use super::codes::{ImportedCodes, Offered};
use super::factor::ImportedFactor;
use super::request::{Import, Terms};
use super::seed::same_key;
use super::set::ImportedSet;
use crate::domain::bounds::MAX_FACTORS;
use crate::domain::context::Context;
use crate::domain::enrolled_by::EnrolledBy;
use crate::domain::factor::totp::{TotpParams, TotpSecret, TotpState};
use crate::domain::factor::{Factor, FactorState};
use crate::domain::id::FactorId;
use crate::domain::invalid::Invalid;
use crate::domain::refusal::Refusal;
use crate::domain::sealed::SealedSecret;
use crate::domain::unknown_fields::Extra;

/// An [`Import`] whose seeds are sealed for one subject and whose codes are hashed.
///
/// [`Mfa::prepare_import`](crate::Mfa::prepare_import) makes one.
#[derive(Debug, Clone)]
#[must_use]
pub struct PreparedImport {
    pub(crate) factors: Vec<PreparedFactor>,
    pub(crate) codes: Option<PreparedCodes>,
    pub(crate) terms: Terms,
}

/// A factor of an import, sealed.
#[derive(Debug, Clone)]
pub struct PreparedFactor {
    id: FactorId,
    factor: ImportedFactor,
    sealed: SealedSecret,
}

/// The codes of an import, hashed.
#[derive(Debug, Clone)]
pub struct PreparedCodes(pub(crate) ImportedSet);

/// A secret that the account holds already, opened, so that the same seed is seen to come again.
#[derive(Debug, Clone)]
pub struct LiveSeed {
    /// As it is stored.
    pub sealed: SealedSecret,
    /// The same, opened.
    pub secret: TotpSecret,
}

impl Import {
    /// The factors, in their order, for sealing.
    pub fn factors(&self) -> &[ImportedFactor] {
        &self.factors
    }

    /// The codes, for hashing.
    pub fn recovery_codes(&self) -> Option<&ImportedCodes> {
        self.codes.as_ref()
    }

    /// Puts what was sealed and hashed together, in the order of what was imported.
    pub fn prepared(
        self,
        factors: Vec<PreparedFactor>,
        codes: Option<PreparedCodes>,
    ) -> PreparedImport {
        PreparedImport { factors, codes, terms: self.terms }
    }
}

impl ImportedFactor {
    /// The secret to seal, and how its codes are computed.
    pub fn secret(&self) -> (&TotpSecret, TotpParams) {
        (self.seed.secret(), self.params)
    }

    /// Takes its secret as sealed for a subject, this id and its parameters. The id must be new and
    /// random.
    pub fn prepared(self, id: FactorId, sealed: SealedSecret) -> PreparedFactor {
        PreparedFactor { id, factor: self, sealed }
    }
}

impl ImportedCodes {
    /// What has to be hashed: the SHA-256 of each code. `None` when the codes are hashed already.
    pub fn digests(&self) -> Option<&[Zeroizing<[u8; 32]>]> {
        match &self.codes {
            Offered::Digests(digests) => Some(digests),
            Offered::Hashes(_) => None,
        }
    }

    /// The hashes that the codes came with.
    pub fn hashes(&self) -> Option<&[ImportedHash]> {
        match &self.codes {
            Offered::Digests(_) => None,
            Offered::Hashes(hashes) => Some(hashes),
        }
    }

    /// Takes the hashes, one a code, in their order.
    ///
    /// # Errors
    /// [`Invalid`] when it is not one a code.
    pub fn prepared(self, hashes: Vec<ImportedHash>) -> Result<PreparedCodes, Invalid> {
        if hashes.len() != self.len() {
            let form = "hashed completely: one hash a code";
            return Err(Invalid::Form { what: "imported recovery codes", form });
        }
        Ok(PreparedCodes(ImportedSet::new(hashes, self.reading, self.is_weak())))
    }
}

impl PreparedImport {
    /// Refuses what cannot be imported into any account.
    pub(crate) fn check(&self, context: Context<'_>) -> Result<(), Refusal> {
        let found = self.factors.len();
        if !(1..=MAX_FACTORS).contains(&found) {
            let (what, min, max, unit) = ("import", 1, MAX_FACTORS, "factors");
            return Err(Invalid::Length { what, min, max, found, unit }.into());
        }
        for (index, factor) in self.factors.iter().enumerate() {
            factor.factor.check(context)?;
            if factor.factor.is_weak() && !self.terms.weak_seeds {
                return Err(Refusal::WeakSeed);
            }
            for other in self.factors.iter().take(index) {
                if other.is_seed(factor.secret()) {
                    return Err(Refusal::SeedTaken);
                }
                if other.factor.label.clashes_with(&factor.factor.label) {
                    return Err(Refusal::LabelTaken);
                }
            }
        }
        match &self.codes {
            Some(codes) if codes.0.weak && !self.terms.weak_codes => Err(Refusal::WeakCodes),
            _ => Ok(()),
        }
    }
}

impl PreparedFactor {
    pub(crate) fn id(&self) -> FactorId {
        self.id
    }

    pub(crate) fn label(&self) -> &crate::domain::label::Label {
        &self.factor.label
    }

    /// Whether a secret computes the codes of this factor's seed.
    pub(crate) fn is_seed(&self, secret: &TotpSecret) -> bool {
        same_key(self.secret(), secret)
    }

    fn secret(&self) -> &TotpSecret {
        self.factor.seed.secret()
    }

    /// The factor as it becomes live.
    pub(crate) fn activate(&self, context: Context<'_>) -> Factor {
        let (added_at, last_used_at): (DateTime<Utc>, DateTime<Utc>) =
            self.factor.times(context.now);
        Factor {
            id: self.id,
            label: self.factor.label.clone(),
            added_at,
            last_used_at,
            suspended: false,
            weak: self.factor.is_weak(),
            failures: 0,
            enrolled_by: EnrolledBy::Import,
            state: FactorState::Totp(TotpState {
                params: self.factor.params,
                sealed: self.sealed.clone(),
                last_step: self.factor.burned(context),
                drift: self.factor.drift,
                extra: Extra::default(),
            }),
            extra: Extra::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::import::seed::Seed;

    #[test]
    fn an_import_hands_out_what_was_put_in() {
        let seed = Seed::from_bytes(&[7; 20]).unwrap();
        let import = Import::new();
        assert!(import.factors().is_empty() && import.recovery_codes().is_none());
        let codes = ImportedCodes::plain(["3f9a71c288ab0d5e"]).unwrap();
        let import = import.factor(ImportedFactor::totp("Phone", seed).unwrap()).codes(codes);
        let [factor] = import.factors() else { panic!("{:?}", import.factors()) };
        assert_eq!(factor.secret().0.expose_bytes(), &[7; 20]);
        let codes = import.recovery_codes().unwrap();
        assert_eq!((codes.len(), codes.digests().map(<[_]>::len)), (1, Some(1)));
    }
}
