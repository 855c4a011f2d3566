//! What every rule about organizations does to a store.

use crate::domain::{CommitOutcome, OrgCommit, OrgRow, Subject};
use crate::ports::{AccountStore, OrgStore};
use crate::testing::conformance::join::{Boxed, join_all};
use crate::testing::conformance::report::{Violation, expect};
use crate::testing::conformance::samples::accounts::Author;
use crate::testing::conformance::samples::organizations::{Kind, Office, Parts, parts};
use crate::testing::conformance::steps::accounts::{committed, loaded};

/// Commits what has to succeed.
pub(crate) async fn done(store: &dyn OrgStore, commit: &OrgCommit) -> Result<(), Violation> {
    let came = store.commit(commit).await?;
    expect("a commit with the stored version", &CommitOutcome::Committed, &came)
}

pub(crate) async fn refused(
    store: &dyn OrgStore,
    commit: &OrgCommit,
    why: &str,
) -> Result<(), Violation> {
    let came = store.commit(commit).await?;
    expect(why, &CommitOutcome::Conflict, &came)
}

/// The row that is stored where another one is.
pub(crate) async fn stored(
    store: &dyn OrgStore,
    like: &OrgRow,
) -> Result<Option<OrgRow>, Violation> {
    Ok(match like {
        OrgRow::Organization(row) => store.organization(row.id()).await?.map(OrgRow::Organization),
        OrgRow::Membership(row) => {
            store.membership(row.org(), row.subject()).await?.map(OrgRow::Membership)
        }
    })
}

/// The row is stored, and is equal.
pub(crate) async fn holds(
    store: &dyn OrgStore,
    expected: &OrgRow,
    when: &str,
) -> Result<(), Violation> {
    let came: Parts = stored(store, expected).await?.as_ref().map(parts).unwrap_or_default();
    let (policy, membership) = parts(expected);
    expect(when, &policy, &came.0)?;
    expect(when, &membership, &came.1)
}

/// Commits what has to succeed, and loads what it left.
pub(crate) async fn put(store: &dyn OrgStore, commit: &OrgCommit) -> Result<OrgRow, Violation> {
    done(store, commit).await?;
    let came = stored(store, commit.row()).await?;
    came.ok_or_else(|| Violation::new(format!("expected {:?}, but no row came", commit.row())))
}

/// Creates a policy or a membership of ada's, and loads it.
pub(crate) async fn made(
    store: &dyn OrgStore,
    office: &mut Office,
    kind: Kind,
    name: &str,
) -> Result<OrgRow, Violation> {
    put(store, &office.create(kind, name)?).await
}

/// Commits many, some at once; all of them have to succeed.
pub(crate) async fn done_together(
    store: &dyn OrgStore,
    commits: &[OrgCommit],
) -> Result<(), Violation> {
    const AT_ONCE: usize = 64;
    for some in commits.chunks(AT_ONCE) {
        let running = some.iter().map(|commit| -> Boxed<'_, _> { Box::pin(done(store, commit)) });
        join_all(running.collect()).await.into_iter().collect::<Result<Vec<()>, _>>()?;
    }
    Ok(())
}

/// Switches a user's MFA on: the account as it is stored, or a new one.
pub(crate) async fn protect(
    store: &dyn AccountStore,
    author: &mut Author,
    subject: &Subject,
) -> Result<crate::domain::Assurance, Violation> {
    let account = store.load(subject).await?;
    let (on, session) = author.switch_on(subject, account.as_deref())?;
    committed(store, &on).await?;
    Ok(session)
}

/// Gives a user's account one factor of a rank, in the place of what it has. 0 is none.
pub(crate) async fn rank(
    store: &dyn AccountStore,
    author: &mut Author,
    subject: &Subject,
    rank: u8,
) -> Result<(), Violation> {
    let stored = store.load(subject).await?;
    match (rank, stored.filter(|account| account.enabled())) {
        (0, None) => Ok(()),
        (0, Some(account)) => committed(store, &author.erase(&account)?).await,
        (rank, None) => {
            protect(store, author, subject).await?;
            let account = loaded(store, subject).await?;
            committed(store, &author.ranked(&account, rank)?).await
        }
        (rank, Some(account)) => committed(store, &author.ranked(&account, rank)?).await,
    }
}
