//! Rosters and counts against a plain walk over the members, on random organizations.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::domain::Context;
use mfakit::organization::{
    Exemption, Extension, GracePeriod, Membership, OrgPolicy, OrgRequirement, Organization,
    PolicyScope, PolicyTerms, ReminderSchedule, RosterCounts, RosterFilter, RosterQuery,
};
use mfakit::store::{OrgStore, RosterKey, RosterRow, StoredMembership, Version};
use mfakit::{Required, Settings, Strength};

use crate::databases::{Database, Store, on_both};
use crate::world::{org, subject};

on_both! {
    pages_and_counts_are_those_of_a_plain_walk
    a_view_of_the_hosts_is_read_as_the_table_is
}

/// A generator that repeats: xorshift64*.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        i64::try_from(drawn).unwrap() % bound
    }

    fn index(&mut self, of: i64) -> usize {
        usize::try_from(self.below(of)).unwrap()
    }

    fn one_in(&mut self, of: i64) -> bool {
        self.below(of) == 0
    }

    /// Few days and fewer microseconds, so that ties and exact boundaries are common.
    fn instant(&mut self) -> DateTime<Utc> {
        day(self.below(40)) + TimeDelta::microseconds(self.below(3) - 1)
    }

    /// Since when something is required: one of few, so that extensions are often of that policy.
    fn since(&mut self) -> DateTime<Utc> {
        day(10 * self.below(3)) + TimeDelta::microseconds(self.below(2))
    }
}

fn day(days: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::days(days)
}

/// A member, and the rank of the account: sometimes one of a later release.
fn member(dice: &mut Dice, number: i64) -> (RosterRow, u8) {
    let exemption = dice.one_in(4).then(|| {
        let until = (!dice.one_in(4)).then(|| dice.instant());
        let from = Required::from_rank([20, 20, 40, 60][dice.index(4)]).unwrap();
        Exemption { reason: "on leave".to_owned(), from, until }
    });
    let extension = dice.one_in(4).then(|| {
        let (until, granted) = (dice.instant(), dice.instant());
        let policy_since = dice.since();
        Extension { reason: "lost a phone".to_owned(), until, granted, policy_since }
    });
    let membership = Membership::from_stored(StoredMembership {
        org: org("acme"),
        // Byte order is not the order of any language.
        subject: subject(&format!(
            "{}-{number}",
            ["a", "B", "é", "Z", "z "][usize::try_from(number % 5).unwrap()]
        )),
        first_joined: dice.instant(),
        left_at: dice.one_in(8).then(|| dice.instant()),
        exemption,
        extension,
        version: Version::first([1; 8]),
        recent: Vec::new(),
    });
    let last_signed_in = dice.one_in(3).then(|| dice.instant());
    let rank = [0, 0, 0, 20, 20, 40, 10, 30, 60][dice.index(9)];
    let strength = Strength::reached_by(rank);
    (RosterRow { membership: Arc::new(membership), strength, last_signed_in }, rank)
}

fn literal(text: Option<&str>) -> String {
    text.map_or("NULL".to_owned(), |text| format!("'{text}'"))
}

fn micros(at: Option<DateTime<Utc>>) -> String {
    at.map_or("NULL".to_owned(), |at| at.timestamp_micros().to_string())
}

/// The rows as SQL. `strength` is left to the triggers: accounts come before some memberships and
/// after others.
fn insert(rows: &[(RosterRow, u8)], table: &str, empty: &str) -> String {
    let account = |(row, rank): &(RosterRow, u8)| {
        format!(
            "INSERT INTO mfakit_accounts VALUES ('{}', 1, 1, {rank}, '', '{{}}');",
            row.membership.subject(),
        )
    };
    let membership = |(row, _): &(RosterRow, u8)| {
        let m = &row.membership;
        let (exemption, extension) = (m.exemption(), m.extension());
        format!(
            "INSERT INTO {table} VALUES ('acme', '{}', {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {empty}, 0, {});",
            m.subject(),
            m.version().number(),
            m.first_joined().timestamp_micros(),
            micros(m.left_at()),
            literal(exemption.map(|e| e.reason.as_str())),
            exemption.map_or("NULL".to_owned(), |e| e.from.rank().to_string()),
            micros(exemption.and_then(|e| e.until)),
            literal(extension.map(|e| e.reason.as_str())),
            micros(extension.map(|e| e.until)),
            micros(extension.map(|e| e.granted)),
            micros(extension.map(|e| e.policy_since)),
            exemption.is_some() || extension.is_some(),
            micros(row.last_signed_in)
        )
    };
    let (before, after) = rows.split_at(rows.len() / 2);
    let accounts_first = before.iter().map(|row| account(row) + &membership(row));
    accounts_first.chain(after.iter().map(|row| membership(row) + &account(row))).collect()
}

