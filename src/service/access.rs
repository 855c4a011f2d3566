//! What a user may reach, as far as the organizations' policies go.

use super::Mfa;
use super::guard::Admitted;
use crate::domain::{Access, Affiliation, Assurance, OrgId, Refusal, StepUpRule, Subject};
use crate::error::Error;
use crate::ports::{CurrentStamps, PolicyRevision};

impl Mfa {
    /// Guards as [`guard`](Self::guard) does, from what is stored at this moment and never from
    /// memory: by a load of the account and a read of the policies. For what must not be late by
    /// [`recheck`](crate::domain::SettingsBuilder::recheck).
    ///
    /// # Errors
    /// As [`guard`](Self::guard).
    pub async fn guard_now(
        &self,
        session: &Assurance,
        rule: &StepUpRule,
    ) -> Result<Admitted, Error> {
        let subject = session.subject();
        in_span!(guard_now(subject), async {
            let context = self.context()?;
            let account = self.load(subject).await?;
            account.check_session(session, context)?;
            let affiliations = self.affiliations(subject).await?;
            let access = Access::to_account(&affiliations, account.strength(), context.now());
            Ok(Admitted::by(access, rule, session, account.stamp(), context)?)
        })
        .await
    }

    /// Reads what the policies say to a user, whose session or not: for an administrator's page. A
    /// request is guarded by [`guard`](Self::guard), which asks this by itself.
    ///
    /// # Errors
    /// [`Error::MissingPort`] without an organization store; [`Error::Store`], and then let nobody
    /// pass.
    pub async fn access(&self, subject: &Subject) -> Result<Access, Error> {
        in_span!(access(subject), async {
            let store = self.ports().org_store()?;
            let now = self.context()?.now();
            let strength = self.load(subject).await?.strength();
            Ok(Access::to_account(&store.affiliations(subject).await?, strength, now))
        })
        .await
    }

    /// Reads what one organization's policy says to a user: as [`access`](Self::access), for its
    /// resources. A request for them is guarded by [`guard_organization`](Self::guard_organization).
    ///
    /// # Errors
    /// [`OrgRefusal::NotAMember`](crate::organization::OrgRefusal::NotAMember); otherwise as
    /// [`access`](Self::access).
    pub async fn access_organization(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Access, Error> {
        in_span!(access_organization(subject), async {
            let store = self.ports().org_store()?;
            let now = self.context()?.now();
            let strength = self.load(subject).await?.strength();
            let affiliations = store.affiliations(subject).await?;
            let access = Access::to_organization(org, &affiliations, strength, now);
            Ok(access.map_err(Refusal::from)?)
        })
        .await
    }

    /// The numbers by which evidence and access decisions are known to hold still: by one
    /// projected read with a [`Stamps`](crate::store::Stamps) port, by a load and a read without.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn stamps(&self, subject: &Subject) -> Result<CurrentStamps, Error> {
        if let Some(stamps) = &self.ports().stamps {
            return Ok(stamps.stamps(subject).await?);
        }
        let account = self.load(subject).await?.stamp();
        let policies = match &self.ports().organizations {
            Some(store) => store.revision(subject).await?,
            None => PolicyRevision::NONE,
        };
        Ok(CurrentStamps { account, policies })
    }

    /// What the user belongs to; nothing where organizations are not kept at all.
    pub(super) async fn affiliations(&self, subject: &Subject) -> Result<Vec<Affiliation>, Error> {
        match &self.ports().organizations {
            Some(store) => Ok(store.affiliations(subject).await?),
            None => Ok(Vec::new()),
        }
    }
}
