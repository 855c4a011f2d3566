//! Sealing every secret anew after a key was retired.

use super::Mfa;
use crate::domain::{KeyId, Reseal, Subject};
use crate::error::Error;

/// What a page of re-sealing did.
#[derive(Debug)]
#[non_exhaustive]
pub struct ResealProgress {
    /// How many accounts have nothing under the retired key any more.
    pub resealed: usize,
    /// Accounts that could not be re-sealed, and why. The others went on.
    pub failed: Vec<(Subject, Error)>,
    /// Where to go on; `None` when this was the last page.
    pub next: Option<Subject>,
}

impl Mfa {
    /// Seals anew, under the primary key, the secrets of up to `limit` accounts that lie under
    /// `retired`, after `after`.
    ///
    /// Call it until [`ResealProgress::next`] is `None`; then drop the key. It can be stopped and
    /// resumed at any place, and sign-ins go on meanwhile.
    ///
    /// # Errors
    /// [`Error::MissingPort`] without an [`AccountIndex`](crate::store::AccountIndex); [`Error::Store`]
    /// when the page could not be read. What goes wrong with one account is in the answer.
    pub async fn reseal_page(
        &self,
        retired: &KeyId,
        after: Option<&Subject>,
        limit: usize,
    ) -> Result<ResealProgress, Error> {
        in_span!(reseal_page, async {
            let index = self.ports().account_index()?;
            let page = index.sealed_under(retired, after, limit).await?;
            let next = page.subjects.last().filter(|_| page.more).cloned();
            let mut progress = ResealProgress { resealed: 0, failed: Vec::new(), next };
            for subject in page.subjects {
                match self.reseal_account(&subject, retired).await {
                    Ok(()) => progress.resealed += 1,
                    Err(error) => progress.failed.push((subject, error)),
                }
            }
            Ok(progress)
        })
        .await
    }

    async fn reseal_account(&self, subject: &Subject, retired: &KeyId) -> Result<(), Error> {
        let cipher = &self.inner.cipher;
        let attempt = self.attempt(subject).await?;
        attempt
            .run(|account, context| async move {
                let mut resealed = Vec::new();
                for (place, from) in account.sealed_secrets() {
                    if from.key() == retired {
                        let secret = cipher.open(from, place).await?;
                        let to = cipher.seal(&secret, place).await?;
                        resealed.push(Reseal { factor: place.factor, from: from.clone(), to });
                    }
                }
                Ok(account.reseal(resealed, context)?.into())
            })
            .await
    }
}
