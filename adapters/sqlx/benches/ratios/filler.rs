//! A million accounts around a thousand users.
//!
//! They are as long as the users' own, and every thousandth is a user's, in the table as well as in
//! its index: nobody's row has a neighbor that is in use.

use sqlx::{AssertSqlSafe, SqlitePool};

pub(crate) const POSTGRES: &str = "\
CREATE TEMP TABLE users AS SELECT * FROM mfakit_accounts;
TRUNCATE mfakit_accounts;
INSERT INTO mfakit_accounts SELECT (1000000 + n)::text, coalesce(own.version, any_one.version), \
    coalesce(own.stamp, any_one.stamp), true, ' bench ', coalesce(own.document, any_one.document) \
FROM generate_series(1, 1000000) AS n \
CROSS JOIN (SELECT * FROM users LIMIT 1) AS any_one \
LEFT JOIN users AS own ON n % 1000 = 0 AND own.subject = (1000000 + n)::text ORDER BY n;
ANALYZE mfakit_accounts;
";

pub(crate) async fn sqlite(pool: &SqlitePool) {
    let run = async |sql: &str| {
        let run = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(pool).await;
        run.unwrap_or_else(|error| panic!("{sql}: {error}"));
    };
    run("CREATE TABLE users AS SELECT * FROM mfakit_accounts; DELETE FROM mfakit_accounts;").await;
    // In parts, so that the log does not grow beyond the database.
    for part in 0..20 {
        let (from, to) = (part * 50_000 + 1, (part + 1) * 50_000);
        run(&format!(
            "WITH RECURSIVE numbers(n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM numbers \
                 WHERE n < {to}) \
             INSERT INTO mfakit_accounts SELECT CAST(1000000 + n AS TEXT), \
                 coalesce(own.version, any_one.version), coalesce(own.stamp, any_one.stamp), 1, \
                 ' bench ', coalesce(own.document, any_one.document) \
             FROM numbers CROSS JOIN (SELECT * FROM users LIMIT 1) AS any_one \
             LEFT JOIN users AS own \
                 ON n % 1000 = 0 AND own.subject = CAST(1000000 + n AS TEXT) ORDER BY n"
        ))
        .await;
    }
    run("DROP TABLE users; ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)").await;
}
