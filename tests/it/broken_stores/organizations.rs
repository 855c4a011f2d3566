//! An organization store that is right but for one thing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mfakit::Subject;
use mfakit::domain::Stamp;
use mfakit::organization::{
    Affiliation, Membership, OrgId, OrgPolicy, Organization, RosterCounts, RosterQuery,
};
use mfakit::store::{
    CommitOutcome, CurrentStamps, OrgCommit, OrgRow, OrgStore, PolicyRevision, RosterRow,
    RosterRows, Stamps, StoreError, Version,
};

use super::org_wrong::OrgWrong;
use super::store::{Store, give_way};

/// Where a membership lies: organization and subject, as this store spells them.
type Place = (String, String);

pub(crate) struct Offices {
    pub(super) wrong: OrgWrong,
    yields: bool,
    pub(super) accounts: Store,
    pub(super) rows: Arc<Mutex<OrgRows>>,
    /// Of this handle alone.
    cache: Mutex<BTreeMap<Place, Arc<Organization>>>,
}

#[derive(Default)]
pub(super) struct OrgRows {
    pub(super) policies: BTreeMap<String, Arc<Organization>>,
    pub(super) members: BTreeMap<Place, Arc<Membership>>,
    /// The policy that was there when somebody joined.
    pub(super) met: BTreeMap<Place, OrgPolicy>,
    /// Who had MFA when the membership was written.
    pub(super) had_mfa: BTreeSet<Place>,
    /// Who had MFA before the membership was written, at which version of the account.
    pub(super) early_mfa: BTreeMap<Place, (bool, Option<Version>)>,
    /// The policy before the membership was written, at which version of the policy.
    pub(super) early_policy: BTreeMap<Place, (OrgPolicy, Option<Version>)>,
    /// What a refused commit left on a list.
    extra: u64,
    sequence: u64,
    general: u64,
    changed: BTreeMap<String, u64>,
    first_asked: BTreeMap<String, PolicyRevision>,
    erased: BTreeMap<String, Stamp>,
}

impl Offices {
    pub(crate) fn new(wrong: OrgWrong, yields: bool, accounts: Store) -> Self {
        let (rows, cache) = (Arc::default(), Mutex::default());
        Self { wrong, yields, accounts, rows, cache }
    }

    /// Another handle on the same rows.
    pub(crate) fn other(&self) -> Self {
        let accounts = self.accounts.clone();
        let (wrong, yields, rows) = (self.wrong, self.yields, Arc::clone(&self.rows));
        Self { wrong, yields, accounts, rows, cache: Mutex::default() }
    }

    fn is(&self, wrong: OrgWrong) -> bool {
        self.wrong == wrong
    }

    async fn give_way(&self) {
        if self.yields {
            give_way().await;
        }
    }

    pub(super) fn org(&self, org: &OrgId) -> String {
        match self.wrong {
            OrgWrong::FoldsCaseOfOrganizations => org.as_str().to_lowercase(),
            OrgWrong::TrimsOrganizations => org.as_str().trim().to_owned(),
            _ => org.as_str().to_owned(),
        }
    }

    pub(super) fn user(&self, subject: &Subject) -> String {
        match self.wrong {
            OrgWrong::FoldsCaseOfMembers => subject.as_str().to_lowercase(),
            OrgWrong::DropsAccentsOfMembers => subject.as_str().replace('\u{301}', ""),
            _ => subject.as_str().to_owned(),
        }
    }

    pub(super) fn place(&self, org: &OrgId, subject: &Subject) -> Place {
        (self.org(org), self.user(subject))
    }

    fn stored_version(&self, rows: &OrgRows, row: &OrgRow) -> Option<Version> {
        match row {
            OrgRow::Organization(row) => {
                rows.policies.get(&self.org(row.id())).map(|o| o.version())
            }
            OrgRow::Membership(row) => {
                rows.members.get(&self.place(row.org(), row.subject())).map(|m| m.version())
            }
        }
    }

