//! The overview of a store that is right but for one thing: a plain walk over the members.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::domain::Account;
use mfakit::organization::{
    Exemption, Extension, Membership, OrgId, OrgPolicy, OrgRequirement, Organization, PolicyScope,
    RosterCounts, RosterFilter, RosterQuery,
};
use mfakit::store::{Format, OrgRow, RosterRow, RosterRows, StoredAccount, StoredMembership};
use mfakit::{Strength, Subject};

use super::org_wrong::OrgWrong;
use super::organizations::Offices;
use super::store::Store;

impl OrgWrong {
    /// What a store holds that is wrong about policies.
    pub(super) fn spoil_policy(self, row: &Arc<Organization>) -> Arc<Organization> {
        let (recent, mut policy) = (row.recent_commits(), *row.policy());
        let mut recent = recent.to_vec();
        let mut requirements: Vec<OrgRequirement> = policy.requirements().copied().collect();
        for OrgRequirement { since, changed, terms, .. } in &mut requirements {
            match self {
                Self::KeepsWholeSeconds => *since = cut(*since, 1_000_000),
                Self::ForgetsWhenTermsChanged => *changed = *since,
                Self::ForgetsTheScope => terms.scope = PolicyScope::default(),
                _ => {}
            }
        }
        match self {
            Self::KeepsOneRequirement => requirements.truncate(1),
            Self::ForgetsUnknownStrengths => requirements.retain(|r| r.required.known().is_some()),
            _ => {}
        }
        policy = OrgPolicy::of(requirements).unwrap();
        if self == Self::RemembersOneCommit {
            recent.drain(..recent.len().saturating_sub(1));
        }
        Arc::new(Organization::from_stored(row.id().clone(), row.version(), policy, recent))
    }

    /// What a store holds that is wrong about memberships.
    pub(super) fn spoil_membership(self, row: &Arc<Membership>) -> Arc<Membership> {
        let mut row = StoredMembership {
            org: row.org().clone(),
            subject: row.subject().clone(),
            first_joined: row.first_joined(),
            left_at: row.left_at(),
            exemption: row.exemption().cloned(),
            extension: row.extension().cloned(),
            version: row.version(),
            recent: row.recent_commits().to_vec(),
        };
        match (self, &mut row.exemption, &mut row.extension) {
            (Self::KeepsMilliseconds, ..) => row.first_joined = cut(row.first_joined, 1_000),
            (Self::CutsReasons, Some(Exemption { reason, .. }), _) => {
                *reason = reason.chars().take(80).collect();
            }
            (Self::KeepsExemptionsForGood, Some(exemption), _) => exemption.until = None,
            (Self::ExemptsFromEverything, Some(exemption), _) => {
                exemption.from = Strength::Standard.into();
            }
            (Self::ForgetsWhenAnExtensionWasGranted, _, Some(Extension { until, granted, .. })) => {
                *granted = *until;
            }
            _ => {}
        }
        Arc::new(Membership::from_stored(row))
    }
}

/// The rank of an account's strongest factor, as its stored form has it.
fn rank(account: &Account) -> u8 {
    let stored = serde_json::to_value(StoredAccount::new(account, Format::V1)).unwrap();
    let factors = stored["factors"].as_array().cloned().unwrap_or_default();
    let ranks = factors.iter().filter_map(|factor| factor["strength"].as_u64());
    ranks.max().unwrap_or_default().try_into().unwrap()
}

fn cut(at: DateTime<Utc>, to: i64) -> DateTime<Utc> {
    let micros = at.timestamp_micros();
    DateTime::from_timestamp_micros(micros - micros.rem_euclid(to)).unwrap_or(at)
}

impl Offices {
    fn policy(&self, org: &OrgId) -> OrgPolicy {
        let rows = self.rows.lock().unwrap();
        rows.policies.get(&self.org(org)).map(|row| *row.policy()).unwrap_or_default()
    }

