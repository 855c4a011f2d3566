//! What a user may reach, as far as the organizations' policies go.

use chrono::{DateTime, Utc};

use super::Mfa;
use crate::domain::{
    Access, Account, Affiliation, OrgId, Refusal, Strength, Subject, check_may_weaken,
};
use crate::error::Error;
use crate::ports::{CurrentStamps, PolicyRevision};

impl Mfa {
    /// Decides whether a user may go on, or has to set MFA up first.
    ///
    /// Ask on every guarded request, in the API as well as in the page, or keep the answer for at
    /// most as long as [`Access::until`] says and [`stamps`](Self::stamps) stay the same: read
    /// those *before* asking. Behind the wall, leave signing out, re-authenticating, verifying the
    /// e-mail address, the profile page and the setup open.
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

    /// Decides whether a user may reach one organization's resources.
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

    /// Refuses to leave an account weaker than it is and than an organization asks for. What a
    /// policy asked for before without getting it is no reason to refuse.
    pub(super) async fn check_may_weaken(
        &self,
        account: &Account,
        left: Option<Strength>,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        if left >= account.strength() {
            return Ok(());
        }
        let affiliations = self.affiliations(account.subject()).await?;
        Ok(check_may_weaken(&affiliations, left, now).map_err(Refusal::from)?)
    }

    /// What the user belongs to; nothing where organizations are not kept at all.
    pub(super) async fn affiliations(&self, subject: &Subject) -> Result<Vec<Affiliation>, Error> {
        match &self.ports().organizations {
            Some(store) => Ok(store.affiliations(subject).await?),
            None => Ok(Vec::new()),
        }
    }
}
