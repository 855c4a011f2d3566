//! Rosters to try a store with, and the plain walk over all members that it is compared with.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{
    Context, Exemption, Extension, Membership, OrgPolicy, OrgRequirement, OrgRow, Organization,
    PolicyScope, Required, RosterCounts, RosterFilter, RosterKey, RosterQuery, RosterRow, Settings,
    StoredMembership, Strength, Subject, Version,
};
use crate::ports::OrgStore;
use crate::testing::conformance::report::{Violation, expect, expect_list};
use crate::testing::conformance::samples::accounts::broken_sample;
use crate::testing::conformance::samples::organizations::{Office, day, plain, terms};
use crate::testing::conformance::steps::organizations::{done, put};

/// Chance that repeats: SplitMix64.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0, below another one that is not 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound.max(1)
    }

    pub(crate) fn one_in(&mut self, number: u64) -> bool {
        self.below(number) == 0
    }

    /// One of a few.
    pub(crate) fn of<T: Copy>(&mut self, few: &[T], otherwise: T) -> T {
        let place = self.below(few.len().try_into().unwrap_or(u64::MAX));
        usize::try_from(place).ok().and_then(|place| few.get(place)).copied().unwrap_or(otherwise)
    }

    /// A day within two months, often the very same instant as another one's, or one next to it.
    pub(crate) fn instant(&mut self) -> DateTime<Utc> {
        let days = i64::try_from(self.below(60)).unwrap_or(0) - 30;
        day(days) + TimeDelta::microseconds(self.of(&[0, 0, 0, 1, -1], 0))
    }

    /// Since when MFA is required: one of few, so that extensions are often of that policy.
    fn since(&mut self) -> DateTime<Utc> {
        day(self.of(&[-20, -10, 0], 0)) + TimeDelta::microseconds(self.of(&[0, 1], 0))
    }

    /// A membership of anybody.
    pub(crate) fn member(&mut self, of: &str, who: &str) -> Result<StoredMembership, Violation> {
        let mut row = plain(of, who, self.instant())?;
        if self.one_in(3) {
            let until = (!self.one_in(4)).then(|| self.instant());
            let from = self.of(&[20, 20, 40, 60], 20);
            let from = Required::from_rank(from).map_err(broken_sample)?;
            row.exemption = Some(Exemption { reason: "on leave".into(), from, until });
        }
        if self.one_in(4) {
            // Often longer than the period itself, or it would say nothing.
            let longer = TimeDelta::days(self.of(&[0, 20, 40, 400], 0));
            let (until, granted) = (self.instant() + longer, self.instant());
            let (reason, policy_since) = ("lost a phone".into(), self.since());
            row.extension = Some(Extension { reason, until, granted, policy_since });
        }
        row.left_at = self.one_in(8).then(|| self.instant());
        Ok(row)
    }

    /// Often one requirement, sometimes more, and now and then one of a newer release.
    fn policy(&mut self) -> Result<OrgPolicy, Violation> {
        if self.one_in(8) {
            return Ok(OrgPolicy::VOLUNTARY);
        }
        let ranks = [&[20_u8] as &[u8], &[20], &[40], &[20, 40], &[20, 40], &[20, 60], &[30, 40]];
        let mut requirements = Vec::new();
        for rank in self.of(&ranks, &[20]) {
            let required = Required::from_rank(*rank).map_err(broken_sample)?;
            let grace = self.of(&[0, 1, 7, 14, 30, 365], 7);
            let scopes = [PolicyScope::OrganizationResources, PolicyScope::WholeAccount];
            let terms = terms(grace, self.of(&scopes, PolicyScope::WholeAccount))?;
            let (since, changed) = (self.since(), self.instant());
            requirements.push(OrgRequirement { required, since, changed, terms });
        }
        OrgPolicy::of(requirements).map_err(broken_sample)
    }
}

/// The ranks of this release, and such as a later one may write: below, between and above them.
pub(crate) const RANKS: [u8; 6] = [20, 40, 1, 30, 60, 255];

