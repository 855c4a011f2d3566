//! The rows that operations change, and how each is loaded and committed.

use std::sync::Arc;

use super::Mfa;
use super::attempt::{Attempt, Change, Row, Step};
use super::guard::Guards;
use crate::domain::{
    Account, Closed, Commit, CommitId, CommitOutcome, Context, Event, Membership, OrgCommit, OrgId,
    OrgTransition, Organization, Refusal, Subject, Transition,
};
use crate::error::Error;

/// One user's account.
pub(super) struct AccountOf<'a>(pub(super) &'a Subject);

impl Row for AccountOf<'_> {
    type Stored = Arc<Account>;

    /// Commits on one account are bounded by its guess budget: more conflicts than these fail
    /// closed.
    const ROUNDS: u32 = 64;

    async fn load(&self, mfa: &Mfa) -> Result<Arc<Account>, Error> {
        mfa.load(self.0).await
    }

    fn remembers(stored: &Arc<Account>, commit: CommitId) -> bool {
        stored.remembers(commit)
    }

    fn forget(&self, guards: &Guards) {
        guards.forget(self.0);
    }
}

/// What one organization asks of its members, which may concern anybody.
pub(super) struct PolicyOf<'a>(pub(super) &'a OrgId);

impl Row for PolicyOf<'_> {
    type Stored = Arc<Organization>;

    const ROUNDS: u32 = ADMINISTRATORS;

    async fn load(&self, mfa: &Mfa) -> Result<Arc<Organization>, Error> {
        mfa.load_organization(self.0).await
    }

    fn remembers(stored: &Arc<Organization>, commit: CommitId) -> bool {
        stored.recent_commits().contains(&commit)
    }

    fn forget(&self, guards: &Guards) {
        guards.forget_all();
    }
}

/// One user's membership, by the organization and the user.
pub(super) struct MembershipOf<'a>(pub(super) &'a OrgId, pub(super) &'a Subject);

impl Row for MembershipOf<'_> {
    type Stored = Option<Arc<Membership>>;

    const ROUNDS: u32 = ADMINISTRATORS;

    async fn load(&self, mfa: &Mfa) -> Result<Option<Arc<Membership>>, Error> {
        Ok(mfa.ports().org_store()?.membership(self.0, self.1).await?)
    }

    fn remembers(stored: &Option<Arc<Membership>>, commit: CommitId) -> bool {
        stored.as_ref().is_some_and(|member| member.recent_commits().contains(&commit))
    }

    fn forget(&self, guards: &Guards) {
        guards.forget(self.1);
    }
}

/// One user's membership, with the policy that a change of it is decided under.
pub(super) struct MemberUnderPolicy<'a>(pub(super) MembershipOf<'a>);

impl<'a> Row for MemberUnderPolicy<'a> {
    type Stored = (Arc<Organization>, Option<Arc<Membership>>);

    const ROUNDS: u32 = ADMINISTRATORS;

    async fn load(&self, mfa: &Mfa) -> Result<Self::Stored, Error> {
        let MembershipOf(org, _) = self.0;
        Ok((mfa.load_organization(org).await?, self.0.load(mfa).await?))
    }

    fn remembers((_, member): &Self::Stored, commit: CommitId) -> bool {
        MembershipOf::remembers(member, commit)
    }

    fn forget(&self, guards: &Guards) {
        self.0.forget(guards);
    }
}

impl<T> Change<T> for Transition<T> {
    type Commit = Commit;

    fn into_commit(self, id: CommitId) -> (Commit, Closed<T>) {
        self.into_commit(id)
    }

    async fn send(mfa: &Mfa, commit: &Commit) -> Result<CommitOutcome, Error> {
        Ok(mfa.ports().store.commit(commit).await?)
    }

    fn events(commit: &Commit) -> &[Event] {
        commit.events()
    }
}

impl<T> Change<T> for OrgTransition<T> {
    type Commit = OrgCommit;

    fn into_commit(self, id: CommitId) -> (OrgCommit, Closed<T>) {
        self.into_commit(id)
    }

    async fn send(mfa: &Mfa, commit: &OrgCommit) -> Result<CommitOutcome, Error> {
        Ok(mfa.ports().org_store()?.commit(commit).await?)
    }

    fn events(commit: &OrgCommit) -> &[Event] {
        commit.events()
    }
}

impl Mfa {
    /// The account as it is stored; one that is absent when it is not.
    pub(super) async fn load(&self, subject: &Subject) -> Result<Arc<Account>, Error> {
        match self.ports().store.load(subject).await? {
            Some(account) => Ok(account),
            None => Ok(Arc::new(Account::absent(subject.clone(), self.first_version()?))),
        }
    }

    /// The organization as it is stored; one without a policy when it is not.
    pub(super) async fn load_organization(&self, org: &OrgId) -> Result<Arc<Organization>, Error> {
        match self.ports().org_store()?.organization(org).await? {
            Some(organization) => Ok(organization),
            None => Ok(Arc::new(Organization::absent(org.clone(), self.first_version()?))),
        }
    }

    /// Begins an operation on an account.
    pub(super) async fn attempt<'m>(
        &'m self,
        subject: &'m Subject,
    ) -> Result<Attempt<'m, AccountOf<'m>>, Error> {
        Attempt::load(self, AccountOf(subject)).await
    }

    /// Changes an account as the domain decides at once.
    pub(super) async fn decide<'m, T, D: Into<Step<T, Transition<T>>>>(
        &'m self,
        subject: &'m Subject,
        mut decide: impl FnMut(&Account, Context<'m>) -> Result<D, Refusal>,
    ) -> Result<T, Error> {
        self.attempt(subject).await?.decide(|account, context| decide(account, context)).await
    }
}

/// How often an operation decides because another administrator committed first.
const ADMINISTRATORS: u32 = 16;
