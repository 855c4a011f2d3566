//! What administrators see: the overview, a forecast, and reminders that fall due.

use chrono::{DateTime, TimeDelta, Utc};

use super::Mfa;
use crate::domain::{
    Forecast, OrgId, Organization, ProposedPolicy, Refusal, Reminder, ReminderSchedule,
    RosterCounts, RosterCursor, RosterFilter, RosterPage, Strength, Subject,
};
use crate::error::Error;

impl Mfa {
    /// How many members an organization has, of each kind.
    ///
    /// Reading the overview wants no step-up; whether somebody may is the host's to say.
    ///
    /// # Errors
    /// [`Error::MissingPort`] without an organization store; [`Error::Store`].
    pub async fn overview(&self, org: &OrgId) -> Result<RosterCounts, Error> {
        in_span!(overview(org), async {
            Ok(self.ports().org_store()?.counts(org, self.context()?.now()).await?)
        })
        .await
    }

    /// A page of an organization's members, 1 to 1,000, behind the text of an earlier page's
    /// cursor.
    ///
    /// # Errors
    /// [`OrgRefusal::CursorGarbled`](crate::organization::OrgRefusal::CursorGarbled),
    /// [`OrgRefusal::CursorForeign`](crate::organization::OrgRefusal::CursorForeign),
    /// [`OrgRefusal::CursorOutdated`](crate::organization::OrgRefusal::CursorOutdated); [`Refusal::Invalid`] when
    /// the limit is out of bounds; [`Error::MissingPort`]; [`Error::Store`].
    pub async fn roster(
        &self,
        org: &OrgId,
        filter: RosterFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<RosterPage, Error> {
        in_span!(roster(org), async {
            let organization = match self.ports().org_store()?.organization(org).await? {
                Some(stored) => stored,
                None => std::sync::Arc::new(Organization::absent(
                    org.clone(),
                    crate::domain::Version::first([0; 8]),
                )),
            };
            let after = after.map(str::parse::<RosterCursor>).transpose().map_err(Refusal::from)?;
            let query =
                organization.roster_query(filter, after.as_ref(), limit, self.context()?)?;
            let rows = self.ports().org_store()?.roster(&query).await?;
            Ok(organization.roster_page(&query, rows))
        })
        .await
    }

    /// Says what a proposal would do to the members if it were set now, and to the actor. Who signed
    /// in within `recently` counts as active.
    ///
    /// It reads every member of whose strength something would be asked once, page by page.
    ///
    /// # Errors
    /// [`Error::MissingPort`] without an organization store; [`Error::Store`].
    pub async fn forecast(
        &self,
        org: &OrgId,
        proposed: ProposedPolicy,
        actor: &Subject,
        recently: TimeDelta,
    ) -> Result<Forecast, Error> {
        in_span!(forecast(org), async {
            let store = self.ports().org_store()?;
            let organization = self.load_organization(org).await?;
            let context = self.context()?;
            let forecasting = organization.forecast(proposed, actor, recently, context.now());
            let mut forecasting = forecasting.map_err(Refusal::from)?;
            let counts = store.counts(org, context.now()).await?;
            if let Some(row) = store.roster_row(org, actor).await? {
                forecasting.actor(&row);
            }
            for strength in std::iter::once(None).chain(Strength::ALL.map(Some)) {
                if !forecasting.asks(strength) {
                    forecasting.unaffected(strength, counts.of(strength));
                    continue;
                }
                let (filter, limit) = (RosterFilter::of(strength), Organization::MAX_PAGE);
                let mut query = Some(organization.roster_query(filter, None, limit, context)?);
                while let Some(asked) = query {
                    let page = store.roster(&asked).await?;
                    page.rows.iter().for_each(|row| forecasting.add(row));
                    query = asked.following(&page);
                }
            }
            Ok(forecasting.finish())
        })
        .await
    }

    /// Tells `each` of every reminder of an organization that falls due after one instant and not
    /// after the other. Call it with spans that adjoin, as long or short as suits: whatever falls
    /// due comes once. Keep the end of the last span that was sent through, and let it lie a minute
    /// in the past: a change of policy is dated when it is decided, and is read once it is committed.
    ///
    /// # Errors
    /// [`Error::MissingPort`] without an organization store; [`Error::Store`], and then repeat the
    /// span and drop the reminders that were sent already.
    pub async fn reminders(
        &self,
        org: &OrgId,
        schedule: &ReminderSchedule,
        span: (DateTime<Utc>, DateTime<Utc>),
        mut each: impl FnMut(Reminder) + Send,
    ) -> Result<(), Error> {
        in_span!(reminders(org), async {
            let store = self.ports().org_store()?;
            let organization = self.load_organization(org).await?;
            for range in schedule.due(&organization, span.0, span.1) {
                let mut query = Some(range.query().clone());
                while let Some(asked) = query {
                    let page = store.roster(&asked).await?;
                    page.rows.iter().filter_map(|row| range.reminder(row)).for_each(&mut each);
                    query = asked.following(&page);
                }
            }
            Ok(())
        })
        .await
    }
}