/// Often one requirement, sometimes several, and now and then one of a later release.
fn policy(dice: &mut Dice) -> OrgPolicy {
    let sets = [&[] as &[u8], &[20], &[20], &[40], &[20, 40], &[20, 40], &[20, 40, 60], &[30]];
    let set = sets[dice.index(8)];
    let requirement = |rank: &u8| {
        let grace = GracePeriod::days(dice.below(12)).unwrap();
        let terms = PolicyTerms { grace, scope: PolicyScope::WholeAccount };
        let (required, since) = (Required::from_rank(*rank).unwrap(), dice.since());
        OrgRequirement { required, since, changed: since, terms }
    };
    OrgPolicy::of(set.iter().map(requirement)).unwrap()
}

/// What a plain walk finds, in order.
fn walk(rows: &[RosterRow], query: &RosterQuery) -> Vec<RosterRow> {
    let within = |row: &RosterRow| match query.walled_within() {
        None => true,
        Some((behind, up_to)) => {
            row.key(query.policy()).walled_from.is_some_and(|at| behind < at && at <= up_to)
        }
    };
    let admitted =
        |row: &&RosterRow| query.filter().admits(row, query.policy(), query.now()) && within(row);
    let mut found: Vec<RosterRow> = rows.iter().filter(admitted).cloned().collect();
    found.sort_by_key(|row| {
        let RosterKey { walled_from, subject } = row.key(query.policy());
        (walled_from.is_none(), walled_from, subject)
    });
    found
}

async fn read(store: &impl Store, mut query: RosterQuery) -> Vec<RosterRow> {
    let mut found = Vec::new();
    loop {
        let page = store.roster(&query).await.unwrap();
        assert!(page.rows.len() <= query.limit());
        found.extend(page.rows.iter().cloned());
        match query.following(&page) {
            Some(next) => query = next,
            None => return found,
        }
    }
}

fn facts(rows: &[RosterRow]) -> Vec<String> {
    let fact = |row: &RosterRow| {
        let m = &row.membership;
        let terms = (m.exemption(), m.extension());
        format!(
            "{} {} {terms:?} {:?} {:?}",
            m.subject(),
            m.first_joined(),
            row.strength,
            row.last_signed_in
        )
    };
    rows.iter().map(fact).collect()
}

async fn compare(store: &impl Store, rows: &[RosterRow], dice: &mut Dice, rounds: usize) {
    let settings = Settings::default();
    for _ in 0..rounds {
        let policy = policy(dice);
        let organization =
            Organization::from_stored(org("acme"), Version::first([1; 8]), policy, Vec::new());
        let context = Context::new(&settings, dice.instant()).unwrap();
        for filter in RosterFilter::ALL {
            let limit = usize::try_from(1 + dice.below(9)).unwrap();
            let query = organization.roster_query(filter, None, limit, context).unwrap();
            let expected = walk(rows, &query);
            let found = read(store, query).await;
            assert_eq!(facts(&found), facts(&expected), "{filter:?} by {limit} under {policy:?}");
        }
        let until = context.now() + TimeDelta::days(dice.below(9));
        let schedule = ReminderSchedule::days_before([7, 1, 0]).unwrap();
        for range in schedule.due(&organization, context.now(), until) {
            let expected = walk(rows, range.query());
            let found = read(store, range.query().clone()).await;
            assert_eq!(facts(&found), facts(&expected), "{range:?}");
        }
    }
}

