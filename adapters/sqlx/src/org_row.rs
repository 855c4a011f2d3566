//! Organizations and memberships as rows.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mfakit::organization::{
    Affiliation, Exemption, Extension, Membership, OrgId, OrgPolicy, Organization,
};
use mfakit::store::{CommitId, RosterRow, StoreError, StoredMembership, Version};
use mfakit::{Required, Strength, Subject};

use crate::account_row::unsigned;
use crate::cause::Cause;
use crate::columns::Columns;

/// What is read of a membership, in any table or view that holds some.
pub(crate) const MEMBER: &str = "m.org, m.subject, m.version, m.first_joined, m.left_at, \
     m.exemption_reason, CAST(m.exemption_from AS bigint) AS exemption_from, m.exemption_until, \
     m.extension_reason, m.extension_until, m.extension_granted, m.extension_since, m.recent, \
     CAST(m.strength AS bigint) AS strength, m.last_signed_in";

/// The same of a view of the host's, which has no commits of ours.
pub(crate) const HOSTS_MEMBER: &str = "m.org, m.subject, CAST(1 AS bigint) AS version, m.first_joined, m.left_at, \
     m.exemption_reason, CAST(m.exemption_from AS bigint) AS exemption_from, m.exemption_until, \
     m.extension_reason, m.extension_until, m.extension_granted, m.extension_since, \
     CAST(NULL AS bytea) AS recent, CAST(m.strength AS bigint) AS strength, m.last_signed_in";

pub(crate) fn policy_json(policy: &OrgPolicy) -> Result<String, StoreError> {
    serde_json::to_string(policy).map_err(StoreError::unreadable)
}

/// Reads the row of an organization.
pub(crate) fn organization(
    org: &OrgId,
    row: &impl Columns,
) -> Result<Arc<Organization>, StoreError> {
    let (version, policy) = (row.number("version")?, row.text("policy")?);
    with_policy(org, version, &policy, &row.bytes("recent")?)
}

fn with_policy(
    org: &OrgId,
    version: i64,
    policy: &str,
    recent: &[u8],
) -> Result<Arc<Organization>, StoreError> {
    let policy = serde_json::from_str(policy)
        .map_err(|_| Cause::corrupt("policy", "no policy that this release knows"))?;
    let (version, recent) = (version_of(version)?, commits(recent)?);
    Ok(Arc::new(Organization::from_stored(org.clone(), version, policy, recent)))
}

/// Reads a membership with the organization that it is in. Without a row of its own, the organization
/// never had a policy.
pub(crate) fn affiliation(row: &impl Columns) -> Result<Affiliation, StoreError> {
    let membership = roster_row(row)?.membership;
    let organization = match row.maybe_number("org_version")? {
        None => without_policy(membership.org()),
        Some(version) => {
            let (policy, recent) = (row.text("policy")?, row.bytes("org_recent")?);
            with_policy(membership.org(), version, &policy, &recent)?
        }
    };
    Ok(Affiliation { organization, membership })
}

/// An organization that never had a policy. Nobody commits this one: its version is never compared.
fn without_policy(org: &OrgId) -> Arc<Organization> {
    Arc::new(Organization::absent(org.clone(), Version::first([0; 8])))
}

fn version_of(number: i64) -> Result<Version, StoreError> {
    let number = unsigned("version", number)?;
    Version::from_stored(number).map_err(|why| Cause::corrupt("version", why).into())
}

/// Commit ids one behind the other.
pub(crate) fn bytes_of(commits: &[CommitId]) -> Vec<u8> {
    commits.iter().flat_map(|commit| *commit.as_bytes()).collect()
}

fn commits(bytes: &[u8]) -> Result<Vec<CommitId>, StoreError> {
    let (ids, rest) = bytes.as_chunks::<16>();
    if !rest.is_empty() {
        return Err(Cause::corrupt("recent", "not a multiple of 16 bytes").into());
    }
    Ok(ids.iter().map(|id| CommitId::from_random(*id)).collect())
}

fn instant(column: &str, micros: i64) -> Result<DateTime<Utc>, StoreError> {
    let read = DateTime::from_timestamp_micros(micros);
    read.ok_or_else(|| Cause::corrupt(column, "no instant").into())
}

/// A strength's rank as a column holds it.
fn rank(column: &str, number: Option<i64>) -> Result<u8, Cause> {
    let rank = number.and_then(|number| u8::try_from(number).ok());
    rank.ok_or_else(|| Cause::corrupt(column, "no rank of a strength, 0 to 255"))
}

/// Reads the columns of [`MEMBER`].
pub(crate) fn roster_row(row: &impl Columns) -> Result<RosterRow, StoreError> {
    let maybe = |column: &'static str| {
        row.maybe_number(column)?.map(|micros| instant(column, micros)).transpose()
    };
    let needed = |column: &'static str| {
        maybe(column)?.ok_or_else(|| StoreError::from(Cause::corrupt(column, "missing")))
    };
    let exemption = match row.maybe_text("exemption_reason")? {
        Some(reason) => {
            let from = rank("exemption_from", row.maybe_number("exemption_from")?)?;
            let from =
                Required::from_rank(from).map_err(|why| Cause::corrupt("exemption_from", why))?;
            Some(Exemption { reason, from, until: maybe("exemption_until")? })
        }
        None => None,
    };
    let extension = match row.maybe_text("extension_reason")? {
        Some(reason) => {
            let (until, granted) = (needed("extension_until")?, needed("extension_granted")?);
            let policy_since = needed("extension_since")?;
            Some(Extension { reason, until, granted, policy_since })
        }
        None => None,
    };
    let recent = row.maybe_bytes("recent")?.unwrap_or_default();
    let membership = Membership::from_stored(StoredMembership {
        org: OrgId::new(row.text("org")?).map_err(|why| Cause::corrupt("org", why))?,
        subject: Subject::new(row.text("subject")?)
            .map_err(|why| Cause::corrupt("subject", why))?,
        first_joined: needed("first_joined")?,
        left_at: maybe("left_at")?,
        exemption,
        extension,
        version: version_of(row.number("version")?)?,
        recent: commits(&recent)?,
    });
    Ok(RosterRow {
        membership: Arc::new(membership),
        strength: Strength::reached_by(rank("strength", row.maybe_number("strength")?)?),
        last_signed_in: maybe("last_signed_in")?,
    })
}
