//! Changing what an organization asks.

use std::sync::Arc;

use super::Mfa;
use super::org_attempt::OrgAttempt;
use crate::domain::{
    Acknowledgement, Actor, Assurance, Context, OrgAuthority, OrgId, OrgTransition, Organization,
    PolicyChange, PolicyTerms, Refusal, RosterCounts,
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

    /// Makes MFA required from now on. See [`Organization::make_required`].
    ///
    /// # Errors
    /// As there; [`Error::Contended`] when others kept changing the policy.
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(org = %authority.over()), err(level = "debug")))]
    pub async fn make_required(
        &self,
        actor: &Assurance,
        authority: &OrgAuthority,
        terms: PolicyTerms,
        acknowledged: Option<Acknowledgement>,
    ) -> Result<PolicyChanged, Error> {
        let decide = |organization: &Organization, actor: Actor<'_>, context: Context<'_>| {
            organization.make_required(actor, terms, acknowledged, context)
        };
        self.change_policy(actor, authority, decide).await
    }

    /// Changes the period or the scope. See [`Organization::change_terms`].
    ///
    /// # Errors
    /// As there; [`Error::Contended`] when others kept changing the policy.
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(org = %authority.over()), err(level = "debug")))]
    pub async fn change_terms(
        &self,
        actor: &Assurance,
        authority: &OrgAuthority,
        terms: PolicyTerms,
    ) -> Result<PolicyChanged, Error> {
        let decide = |organization: &Organization, actor: Actor<'_>, context: Context<'_>| {
            organization.change_terms(actor, terms, context)
        };
        self.change_policy(actor, authority, decide).await
    }

    /// Makes MFA voluntary. See [`Organization::make_voluntary`].
    ///
    /// # Errors
    /// As there; [`Error::Contended`] when others kept changing the policy.
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(org = %authority.over()), err(level = "debug")))]
    pub async fn make_voluntary(
        &self,
        actor: &Assurance,
        authority: &OrgAuthority,
    ) -> Result<PolicyChanged, Error> {
        let decide = |organization: &Organization, actor: Actor<'_>, context: Context<'_>| {
            organization.make_voluntary(actor, context)
        };
        self.change_policy(actor, authority, decide).await
    }

    async fn change_policy<F>(
        &self,
        session: &Assurance,
        authority: &OrgAuthority,
        decide: F,
    ) -> Result<PolicyChanged, Error>
    where
        F: Fn(
            &Organization,
            Actor<'_>,
            Context<'_>,
        ) -> Result<OrgTransition<PolicyChange>, Refusal>,
    {
        let store = Arc::clone(self.org_store()?);
        let org = authority.over();
        let mut attempt = OrgAttempt::begin(self)?;
        let now = attempt.context()?.now();
        // Counted before each commit, so before the one that ends the loop.
        let mut before = RosterCounts::default();
        let change = loop {
            let loaded = attempt.sit_out(self.load_organization(org).await)?;
            let Some(organization) = loaded else { continue };
            let known = |commit| organization.recent_commits().contains(&commit);
            if let Some(change) = attempt.recognize(known) {
                break change;
            }
            let account = self.load(session.subject()).await?;
            let actor = Actor::new(&account, session, authority);
            let decided = decide(&organization, actor, attempt.context()?)?;
            before = store.counts(org, now).await?;
            if let Some(change) = attempt.settle(decided).await? {
                break change;
            }
        };
        let after = store.counts(org, now).await.ok();
        Ok(PolicyChanged { change, before, after })
    }
}
