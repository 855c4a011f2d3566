//! Taking over what another system holds.

use super::Mfa;
use crate::domain::{
    FactorId, HostAuthority, Import, Imported, ImportedCodes, ImportedFactor, PreparedCodes,
    PreparedFactor, PreparedImport, Refusal, SealContext, Subject,
};
use crate::error::Error;

impl Mfa {
    /// Makes factors and recovery codes of another system live, all in one commit.
    ///
    /// It belongs to the host's migration job, not to a page, and is run from a list of users who
    /// exist now. Run the job as often as you like: an account is imported once, and answers
    /// [`Imported::Before`] from then on. Every session of the account is void afterwards. See
    /// [`mfakit::import`](crate::import) for what to hand in.
    ///
    /// # Errors
    /// As [`Account::import`](crate::domain::Account::import); [`Error::MissingPort`] when codes come
    /// and the builder was given a hasher of its own but none for imported codes; [`Error::Hasher`]
    /// when a hash is of an unknown kind or costs too much. One account's error says nothing of the
    /// others: go on with them.
    pub async fn import(
        &self,
        authority: &HostAuthority,
        import: Import,
    ) -> Result<Imported, Error> {
        let subject = authority.over();
        in_span!(import(subject), async {
            let attempt = self.attempt(subject).await?;
            if let Some(at) = attempt.stored().check_import(authority)? {
                return Ok(Imported::Before(at));
            }
            let (prepared, fresh) =
                (self.prepare_import(subject, import).await?, self.fresh_stamp()?);
            attempt
                .decide(|account, context| account.import(authority, &prepared, fresh, context))
                .await
        })
        .await
    }

    /// Seals and hashes an import for one subject, without loading or changing anything: for hosts
    /// that decide with [`Account::import`](crate::domain::Account::import) and commit it in a
    /// transaction of their own.
    ///
    /// # Errors
    /// [`Error::Cipher`]; for codes as [`import`](Self::import).
    pub async fn prepare_import(
        &self,
        subject: &Subject,
        import: Import,
    ) -> Result<PreparedImport, Error> {
        let mut factors: Vec<PreparedFactor> = Vec::with_capacity(import.factors.len());
        for imported in import.factors.iter().cloned() {
            let factor = FactorId::from_random(self.random()?);
            factors.push(match imported {
                ImportedFactor::Totp(totp) => {
                    let (secret, params) = totp.secret();
                    let context = SealContext { subject, factor, params };
                    let sealed = self.inner.cipher.seal(secret, context).await?;
                    totp.prepared(factor, sealed)
                }
                #[cfg(feature = "webauthn")]
                ImportedFactor::Credential(credential) => credential.prepared(factor),
            });
        }
        let codes = match import.codes.clone() {
            Some(codes) => Some(self.prepare_codes(subject, codes).await?),
            None => None,
        };
        Ok(import.prepared(factors, codes))
    }

    async fn prepare_codes(
        &self,
        subject: &Subject,
        codes: ImportedCodes,
    ) -> Result<PreparedCodes, Error> {
        let hasher = self.ports().imported_code_hasher()?;
        let hashes = match (codes.digests(), codes.hashes()) {
            (Some(digests), _) => {
                let _place = self.inner.issuing.begin(subject)?;
                hasher.hash_imported(digests.to_vec()).await?
            }
            (None, hashes) => {
                let hashes = hashes.unwrap_or_default();
                hashes.iter().try_for_each(|hash| hasher.check_imported(hash))?;
                hashes.to_vec()
            }
        };
        Ok(codes.prepared(hashes).map_err(Refusal::from)?)
    }
}
