//! The administrators' overview.

use chrono::{DateTime, Utc};
use mfakit::organization::{OrgId, RosterCounts, RosterQuery};
use mfakit::store::{OrgStore, RosterRows, StoreError};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Row, Sqlite};

use super::SqliteStore;
use crate::account_row::unsigned;
use crate::cause::store_error;
use crate::org_row::roster_row;
use crate::roster::{self, Statement, Value};

impl SqliteStore {
    pub(super) async fn page(&self, query: &RosterQuery) -> Result<RosterRows, StoreError> {
        let Some(statement) = roster::page(query, self.sql.member()) else {
            return Ok(RosterRows::default());
        };
        let rows = self.bound(&statement).fetch_all(&self.pool).await.map_err(store_error)?;
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
        let row = self.bound(&statement).fetch_one(&self.pool).await.map_err(store_error)?;
        counts(&row, policy.since().is_some())
    }

    fn bound<'q>(&self, statement: &'q Statement) -> Query<'q, Sqlite, SqliteArguments> {
        let query = sqlx::query(self.sql.text(&statement.sql));
        statement.values.iter().fold(query, |query, value| match value {
            Value::Number(number) => query.bind(*number),
            Value::Text(text) => query.bind(text.as_str()),
        })
    }
}

fn counts(row: &SqliteRow, required: bool) -> Result<RosterCounts, StoreError> {
    let maybe = |column: &'static str| {
        let count: Option<i64> = row.try_get(column).map_err(store_error)?;
        count.map(|count| unsigned(column, count)).transpose()
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
