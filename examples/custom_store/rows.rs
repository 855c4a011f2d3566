//! How policies and memberships are written: as JSON, spelled out field by field.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mfakit::organization::{Exemption, Extension, Membership, OrgId, OrgPolicy, Organization};
use mfakit::store::{CommitId, StoredMembership, Version};
use mfakit::{Required, Subject};
use serde::{Deserialize, Serialize};

use super::Fault;

#[derive(Serialize, Deserialize)]
struct PolicyRow {
    version: u64,
    policy: OrgPolicy,
    recent: Vec<CommitId>,
}

#[derive(Serialize, Deserialize)]
struct ExtensionRow {
    reason: String,
    until: i64,
    granted: i64,
    policy_since: i64,
}

/// Instants are microseconds since 1970, whose order is theirs.
#[derive(Serialize, Deserialize)]
struct MemberRow {
    first_joined: i64,
    left_at: Option<i64>,
    exemption: Option<(String, Required, Option<i64>)>,
    extension: Option<ExtensionRow>,
    version: u64,
    recent: Vec<CommitId>,
}

pub(super) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

fn instant(micros: i64) -> Result<DateTime<Utc>, Fault> {
    Ok(DateTime::from_timestamp_micros(micros).ok_or("an instant out of range")?)
}

pub(super) fn write_policy(row: &Organization) -> Result<String, Fault> {
    let (version, recent) = (row.version().number(), row.recent_commits().to_vec());
    Ok(serde_json::to_string(&PolicyRow { version, policy: *row.policy(), recent })?)
}

pub(super) fn read_policy(org: &OrgId, row: &str) -> Result<Arc<Organization>, Fault> {
    let row: PolicyRow = serde_json::from_str(row)?;
    let version = Version::from_stored(row.version)?;
    Ok(Arc::new(Organization::from_stored(org.clone(), version, row.policy, row.recent)))
}

pub(super) fn write_member(member: &Membership) -> Result<String, Fault> {
    let exemption = member.exemption().map(|e| (e.reason.clone(), e.from, e.until.map(micros)));
    let extension = member.extension().map(|e| ExtensionRow {
        reason: e.reason.clone(),
        until: micros(e.until),
        granted: micros(e.granted),
        policy_since: micros(e.policy_since),
    });
    Ok(serde_json::to_string(&MemberRow {
        first_joined: micros(member.first_joined()),
        left_at: member.left_at().map(micros),
        exemption,
        extension,
        version: member.version().number(),
        recent: member.recent_commits().to_vec(),
    })?)
}

pub(super) fn read_member(org: &str, subject: &str, row: &str) -> Result<Arc<Membership>, Fault> {
    let row: MemberRow = serde_json::from_str(row)?;
    let exemption = |(reason, from, until): (String, Required, Option<i64>)| {
        Ok::<_, Fault>(Exemption { reason, from, until: until.map(instant).transpose()? })
    };
    let extension = |row: ExtensionRow| {
        let (until, granted) = (instant(row.until)?, instant(row.granted)?);
        let policy_since = instant(row.policy_since)?;
        Ok::<_, Fault>(Extension { reason: row.reason, until, granted, policy_since })
    };
    Ok(Arc::new(Membership::from_stored(StoredMembership {
        org: OrgId::new(org)?,
        subject: Subject::new(subject)?,
        first_joined: instant(row.first_joined)?,
        left_at: row.left_at.map(instant).transpose()?,
        exemption: row.exemption.map(exemption).transpose()?,
        extension: row.extension.map(extension).transpose()?,
        version: Version::from_stored(row.version)?,
        recent: row.recent,
    })))
}
