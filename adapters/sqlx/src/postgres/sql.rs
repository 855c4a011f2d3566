//! Every statement, with the tables' names in it.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use crate::org_row::{HOSTS_MEMBER, MEMBER};
use crate::tables::Tables;

/// A statement that was made once. The names in it were checked by [`Tables`]; all else is bound.
pub(super) struct Text(Arc<str>);

impl Text {
    pub(super) fn get(&self) -> SqlStr {
        AssertSqlSafe(Arc::clone(&self.0)).into_sql_str()
    }
}

/// A statement that commits.
pub(super) struct Committing {
    /// For a commit of one event, as nearly all are: nothing to unfold, nothing to count.
    pub(super) one: Text,
    pub(super) any: Text,
}

macro_rules! statements {
    (
        commits { $($commit:ident: $before:expr, $after:expr;)* }
        $($name:ident: $text:expr;)*
    ) => {
        pub(super) struct Sql {
            pub(super) tables: Tables,
            $(pub(super) $commit: Committing,)*
            $(pub(super) $name: Text,)*
        }

        impl Sql {
            pub(super) fn of(tables: Tables) -> Self {
                let member = if tables.members().is_some() { HOSTS_MEMBER } else { MEMBER };
                $(let $commit = Committing {
                    one: Text(tables.sql(&committing_one($before, $after))),
                    any: Text(tables.sql(&committing($before, $after))),
                };)*
                $(let $name = Text(tables.sql(&$text.replace("{member}", member)));)*
                Self { $($commit,)* $($name,)* tables }
            }

            /// What is read of a membership.
            pub(super) fn member(&self) -> &'static str {
                if self.tables.members().is_some() { HOSTS_MEMBER } else { MEMBER }
            }

            /// A statement that is put together for one query.
            pub(super) fn text(&self, written: &str) -> SqlStr {
                Text(self.tables.sql(written)).get()
            }
        }
    };
}

/// Appends the events of whatever was `put`: $1 to $5 are the same in every commit.
const LOG: &str = "log AS (INSERT INTO {events} (commit_id, place, subject, at, event) \
     SELECT $1, e.place, e.subject, e.at, e.event \
     FROM put, unnest($2::int2[], $3::text[], $4::int8[], $5::text[]) AS e(place, subject, at, event) \
     ORDER BY e.place RETURNING 1)";

/// The same for one event, whose row answers for all that was written.
const LOG_ONE: &str = "INSERT INTO {events} (commit_id, place, subject, at, event) \
     SELECT $1, $2, $3, $4, $5 FROM put RETURNING 1::int8 AS written, ";

/// For how many microseconds the transaction has been open: see [`super::alone`]. It is asked last.
const AGE: &str =
    "(extract(epoch FROM clock_timestamp() - transaction_timestamp()) * 1000000)::int8 AS age";

fn committing(before: &str, after: &str) -> String {
    format!(
        "WITH put AS ({before} RETURNING 1){after}, {LOG} \
         SELECT (SELECT count(*) FROM put) AS written, (SELECT count(*) FROM log) AS logged, {AGE}"
    )
}

/// Answers no row where nothing was written.
fn committing_one(before: &str, after: &str) -> String {
    format!("WITH put AS ({before} RETURNING 1){after} {LOG_ONE}{AGE}")
}

/// A statement that writes, and answers how many rows.
fn writing(statement: &str) -> String {
    format!("WITH put AS ({statement} RETURNING 1) SELECT count(*) AS written, {AGE} FROM put")
}

/// Counts a change of one membership.
const PERSON: &str = ", person AS (INSERT INTO {people} AS p (subject, changes) \
     SELECT $7, 1 FROM put \
     ON CONFLICT (subject) DO UPDATE SET changes = p.changes + 1)";

/// Counts a change of a policy.
const POLICIES: &str = ", policies AS (UPDATE {policies} SET changes = changes + 1 \
     WHERE EXISTS (SELECT 1 FROM put))";

