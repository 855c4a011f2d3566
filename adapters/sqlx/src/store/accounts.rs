//! Accounts: loading, committing, and finding many.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use mfakit::domain::{Account, Stamp};
use mfakit::store::{
    AccountIndex, AccountStore, Commit, CommitOutcome, CurrentStamps, PolicyRevision, SealedPage,
    Stamps, StoreError,
};
use mfakit::{KeyId, Subject};

use super::Store;
use crate::account_row::{account, unsigned};
use crate::cause::Cause;
use crate::columns::Columns;
use crate::dialect::Dialect;
use crate::put::Put;

#[async_trait]
impl<D: Dialect> AccountStore for Store<D> {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        let row = self.base.row(&self.base.sql.load, &[subject.as_str().into()]).await?;
        row.map(|row| account(subject, &row)).transpose()
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        D::commit(&self.base, &Put::account(commit, self.format)?).await
    }
}

#[async_trait]
impl<D: Dialect> AccountIndex for Store<D> {
    async fn load_many(
        &self,
        subjects: &[Subject],
    ) -> Result<Vec<Option<Arc<Account>>>, StoreError> {
        let mut found = HashMap::new();
        for row in D::load_many(&self.base, subjects).await? {
            let subject = subject_of(&row)?;
            let read = account(&subject, &row)?;
            found.insert(subject, read);
        }
        Ok(subjects.iter().map(|subject| found.get(subject).cloned()).collect())
    }

    async fn sealed_under(
        &self,
        key: &KeyId,
        after: Option<&Subject>,
        limit: usize,
    ) -> Result<SealedPage, StoreError> {
        let wanted = i64::try_from(limit).unwrap_or(i64::MAX - 1).saturating_add(1);
        let after = after.map_or("", Subject::as_str);
        let values = [format!(" {} ", key.as_str()).into(), after.into(), wanted.into()];
        let rows = self.base.rows(&self.base.sql.sealed_under, &values).await?;
        let more = rows.len() > limit;
        let subjects: Result<_, Cause> = rows.iter().take(limit).map(subject_of).collect();
        Ok(SealedPage { subjects: subjects?, more })
    }
}

#[async_trait]
impl<D: Dialect> Stamps for Store<D> {
    async fn stamps(&self, subject: &Subject) -> Result<CurrentStamps, StoreError> {
        let row = self.base.one(&self.base.sql.stamps, &[subject.as_str().into()]).await?;
        let stamp = row.maybe_number("stamp")?.unwrap_or_default();
        let account = Stamp::from_stored(unsigned("stamp", stamp)?);
        let policies = PolicyRevision::from_stored(unsigned("changes", row.number("changes")?)?);
        Ok(CurrentStamps { account, policies })
    }
}

fn subject_of(row: &impl Columns) -> Result<Subject, Cause> {
    Subject::new(row.text("subject")?).map_err(|why| Cause::corrupt("subject", why))
}