    fn agrees(&self, rows: &OrgRows, commit: &OrgCommit) -> bool {
        use OrgWrong::*;
        let policy = matches!(commit.row(), OrgRow::Organization(_));
        let stored = self.stored_version(rows, commit.row());
        let expected = commit.expected();
        let tolerant = match self.wrong {
            ComparesNoPolicy => policy,
            ComparesNoMembership => !policy,
            CreatesPoliciesTwice => policy && expected.is_none(),
            CreatesMembershipsTwice => !policy && expected.is_none(),
            CreatesPoliciesOnUpdate => policy && stored.is_none(),
            CreatesMembershipsOnUpdate => !policy && stored.is_none(),
            TakesNewerPolicies => policy && stored.is_some() && expected > stored,
            TakesNewerMemberships => !policy && stored.is_some() && expected > stored,
            RepeatsPolicyCommits => policy && self.remembers(rows, commit),
            RepeatsMembershipCommits => !policy && self.remembers(rows, commit),
            _ => false,
        };
        tolerant || stored == expected
    }

    fn remembers(&self, rows: &OrgRows, commit: &OrgCommit) -> bool {
        let recent = match commit.row() {
            OrgRow::Organization(row) => {
                rows.policies.get(&self.org(row.id())).map(|row| row.recent_commits())
            }
            OrgRow::Membership(row) => {
                let place = self.place(row.org(), row.subject());
                rows.members.get(&place).map(|row| row.recent_commits())
            }
        };
        recent.is_some_and(|recent| recent.contains(&commit.id()))
    }

    fn write(&self, rows: &mut OrgRows, row: &OrgRow) {
        rows.sequence += 1;
        match row {
            OrgRow::Organization(row) => {
                let row = self.wrong.spoil_policy(row);
                if !self.is(OrgWrong::RevisesNoPolicy) {
                    rows.general = rows.sequence;
                }
                rows.policies.insert(self.org(row.id()), row);
            }
            OrgRow::Membership(row) => {
                let row = self.wrong.spoil_membership(row);
                let place = self.place(row.org(), row.subject());
                let is_new = !rows.members.contains_key(&place);
                if is_new || !self.is(OrgWrong::RevisesJoiningOnly) {
                    rows.changed.insert(place.1.clone(), rows.sequence);
                }
                let met = rows.policies.get(&place.0).map(|row| *row.policy());
                rows.met.entry(place.clone()).or_insert(met.unwrap_or_default());
                if self.accounts.enabled(row.subject()) {
                    rows.had_mfa.insert(place.clone());
                }
                if !row.is_member() && self.is(OrgWrong::DeletesWhatIsLeft) {
                    rows.members.remove(&place);
                } else {
                    rows.members.insert(place, row);
                }
            }
        }
    }

    fn refuse(&self, commit: &OrgCommit) {
        let mut rows = self.rows.lock().unwrap();
        match (self.wrong, commit.row()) {
            (OrgWrong::StoresRefusedPolicies, OrgRow::Organization(_)) => {
                self.write(&mut rows, commit.row());
            }
            (OrgWrong::CountsRefusedPolicies, OrgRow::Organization(_)) => {
                rows.sequence += 1;
                rows.general = rows.sequence;
            }
            (OrgWrong::LogsRefusedMemberships, OrgRow::Membership(_)) => {
                self.accounts.append(commit.events(), None);
            }
            (OrgWrong::ListsRefusedMemberships, OrgRow::Membership(_)) => rows.extra += 1,
            _ => {}
        }
    }

    fn affiliation(&self, rows: &OrgRows, member: &Arc<Membership>) -> Option<Affiliation> {
        let stored = rows.policies.get(&self.org(member.org())).cloned();
        let absent = || Organization::absent(member.org().clone(), Version::first([0; 8]));
        let organization = match self.wrong {
            OrgWrong::AffiliatesWhereThereIsAPolicy => stored?,
            OrgWrong::AffiliatesUnderThePolicyOfJoining => {
                let met = rows.met.get(&self.place(member.org(), member.subject())).copied();
                let (id, version) = (member.org().clone(), Version::first([1; 8]));
                let met = met.unwrap_or_default();
                Arc::new(Organization::from_stored(id, version, met, Vec::new()))
            }
            _ => stored.unwrap_or_else(|| Arc::new(absent())),
        };
        Some(Affiliation { organization, membership: Arc::clone(member) })
    }

