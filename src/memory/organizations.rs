//! The embedded store's other half: policies and memberships.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::org_index::OrgIndex;
use super::{MemoryStore, State};
use crate::domain::{
    Affiliation, CommitOutcome, Membership, OrgCommit, OrgId, OrgRow, Organization, RosterCounts,
    RosterQuery, RosterRow, RosterRows, Strength, Subject, Version,
};
use crate::ports::{CurrentStamps, OrgStore, PolicyRevision, Stamps, StoreError};
use crate::sync::lock;

/// Everything about organizations, under the lock of the accounts.
#[derive(Default)]
pub(super) struct Organizations {
    orgs: BTreeMap<OrgId, OrgIndex>,
    people: BTreeMap<Subject, Person>,
    /// The last number that was given to a change.
    sequence: u64,
    /// The number of the last change that may concern anybody.
    general: u64,
}

/// One user across organizations.
#[derive(Default)]
struct Person {
    /// Also of organizations that were left.
    memberships: BTreeMap<OrgId, Arc<Membership>>,
    strength: Option<Strength>,
    last_signed_in: Option<DateTime<Utc>>,
    /// The number of the last change of a membership.
    changed: u64,
}

impl MemoryStore {
    /// Notes that a user signed in, for the overview and the forecast.
    pub fn signed_in(&self, subject: &Subject, at: DateTime<Utc>) {
        if let Some(person) = lock(&self.state).organizations.people.get_mut(subject) {
            person.last_signed_in = person.last_signed_in.max(Some(at));
        }
    }
}

#[async_trait]
impl OrgStore for MemoryStore {
    async fn organization(&self, org: &OrgId) -> Result<Option<Arc<Organization>>, StoreError> {
        let state = lock(&self.state);
        Ok(state.organizations.orgs.get(org).and_then(|index| index.organization.clone()))
    }

