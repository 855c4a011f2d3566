//! What rules about accounts do to a store.

use std::sync::Arc;

use crate::domain::{Account, Commit, CommitOutcome, Subject};
use crate::ports::AccountStore;
use crate::testing::conformance::report::{Violation, expect};
use crate::testing::conformance::samples::accounts::{Author, subject};

/// Commits what has to succeed.
pub(crate) async fn committed(store: &dyn AccountStore, commit: &Commit) -> Result<(), Violation> {
    let came = store.commit(commit).await?;
    expect("a commit with the stored version", &CommitOutcome::Committed, &came)
}

pub(crate) async fn conflicted(
    store: &dyn AccountStore,
    commit: &Commit,
    why: &str,
) -> Result<(), Violation> {
    let came = store.commit(commit).await?;
    expect(why, &CommitOutcome::Conflict, &came)
}

pub(crate) async fn loaded(
    store: &dyn AccountStore,
    subject: &Subject,
) -> Result<Arc<Account>, Violation> {
    let loaded = store.load(subject).await?;
    loaded.ok_or_else(|| {
        Violation::new(format!("expected the account of {subject:?}, but none came"))
    })
}

/// Creates an account as small as can be, and loads it.
pub(crate) async fn created(
    store: &dyn AccountStore,
    author: &mut Author,
    name: &str,
) -> Result<Arc<Account>, Violation> {
    let subject = subject(name)?;
    let absent = author.absent(&subject);
    committed(store, &author.touch(&absent)?).await?;
    loaded(store, &subject).await
}