    fn all_of(&self, rows: &OrgRows, subject: &Subject) -> Vec<Arc<Membership>> {
        let user = self.user(subject);
        let all = rows.members.iter().filter(|((_, of), _)| *of == user);
        all.map(|(_, member)| Arc::clone(member)).collect()
    }

    fn revision_of(&self, rows: &OrgRows, subject: &Subject) -> PolicyRevision {
        let own = rows.changed.get(&self.user(subject)).copied().unwrap_or_default();
        PolicyRevision::from_stored(match self.wrong {
            OrgWrong::RevisesTheFirstOrganization => {
                let first = self.all_of(rows, subject).first().cloned();
                let policy = first.and_then(|m| rows.policies.get(&self.org(m.org())).cloned());
                own ^ policy.map_or(0, |policy| policy.version().number() << 8)
            }
            _ => own.max(rows.general),
        })
    }
}

#[async_trait]
impl OrgStore for Offices {
    async fn organization(&self, org: &OrgId) -> Result<Option<Arc<Organization>>, StoreError> {
        self.give_way().await;
        let stored = self.rows.lock().unwrap().policies.get(&self.org(org)).cloned();
        if self.is(OrgWrong::InventsPolicies) && stored.is_none() {
            let first = Version::first([1; 8]);
            return Ok(Some(Arc::new(Organization::absent(org.clone(), first))));
        }
        if self.is(OrgWrong::CachesPerHandle)
            && let Some(stored) = stored
        {
            let place = (self.org(org), String::new());
            let mut cache = self.cache.lock().unwrap();
            return Ok(Some(Arc::clone(cache.entry(place).or_insert(stored))));
        }
        Ok(stored)
    }