    fn row(&self, member: &Arc<Membership>, accounts: &Store) -> RosterRow {
        let place = self.place(member.org(), member.subject());
        let rows = self.rows.lock().unwrap();
        let first = || rows.members.keys().find(|(_, user)| *user == place.1);
        let (had, has) = (rows.had_mfa.contains(&place), accounts.enabled(member.subject()));
        let has = match self.wrong {
            OrgWrong::KnowsMfaFromJoining => had,
            OrgWrong::KnowsMfaOfOneOrganization => {
                if first() == Some(&place) {
                    has
                } else {
                    had
                }
            }
            OrgWrong::ReadsMfaBeforeItWaits => {
                let now = accounts.account(member.subject()).map(|account| account.version());
                let early = rows.early_mfa.get(&place).filter(|(_, version)| *version == now);
                early.map_or(has, |(early, _)| *early)
            }
            OrgWrong::KnowsMfaOfErasedAccounts => {
                has || accounts.account(member.subject()).is_none()
            }
            _ => has,
        };
        let account = accounts.account(member.subject());
        let is = account.as_ref().and_then(|account| account.strength());
        // Where the account does not say it any more, what was noted of it was an app.
        let noted = has.then(|| is.unwrap_or(Strength::Standard));
        let strength = match self.wrong {
            OrgWrong::TakesAppsForKeys => has.then_some(Strength::PhishingResistant),
            OrgWrong::ClampsStrengths => is.map(|is| is.min(Strength::Standard)),
            OrgWrong::KnowsOnlyWhetherThereIsAFactor => has.then_some(Strength::Standard),
            OrgWrong::ForgetsRanksItDoesNotKnow => {
                account.as_ref().and_then(|account| Strength::from_rank(rank(account)))
            }
            OrgWrong::KnowsMfaFromJoining
            | OrgWrong::KnowsMfaOfOneOrganization
            | OrgWrong::ReadsMfaBeforeItWaits
            | OrgWrong::KnowsMfaOfErasedAccounts => noted,
            _ => is,
        };
        RosterRow { membership: Arc::clone(member), strength, last_signed_in: None }
    }

    fn members(&self, org: &OrgId, accounts: &Store) -> Vec<RosterRow> {
        let name = self.org(org);
        let rows = self.rows.lock().unwrap();
        let of = rows.members.iter().filter(|((org, _), _)| *org == name);
        let of: Vec<Arc<Membership>> = of.map(|(_, member)| Arc::clone(member)).collect();
        drop(rows);
        let listed =
            |member: &&Arc<Membership>| member.is_member() || self.wrong == OrgWrong::ListsWhoLeft;
        of.iter().filter(listed).map(|member| self.row(member, accounts)).collect()
    }

    /// Whether a list has the row, by this store's lights.
    fn admits(
        &self,
        filter: RosterFilter,
        row: &RosterRow,
        policy: &OrgPolicy,
        now: DateTime<Utc>,
    ) -> bool {
        match self.wrong {
            OrgWrong::ListsWhoLeft if !row.membership.is_member() => {
                filter == RosterFilter::WithoutMfa
            }
            OrgWrong::LapsesAMicrosecondLate => {
                filter.admits(row, policy, now - TimeDelta::microseconds(1))
            }
            OrgWrong::HonorsOldExtensions => filter.admits(&honored(row, policy), policy, now),
            // As if there were nothing to ask of them.
            OrgWrong::NeverWallsWhoHasMfa => match filter {
                RosterFilter::InGrace | RosterFilter::Lapsed | RosterFilter::Exempt => {
                    row.strength.is_none() && filter.admits(row, policy, now)
                }
                _ => filter.admits(row, policy, now),
            },
            OrgWrong::HoldsToTheWeakestRequirement => {
                let weakest = OrgPolicy::of(policy.requirements().take(1).copied()).unwrap();
                filter.admits(row, &weakest, now)
            }
            // Written down when the membership was: before any of them has ended.
            OrgWrong::JudgesExemptionsAtWriting => {
                let written = row.membership.exemption().is_some();
                match filter {
                    RosterFilter::Exempt => written && row.exempting(policy).is_some(),
                    RosterFilter::InGrace | RosterFilter::Lapsed => {
                        !written && filter.admits(row, policy, now)
                    }
                    _ => filter.admits(row, policy, now),
                }
            }
            _ => filter.admits(row, policy, now),
        }
    }

    pub(super) fn page(&self, query: &RosterQuery, accounts: &Store) -> RosterRows {
        use OrgWrong::*;
        let mut rows = self.members(query.org(), accounts);
        let policy = self.policy(query.org());
        rows.retain(|row| self.admits(query.filter(), row, &policy, query.now()));
        if let Some((lo, hi)) = query.walled_within().filter(|_| self.wrong != IgnoresRanges) {
            let from = |at| lo < at || self.wrong == ReadsRangesFromTheirStart && lo == at;
            rows.retain(|row| row.key(&policy).walled_from.is_some_and(|at| from(at) && at <= hi));
        }
        let met = |row: &RosterRow| {
            let place = self.place(row.membership.org(), row.membership.subject());
            self.rows.lock().unwrap().met.get(&place).copied().unwrap_or_default()
        };
        let early = |row: &RosterRow| {
            let place = self.place(row.membership.org(), row.membership.subject());
            let rows = self.rows.lock().unwrap();
            let now = rows.policies.get(&place.0).map(|row| row.version());
            let early = rows.early_policy.get(&place).filter(|(_, version)| *version == now);
            early.map_or(policy, |(early, _)| *early)
        };
        let place = |row: &RosterRow| {
            let key = match self.wrong {
                ReadsThePolicyBeforeItWaits => row.key(&early(row)),
                KeepsTheOrderOfAnOldPolicy => row.key(&met(row)),
                HonorsOldExtensions => honored(row, &policy).key(&policy),
                SortsWhoHasMfaBySubject if row.strength.is_some() => row.key(&OrgPolicy::VOLUNTARY),
                _ => row.key(&policy),
            };
            let walled = key.walled_from.filter(|_| self.wrong != SortsBySubject);
            (walled.is_none(), walled, key.subject)
        };
        rows.sort_by_cached_key(place);
        if self.wrong == ListsAThousand {
            rows.truncate(1_000);
        }
        if let Some(after) = query.after() {
            let walled = after.walled_from.filter(|_| self.wrong != SortsBySubject);
            let after = (walled.is_none(), walled, after.subject.clone());
            match self.wrong {
                RepeatsTheLast => rows.retain(|row| place(row) >= after),
                StartsOverWhenTheCursorIsGone => {
                    let found = rows.iter().position(|row| place(row) == after);
                    rows.drain(..found.map_or(0, |found| found + 1));
                }
                _ => rows.retain(|row| place(row) > after),
            }
        }
        let mut more = rows.len() > query.limit();
        if self.wrong == IgnoresTheLimit {
            more = false;
        } else {
            rows.truncate(query.limit());
        }
        RosterRows { rows, more: more && self.wrong != SaysNoMore }
    }

