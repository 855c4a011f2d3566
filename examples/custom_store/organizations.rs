//! Policies, memberships and the administrators' overview of the store in `custom_store.rs`.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mfakit::organization::{
    Affiliation, Membership, OrgId, OrgPolicy, Organization, RosterCounts, RosterFilter,
    RosterQuery,
};
use mfakit::store::{
    AccountStore, CommitOutcome, CurrentStamps, OrgCommit, OrgRow, OrgStore, PolicyRevision,
    RosterRow, RosterRows, Stamps, StoreError, Version,
};
use mfakit::{Strength, Subject};
use redb::{ReadableTable, TableDefinition, WriteTransaction};

use super::rows::{self, micros};
use super::{ACCOUNTS, Fault, NUMBERS, RedbStore, account, append, next};

/// Organization → its policy.
const POLICIES: TableDefinition<&str, &str> = TableDefinition::new("policies");
/// (subject, organization) → the membership, so that one user's are side by side.
const MEMBERS: TableDefinition<(&str, &str), &str> = TableDefinition::new("members");
/// (organization, strength, walled from, subject) → the end of an exemption: every current member in
/// the order of the overview, for each strength by itself. The strength is written in the transaction
/// of the account's commit, and all of it again when the policy changes.
const ROSTER: TableDefinition<(&str, u8, i64, &str), Option<i64>> = TableDefinition::new("roster");
/// Subject → the number of the last change of one of the user's memberships.
const CHANGED: TableDefinition<&str, u64> = TableDefinition::new("changed");

/// Behind every instant there is: those who are never walled, or exempt without end.
const NEVER: i64 = i64::MAX;

pub(super) fn open_tables(tx: &WriteTransaction) -> Result<(), Fault> {
    tx.open_table(POLICIES)?;
    tx.open_table(MEMBERS)?;
    tx.open_table(ROSTER)?;
    tx.open_table(CHANGED)?;
    Ok(())
}

/// The policy, in a snapshot or in a transaction that writes.
fn organization(
    policies: &impl ReadableTable<&'static str, &'static str>,
    org: &OrgId,
) -> Result<Option<Arc<Organization>>, Fault> {
    let Some(row) = policies.get(org.as_str())? else { return Ok(None) };
    Ok(Some(rows::read_policy(org, row.value())?))
}

fn policy(
    policies: &impl ReadableTable<&'static str, &'static str>,
    org: &OrgId,
) -> Result<OrgPolicy, Fault> {
    Ok(organization(policies, org)?.map(|stored| *stored.policy()).unwrap_or_default())
}

fn member(
    members: &impl ReadableTable<(&'static str, &'static str), &'static str>,
    org: &str,
    subject: &str,
) -> Result<Option<Arc<Membership>>, Fault> {
    let row = members.get((subject, org))?;
    row.map(|row| rows::read_member(org, subject, row.value())).transpose()
}

/// Every membership of a user, also those that were left.
fn members_of(
    members: &impl ReadableTable<(&'static str, &'static str), &'static str>,
    subject: &str,
) -> Result<Vec<Arc<Membership>>, Fault> {
    let mut all = Vec::new();
    for entry in members.range((subject, "")..)? {
        let (key, row) = entry?;
        let (of, org) = key.value();
        if of != subject {
            break;
        }
        all.push(rows::read_member(org, of, row.value())?);
    }
    Ok(all)
}

fn row_of(membership: Arc<Membership>, strength: Option<Strength>) -> RosterRow {
    RosterRow { membership, strength, last_signed_in: None }
}

/// Every strength that an account can have.
fn strengths() -> impl Iterator<Item = Option<Strength>> {
    std::iter::once(None).chain(Strength::ALL.map(Some))
}

fn rank(strength: Option<Strength>) -> u8 {
    strength.map_or(0, Strength::rank)
}

/// Takes a member off the overview, or puts one on it.
fn list(
    tx: &WriteTransaction,
    member: &Membership,
    policy: &OrgPolicy,
    strength: Option<Strength>,
    on: bool,
) -> Result<(), Fault> {
    let row = row_of(Arc::new(member.clone()), strength);
    let walled = row.key(policy).walled_from.map_or(NEVER, micros);
    let place = (member.org().as_str(), rank(strength), walled, member.subject().as_str());
    let mut roster = tx.open_table(ROSTER)?;
    if on && member.is_member() {
        let ends = row.exempting(policy).map(|exemption| exemption.until.map_or(NEVER, micros));
        roster.insert(place, ends)?;
    } else {
        roster.remove(place)?;
    }
    Ok(())
}

/// Follows an account that became stronger or weaker, into every overview it is in.
pub(super) fn follow(
    tx: &WriteTransaction,
    subject: &str,
    from: Option<Strength>,
    to: Option<Strength>,
) -> Result<(), Fault> {
    let policies = tx.open_table(POLICIES)?;
    for member in members_of(&tx.open_table(MEMBERS)?, subject)? {
        let policy = policy(&policies, member.org())?;
        list(tx, &member, &policy, from, false)?;
        list(tx, &member, &policy, to, true)?;
    }
    Ok(())
}

