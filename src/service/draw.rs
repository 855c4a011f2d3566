//! Random names, secrets and codes.

use zeroize::Zeroizing;

use super::Mfa;
use crate::domain::{
    CommitId, HashedCodes, OneTimeCode, RecoveryCodes, Stamp, Subject, TotpSecret, Version,
};
use crate::error::Error;

impl Mfa {
    pub(super) fn random<const N: usize>(&self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        self.ports().entropy.fill(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn commit_id(&self) -> Result<CommitId, Error> {
        Ok(CommitId::from_random(self.random()?))
    }

    pub(super) fn first_version(&self) -> Result<Version, Error> {
        Ok(Version::first(self.random()?))
    }

    /// The stamp of credentials that are about to change.
    pub(super) fn fresh_stamp(&self) -> Result<Stamp, Error> {
        Ok(Stamp::from_random(self.random()?))
    }

    pub(super) fn new_secret(&self) -> Result<TotpSecret, Error> {
        let algorithm = self.inner.settings.totp().algorithm();
        let mut bytes = Zeroizing::new(vec![0; algorithm.secret_len()]);
        self.ports().entropy.fill(&mut bytes)?;
        Ok(TotpSecret::from_random(algorithm, &bytes).map_err(crate::domain::Refusal::from)?)
    }

    pub(super) fn new_one_time_code(&self) -> Result<OneTimeCode, Error> {
        let bytes = Zeroizing::new(self.random()?);
        Ok(OneTimeCode::from_random(&bytes))
    }

    /// A new recovery set, and what of it is stored.
    pub(super) async fn new_recovery_codes(
        &self,
        subject: &Subject,
    ) -> Result<(RecoveryCodes, HashedCodes), Error> {
        let _place = self.inner.issuing.begin(subject)?;
        let count = usize::from(self.inner.settings.recovery_codes());
        let mut bytes = Zeroizing::new(vec![[0; OneTimeCode::LEN]; count]);
        bytes.iter_mut().try_for_each(|code| self.ports().entropy.fill(code))?;
        let codes = RecoveryCodes::from_random(&bytes).map_err(crate::domain::Refusal::from)?;
        let hashed = self.inner.hasher.hash(codes.as_slice().to_vec()).await?;
        Ok((codes, hashed))
    }
}
