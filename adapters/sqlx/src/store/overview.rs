//! The administrators' overview.

use chrono::{DateTime, Utc};
use mfakit::Strength;
use mfakit::organization::{OrgId, OrgPolicy, RosterCounts, RosterQuery};
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
        let rows = self.base.rows(&self.text(&statement), &statement.values).await?;
        counts(&rows, &policy)
    }

    fn text(&self, statement: &Statement) -> Text {
        self.base.sql.text(&statement.sql)
    }
}

/// Adds up the rows of the counts, one for each strength.
fn counts(rows: &[impl Columns], policy: &OrgPolicy) -> Result<RosterCounts, StoreError> {
    let mut counts = RosterCounts::default();
    for (row, strength) in rows.iter().zip(std::iter::once(None).chain(Strength::ALL.map(Some))) {
        let maybe = |column: &'static str| {
            row.maybe_number(column)?.map(|count| unsigned(column, count)).transpose()
        };
        let number = |column: &'static str| Ok::<_, StoreError>(maybe(column)?.unwrap_or_default());
        let (plain, personal, exempt) = (number("plain")?, number("personal")?, number("exempt")?);
        let all = plain + personal;
        counts.members += all;
        match strength {
            Some(Strength::Standard) => counts.standard += all,
            Some(Strength::PhishingResistant) => counts.phishing_resistant += all,
            _ => {}
        }
        counts.exempt += exempt;
        if policy.owed(strength).next().is_some() {
            let over = plain.saturating_sub(maybe("running")?.unwrap_or(plain));
            let lapsed = over + number("late")?;
            counts.lapsed += lapsed;
            counts.in_grace += all.saturating_sub(exempt).saturating_sub(lapsed);
        }
    }
    Ok(counts)
}
