//! An organization of 100,000 members, asked in the obvious SQL: 60,000 have MFA, 30,000 have
//! lapsed, 10,000 are in grace.

use shared::{Outcome, Record, Tally};
use sqlx::{AssertSqlSafe, SqlitePool};

use crate::quick::now;

const MEMBERS: i64 = 100_000;
const LAPSED: usize = 30_000;
const DAY: i64 = 86_400;
const FROM: i64 = 1_000_000;

const DEADLINE: &str = "max(o.required_since, m.joined_at) + o.grace";

pub(crate) async fn measure(pool: &SqlitePool, record: &Record) {
    fill(pool).await;
    let mut policy = Tally::default();
    for number in (0..MEMBERS).step_by(499) {
        let work = async { (Outcome::Accepted, walled(pool, FROM + number).await) };
        let walled = policy.time(work).await.expect("a decision");
        assert_eq!(walled, (6..9).contains(&(number % 10)));
    }
    record.write("policy", 201, policy);

    let (mut page, mut all, mut count) = (Tally::default(), Tally::default(), Tally::default());
    for _ in 0..30 {
        let first = page.time(async { (Outcome::Accepted, lapsed(pool, 100).await) }).await;
        assert_eq!(first.expect("a page").len(), 100);
        let counted = count.time(async { (Outcome::Accepted, counted(pool).await) }).await;
        assert_eq!(counted.expect("a count"), LAPSED.cast_signed() as i64);
    }
    for _ in 0..5 {
        let listed = all.time(async { (Outcome::Accepted, lapsed(pool, -1).await) }).await;
        assert_eq!(listed.expect("a list").len(), LAPSED);
    }
    record.write("lapsed_page", 30, page);
    record.write("lapsed_count", 30, count);
    record.write("lapsed_all", 5, all);
}

/// Whether MFA has to be set up before the user can go on.
async fn walled(pool: &SqlitePool, user: i64) -> sqlx::Result<bool> {
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM members m JOIN orgs o ON o.id = m.org_id \
         JOIN users u ON u.id = m.user_id \
         WHERE m.user_id = ? AND u.totp_secret IS NULL AND {DEADLINE} <= ?)"
    );
    sqlx::query_scalar(AssertSqlSafe(sql)).bind(user).bind(now()).fetch_one(pool).await
}

async fn lapsed(pool: &SqlitePool, limit: i64) -> sqlx::Result<Vec<(i64, i64)>> {
    let sql = format!(
        "SELECT m.user_id, {DEADLINE} AS deadline FROM members m \
         JOIN orgs o ON o.id = m.org_id JOIN users u ON u.id = m.user_id \
         WHERE m.org_id = 1 AND u.totp_secret IS NULL AND deadline <= ? \
         ORDER BY deadline, m.user_id LIMIT ?"
    );
    sqlx::query_as(AssertSqlSafe(sql)).bind(now()).bind(limit).fetch_all(pool).await
}

async fn counted(pool: &SqlitePool) -> sqlx::Result<i64> {
    let sql = format!(
        "SELECT count(*) FROM members m \
         JOIN orgs o ON o.id = m.org_id JOIN users u ON u.id = m.user_id \
         WHERE m.org_id = 1 AND u.totp_secret IS NULL AND {DEADLINE} <= ?"
    );
    sqlx::query_scalar(AssertSqlSafe(sql)).bind(now()).fetch_one(pool).await
}

async fn fill(pool: &SqlitePool) {
    let required = now() - 30 * DAY;
    let (early, late, grace) = (required - 100 * DAY, required + 20 * DAY, 14 * DAY);
    let sql = format!(
        "INSERT INTO orgs VALUES (1, {required}, {grace});
         INSERT INTO users (id, totp_secret)
         WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < {MEMBERS} - 1)
         SELECT {FROM} + n, CASE WHEN n % 10 < 6 THEN randomblob(20) END FROM n;
         INSERT INTO members
         WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < {MEMBERS} - 1)
         SELECT 1, {FROM} + n, CASE n % 10 WHEN 9 THEN {late} ELSE {early} END FROM n;
         ANALYZE;"
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.expect("filled");
}
