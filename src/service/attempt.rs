//! The loop that every change runs: load, decide, commit; on a conflict again.

use std::future::{Future, ready};

use chrono::{DateTime, Utc};

use super::Mfa;
use super::guard::Guards;
use crate::domain::{
    Closed, CommitId, CommitOutcome, Context, Decision, Event, OrgTransition, Receipt, Refusal,
    Transition,
};
use crate::error::Error;

/// What an operation loads, decides on and changes; see `rows.rs` for each.
pub(super) trait Row {
    /// The row as it is loaded.
    type Stored;

    /// How often one operation decides because others keep committing first. Then it fails closed.
    const ROUNDS: u32;

    /// Loads the row; where none is stored, what stands for it.
    async fn load(&self, mfa: &Mfa) -> Result<Self::Stored, Error>;

    /// Whether a commit is among the last that changed the row.
    fn remembers(stored: &Self::Stored, commit: CommitId) -> bool;

    /// Lets no guard go by what the row was before.
    fn forget(&self, guards: &Guards);
}

/// A decided change, whose answer waits for its commit.
pub(super) trait Change<T> {
    /// What a store is sent.
    type Commit;

    /// Splits the change into what is sent and the answer that waits for it.
    fn into_commit(self, id: CommitId) -> (Self::Commit, Closed<T>);

    /// Sends it to the store.
    async fn send(mfa: &Mfa, commit: &Self::Commit) -> Result<CommitOutcome, Error>;

    /// What happens with it.
    fn events(commit: &Self::Commit) -> &[Event];
}

/// What a decision comes to.
pub(super) enum Step<T, C> {
    /// An answer that needs no commit.
    Answer(T),
    /// A change that has to be committed before its answer.
    Change(C),
}

impl<T> From<Decision<T>> for Step<T, Transition<T>> {
    fn from(decision: Decision<T>) -> Self {
        match decision {
            Decision::Unchanged(answer) => Self::Answer(answer),
            Decision::Change(transition) => Self::Change(transition),
        }
    }
}

impl<T> From<Transition<T>> for Step<T, Transition<T>> {
    fn from(transition: Transition<T>) -> Self {
        Self::Change(transition)
    }
}

impl<T> From<OrgTransition<T>> for Step<T, OrgTransition<T>> {
    fn from(transition: OrgTransition<T>) -> Self {
        Self::Change(transition)
    }
}

/// One operation on one row, which was loaded and not decided on yet.
pub(super) struct Attempt<'m, R: Row> {
    mfa: &'m Mfa,
    row: R,
    now: DateTime<Utc>,
    stored: R::Stored,
}

impl<'m, R: Row> Attempt<'m, R> {
    /// Loads the row. The clock is read here, once.
    pub(super) async fn load(mfa: &'m Mfa, row: R) -> Result<Self, Error> {
        let now = mfa.ports().clock.now();
        let stored = row.load(mfa).await?;
        Ok(Self { mfa, row, now, stored })
    }

    /// The row as it was loaded.
    pub(super) fn stored(&self) -> &R::Stored {
        &self.stored
    }

