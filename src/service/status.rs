//! What a profile page shows, for one user or many.

use super::Mfa;
use crate::domain::{Account, Status, Subject};
use crate::error::Error;

impl Mfa {
    /// The state of one user's MFA.
    ///
    /// # Errors
    /// [`Error::Store`].
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %subject), err(level = "debug")))]
    pub async fn status(&self, subject: &Subject) -> Result<Status, Error> {
        Ok(self.load(subject).await?.status(&self.inner.settings))
    }

    /// The states of many users, in their order, by one query.
    ///
    /// # Errors
    /// [`Error::MissingPort`] without an [`AccountIndex`](crate::store::AccountIndex); [`Error::Store`].
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, err(level = "debug")))]
    pub async fn statuses(&self, subjects: &[Subject]) -> Result<Vec<Status>, Error> {
        let index = self.inner.index.as_ref().ok_or(Error::MissingPort("an account index"))?;
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
    }
}
