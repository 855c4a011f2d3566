//! The loop of every change to an organization: load, decide, commit; on a conflict again.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Mfa;
use crate::domain::{
    Closed, CommitId, CommitOutcome, Context, Membership, OrgCommit, OrgId, OrgRow, OrgTransition,
    Organization, Receipt, Subject,
};
use crate::error::Error;
use crate::ports::OrgStore;

/// How often an operation decides anew because another administrator committed first.
const ROUNDS: u32 = 16;

/// How many failures of the store one operation sits out.
const FAILURES: u32 = 3;

/// One change to one row of an organization, from its first decision to its answer.
pub(super) struct OrgAttempt<'m, T> {
    mfa: &'m Mfa,
    store: Arc<dyn OrgStore>,
    now: DateTime<Utc>,
    /// What was sent to the store and not answered with "committed". A reply can be lost.
    sent: Vec<(OrgCommit, Closed<T>)>,
    /// Whose membership is changed; `None` when it is a policy, which may concern anybody.
    concerns: Option<Subject>,
    /// Something was sent and no answer was opened yet.
    unanswered: bool,
    rounds: u32,
    failures: u32,
}

impl<'m, T> OrgAttempt<'m, T> {
    /// Reads the clock, once.
    pub(super) fn begin(mfa: &'m Mfa) -> Result<Self, Error> {
        let (store, now) = (Arc::clone(mfa.org_store()?), mfa.inner.clock.now());
        let sent = Vec::new();
        let (concerns, unanswered) = (None, false);
        Ok(Self { mfa, store, now, sent, concerns, unanswered, rounds: 0, failures: 0 })
    }

    /// The time of this operation.
    pub(super) fn context(&self) -> Result<Context<'m>, Error> {
        Ok(Context::new(&self.mfa.inner.settings, self.now)?)
    }

    /// What was loaded; `None` when the store failed after a commit whose fate is unknown, and may
    /// be asked again.
    pub(super) fn sit_out<L, E: Into<Error>>(
        &mut self,
        loaded: Result<L, E>,
    ) -> Result<Option<L>, Error> {
        match loaded.map_err(Into::into) {
            Ok(loaded) => Ok(Some(loaded)),
            Err(Error::Store(_)) if self.unanswered && self.failures < FAILURES => {
                self.failures += 1;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Looks for one of our own commits in the row that was just loaded: its reply was lost, and
    /// the change stands.
    pub(super) fn recognize(&mut self, remembers: impl Fn(CommitId) -> bool) -> Option<T> {
        let own = self.sent.iter().position(|(commit, _)| remembers(commit.id()))?;
        let (commit, closed) = self.sent.swap_remove(own);
        self.open(&commit, closed)
    }

    /// Commits what was decided and opens its answer; `None` when the row has to be loaded again.
    pub(super) async fn settle(
        &mut self,
        transition: OrgTransition<T>,
    ) -> Result<Option<T>, Error> {
        let (commit, closed) = transition.into_commit(self.mfa.commit_id()?);
        self.concerns = match commit.row() {
            OrgRow::Organization(_) => None,
            OrgRow::Membership(member) => Some(member.subject().clone()),
        };
        self.unanswered = true;
        let reply = self.store.commit(&commit).await;
        if matches!(reply, Ok(CommitOutcome::Committed)) {
            return Ok(self.open(&commit, closed));
        }
        self.sent.push((commit, closed));
        match reply {
            Err(error) if self.failures >= FAILURES => return Err(error.into()),
            Err(_) => self.failures += 1,
            Ok(_) => self.rounds += 1,
        }
        if self.rounds >= ROUNDS { Err(Error::Contended) } else { Ok(None) }
    }

    fn open(&mut self, commit: &OrgCommit, closed: Closed<T>) -> Option<T> {
        self.unanswered = false;
        self.forget();
        if let Some(notices) = &self.mfa.inner.notices {
            notices.tell(commit.events());
        }
        closed.open(&Receipt::vouch_that_these_are_durable([commit.id()])).ok()
    }

    /// Lets no guard go by what was in force before.
    fn forget(&self) {
        match &self.concerns {
            Some(subject) => self.mfa.inner.guards.forget(subject),
            None => self.mfa.inner.guards.forget_all(),
        }
    }
}

impl OrgAttempt<'_, Membership> {
    /// [Recognizes](Self::recognize) a change to the membership that was just loaded.
    pub(super) fn recognize_in(&mut self, stored: Option<&Membership>) -> Option<Membership> {
        let stored = stored?;
        self.recognize(|commit| stored.recent_commits().contains(&commit))
    }
}

impl<T> Drop for OrgAttempt<'_, T> {
    /// A caller who walked away, or a reply that stayed lost: the policy may have changed, and no
    /// guard may go by what it was before.
    fn drop(&mut self) {
        if self.unanswered {
            self.forget();
        }
    }
}

impl Mfa {
    pub(super) fn org_store(&self) -> Result<&Arc<dyn OrgStore>, Error> {
        self.inner.organizations.as_ref().ok_or(Error::MissingPort("an organization store"))
    }

    /// The organization as it is stored; one without a policy when it is not.
    pub(super) async fn load_organization(&self, org: &OrgId) -> Result<Arc<Organization>, Error> {
        match self.org_store()?.organization(org).await? {
            Some(organization) => Ok(organization),
            None => Ok(Arc::new(Organization::absent(org.clone(), self.first_version()?))),
        }
    }
}