    async fn membership(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<Arc<Membership>>, StoreError> {
        self.give_way().await;
        Ok(self.rows.lock().unwrap().members.get(&self.place(org, subject)).cloned())
    }

    async fn memberships(&self, subject: &Subject) -> Result<Vec<Arc<Membership>>, StoreError> {
        self.give_way().await;
        let mut all = self.all_of(&self.rows.lock().unwrap(), subject);
        if self.is(OrgWrong::ListsNoLeftMemberships) {
            all.retain(|member| member.is_member());
        }
        Ok(all)
    }

    async fn affiliations(&self, subject: &Subject) -> Result<Vec<Affiliation>, StoreError> {
        self.give_way().await;
        let rows = self.rows.lock().unwrap();
        let mut all = self.all_of(&rows, subject);
        all.retain(|member| member.is_member() || self.is(OrgWrong::AffiliatesWhoLeft));
        if self.is(OrgWrong::AffiliatesAThousand) {
            all.truncate(1_000);
        }
        Ok(all.iter().filter_map(|member| self.affiliation(&rows, member)).collect())
    }

    async fn revision(&self, subject: &Subject) -> Result<PolicyRevision, StoreError> {
        self.give_way().await;
        Ok(self.revision_of(&self.rows.lock().unwrap(), subject))
    }

    async fn commit(&self, commit: &OrgCommit) -> Result<CommitOutcome, StoreError> {
        use OrgWrong::*;
        self.give_way().await;
        let policy = matches!(commit.row(), OrgRow::Organization(_));
        let mut agrees = self.agrees(&self.rows.lock().unwrap(), commit);
        let (racy, halves) = match self.wrong {
            ComparesPoliciesAndThenSets => (policy, false),
            ComparesMembershipsAndThenSets => (!policy, false),
            ComparesCreationsAndThenSets => (commit.expected().is_none(), false),
            StoresPoliciesHalf => (false, policy),
            StoresMembershipsHalf => (false, !policy),
            _ => (false, false),
        };
        if racy {
            self.give_way().await;
        } else {
            agrees = self.agrees(&self.rows.lock().unwrap(), commit);
        }
        if !agrees {
            self.refuse(commit);
            return Ok(CommitOutcome::Conflict);
        }
        let early = self.note(commit.row());
        if matches!(self.wrong, ReadsMfaBeforeItWaits | ReadsThePolicyBeforeItWaits) {
            self.give_way().await;
        }
        self.write(&mut self.rows.lock().unwrap(), commit.row());
        self.write_early(commit.row(), early);
        if let OrgRow::Organization(row) = commit.row() {
            let place = (self.org(row.id()), String::new());
            self.cache.lock().unwrap().insert(place, Arc::clone(row));
        }
        if halves {
            self.give_way().await;
        }
        match self.wrong {
            LosesEvents => {}
            LogsAhead => self.accounts.append(commit.events(), Some(0)),
            _ => self.accounts.append(commit.events(), None),
        }
        Ok(CommitOutcome::Committed)
    }

    async fn roster(&self, query: &RosterQuery) -> Result<RosterRows, StoreError> {
        self.give_way().await;
        Ok(self.page(query, &self.accounts))
    }

    async fn roster_row(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<RosterRow>, StoreError> {
        self.give_way().await;
        Ok(self.one_row(org, subject, &self.accounts))
    }

    async fn counts(&self, org: &OrgId, now: DateTime<Utc>) -> Result<RosterCounts, StoreError> {
        self.give_way().await;
        let extra = self.rows.lock().unwrap().extra;
        let counts = self.counted(org, now, &self.accounts);
        Ok(RosterCounts { members: counts.members + extra, ..counts })
    }

    async fn forget(&self, subject: &Subject) -> Result<u64, StoreError> {
        self.give_way().await;
        let mut rows = self.rows.lock().unwrap();
        let mut all = self.all_of(&rows, subject);
        if self.is(OrgWrong::ForgetsOnlyWhatIsCurrent) {
            all.retain(|member| member.is_member());
        }
        for member in &all {
            let place = self.place(member.org(), subject);
            if self.is(OrgWrong::ForgetsTheWholeOrganization) {
                rows.members.retain(|(org, _), _| *org != place.0);
            }
            rows.members.remove(&place);
            rows.had_mfa.remove(&place);
        }
        rows.changed.remove(&self.user(subject));
        if !self.is(OrgWrong::RevisesBackwardsWhenForgotten) {
            rows.sequence += 1;
            rows.general = rows.sequence;
        }
        Ok(if self.is(OrgWrong::ForgetsWithoutCounting) { 0 } else { all.len() as u64 })
    }
}

#[async_trait]
impl Stamps for Offices {
    async fn stamps(&self, subject: &Subject) -> Result<CurrentStamps, StoreError> {
        self.give_way().await;
        let mut rows = self.rows.lock().unwrap();
        let now = self.revision_of(&rows, subject);
        let first = *rows.first_asked.entry(self.user(subject)).or_insert(now);
        let policies = if self.is(OrgWrong::StampsOldPolicies) { first } else { now };
        let account = self.accounts.account(subject);
        let stamp = account.as_ref().map(|account| match self.wrong {
            OrgWrong::StampsTheVersion => Stamp::from_stored(account.version().number()),
            _ => account.stamp(),
        });
        let stamp = match (self.wrong, stamp) {
            (OrgWrong::StampsTheErased, Some(stamp)) => {
                rows.erased.insert(self.user(subject), stamp);
                stamp
            }
            (OrgWrong::StampsTheErased, None) => {
                rows.erased.get(&self.user(subject)).copied().unwrap_or_default()
            }
            (_, stamp) => stamp.unwrap_or_default(),
        };
        Ok(CurrentStamps { account: stamp, policies })
    }
}
