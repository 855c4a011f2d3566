//! What a profile page shows, for one user or many.

use super::Mfa;
use crate::domain::{Account, Status, Subject};
use crate::error::Error;

impl Mfa {
    /// The state of one user's MFA.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn status(&self, subject: &Subject) -> Result<Status, Error> {
        in_span!(status(subject), async {
            Ok(self.load(subject).await?.status(&self.inner.settings))
        })
        .await
    }

    /// The states of many users, in their order, by one query.
    ///
    /// # Errors
    /// [`Error::MissingPort`] without an [`AccountIndex`](crate::store::AccountIndex); [`Error::Store`].
    pub async fn statuses(&self, subjects: &[Subject]) -> Result<Vec<Status>, Error> {
        in_span!(statuses, async {
            let index = self.ports().account_index()?;
            let accounts = index.load_many(subjects).await?;
            let first = self.first_version()?;
            let status = |(subject, account): (&Subject, Option<std::sync::Arc<Account>>)| {
                let settings = &self.inner.settings;
                account.map_or_else(
                    || Account::absent(subject.clone(), first).status(settings),
                    |account| account.status(settings),
                )
            };
            Ok(subjects.iter().zip(accounts).map(status).collect())
        })
        .await
    }
}