async fn pages_and_counts_are_those_of_a_plain_walk(database: &impl Database) {
    let store = database.store().await;
    let empty = empty_bytes(database).await;
    let mut dice = Dice(1815);
    for members in [0, 1, 7, 40, 90] {
        let made: Vec<_> = (0..members).map(|number| member(&mut dice, number)).collect();
        let rows: Vec<RosterRow> = made.iter().map(|(row, _)| row.clone()).collect();
        let clear = "DELETE FROM mfakit_memberships; DELETE FROM mfakit_accounts;";
        database.run(clear).await;
        database.run(&insert(&made, "mfakit_memberships", empty)).await;
        compare(&store, &rows, &mut dice, 12).await;
        check_counts(database, &store, &rows, &mut dice).await;
    }
}

/// How the database writes no bytes.
async fn empty_bytes(database: &impl Database) -> &'static str {
    let text = database.number("SELECT count(*) FROM (SELECT '' AS x) y WHERE x = x").await;
    assert_eq!(text, 1);
    if database.tables() == mfakit_sqlx::Tables::default() { "x''" } else { "''" }
}

async fn check_counts(
    database: &impl Database,
    store: &impl Store,
    rows: &[RosterRow],
    dice: &mut Dice,
) {
    let empty = empty_bytes(database).await;
    for _ in 0..12 {
        let policy = policy(dice);
        let stored = serde_json::to_string(&policy).unwrap();
        let put = format!(
            "DELETE FROM mfakit_organizations; \
             INSERT INTO mfakit_organizations VALUES ('acme', 1, '{stored}', {empty});"
        );
        database.run(&put).await;
        let now = dice.instant();
        let count = |filter: RosterFilter| {
            let admitted = rows.iter().filter(|row| filter.admits(row, &policy, now));
            u64::try_from(admitted.count()).unwrap()
        };
        let of = |strength| count(RosterFilter::of(strength));
        let expected = RosterCounts {
            members: of(None)
                + of(Some(Strength::Standard))
                + of(Some(Strength::PhishingResistant)),
            standard: of(Some(Strength::Standard)),
            phishing_resistant: of(Some(Strength::PhishingResistant)),
            in_grace: count(RosterFilter::InGrace),
            lapsed: count(RosterFilter::Lapsed),
            exempt: count(RosterFilter::Exempt),
        };
        let found = store.counts(&org("acme"), now).await.unwrap();
        assert_eq!(found, expected, "{policy:?} at {now}");
    }
}

async fn a_view_of_the_hosts_is_read_as_the_table_is(database: &impl Database) {
    database.store().await;
    let text = if database.tables() == mfakit_sqlx::Tables::default() {
        "text"
    } else {
        "text COLLATE \"C\""
    };
    let host = format!(
        "CREATE TABLE staff (org {text}, person {text}, version bigint, since bigint, until bigint, \
         r1 text, f1 smallint, u1 bigint, r2 text, u2 bigint, g2 bigint, s2 bigint, personal boolean, recent text, \
         unused smallint, seen bigint);\
         CREATE VIEW team AS SELECT s.org, s.person AS subject, s.since AS first_joined, \
         s.until AS left_at, s.r1 AS exemption_reason, s.f1 AS exemption_from, s.u1 AS exemption_until, \
         s.r2 AS extension_reason, s.u2 AS extension_until, s.g2 AS extension_granted, s.s2 AS extension_since, \
         s.personal, \
         coalesce(a.strength, 0) AS strength, s.seen AS last_signed_in \
         FROM staff s LEFT JOIN mfakit_accounts a ON a.subject = s.person;"
    );
    database.run(&host).await;
    let tables = database.tables().members_from("team").unwrap();
    let store = database.open_only(tables).await.unwrap();
    let mut dice = Dice(1852);
    let made: Vec<_> = (0..40).map(|number| member(&mut dice, number)).collect();
    let rows: Vec<RosterRow> = made.iter().map(|(row, _)| row.clone()).collect();
    database.run(&insert(&made, "staff", "''")).await;
    compare(&store, &rows, &mut dice, 12).await;
    check_counts(database, &store, &rows, &mut dice).await;
    let settings = Settings::default();
    let left = rows.iter().find(|row| row.membership.is_member()).unwrap();
    let context = Context::new(&settings, day(50)).unwrap();
    let (commit, _) =
        left.membership.leave(context).unwrap().into_commit(crate::world::commit_id());
    let refused = OrgStore::commit(&store, &commit).await.unwrap_err();
    assert_eq!(mfakit_sqlx::cause_of(&refused), Some(&mfakit_sqlx::Cause::HostsMemberships));
}
