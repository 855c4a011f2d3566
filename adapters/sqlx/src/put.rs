//! A commit as values: what is bound, and in which order.

use chrono::{DateTime, Utc};
use mfakit::Subject;
use mfakit::organization::{Membership, Organization};
use mfakit::store::{Commit, Format, OrgCommit, OrgRow, StoreError};

use crate::account_row::{AccountRow, EventRows, signed};
use crate::cause::Cause;
use crate::org_row::{bytes_of, policy_json};
use crate::query::Value;
use crate::tables::Tables;

/// A change of one row and the events that come with it: both are written, or neither.
#[derive(Debug)]
pub struct Put<'c> {
    pub kind: Kind,
    pub key: Key,
    /// The version that the row has afterwards; `None` when the row goes.
    pub version: Option<i64>,
    /// The values of the kind's statement. The last one of a change is the version that the row must
    /// still have.
    pub row: Vec<Value<'c>>,
    /// The commit's id, which every event carries.
    pub id: String,
    pub events: EventRows,
}

/// The statement that writes the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    MakeAccount,
    ReplaceAccount,
    EraseAccount,
    MakeOrganization,
    ReplaceOrganization,
    MakeMembership,
    ReplaceMembership,
}

/// The row that is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Account(Subject),
    Organization(String),
    Membership { org: String, subject: String },
}

impl<'c> Put<'c> {
    pub(crate) fn account(commit: &'c Commit, format: Format) -> Result<Self, StoreError> {
        let subject = commit.subject();
        let expected = commit.expected().map(|version| signed(version.number())).transpose()?;
        let row = AccountRow::of(commit, format)?;
        let version = row.as_ref().map(|row| row.version);
        let mut values = Vec::with_capacity(7);
        values.push(subject.as_str().into());
        let kind = if let Some(row) = row {
            values.extend([
                row.version.into(),
                row.stamp.into(),
                row.strength.into(),
                row.sealed_under.into(),
                row.document.into(),
            ]);
            values.extend(expected.map(Value::Number));
            if expected.is_some() { Kind::ReplaceAccount } else { Kind::MakeAccount }
        } else {
            values.push(expected.into());
            Kind::EraseAccount
        };
        Ok(Self {
            kind,
            key: Key::Account(subject.clone()),
            version,
            row: values,
            id: commit.id().to_string(),
            events: EventRows::of(commit.events())?,
        })
    }

    /// A membership is refused where the host keeps them.
    pub(crate) fn organization(commit: &'c OrgCommit, tables: &Tables) -> Result<Self, StoreError> {
        let expected = commit.expected().map(|version| signed(version.number())).transpose()?;
        let make = expected.is_none();
        let (kind, key, version, mut row) = match commit.row() {
            OrgRow::Organization(row) => {
                let kind = if make { Kind::MakeOrganization } else { Kind::ReplaceOrganization };
                let version = signed(row.version().number())?;
                let key = Key::Organization(row.id().as_str().to_owned());
                (kind, key, version, organization(row, version)?)
            }
            OrgRow::Membership(_) if tables.members().is_some() => {
                return Err(Cause::HostsMemberships.into());
            }
            OrgRow::Membership(row) => {
                let kind = if make { Kind::MakeMembership } else { Kind::ReplaceMembership };
                let version = signed(row.version().number())?;
                let (org, subject) = (row.org().as_str().to_owned(), row.subject().as_str());
                let key = Key::Membership { org, subject: subject.to_owned() };
                (kind, key, version, membership(row, version))
            }
        };
        row.extend(expected.map(Value::Number));
        Ok(Self {
            kind,
            key,
            version: Some(version),
            row,
            id: commit.id().to_string(),
            events: EventRows::of(commit.events())?,
        })
    }
}

fn organization(row: &Organization, version: i64) -> Result<Vec<Value<'_>>, StoreError> {
    let (policy, recent) = (policy_json(row.policy())?, bytes_of(row.recent_commits()));
    Ok(vec![row.id().as_str().into(), version.into(), policy.into(), recent.into()])
}

fn membership(row: &Membership, version: i64) -> Vec<Value<'_>> {
    let micros = |at: DateTime<Utc>| at.timestamp_micros();
    let (exemption, extension) = (row.exemption(), row.extension());
    vec![
        row.org().as_str().into(),
        row.subject().as_str().into(),
        version.into(),
        micros(row.first_joined()).into(),
        row.left_at().map(micros).into(),
        exemption.map(|exemption| exemption.reason.as_str()).into(),
        exemption.map(|exemption| i64::from(exemption.from.rank())).into(),
        exemption.and_then(|exemption| exemption.until).map(micros).into(),
        extension.map(|extension| extension.reason.as_str()).into(),
        extension.map(|extension| micros(extension.until)).into(),
        extension.map(|extension| micros(extension.granted)).into(),
        extension.map(|extension| micros(extension.policy_since)).into(),
        (exemption.is_some() || extension.is_some()).into(),
        bytes_of(row.recent_commits()).into(),
    ]
}
