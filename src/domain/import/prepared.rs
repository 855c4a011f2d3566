//! An import that is sealed and hashed.

use zeroize::Zeroizing;

use super::code::ImportedHash;
use super::codes::{ImportedCodes, Offered};
#[cfg(feature = "webauthn")]
use super::credential::ImportedCredential;
use super::described::Described;
use super::factor::ImportedFactor;
use super::request::{Import, Terms};
use super::seed::same_key;
use super::set::ImportedSet;
use super::totp::ImportedTotp;
use crate::domain::bounds::MAX_FACTORS;
use crate::domain::context::Context;
use crate::domain::enrolled_by::EnrolledBy;
use crate::domain::factor::totp::{TotpParams, TotpSecret, TotpState};
#[cfg(feature = "webauthn")]
use crate::domain::factor::webauthn::WebAuthnState;
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

/// A factor of an import, with its ID and, if it has a secret, sealed.
#[derive(Debug, Clone)]
pub struct PreparedFactor {
    id: FactorId,
    kind: Prepared,
}

#[derive(Debug, Clone)]
enum Prepared {
    Totp {
        totp: ImportedTotp,
        sealed: SealedSecret,
    },
    #[cfg(feature = "webauthn")]
    Credential(Box<ImportedCredential>),
}

/// The codes of an import, hashed.
#[derive(Debug, Clone)]
pub struct PreparedCodes(pub(crate) ImportedSet);

impl Import {
    /// The factors, in their order, for preparing each.
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

impl ImportedTotp {
    /// The secret to seal, and how its codes are computed.
    pub fn secret(&self) -> (&TotpSecret, TotpParams) {
        (self.seed.secret(), self.params)
    }

    /// Takes its secret as sealed for a subject, this ID and its parameters. The ID must be new and
    /// random.
    pub fn prepared(self, id: FactorId, sealed: SealedSecret) -> PreparedFactor {
        PreparedFactor { id, kind: Prepared::Totp { totp: self, sealed } }
    }
}

#[cfg(feature = "webauthn")]
impl ImportedCredential {
    /// Takes the factor's ID, which must be new and random. A credential has no secret to seal.
    pub fn prepared(self, id: FactorId) -> PreparedFactor {
        PreparedFactor { id, kind: Prepared::Credential(Box::new(self)) }
    }
}

impl ImportedCodes {
    /// The values to hash: the SHA-256 of each code. `None` when the codes are hashed already.
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
            factor.check(self.terms, context)?;
            self.factors.iter().take(index).try_for_each(|other| factor.check_beside(other))?;
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

    fn described(&self) -> &Described {
        match &self.kind {
            Prepared::Totp { totp, .. } => &totp.described,
            #[cfg(feature = "webauthn")]
            Prepared::Credential(credential) => &credential.described,
        }
    }

    fn check(&self, terms: Terms, context: Context<'_>) -> Result<(), Refusal> {
        match &self.kind {
            Prepared::Totp { totp, .. } => {
                totp.check(context)?;
                if totp.is_weak() && !terms.weak_seeds { Err(Refusal::WeakSeed) } else { Ok(()) }
            }
            // It was checked when it was put together.
            #[cfg(feature = "webauthn")]
            Prepared::Credential(_) => Ok(()),
        }
    }

    /// Refuses a factor that would be another one of the import once more.
    fn check_beside(&self, other: &Self) -> Result<(), Refusal> {
        if self.id == other.id {
            return Err(Invalid::Form { what: "factor id", form: "new and random" }.into());
        }
        if self.described().label.clashes_with(&other.described().label) {
            return Err(Refusal::LabelTaken);
        }
        match (&self.kind, &other.kind) {
            (Prepared::Totp { totp: one, .. }, Prepared::Totp { totp: other, .. })
                if same_key(one.seed.secret(), other.seed.secret()) =>
            {
                Err(Refusal::SeedTaken)
            }
            (Prepared::Totp { .. }, Prepared::Totp { .. }) => Ok(()),
            #[cfg(feature = "webauthn")]
            (Prepared::Credential(one), Prepared::Credential(other))
                if one.credential.id() == other.credential.id() =>
            {
                Err(Refusal::CredentialTaken)
            }
            #[cfg(feature = "webauthn")]
            (Prepared::Credential(_), Prepared::Credential(_) | Prepared::Totp { .. })
            | (Prepared::Totp { .. }, Prepared::Credential(_)) => Ok(()),
        }
    }

    /// The factor as it becomes live.
    pub(crate) fn activate(&self, context: Context<'_>) -> Factor {
        let described = self.described();
        let (added_at, last_used_at) = described.times(context.now);
        let (weak, state) = match &self.kind {
            Prepared::Totp { totp, sealed } => {
                let state = TotpState {
                    params: totp.params,
                    sealed: sealed.clone(),
                    last_step: totp.burned(context),
                    drift: totp.drift,
                    extra: Extra::default(),
                };
                (totp.is_weak(), FactorState::Totp(state))
            }
            #[cfg(feature = "webauthn")]
            Prepared::Credential(imported) => {
                let credential = imported.credential.clone();
                let state = WebAuthnState { credential, extra: Extra::default() };
                (false, FactorState::WebAuthn(Box::new(state)))
            }
        };
        Factor {
            id: self.id,
            label: described.label.clone(),
            added_at,
            last_used_at,
            suspended: false,
            weak,
            failures: 0,
            enrolled_by: EnrolledBy::Import,
            state,
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
        let [ImportedFactor::Totp(factor)] = import.factors() else {
            panic!("{:?}", import.factors())
        };
        assert_eq!(factor.secret().0.expose_bytes(), &[7; 20]);
        let codes = import.recovery_codes().unwrap();
        assert_eq!((codes.len(), codes.digests().map(<[_]>::len)), (1, Some(1)));
    }
}