/// Gives a change the next number: that of one user, or the common one.
fn number(tx: &WriteTransaction, subject: Option<&str>) -> Result<(), Fault> {
    let number = next(tx, "revision")?;
    let (mut changed, mut numbers) = (tx.open_table(CHANGED)?, tx.open_table(NUMBERS)?);
    match subject {
        Some(subject) => changed.insert(subject, number)?,
        None => numbers.insert("revision of all", number)?,
    };
    Ok(())
}

fn put_policy(
    tx: &WriteTransaction,
    expected: Option<Version>,
    row: &Organization,
) -> Result<CommitOutcome, Fault> {
    let mut policies = tx.open_table(POLICIES)?;
    let stored = organization(&policies, row.id())?;
    if stored.as_ref().map(|stored| stored.version()) != expected {
        return Ok(CommitOutcome::Conflict);
    }
    policies.insert(row.id().as_str(), &*rows::write_policy(row)?)?;
    number(tx, None)?;
    // The order of the overview follows the policy.
    let before = stored.map(|stored| *stored.policy()).unwrap_or_default();
    let mut listed = Vec::new();
    for entry in tx.open_table(ROSTER)?.range((row.id().as_str(), 0, i64::MIN, "")..)? {
        let (key, _) = entry?;
        let (of, rank, _, subject) = key.value();
        if of != row.id().as_str() {
            break;
        }
        listed.push((Strength::from_rank(rank), subject.to_owned()));
    }
    let members = tx.open_table(MEMBERS)?;
    for (strength, subject) in listed {
        let member = member(&members, row.id().as_str(), &subject)?.ok_or("a lost member")?;
        list(tx, &member, &before, strength, false)?;
        list(tx, &member, row.policy(), strength, true)?;
    }
    Ok(CommitOutcome::Committed)
}

fn put_member(
    tx: &WriteTransaction,
    expected: Option<Version>,
    row: &Membership,
) -> Result<CommitOutcome, Fault> {
    let (org, subject) = (row.org().as_str(), row.subject().as_str());
    let mut members = tx.open_table(MEMBERS)?;
    let stored = member(&members, org, subject)?;
    if stored.as_ref().map(|stored| stored.version()) != expected {
        return Ok(CommitOutcome::Conflict);
    }
    members.insert((subject, org), &*rows::write_member(row)?)?;
    number(tx, Some(subject))?;
    let policy = policy(&tx.open_table(POLICIES)?, row.org())?;
    let account = tx.open_table(ACCOUNTS)?.get(subject)?.map(|row| account(row.value()));
    let strength = account.transpose()?.and_then(|account| account.strength());
    if let Some(stored) = stored {
        list(tx, &stored, &policy, strength, false)?;
    }
    list(tx, row, &policy, strength, true)?;
    Ok(CommitOutcome::Committed)
}

#[async_trait]
impl OrgStore for RedbStore {
    async fn organization(&self, org: &OrgId) -> Result<Option<Arc<Organization>>, StoreError> {
        self.read(|tx| organization(&tx.open_table(POLICIES)?, org))
    }