    /// The settings and the time of this operation.
    pub(super) fn context(&self) -> Result<Context<'m>, Error> {
        Ok(Context::new(&self.mfa.inner.settings, self.now)?)
    }

    /// Runs an operation that the domain decides at once.
    pub(super) async fn decide<T, C, D>(
        self,
        mut decide: impl FnMut(&R::Stored, Context<'m>) -> Result<D, Refusal>,
    ) -> Result<T, Error>
    where
        C: Change<T>,
        D: Into<Step<T, C>>,
    {
        let decide = |stored, context| {
            let decided = decide(&stored, context);
            ready(decided.map(Into::into).map_err(Error::from))
        };
        self.run(decide).await
    }

    /// Runs an operation whose decision waits for something: another row, a cipher.
    pub(super) async fn run<T, C, F>(
        self,
        mut decide: impl FnMut(R::Stored, Context<'m>) -> F,
    ) -> Result<T, Error>
    where
        C: Change<T>,
        F: Future<Output = Result<Step<T, C>, Error>>,
    {
        let decide = |(), stored, context| {
            let decided = decide(stored, context);
            async { Ok(((), decided.await?)) }
        };
        self.run_keeping((), decide).await
    }

    /// Runs an operation that keeps what it opened or hashed: decides, commits and answers; decides
    /// again on what is stored after a conflict or a failure of the store.
    pub(super) async fn run_keeping<K, T, C, F>(
        self,
        mut kept: K,
        mut decide: impl FnMut(K, R::Stored, Context<'m>) -> F,
    ) -> Result<T, Error>
    where
        C: Change<T>,
        F: Future<Output = Result<(K, Step<T, C>), Error>>,
    {
        let context = self.context()?;
        let Self { mfa, row, mut stored, .. } = self;
        let mut sent = Sent::<_, T, C>::nothing(mfa, &row);
        loop {
            let (keeps, step) = decide(kept, stored, context).await?;
            let change = match step {
                Step::Answer(answer) => return Ok(answer),
                Step::Change(change) => change,
            };
            if let Some(answer) = sent.commit(change).await? {
                return Ok(answer);
            }
            (kept, stored) = (keeps, sent.reload().await?);
            if let Some(answer) = sent.recognize(&stored) {
                return Ok(answer);
            }
            if sent.rounds >= R::ROUNDS {
                return Err(Error::Contended);
            }
        }
    }
}

/// What one operation has sent to the store.
struct Sent<'a, R: Row, T, C: Change<T>> {
    mfa: &'a Mfa,
    row: &'a R,
    /// What was not answered with "committed". A reply can be lost.
    commits: Vec<(C::Commit, Closed<T>)>,
    /// Something was sent and no answer was opened yet.
    unanswered: bool,
    /// Why the fate of the last commit is unknown; `None` when it met a conflict.
    lost: Option<Error>,
    rounds: u32,
    failures: u32,
}

impl<'a, R: Row, T, C: Change<T>> Sent<'a, R, T, C> {
    fn nothing(mfa: &'a Mfa, row: &'a R) -> Self {
        let (commits, unanswered, lost) = (Vec::new(), false, None);
        Self { mfa, row, commits, unanswered, lost, rounds: 0, failures: 0 }
    }

    /// Commits what was decided and opens its answer; `None` when it has to be decided again.
    async fn commit(&mut self, change: C) -> Result<Option<T>, Error> {
        let (commit, closed) = change.into_commit(self.mfa.commit_id()?);
        self.unanswered = true;
        match C::send(self.mfa, &commit).await {
            Ok(CommitOutcome::Committed) => return Ok(self.open(&commit, closed)),
            Ok(CommitOutcome::Conflict) => self.rounds += 1,
            Err(error) => self.lost = Some(error),
        }
        self.commits.push((commit, closed));
        Ok(None)
    }

    /// Loads again; after a commit whose fate is unknown as long as the store lets us.
    async fn reload(&mut self) -> Result<R::Stored, Error> {
        let Some(mut error) = self.lost.take() else { return self.row.load(self.mfa).await };
        loop {
            self.failures += 1;
            if self.failures > FAILURES {
                return Err(error);
            }
            match self.row.load(self.mfa).await {
                Err(Error::Store(again)) => error = again.into(),
                loaded => return loaded,
            }
        }
    }

    /// Looks for one of our own commits in the row: its reply was lost, and the change stands.
    fn recognize(&mut self, stored: &R::Stored) -> Option<T> {
        let known = |(_, closed): &(_, Closed<T>)| R::remembers(stored, closed.waits_for());
        let own = self.commits.iter().position(known)?;
        let (commit, closed) = self.commits.swap_remove(own);
        self.open(&commit, closed)
    }

    fn open(&mut self, commit: &C::Commit, closed: Closed<T>) -> Option<T> {
        self.unanswered = false;
        self.row.forget(&self.mfa.inner.guards);
        if let Some(notices) = &self.mfa.inner.notices {
            notices.tell(C::events(commit));
        }
        let receipt = Receipt::vouch_that_these_are_durable([closed.waits_for()]);
        closed.open(&receipt).ok()
    }
}

impl<R: Row, T, C: Change<T>> Drop for Sent<'_, R, T, C> {
    /// A caller who walked away, or a reply that stayed lost: the row may have changed, and no guard
    /// may go by what it was before.
    fn drop(&mut self) {
        if self.unanswered {
            self.row.forget(&self.mfa.inner.guards);
        }
    }
}

/// How many failures of the store one operation sits out.
const FAILURES: u32 = 3;