    pub(super) fn one_row(
        &self,
        org: &OrgId,
        subject: &Subject,
        accounts: &Store,
    ) -> Option<RosterRow> {
        let (place, user) = (self.place(org, subject), self.user(subject));
        let rows = self.rows.lock().unwrap();
        let anywhere = || rows.members.iter().find(|((_, of), _)| *of == user).map(|(_, m)| m);
        let member = match self.wrong {
            OrgWrong::ShowsTheRowOfAnotherOrganization => anywhere(),
            _ => rows.members.get(&place),
        };
        let member = member.cloned();
        drop(rows);
        let shown = self.wrong == OrgWrong::ShowsTheRowOfWhoLeft;
        let member = member.filter(|member| member.is_member() || shown)?;
        Some(self.row(&member, accounts))
    }

    pub(super) fn counted(
        &self,
        org: &OrgId,
        now: DateTime<Utc>,
        accounts: &Store,
    ) -> RosterCounts {
        let (rows, policy) = (self.members(org, accounts), self.policy(org));
        let count = |filter| {
            rows.iter().filter(|row| self.admits(filter, row, &policy, now)).count() as u64
        };
        let with = |strength| count(RosterFilter::With(strength));
        let (lapsed, exempt) = (count(RosterFilter::Lapsed), count(RosterFilter::Exempt));
        let confused = self.wrong == OrgWrong::CountsTheExemptAsLapsed;
        RosterCounts {
            members: rows.len() as u64,
            standard: with(Strength::Standard),
            phishing_resistant: with(Strength::PhishingResistant),
            in_grace: count(RosterFilter::InGrace),
            lapsed: if confused { lapsed + exempt } else { lapsed },
            exempt,
        }
    }
}

impl Offices {
    /// What a membership's place on the overview follows from, as it is now.
    pub(super) fn note(&self, row: &OrgRow) -> Option<(bool, OrgPolicy)> {
        let OrgRow::Membership(row) = row else { return None };
        let rows = self.rows.lock().unwrap();
        let policy = rows.policies.get(&self.org(row.org())).map(|row| *row.policy());
        Some((self.accounts.enabled(row.subject()), policy.unwrap_or_default()))
    }

    /// Keeps it with the version that it is wrongly taken for.
    pub(super) fn write_early(&self, row: &OrgRow, early: Option<(bool, OrgPolicy)>) {
        let (OrgRow::Membership(row), Some((mfa, policy))) = (row, early) else { return };
        let mut rows = self.rows.lock().unwrap();
        let place = self.place(row.org(), row.subject());
        let account = self.accounts.account(row.subject()).map(|account| account.version());
        rows.early_mfa.insert(place.clone(), (mfa, account));
        let version = rows.policies.get(&place.0).map(|row| row.version());
        rows.early_policy.insert(place, (policy, version));
    }
}

/// The same row as if its extension had been granted under today's policy.
fn honored(row: &RosterRow, policy: &OrgPolicy) -> RosterRow {
    let member = &row.membership;
    let since = policy.requirements().next().map(|requirement| requirement.since);
    let since = since.unwrap_or(DateTime::<Utc>::MAX_UTC);
    let extension = member.extension().map(|e| Extension { policy_since: since, ..e.clone() });
    let row_of = StoredMembership {
        org: member.org().clone(),
        subject: member.subject().clone(),
        first_joined: member.first_joined(),
        left_at: member.left_at(),
        exemption: member.exemption().cloned(),
        extension,
        version: member.version(),
        recent: Vec::new(),
    };
    RosterRow { membership: Arc::new(Membership::from_stored(row_of)), ..row.clone() }
}
