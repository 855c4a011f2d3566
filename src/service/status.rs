//! What a profile page shows, for one user or many.

use super::Mfa;
use crate::domain::invalid::within;
use crate::domain::{Account, Event, Refusal, Status, Subject};
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

    /// Returns the latest events of one user, newest first, at most `limit`: 1 to 1,000.
    ///
    /// They are those written under this very subject: after [`rename`](Self::rename) the earlier
    /// ones are found under the old subject, and after [`erase`](Self::erase) they remain until
    /// they are pruned. Anyone who is later given an erased user's subject would be shown them too,
    /// so never give a subject out twice.
    ///
    /// ```
    /// # use mfakit::{EventKind, Keyring, MemoryStore, Mfa, SealingKey, Subject};
    /// # mfakit::testing::block_on(async {
    /// # let keyring = Keyring::new(SealingKey::from_bytes("k", &[7; 32])?);
    /// let store = MemoryStore::new();
    /// let mfa = Mfa::builder(store.clone()).subject_events(store).issuer("Scrivio");
    /// # let mfa = mfa.keyring(keyring);
    /// let mfa = mfa.build()?;
    ///
    /// let ada = Subject::from(1815_u64);
    /// mfa.password_changed(&ada, None).await?;
    /// let latest = mfa.recent_events(&ada, 10).await?;
    /// assert_eq!(latest[0].kind(), &EventKind::PasswordChanged);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// [`Error::MissingPort`] without a [`SubjectEvents`](crate::store::SubjectEvents),
    /// [`Refusal::Invalid`] if the limit is out of bounds; [`Error::Store`].
    pub async fn recent_events(
        &self,
        subject: &Subject,
        limit: usize,
    ) -> Result<Vec<Event>, Error> {
        in_span!(recent_events(subject), async {
            let events = self.ports().subject_events()?;
            let asked = i64::try_from(limit).unwrap_or(i64::MAX);
            within("number of events", asked, 1, 1_000).map_err(Refusal::from)?;
            Ok(events.latest(subject, limit).await?)
        })
        .await
    }
}