/// A rank for one in so many members, each in its turn; 0 for the others.
pub(crate) fn rank_of(number: u32, one_in: u32) -> u8 {
    let turn = usize::try_from(number / one_in.max(1)).unwrap_or_default();
    let rank = RANKS.iter().cycle().nth(turn).filter(|_| number.is_multiple_of(one_in));
    rank.copied().unwrap_or_default()
}

/// One organization as the kit knows it: every row that was stored, and how strong each account is.
pub(crate) struct Known {
    pub(crate) organization: Organization,
    pub(crate) rows: Vec<RosterRow>,
}

impl Known {
    /// Writes an organization with so many members and any policy. `ranks` says of which rank the
    /// account of each is.
    pub(crate) async fn any(
        orgs: &dyn OrgStore,
        office: &mut Office,
        dice: &mut Dice,
        name: &str,
        members: u32,
        ranks: impl Fn(u32) -> u8,
    ) -> Result<Self, Violation> {
        let absent = Organization::absent(
            crate::testing::conformance::samples::organizations::org(name)?,
            Version::first([1; 8]),
        );
        let mut known = Self { organization: absent, rows: Vec::new() };
        // The policy comes before the members, after them or in between, or never.
        let turn = dice.below(u64::from(members) * 5 / 4);
        for number in 0..members {
            if u64::from(number) == turn {
                known.set_policy(orgs, office, dice).await?;
            }
            let row = dice.member(name, &format!("user {number:03}"))?;
            let strength = Strength::reached_by(ranks(number));
            known.join(orgs, office, row, strength).await?;
        }
        Ok(known)
    }

    pub(crate) async fn join(
        &mut self,
        orgs: &dyn OrgStore,
        office: &mut Office,
        row: StoredMembership,
        strength: Option<Strength>,
    ) -> Result<(), Violation> {
        let commit = office.member(row)?;
        done(orgs, &commit).await?;
        if let OrgRow::Membership(membership) = commit.row() {
            self.knows(Arc::clone(membership), strength);
        }
        Ok(())
    }

    /// Takes a row in place of the one that was there.
    pub(crate) fn knows(&mut self, membership: Arc<Membership>, strength: Option<Strength>) {
        self.rows.retain(|row| row.membership.subject() != membership.subject());
        self.rows.push(RosterRow { membership, strength, last_signed_in: None });
    }

    /// Sets any policy, in place of the one that was there.
    pub(crate) async fn set_policy(
        &mut self,
        orgs: &dyn OrgStore,
        office: &mut Office,
        dice: &mut Dice,
    ) -> Result<(), Violation> {
        if self.organization.stored_version().is_none() {
            let first = put(orgs, &office.require(self.organization.id().as_str(), 3)?).await?;
            self.takes(&first)?;
        }
        let policy = dice.policy()?;
        let policy = office.policy(&self.organization, policy)?;
        let row = put(orgs, &policy).await?;
        self.takes(&row)
    }

    /// Takes a policy in place of the one that was there.
    pub(crate) fn takes(&mut self, row: &OrgRow) -> Result<(), Violation> {
        let OrgRow::Organization(row) = row else { return Err(broken_sample("no policy")) };
        self.organization = (**row).clone();
        Ok(())
    }

    /// What a plain walk over all members puts on a list.
    pub(crate) fn walked(&self, filter: RosterFilter, now: DateTime<Utc>) -> Vec<RosterRow> {
        let policy = self.organization.policy();
        let admitted = self.rows.iter().filter(|row| filter.admits(row, policy, now));
        let mut rows: Vec<RosterRow> = admitted.cloned().collect();
        rows.sort_by_key(|row| place(&row.key(policy)));
        rows
    }