    async fn membership(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<Arc<Membership>>, StoreError> {
        self.read(|tx| member(&tx.open_table(MEMBERS)?, org.as_str(), subject.as_str()))
    }

    async fn memberships(&self, subject: &Subject) -> Result<Vec<Arc<Membership>>, StoreError> {
        self.read(|tx| members_of(&tx.open_table(MEMBERS)?, subject.as_str()))
    }

    async fn affiliations(&self, subject: &Subject) -> Result<Vec<Affiliation>, StoreError> {
        self.read(|tx| {
            let (members, policies) = (tx.open_table(MEMBERS)?, tx.open_table(POLICIES)?);
            let all = members_of(&members, subject.as_str())?.into_iter();
            let current = all.filter(|membership| membership.is_member());
            let affiliation = |membership: Arc<Membership>| {
                // Nobody commits this one: its version is never compared.
                let absent =
                    || Organization::absent(membership.org().clone(), Version::first([0; 8]));
                let stored = organization(&policies, membership.org())?;
                let organization = stored.unwrap_or_else(|| Arc::new(absent()));
                Ok(Affiliation { organization, membership })
            };
            current.map(affiliation).collect()
        })
    }

    async fn revision(&self, subject: &Subject) -> Result<PolicyRevision, StoreError> {
        Ok(self.stamps(subject).await?.policies)
    }

    async fn commit(&self, commit: &OrgCommit) -> Result<CommitOutcome, StoreError> {
        self.write(|tx| {
            let outcome = match commit.row() {
                OrgRow::Organization(row) => put_policy(tx, commit.expected(), row)?,
                OrgRow::Membership(row) => put_member(tx, commit.expected(), row)?,
            };
            if outcome == CommitOutcome::Committed {
                append(tx, commit.events())?;
            }
            Ok(outcome)
        })
    }

    async fn roster(&self, query: &RosterQuery) -> Result<RosterRows, StoreError> {
        self.read(|tx| {
            let (org, now) = (query.org().as_str(), query.now());
            let policy = policy(&tx.open_table(POLICIES)?, query.org())?;
            let (mut from, mut to) = match query.walled_within() {
                Some((after, until)) => (micros(after) + 1, micros(until)),
                None => (i64::MIN, NEVER),
            };
            // Where a member is walled says all about lapse and grace; exemptions are asked for.
            match query.filter() {
                RosterFilter::Lapsed => to = to.min(micros(now)),
                RosterFilter::InGrace => from = from.max(micros(now) + 1),
                _ => {}
            }
            let behind = query.after().map_or((i64::MIN, ""), |key| {
                (key.walled_from.map_or(NEVER, micros), key.subject.as_str())
            });
            let start = behind.max((from, ""));
            let members = tx.open_table(MEMBERS)?;
            let mut rows = Vec::new();
            // A page of each strength that the list can hold, and the first of all of them.
            for strength in strengths() {
                let other = match query.filter() {
                    RosterFilter::WithoutMfa => strength.is_some(),
                    RosterFilter::With(of) => strength != Some(of),
                    _ => false,
                };
                if other {
                    continue;
                }
                let (rank, mut found) = (rank(strength), 0);
                for entry in tx.open_table(ROSTER)?.range((org, rank, start.0, start.1)..)? {
                    let (key, _) = entry?;
                    let (of, on, walled, subject) = key.value();
                    if (of, on) != (org, rank) || walled > to || found > query.limit() {
                        break;
                    }
                    let membership = member(&members, org, subject)?.ok_or("a lost member")?;
                    let row = row_of(membership, strength);
                    if (walled, subject) != behind && query.filter().admits(&row, &policy, now) {
                        rows.push((walled, subject.to_owned(), row));
                        found += 1;
                    }
                }
            }
            rows.sort_unstable_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
            let mut rows: Vec<RosterRow> = rows.into_iter().map(|(_, _, row)| row).collect();
            let more = rows.len() > query.limit();
            rows.truncate(query.limit());
            Ok(RosterRows { rows, more })
        })
    }

    async fn roster_row(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<RosterRow>, StoreError> {
        let strength = self.load(subject).await?.and_then(|account| account.strength());
        let member = self.membership(org, subject).await?.filter(|member| member.is_member());
        Ok(member.map(|membership| row_of(membership, strength)))
    }

    /// One entry of the index for each member, and none of their rows. Where that is too much, keep
    /// a number for each day instead.
    async fn counts(&self, org: &OrgId, now: DateTime<Utc>) -> Result<RosterCounts, StoreError> {
        self.read(|tx| {
            let policy = policy(&tx.open_table(POLICIES)?, org)?;
            let (mut counts, now) = (RosterCounts::default(), micros(now));
            for entry in tx.open_table(ROSTER)?.range((org.as_str(), 0, i64::MIN, "")..)? {
                let (key, exempt_until) = entry?;
                let (of, rank, walled, _) = key.value();
                if of != org.as_str() {
                    break;
                }
                let strength = Strength::from_rank(rank);
                counts.members += 1;
                match strength {
                    Some(Strength::Standard) => counts.standard += 1,
                    Some(Strength::PhishingResistant) => counts.phishing_resistant += 1,
                    _ => {}
                }
                match exempt_until.value() {
                    Some(until) if now < until => counts.exempt += 1,
                    _ if policy.owed(strength).next().is_none() => {}
                    _ if walled <= now => counts.lapsed += 1,
                    _ => counts.in_grace += 1,
                }
            }
            Ok(counts)
        })
    }

    async fn forget(&self, subject: &Subject) -> Result<u64, StoreError> {
        self.write(|tx| {
            let subject = subject.as_str();
            let (mut members, policies) = (tx.open_table(MEMBERS)?, tx.open_table(POLICIES)?);
            let all = members_of(&members, subject)?;
            for member in &all {
                let policy = policy(&policies, member.org())?;
                for strength in strengths() {
                    list(tx, member, &policy, strength, false)?;
                }
                members.remove((subject, member.org().as_str()))?;
            }
            // The user's own number goes with the user: let the common one stand for it.
            tx.open_table(CHANGED)?.remove(subject)?;
            number(tx, None)?;
            Ok(all.len() as u64)
        })
    }
}

#[async_trait]
impl Stamps for RedbStore {
    async fn stamps(&self, subject: &Subject) -> Result<CurrentStamps, StoreError> {
        self.read(|tx| {
            let row = tx.open_table(ACCOUNTS)?.get(subject.as_str())?;
            let stored = row.map(|row| account(row.value())).transpose()?;
            let own = tx.open_table(CHANGED)?.get(subject.as_str())?;
            let all = tx.open_table(NUMBERS)?.get("revision of all")?;
            let number = |last: Option<redb::AccessGuard<'_, u64>>| last.map_or(0, |l| l.value());
            Ok(CurrentStamps {
                account: stored.map(|account| account.stamp()).unwrap_or_default(),
                policies: PolicyRevision::from_stored(number(own).max(number(all))),
            })
        })
    }
}
