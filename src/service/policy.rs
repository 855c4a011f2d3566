//! Changing what an organization asks.

use std::sync::Arc;

use super::Mfa;
use super::attempt::Attempt;
use super::rows::PolicyOf;
use crate::domain::{
    Acknowledgement, Actor, Assurance, OrgAuthority, OrgId, Organization, PolicyChange,
    ProposedPolicy, RosterCounts,
};
use crate::error::Error;

/// A change of policy, and what it changed for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PolicyChanged {
    /// The change.
    pub change: PolicyChange,
    /// How the members stood right before it.
    pub before: RosterCounts,
    /// How they stood right after it; `None` when the store could not say any more. The change
    /// stands all the same.
    pub after: Option<RosterCounts>,
}

impl Mfa {
    /// What an organization asks of its members, and under which version: for a page that shows the
    /// policy and lets an administrator change it, see
    /// [`having_seen`](OrgAuthority::having_seen).
    ///
    /// # Errors
    /// [`Error::MissingPort`] without an organization store; [`Error::Store`].
    pub async fn organization(&self, org: &OrgId) -> Result<Arc<Organization>, Error> {
        self.load_organization(org).await
    }

    /// Sets what an organization asks of its members: requires a strength, changes the terms, or
    /// requires it no longer, as is proposed. See [`Organization::set_policy`].
    ///
    /// # Errors
    /// As there; [`Error::Contended`] when others kept changing the policy.
    pub async fn set_policy(
        &self,
        actor: &Assurance,
        authority: &OrgAuthority,
        proposed: ProposedPolicy,
        acknowledged: Option<Acknowledgement>,
    ) -> Result<PolicyChanged, Error> {
        let org = authority.over();
        in_span!(set_policy(org), async {
            let attempt = Attempt::load(self, PolicyOf(org)).await?;
            let (store, now) = (self.ports().org_store()?, attempt.context()?.now());
            let (change, before) = attempt
                .run(|organization, context| async move {
                    let account = self.load(actor.subject()).await?;
                    let actor = Actor::new(&account, actor, authority);
                    let decided =
                        organization.set_policy(actor, proposed, acknowledged, context)?;
                    let before = store.counts(org, now).await?;
                    Ok(decided.map(|change| (change, before)).into())
                })
                .await?;
            let after = store.counts(org, now).await.ok();
            Ok(PolicyChanged { change, before, after })
        })
        .await
    }
}