statements! {
    commits {
        make:
            "INSERT INTO {accounts} (subject, version, stamp, enabled, sealed_under, document) \
             VALUES ($6, $7, $8, $9, $10, $11) ON CONFLICT (subject) DO NOTHING", "";
        replace:
            "UPDATE {accounts} SET version = $7, stamp = $8, enabled = $9, sealed_under = $10, \
             document = $11 WHERE subject = $6 AND version = $12", "";
        erase: "DELETE FROM {accounts} WHERE subject = $6 AND version = $7", "";
        make_organization:
            "INSERT INTO {organizations} (org, version, policy, recent) VALUES ($6, $7, $8, $9) \
             ON CONFLICT (org) DO NOTHING", POLICIES;
        replace_organization:
            "UPDATE {organizations} SET version = $7, policy = $8, recent = $9 \
             WHERE org = $6 AND version = $10", POLICIES;
        make_membership:
            "INSERT INTO {memberships} (org, subject, version, first_joined, left_at, \
             exemption_reason, exemption_until, extension_reason, extension_until, \
             extension_granted, extension_since, personal, recent, has_mfa) \
             VALUES ($6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, false) \
             ON CONFLICT (org, subject) DO NOTHING", PERSON;
        replace_membership:
            "UPDATE {memberships} SET version = $8, first_joined = $9, left_at = $10, \
             exemption_reason = $11, exemption_until = $12, extension_reason = $13, \
             extension_until = $14, extension_granted = $15, extension_since = $16, \
             personal = $17, recent = $18 WHERE org = $6 AND subject = $7 AND version = $19", PERSON;
    }
    load: "SELECT version, document FROM {accounts} WHERE subject = $1";
    load_many: "SELECT subject, version, document FROM {accounts} WHERE subject = ANY($1)";
    sealed_under: "SELECT subject FROM {accounts} WHERE sealed_under <> '' \
         AND position($1 IN sealed_under) > 0 AND subject > $2 ORDER BY subject LIMIT $3";
    stamps: "SELECT (SELECT stamp FROM {accounts} WHERE subject = $1), \
         (SELECT changes FROM {policies}) \
         + coalesce((SELECT changes FROM {people} WHERE subject = $1), 0)";

    // The order is by the number: a bare `tx` would be the text that is selected.
    read_events: "SELECT e.tx::text, e.id, e.event, \
         e.tx < pg_snapshot_xmin(pg_current_snapshot()) FROM {events} e \
         WHERE (e.tx, e.id) > ($1::text::xid8, $2) ORDER BY e.tx, e.id LIMIT $3";
    knows_tx: "SELECT $1::text::xid8 < pg_snapshot_xmax(pg_current_snapshot())";
    prune_events: writing(
        "DELETE FROM {events} e WHERE (e.tx, e.id) <= ($1::text::xid8, $2) \
         AND NOT EXISTS (SELECT 1 FROM {relays} r WHERE (r.tx, r.id) < (e.tx, e.id))");
    expire_events: writing(
        "DELETE FROM {events} e WHERE e.at < $1 \
         AND e.tx < pg_snapshot_xmin(pg_current_snapshot()) \
         AND NOT EXISTS (SELECT 1 FROM {relays} r WHERE (r.tx, r.id) < (e.tx, e.id))");
    add_relay: writing(
        "INSERT INTO {relays} (name, tx, id) VALUES ($1, '0', 0) ON CONFLICT DO NOTHING");
    find_relay: "SELECT tx::text, id FROM {relays} WHERE name = $1";
    move_relay: writing(
        "UPDATE {relays} SET tx = $2::text::xid8, id = $3 \
         WHERE name = $1 AND (tx, id) <= ($2::text::xid8, $3)");
    drop_relay: writing(
        "DELETE FROM {relays} WHERE name = $1");

    organization: "SELECT version, policy, recent FROM {organizations} WHERE org = $1";
    membership: "SELECT {member} FROM {members} m WHERE m.org = $1 AND m.subject = $2";
    memberships: "SELECT {member} FROM {members} m WHERE m.subject = $1 ORDER BY m.org";
    affiliations: "SELECT {member}, o.version AS org_version, o.policy, o.recent AS org_recent \
         FROM {members} m LEFT JOIN {organizations} o ON o.org = m.org \
         WHERE m.subject = $1 AND m.left_at IS NULL ORDER BY m.org";
    revision: "SELECT (SELECT changes FROM {policies}) \
         + coalesce((SELECT changes FROM {people} WHERE subject = $1), 0)";
    forget: "WITH gone AS (DELETE FROM {memberships} WHERE subject = $1 RETURNING 1), \
         person AS (DELETE FROM {people} WHERE subject = $1 RETURNING changes), \
         policies AS (UPDATE {policies} SET changes = changes + 1 \
             + (SELECT changes FROM person) WHERE EXISTS (SELECT 1 FROM person)) \
         SELECT count(*) AS written, ".to_owned() + AGE + " FROM gone";
    signed_in: writing(
        "UPDATE {memberships} SET last_signed_in = $2 \
         WHERE subject = $1 AND coalesce(last_signed_in < $2, true)");
    members_changed: writing(
        "INSERT INTO {people} AS p (subject, changes) VALUES ($1, 1) \
         ON CONFLICT (subject) DO UPDATE SET changes = p.changes + 1");
    // What a statement that answers no row would have answered.
    nothing: format!("SELECT 0::int8 AS written, {AGE}");
    undone: "SELECT (SELECT count(*) FROM unnest($1::text[], $2::int8[]) AS s(subject, version) \
             LEFT JOIN {accounts} a ON a.subject = s.subject \
             WHERE a.version IS DISTINCT FROM s.version) \
         + (SELECT count(*) FROM unnest($3::text[], $4::text[], $5::int8[]) AS s(org, subject, version) \
             LEFT JOIN {organizations} o ON o.org = s.org AND s.subject IS NULL \
             LEFT JOIN {memberships} m ON m.org = s.org AND m.subject = s.subject \
             WHERE coalesce(o.version, m.version) IS DISTINCT FROM s.version)";
}
