//! The loop that every operation runs: load, decide, commit; on a conflict again.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Mfa;
use crate::domain::{Account, Closed, Commit, CommitOutcome, Context, Decision, Receipt, Subject};
use crate::error::Error;
use crate::ports::StoreError;

/// How often an operation decides anew because others committed first. Each conflict means that
/// somebody else's commit went through, and commits on one account are bounded by its guess budget;
/// more than this fails closed.
const ROUNDS: u32 = 64;

/// How many failures of the store one operation sits out.
const FAILURES: u32 = 3;

/// One operation on one account, from its first load to its answer.
pub(super) struct Attempt<'m, T> {
    mfa: &'m Mfa,
    subject: &'m Subject,
    now: DateTime<Utc>,
    account: Arc<Account>,
    /// What was sent to the store and not answered with "committed". A reply can be lost.
    sent: Vec<(Commit, Closed<T>)>,
    /// Something was sent and no answer was opened yet.
    unanswered: bool,
    rounds: u32,
    failures: u32,
}

impl<'m, T> Attempt<'m, T> {
    /// Loads the account. The clock is read here, once.
    pub(super) async fn load(mfa: &'m Mfa, subject: &'m Subject) -> Result<Self, Error> {
        let now = mfa.inner.clock.now();
        let account = mfa.load(subject).await?;
        let (sent, unanswered) = (Vec::new(), false);
        Ok(Self { mfa, subject, now, account, sent, unanswered, rounds: 0, failures: 0 })
    }

    /// The account as it was last loaded.
    pub(super) fn account(&self) -> &Account {
        &self.account
    }

    /// The time of this operation.
    pub(super) fn context(&self) -> Result<Context<'m>, Error> {
        Ok(Context::new(&self.mfa.inner.settings, self.now)?)
    }

    /// Commits what was decided and opens its answer; `None` when it has to be decided again.
    pub(super) async fn settle(&mut self, decision: Decision<T>) -> Result<Option<T>, Error> {
        let transition = match decision {
            Decision::Unchanged(answer) => return Ok(Some(answer)),
            Decision::Change(transition) => transition,
        };
        let (commit, closed) = transition.into_commit(self.mfa.commit_id()?);
        self.unanswered = true;
        let reply = self.mfa.inner.store.commit(&commit).await;
        if matches!(reply, Ok(CommitOutcome::Committed)) {
            return Ok(self.open(&commit, closed));
        }
        self.sent.push((commit, closed));
        match reply {
            Ok(_) => {
                self.rounds += 1;
                self.account = self.mfa.load(self.subject).await?;
            }
            Err(error) => self.reload_after(error).await?,
        }
        if let Some(answer) = self.recognize() {
            return Ok(Some(answer));
        }
        if self.rounds >= ROUNDS { Err(Error::Contended) } else { Ok(None) }
    }

    /// Loads again after a commit whose fate is unknown, as long as the store lets us.
    async fn reload_after(&mut self, mut error: StoreError) -> Result<(), Error> {
        loop {
            self.failures += 1;
            if self.failures > FAILURES {
                return Err(error.into());
            }
            match self.mfa.load(self.subject).await {
                Ok(account) => {
                    self.account = account;
                    return Ok(());
                }
                Err(Error::Store(again)) => error = again,
                Err(other) => return Err(other),
            }
        }
    }

    /// Looks for one of our own commits in the account: its reply was lost, and the change stands.
    fn recognize(&mut self) -> Option<T> {
        let own = self.sent.iter().position(|(commit, _)| self.account.remembers(commit.id()))?;
        let (commit, closed) = self.sent.swap_remove(own);
        self.open(&commit, closed)
    }

    fn open(&mut self, commit: &Commit, closed: Closed<T>) -> Option<T> {
        self.unanswered = false;
        self.mfa.inner.guards.forget(self.subject);
        if let Some(notices) = &self.mfa.inner.notices {
            notices.tell(commit.events());
        }
        closed.open(&Receipt::vouch_that_these_are_durable([commit.id()])).ok()
    }
}

impl<T> Drop for Attempt<'_, T> {
    /// A caller who walked away, or a reply that stayed lost: the account may have changed, and no
    /// guard may go by what it was before.
    fn drop(&mut self) {
        if self.unanswered {
            self.mfa.inner.guards.forget(self.subject);
        }
    }
}

impl Mfa {
    /// The account as it is stored; one that is absent when it is not.
    pub(super) async fn load(&self, subject: &Subject) -> Result<Arc<Account>, Error> {
        match self.inner.store.load(subject).await? {
            Some(account) => Ok(account),
            None => Ok(Arc::new(Account::absent(subject.clone(), self.first_version()?))),
        }
    }
}