    /// What a plain walk over all members counts.
    pub(crate) fn counted(&self, now: DateTime<Utc>) -> RosterCounts {
        let count = |filter| u64::try_from(self.walked(filter, now).len()).unwrap_or(u64::MAX);
        let (standard, phishing_resistant) = (
            count(RosterFilter::With(Strength::Standard)),
            count(RosterFilter::With(Strength::PhishingResistant)),
        );
        RosterCounts {
            members: count(RosterFilter::WithoutMfa) + standard + phishing_resistant,
            standard,
            phishing_resistant,
            in_grace: count(RosterFilter::InGrace),
            lapsed: count(RosterFilter::Lapsed),
            exempt: count(RosterFilter::Exempt),
        }
    }

    /// Times to look at: any, and each side of the instants at which members cross over.
    pub(crate) fn times(&self, dice: &mut Dice) -> Vec<DateTime<Utc>> {
        let mut times = vec![dice.instant(), dice.instant()];
        for _ in 0..3 {
            let row = usize::try_from(dice.below(1 << 20)).unwrap_or(0);
            let Some(row) = self.rows.iter().cycle().nth(row) else { break };
            let policy = self.organization.policy();
            let walls = policy.requirements().filter_map(|one| one.walled_from(&row.membership));
            let ends = row.membership.exemption().and_then(|exemption| exemption.until);
            for at in walls.chain(ends) {
                times.extend([at, at - TimeDelta::microseconds(1)]);
            }
        }
        times
    }

    /// The store shows what a walk finds: every list, page by page, and the counts.
    pub(crate) async fn agrees(
        &self,
        orgs: &dyn OrgStore,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<(), Violation> {
        for filter in RosterFilter::ALL {
            let came = pages(orgs, query(&self.organization, filter, limit, now)?).await?;
            same(&format!("{filter:?} at {now}"), &self.walked(filter, now), &came)?;
        }
        let came = orgs.counts(self.organization.id(), now).await?;
        expect(&format!("the counts at {now}"), &self.counted(now), &came)
    }
}

/// The order of a roster.
pub(crate) fn place(key: &RosterKey) -> (bool, Option<DateTime<Utc>>, Subject) {
    (key.walled_from.is_none(), key.walled_from, key.subject.clone())
}

pub(crate) fn query(
    organization: &Organization,
    filter: RosterFilter,
    limit: usize,
    now: DateTime<Utc>,
) -> Result<RosterQuery, Violation> {
    let settings = Settings::default();
    let context = Context::new(&settings, now).map_err(broken_sample)?;
    organization.roster_query(filter, None, limit, context).map_err(broken_sample)
}

/// Reads a list to its end, page by page.
pub(crate) async fn pages(
    orgs: &dyn OrgStore,
    first: RosterQuery,
) -> Result<Vec<RosterRow>, Violation> {
    let (mut rows, mut next) = (Vec::new(), Some(first));
    for _ in 0..100_000 {
        let Some(query) = next else { return Ok(rows) };
        let page = orgs.roster(&query).await?;
        let (came, limit) = (page.rows.len(), query.limit());
        if came > limit {
            return Err(Violation::new(format!("{came} members in a page of {limit}")));
        }
        if page.rows.is_empty() && page.more {
            return Err(Violation::new("an empty page says that there is more"));
        }
        next = query.following(&page);
        rows.extend(page.rows);
    }
    Err(Violation::new("reading a roster page by page does not come to an end"))
}

/// Two lists of the same members in the same order, with the same facts. When a member last signed
/// in is the host's to know.
pub(crate) fn same(
    what: &str,
    expected: &[RosterRow],
    came: &[RosterRow],
) -> Result<(), Violation> {
    let shown = |rows: &[RosterRow]| -> Vec<(Subject, Option<Strength>)> {
        rows.iter().map(|row| (row.membership.subject().clone(), row.strength)).collect()
    };
    let memberships = |rows: &[RosterRow]| -> Vec<Arc<Membership>> {
        rows.iter().map(|row| Arc::clone(&row.membership)).collect()
    };
    expect_list(
        &format!("{what}, and how strong their accounts are"),
        &shown(expected),
        &shown(came),
    )?;
    expect_list(what, &memberships(expected), &memberships(came))
}