    async fn membership(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<Arc<Membership>>, StoreError> {
        let state = lock(&self.state);
        let person = state.organizations.people.get(subject);
        Ok(person.and_then(|person| person.memberships.get(org)).cloned())
    }

    async fn memberships(&self, subject: &Subject) -> Result<Vec<Arc<Membership>>, StoreError> {
        let state = lock(&self.state);
        let person = state.organizations.people.get(subject);
        Ok(person.into_iter().flat_map(|p| p.memberships.values()).cloned().collect())
    }

    async fn affiliations(&self, subject: &Subject) -> Result<Vec<Affiliation>, StoreError> {
        Ok(lock(&self.state).organizations.affiliations(subject))
    }

    async fn revision(&self, subject: &Subject) -> Result<PolicyRevision, StoreError> {
        Ok(lock(&self.state).organizations.revision(subject))
    }

    async fn commit(&self, commit: &OrgCommit) -> Result<CommitOutcome, StoreError> {
        let mut state = lock(&self.state);
        let outcome = match commit.row() {
            OrgRow::Organization(row) => {
                state.organizations.put_organization(commit.expected(), row)
            }
            OrgRow::Membership(row) => state.put_membership(commit.expected(), row),
        };
        if outcome == CommitOutcome::Committed {
            state.events.append(commit.events());
        }
        Ok(outcome)
    }

    async fn roster(&self, query: &RosterQuery) -> Result<RosterRows, StoreError> {
        let mut state = lock(&self.state);
        let organizations = &mut state.organizations;
        let Some(index) = organizations.orgs.get_mut(query.org()) else {
            return Ok(RosterRows::default());
        };
        let mut subjects = index.page(query);
        let more = subjects.len() > query.limit();
        subjects.truncate(query.limit());
        let row = |subject: &Subject| organizations.row(query.org(), subject);
        Ok(RosterRows { rows: subjects.iter().filter_map(row).collect(), more })
    }

    async fn roster_row(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<RosterRow>, StoreError> {
        Ok(lock(&self.state).organizations.row(org, subject))
    }

    async fn counts(&self, org: &OrgId, now: DateTime<Utc>) -> Result<RosterCounts, StoreError> {
        let mut state = lock(&self.state);
        let index = state.organizations.orgs.get_mut(org);
        Ok(index.map(|index| index.counts(now)).unwrap_or_default())
    }

    async fn forget(&self, subject: &Subject) -> Result<u64, StoreError> {
        let mut state = lock(&self.state);
        let organizations = &mut state.organizations;
        let Some(person) = organizations.people.remove(subject) else { return Ok(0) };
        for org in person.memberships.keys() {
            if let Some(index) = organizations.orgs.get_mut(org) {
                index.remove(subject);
            }
        }
        // The user's own number goes with the user: let the common one stand for it.
        organizations.general = organizations.next();
        Ok(super::as_number(person.memberships.len()))
    }
}

#[async_trait]
impl Stamps for MemoryStore {
    async fn stamps(&self, subject: &Subject) -> Result<CurrentStamps, StoreError> {
        let state = lock(&self.state);
        let account = state.accounts.get(subject).map(|account| account.stamp());
        let policies = state.organizations.revision(subject);
        Ok(CurrentStamps { account: account.unwrap_or_default(), policies })
    }
}

impl State {
    fn put_membership(
        &mut self,
        expected: Option<Version>,
        row: &Arc<Membership>,
    ) -> CommitOutcome {
        let strength = self.accounts.get(row.subject()).and_then(|account| account.strength());
        let organizations = &mut self.organizations;
        let stored = organizations.people.get(row.subject());
        let stored = stored.and_then(|person| person.memberships.get(row.org()));
        if stored.map(|membership| membership.version()) != expected {
            return CommitOutcome::Conflict;
        }
        let number = organizations.next();
        let person = organizations.people.entry(row.subject().clone()).or_default();
        person.memberships.insert(row.org().clone(), Arc::clone(row));
        person.changed = number;
        person.strength = strength;
        let index = organizations.orgs.entry(row.org().clone()).or_default();
        index.put(Arc::clone(row), strength);
        CommitOutcome::Committed
    }
}

impl Organizations {
    /// Follows an account's commit that made it stronger or weaker.
    pub(super) fn set_strength(&mut self, subject: &Subject, strength: Option<Strength>) {
        let Some(person) = self.people.get_mut(subject) else { return };
        if person.strength == strength {
            return;
        }
        person.strength = strength;
        for (org, membership) in &person.memberships {
            if let Some(index) = self.orgs.get_mut(org) {
                index.put(Arc::clone(membership), strength);
            }
        }
    }

    fn put_organization(
        &mut self,
        expected: Option<Version>,
        row: &Arc<Organization>,
    ) -> CommitOutcome {
        let stored = self.orgs.get(row.id()).and_then(|index| index.organization.as_ref());
        if stored.map(|organization| organization.version()) != expected {
            return CommitOutcome::Conflict;
        }
        let index = self.orgs.entry(row.id().clone()).or_default();
        index.set_organization(Arc::clone(row));
        self.general = self.next();
        CommitOutcome::Committed
    }

    fn next(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    fn revision(&self, subject: &Subject) -> PolicyRevision {
        let own = self.people.get(subject).map_or(0, |person| person.changed);
        PolicyRevision::from_stored(own.max(self.general))
    }

    fn affiliations(&self, subject: &Subject) -> Vec<Affiliation> {
        let memberships = self.people.get(subject).into_iter().flat_map(|p| &p.memberships);
        let current = memberships.filter(|(_, membership)| membership.is_member());
        current.map(|(org, membership)| self.affiliation(org, membership)).collect()
    }

    fn affiliation(&self, org: &OrgId, membership: &Arc<Membership>) -> Affiliation {
        let organization = self.orgs.get(org).and_then(|index| index.organization.clone());
        // Nobody commits this one: its version is never compared.
        let absent = || Arc::new(Organization::absent(org.clone(), Version::first([0; 8])));
        Affiliation {
            organization: organization.unwrap_or_else(absent),
            membership: Arc::clone(membership),
        }
    }

    fn row(&self, org: &OrgId, subject: &Subject) -> Option<RosterRow> {
        let person = self.people.get(subject)?;
        let membership = person.memberships.get(org).filter(|m| m.is_member())?;
        Some(RosterRow {
            membership: Arc::clone(membership),
            strength: person.strength,
            last_signed_in: person.last_signed_in,
        })
    }
}

#[cfg(test)]
#[path = "organizations_properties.rs"]
mod properties;
#[cfg(test)]
#[path = "organizations_tests.rs"]
mod tests;
