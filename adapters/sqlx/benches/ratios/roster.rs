//! The administrators' overview on PostgreSQL.

use std::time::{Duration, Instant};

use mfakit::Subject;
use mfakit::organization::RosterQuery;
use mfakit::store::{OrgStore, RosterRow};
use mfakit_sqlx::PostgresStore;
use sqlx::PgPool;

use crate::database::Schema;
use crate::measure::{ratio, timed};
use crate::members::{self, acme, lapsed, now};
use crate::plans::{explaining, plans_of};

/// A page costs at most so many times what reading its rows by primary key does.
const LIMIT: f64 = 3.0;

pub(crate) async fn measure() {
    let Some(schema) = Schema::fresh("roster").await else { return };
    schema.fill(&members::fill()).await;
    schema.settle().await;
    let pool = schema.pool(1).await;
    let store = PostgresStore::open(pool.clone(), schema.tables()).await.expect("a store");
    let watched = explaining(&schema, schema.tables()).await;
    for (name, after) in PLACES {
        let query = lapsed(row_behind(&store, &pool, after).await);
        let plan = plan_of(&watched, &query).await;
        println!("{plan}");
        assert!(!plan.contains("Seq Scan"), "{name}: the page reads a whole table");
        compare(&format!("roster_{name}_lapsed/100_by_primary_key"), &store, &pool, &query).await;
    }
    count(&store, &pool).await;
    let plans = plans_of(async || drop(watched.counts(&acme(), now()).await)).await;
    let plan = plans.last().expect("a plan");
    println!("{plan}");
    assert!(!plan.contains("Seq Scan"), "the counts read a whole table");
    for grants in [1_000, 10_000] {
        schema.fill(&members::grants(grants)).await;
        schema.settle().await;
        let page = cost(&store, &lapsed(None)).await;
        println!("  # first page with {grants} extensions among the members: {page:.0?}");
    }
    hosts_own(&schema).await;
    schema.drop().await;
}

/// Places in the roster: behind nobody; in the middle of those who share a deadline, by subject; and
/// of those who joined later, by the day.
const PLACES: [(&str, Option<&str>); 3] = [
    ("first_page", None),
    ("middle_page", Some("subject > '8' AND first_joined < 1800000000000000")),
    ("late_page", Some("first_joined BETWEEN 1800691200000000 AND 1800777600000000")),
];

async fn row_behind(store: &impl OrgStore, pool: &PgPool, what: Option<&str>) -> Option<RosterRow> {
    let sql = format!(
        "SELECT subject FROM mfakit_memberships WHERE strength < 20 AND NOT personal AND {} LIMIT 1",
        what?
    );
    let found: String =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(pool).await.expect("a member");
    let subject = Subject::new(found).expect("a subject");
    store.roster_row(&acme(), &subject).await.expect("a row")
}

/// The plan of a page once the server has seen the statement often enough to have settled on one.
async fn plan_of(watched: &impl OrgStore, query: &RosterQuery) -> String {
    let ten = async || {
        for _ in 0..10 {
            watched.roster(query).await.expect("a page");
        }
    };
    let plans = plans_of(ten).await;
    assert_eq!(plans.len(), 10, "one statement a page");
    plans.into_iter().next_back().unwrap_or_default()
}

async fn compare(name: &str, store: &PostgresStore, pool: &PgPool, query: &RosterQuery) {
    let page = store.roster(query).await.expect("a page");
    assert_eq!((page.rows.len(), page.more), (100, true), "a full page, and more behind it");
    let subjects: Vec<String> =
        page.rows.iter().map(|row| row.membership.subject().to_string()).collect();
    let ours = async || {
        let begin = Instant::now();
        for _ in 0..EACH {
            store.roster(query).await.expect("a page");
        }
        begin.elapsed() / EACH
    };
    let other = async || {
        let begin = Instant::now();
        for _ in 0..EACH {
            assert_eq!(by_primary_key(pool, &subjects).await.len(), 100);
        }
        begin.elapsed() / EACH
    };
    ratio(name, LIMIT, 61, ours, other).await;
}

const EACH: u32 = 20;

/// A membership's columns as they are stored.
type Stored = (
    String,
    String,
    i64,
    i64,
    Option<i64>,
    Option<String>,
    Option<i16>,
    Option<i64>,
    Option<String>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Vec<u8>,
    i16,
    Option<i64>,
);

async fn by_primary_key(pool: &PgPool, subjects: &[String]) -> Vec<Stored> {
    let sql = "SELECT org, subject, version, first_joined, left_at, exemption_reason, \
         exemption_from, exemption_until, extension_reason, extension_until, extension_granted, \
         extension_since, recent, strength, last_signed_in \
         FROM mfakit_memberships WHERE org = $1 AND subject = ANY($2)";
    sqlx::query_as(sql).bind("acme").bind(subjects).fetch_all(pool).await.expect("rows")
}

async fn cost(store: &impl OrgStore, query: &RosterQuery) -> Duration {
    timed(31, async || drop(store.roster(query).await.expect("a page"))).await
}

async fn count(store: &impl OrgStore, pool: &PgPool) {
    let counts = store.counts(&acme(), now()).await.expect("counts");
    assert_eq!((counts.members, counts.protected()), (1_000_000, 600_000), "{counts:?}");
    println!("  # {counts:?}");
    let all = async || _ = store.counts(&acme(), now()).await.expect("counts");
    let one = async || {
        let sql = "SELECT count(*) FROM mfakit_memberships WHERE org = $1 AND left_at IS NULL \
             AND strength < 20 AND NOT personal AND first_joined <= $2";
        let joined = now().timestamp_micros() - 14 * 86_400_000_000;
        let count = sqlx::query_scalar(sql).bind("acme").bind(joined).fetch_one(pool).await;
        let _: i64 = count.expect("a count");
    };
    let (all, one) = (timed(11, all).await, timed(11, one).await);
    println!("  # all counts {all:.1?}; the lapsed alone {one:.1?}");
}

/// With a view of the host's, `strength` is read from the accounts. Reported, not promised.
async fn hosts_own(schema: &Schema) {
    schema.fill(members::HOSTS_OWN).await;
    schema.settle().await;
    let tables = || schema.tables().members_from("team").expect("a view");
    let store = PostgresStore::open(schema.pool(1).await, tables()).await.expect("a store");
    let pool = schema.pool(1).await;
    let watched = explaining(schema, tables()).await;
    for (name, after) in PLACES {
        let query = lapsed(row_behind(&store, &pool, after).await);
        println!("{}", plan_of(&watched, &query).await);
        let page = cost(&store, &query).await;
        println!("  # {name} of a host's own view: {page:.1?}");
    }
    let counts = timed(5, async || _ = store.counts(&acme(), now()).await.expect("counts")).await;
    println!("  # all counts of a host's own view: {counts:.1?}");
}
