//! Managing factors.

use super::Mfa;
use crate::domain::{Assurance, FactorId, Label, Refusal, SignedIn, check_may_weaken};
use crate::error::Error;

impl Mfa {
    /// Gives a factor another label.
    ///
    /// # Errors
    /// [`Refusal::StepUp`] without evidence as strong as the account within the last ten minutes,
    /// [`Refusal::UnknownFactor`], [`Refusal::LabelTaken`], [`Refusal::Invalid`].
    pub async fn rename_factor(
        &self,
        session: &Assurance,
        factor: FactorId,
        label: &str,
    ) -> Result<(), Error> {
        let subject = session.subject();
        in_span!(rename_factor(subject), async {
            let label = Label::new(label).map_err(Refusal::from)?;
            self.decide(subject, |account, context| {
                account.rename_factor(session, factor, &label, context)
            })
            .await
        })
        .await
    }

    /// Makes a factor the one that is asked for by default.
    ///
    /// # Errors
    /// [`Refusal::StepUp`], [`Refusal::UnknownFactor`].
    pub async fn prefer_factor(&self, session: &Assurance, factor: FactorId) -> Result<(), Error> {
        let subject = session.subject();
        let change = self
            .decide(subject, |account, context| account.prefer_factor(session, factor, context));
        in_span!(prefer_factor(subject), change).await
    }

    /// Removes a factor; removing the last one disables MFA. Keep the returned session; every other
    /// session of the account is void.
    ///
    /// # Errors
    /// [`Refusal::StepUp`], [`Refusal::UnknownFactor`]; for the last one as
    /// [`disable`](Self::disable).
    pub async fn remove_factor(
        &self,
        session: &Assurance,
        factor: FactorId,
    ) -> Result<SignedIn, Error> {
        let subject = session.subject();
        in_span!(remove_factor(subject), async {
            let fresh = self.fresh_stamp()?;
            let attempt = self.attempt(subject).await?;
            attempt
                .run(|account, context| async move {
                    let removed = account.remove_factor(session, factor, fresh, context)?;
                    let (affiliations, now) = (self.affiliations(subject).await?, context.now());
                    check_may_weaken(&affiliations, &account, removed.leaves(), now)
                        .map_err(Refusal::from)?;
                    Ok(removed.map(|proven| proven.signed_in(&affiliations, now)).into())
                })
                .await
        })
        .await
    }

    /// Ends every other session of the account, for somebody who has left one open elsewhere or lost a
    /// device. Keep the returned session: it lives on under its new stamp.
    ///
    /// The others are refused by every sensitive operation at once, and by guards of other processes
    /// within [`recheck`](crate::domain::SettingsBuilder::recheck). End them in the host's own store as
    /// well, where it can.
    ///
    /// # Errors
    /// [`Refusal::StepUp`] without evidence as strong as the account within the last ten minutes; with
    /// MFA off a first factor will do.
    pub async fn sign_out_elsewhere(&self, session: &Assurance) -> Result<SignedIn, Error> {
        let subject = session.subject();
        in_span!(sign_out_elsewhere(subject), async {
            let fresh = self.fresh_stamp()?;
            let attempt = self.attempt(subject).await?;
            attempt
                .run(|account, context| async move {
                    let affiliations = self.affiliations(subject).await?;
                    let alone = account.sign_out_elsewhere(session, fresh, context)?;
                    let now = context.now();
                    Ok(alone.map(|proven| proven.signed_in(&affiliations, now)).into())
                })
                .await
        })
        .await
    }

    /// Switches MFA off. Keep the returned session; every other session of the account is void.
    ///
    /// # Errors
    /// [`Refusal::NotEnabled`], [`Refusal::StepUp`];
    /// [`OrgRefusal::PolicyRequires`](crate::organization::OrgRefusal::PolicyRequires) while an organization asks
    /// for MFA, its grace period included. Policy and account live in two stores, so a policy can
    /// come in between; the next [`access`](Self::access) decision catches that.
    pub async fn disable(&self, session: &Assurance) -> Result<SignedIn, Error> {
        let subject = session.subject();
        in_span!(disable(subject), async {
            let fresh = self.fresh_stamp()?;
            let attempt = self.attempt(subject).await?;
            attempt
                .run(|account, context| async move {
                    let disabled = account.disable(session, fresh, context)?;
                    let (affiliations, now) = (self.affiliations(subject).await?, context.now());
                    check_may_weaken(&affiliations, &account, disabled.leaves(), now)
                        .map_err(Refusal::from)?;
                    Ok(disabled.map(|proven| proven.signed_in(&affiliations, now)).into())
                })
                .await
        })
        .await
    }
}
