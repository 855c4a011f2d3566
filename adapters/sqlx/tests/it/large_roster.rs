//! A page of a large roster reads its rows and no more, whatever the filter and the policy.
//!
//! 20,000 members, or as many as `MFAKIT_ROSTER_MEMBERS` says; it prints what each page took.

use std::io::Write;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::domain::Context;
use mfakit::organization::{
    GracePeriod, OrgPolicy, OrgRequirement, Organization, PolicyScope, PolicyTerms, RosterFilter,
    RosterQuery,
};
use mfakit::store::{OrgStore, Version};
use mfakit::{Settings, Strength};

use mfakit_sqlx::PostgresStore;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};

use crate::databases::{Database, Schema, block_on};
use crate::world::org;

fn day(days: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::days(days)
}

/// Five in ten have an app and one in ten a key; one joined on each of the last 1,000 days in turn; one
/// in 1,000 has an exemption. A page by primary key beside it, for comparison.
fn fill(members: u64) -> String {
    let start = day(-1_000).timestamp_micros();
    format!(
        "ALTER TABLE mfakit_memberships DISABLE TRIGGER USER; \
         INSERT INTO mfakit_memberships \
         SELECT 'acme', 'user-' || lpad(n::text, 9, '0'), 1, {start} + (n % 1000) * 86400000000 + n, \
             NULL, CASE n % 1000 WHEN 2 THEN 'service' END, CASE n % 1000 WHEN 2 THEN 20 END, NULL, \
             NULL, NULL, NULL, NULL, n % 1000 = 2, '', \
             CASE WHEN n % 10 < 4 THEN 0 WHEN n % 10 < 9 THEN 20 ELSE 40 END, NULL FROM generate_series(1, {members}) n; \
         ALTER TABLE mfakit_memberships ENABLE TRIGGER USER; \
         INSERT INTO mfakit_organizations VALUES ('acme', 1, '{}', '');",
        serde_json::to_string(&policy(-500)).unwrap()
    )
}

fn policy(since: i64) -> OrgPolicy {
    requiring(&[(Strength::Standard, since)])
}

/// Several strengths, each since a day.
fn requiring(each: &[(Strength, i64)]) -> OrgPolicy {
    let grace = |strength| if strength == Strength::Standard { 14 } else { 30 };
    let requirement = |(strength, since): &(Strength, i64)| {
        let grace = GracePeriod::days(grace(*strength)).unwrap();
        let terms = PolicyTerms { grace, scope: PolicyScope::WholeAccount };
        OrgRequirement::from_now(*strength, day(*since), terms)
    };
    OrgPolicy::of(each.iter().map(requirement)).unwrap()
}

/// Whole-table scans, and rows that were fetched by an index, since the table was made.
async fn reads(schema: &Schema, pool: &PgPool) -> (i64, i64) {
    // The connection that has read keeps its counts to itself for a while.
    sqlx::raw_sql("SELECT pg_stat_force_next_flush()").execute(pool).await.unwrap();
    let of = |column: &str| {
        format!(
            "SELECT coalesce(sum({column}), 0)::int8 FROM pg_stat_user_tables \
                 WHERE schemaname = '{}' AND relname = 'mfakit_memberships'",
            schema.name
        )
    };
    (schema.number(&of("seq_scan")).await, schema.number(&of("idx_tup_fetch")).await)
}

#[test]
fn a_page_of_a_large_roster_reads_its_rows_and_no_more() {
    let Some(schema) = Schema::new() else { return };
    let members = std::env::var("MFAKIT_ROSTER_MEMBERS").ok().and_then(|n| n.parse().ok());
    let members: u64 = members.unwrap_or(20_000);
    block_on(async {
        schema.store().await;
        let pool = PgPoolOptions::new().max_connections(1).connect(&schema.url()).await.unwrap();
        let store = PostgresStore::open(pool.clone(), schema.tables()).await.unwrap();
        schema.run(&fill(members)).await;
        schema.run("VACUUM ANALYZE mfakit_memberships").await;
        let settings = Settings::default();
        let context = Context::new(&settings, day(0)).unwrap();
        let page = async |name: &str, policy: OrgPolicy, filter: RosterFilter| {
            let version = Version::first([1; 8]);
            let acme = Organization::from_stored(org("acme"), version, policy, Vec::new());
            let first = acme.roster_query(filter, None, 100, context).unwrap();
            let rows = store.roster(&first).await.unwrap();
            let second: Option<RosterQuery> = first.following(&rows);
            let begun = Instant::now();
            for _ in 0..20 {
                let query = second.as_ref().unwrap_or(&first);
                store.roster(query).await.unwrap();
            }
            say(&format!("{filter:?} under {name}: {:?} a page", begun.elapsed() / 20));
        };
        use Strength::{PhishingResistant as Key, Standard as App};
        let mut policies: Vec<(String, OrgPolicy)> = Vec::new();
        for since in [-1_500, -500, -100, 0] {
            policies.push((format!("MFA since day {since}"), policy(since)));
        }
        for (mfa, keys) in [(-500, -400), (-500, -10), (-10, -500), (0, 0)] {
            let both = requiring(&[(App, mfa), (Key, keys)]);
            policies.push((format!("MFA since day {mfa}, keys since day {keys}"), both));
        }
        policies.push(("keys since day -500".to_owned(), requiring(&[(Key, -500)])));
        for (name, policy) in policies {
            let strengths = policy.requirements().count();
            for filter in RosterFilter::ALL {
                let (scans, fetched) = reads(&schema, &pool).await;
                page(&name, policy, filter).await;
                let (after, rows) = reads(&schema, &pool).await;
                assert_eq!(after, scans, "{filter:?} under {name} scans the table");
                // Two pages' branches 21 times, and everybody with terms of their own. Several
                // requirements, and one of keys, have members of two strengths to merge.
                let asked = policy.strongest() == Some(Key.into());
                let branches = if asked { 3 + 6 * i64::try_from(strengths).unwrap() } else { 3 };
                let most = 21 * (branches * 101 + i64::try_from(members / 1_000).unwrap());
                let read = rows - fetched;
                assert!(read <= most, "{filter:?} under {name} reads {read} rows, not {most}");
            }
        }
        let begun = Instant::now();
        let counts = store.counts(&org("acme"), day(0)).await.unwrap();
        say(&format!("{counts:?} in {:?}", begun.elapsed()));
        assert_eq!(counts.members, members);
        let keys: Vec<String> =
            (0..100).map(|n| format!("user-{:09}", 1 + n * (members / 100))).collect();
        let by_key = format!(
            "SELECT * FROM {}.mfakit_memberships WHERE org = $1 AND subject = ANY($2)",
            schema.name
        );
        let begun = Instant::now();
        for _ in 0..20 {
            let rows = sqlx::query(AssertSqlSafe(by_key.as_str()))
                .bind("acme")
                .bind(&keys)
                .fetch_all(&pool)
                .await;
            assert_eq!(rows.unwrap().len(), 100);
        }
        say(&format!("100 rows by primary key, not decoded: {:?}", begun.elapsed() / 20));
    });
}

fn say(what: &str) {
    let _ = writeln!(std::io::stderr(), "{what}");
}
