//! The administrators' overview.

use chrono::{DateTime, Utc};
use mfakit::organization::{OrgId, RosterCounts, RosterQuery};
use mfakit::store::{OrgStore, RosterRows, StoreError};

use super::Store;
use crate::account_row::unsigned;
use crate::columns::Columns;
use crate::dialect::Dialect;
use crate::org_row::roster_row;
use crate::roster::{self, Statement};
use crate::sql::Text;

impl<D: Dialect> Store<D> {
    pub(super) async fn page(&self, query: &RosterQuery) -> Result<RosterRows, StoreError> {
        let Some(statement) = roster::page(query, self.base.sql.member()) else {
            return Ok(RosterRows::default());
        };
        let rows = self.base.rows(&self.text(&statement), &statement.values).await?;
        let more = rows.len() > query.limit();
        let rows: Result<_, StoreError> = rows.iter().take(query.limit()).map(roster_row).collect();
        Ok(RosterRows { rows: rows?, more })
    }

    pub(super) async fn count(
        &self,
        org: &OrgId,
        now: DateTime<Utc>,
    ) -> Result<RosterCounts, StoreError> {
        let organization = self.organization(org).await?;
        let policy = organization.map(|organization| *organization.policy()).unwrap_or_default();
        let statement = roster::counts(org.as_str(), &policy, now);
        let row = self.base.one(&self.text(&statement), &statement.values).await?;
        counts(&row, policy.since().is_some())
    }

    fn text(&self, statement: &Statement) -> Text {
        self.base.sql.text(&statement.sql)
    }
}

fn counts(row: &impl Columns, required: bool) -> Result<RosterCounts, StoreError> {
    let maybe = |column: &'static str| {
        row.maybe_number(column)?.map(|count| unsigned(column, count)).transpose()
    };
    let number = |column: &'static str| Ok::<_, StoreError>(maybe(column)?.unwrap_or_default());
    let (protected, plain, personal) =
        (number("protected")?, number("plain")?, number("personal")?);
    let over = plain.saturating_sub(maybe("running")?.unwrap_or(plain));
    let (exempt, lapsed) = (number("exempt")?, over + number("late")?);
    let lapsed = if required { lapsed } else { 0 };
    let open = (plain + personal).saturating_sub(exempt);
    Ok(RosterCounts {
        members: protected + plain + personal,
        protected,
        in_grace: if required { open.saturating_sub(lapsed) } else { 0 },
        lapsed,
        exempt,
    })
}
