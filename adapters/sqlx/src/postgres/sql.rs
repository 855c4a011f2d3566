//! The statements that are PostgreSQL's own.

use crate::put::Kind;
use crate::sql::{EachKind, Text, Words};
use crate::tables::Tables;

pub(super) const WORDS: Words = Words {
    load_many: "SELECT subject, version, document FROM {accounts} WHERE subject = ANY($1)",
    sealed_under: "SELECT subject FROM {accounts} WHERE sealed_under <> '' \
         AND position($1 IN sealed_under) > 0 AND subject > $2 ORDER BY subject LIMIT $3",
    // The order is by the number: a bare `tx` would be the text that is selected.
    read_events: "SELECT e.tx::text, e.id, e.event, \
         e.tx < pg_snapshot_xmin(pg_current_snapshot()) AS settled FROM {events} e \
         WHERE (e.tx, e.id) > ($1::text::xid8, $2) ORDER BY e.tx, e.id LIMIT $3",
    // Not only what is certain: who was just answered sees the event. A range of one subject, because
    // where `=` names somebody whom the statistics call common, the server walks the log instead and
    // hopes to meet them soon.
    latest_events: "SELECT e.event FROM {events} e WHERE e.subject BETWEEN $1 AND $1 \
         ORDER BY e.subject DESC, e.tx DESC, e.id DESC LIMIT $2",
    prune_events: "DELETE FROM {events} e WHERE (e.tx, e.id) <= ($1::text::xid8, $2) \
         AND NOT EXISTS (SELECT 1 FROM {relays} r WHERE (r.tx, r.id) < (e.tx, e.id))",
    expire_events: "DELETE FROM {events} e WHERE e.at < $1 \
         AND e.tx < pg_snapshot_xmin(pg_current_snapshot()) \
         AND NOT EXISTS (SELECT 1 FROM {relays} r WHERE (r.tx, r.id) < (e.tx, e.id))",
    add_relay: "INSERT INTO {relays} (name, tx, id) VALUES ($1, '0', 0) ON CONFLICT DO NOTHING",
    find_relay: "SELECT tx::text, id FROM {relays} WHERE name = $1",
    move_relay: "UPDATE {relays} SET tx = $2::text::xid8, id = $3 \
         WHERE name = $1 AND (tx, id) <= ($2::text::xid8, $3)",
};

/// The statements that commit, and what they are asked about.
#[derive(Debug)]
pub struct Own {
    pub(super) put: EachKind<Committing>,
    pub(super) forget: Text,
    pub(super) nothing: Text,
    pub(super) undone: Text,
    pub(super) knows_tx: Text,
}

/// A statement that commits: it compares, writes and appends the events.
#[derive(Debug)]
pub(super) struct Committing {
    /// For a commit of one event, as nearly all are: nothing to unfold, nothing to count.
    pub(super) one: Text,
    pub(super) any: Text,
}

impl Own {
    pub(super) fn of(tables: &Tables) -> Self {
        let text = |written: &str| Text::of(tables, written);
        Self {
            put: EachKind::of(|kind, statement| {
                let (before, after) = (behind_the_log(statement), counting(kind));
                Committing {
                    one: text(&committing_one(&before, after)),
                    any: text(&committing(&before, after)),
                }
            }),
            forget: text(&format!(
                "WITH gone AS (DELETE FROM {{memberships}} WHERE subject = $1 RETURNING 1), \
                 person AS (DELETE FROM {{people}} WHERE subject = $1 RETURNING changes), \
                 policies AS (UPDATE {{policies}} SET changes = changes + 1 \
                     + (SELECT changes FROM person) WHERE EXISTS (SELECT 1 FROM person)) \
                 SELECT count(*) AS written, {AGE} FROM gone"
            )),
            // What a statement that answers no row would have answered.
            nothing: text(&format!("SELECT 0::int8 AS written, {AGE}")),
            undone: text(UNDONE),
            knows_tx: text(
                "SELECT $1::text::xid8 < pg_snapshot_xmax(pg_current_snapshot()) AS known",
            ),
        }
    }
}

/// A statement that writes, and answers how many rows.
pub(super) fn writing(statement: &str) -> String {
    format!("WITH put AS ({statement} RETURNING 1) SELECT count(*) AS written, {AGE} FROM put")
}

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

/// A statement whose first value comes behind those of the log.
fn behind_the_log(statement: &str) -> String {
    let mut parts = statement.split('$');
    let mut behind = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, rest) = part.split_at(digits);
        let number = number.parse::<usize>().unwrap_or_default() + LOG_VALUES;
        behind += &format!("${number}{rest}");
    }
    behind
}

fn counting(kind: Kind) -> &'static str {
    match kind {
        Kind::MakeAccount | Kind::ReplaceAccount | Kind::EraseAccount => "",
        Kind::MakeOrganization | Kind::ReplaceOrganization => POLICIES,
        Kind::MakeMembership | Kind::ReplaceMembership => PERSON,
    }
}

/// How many values the log has: $1 to $5 are the same in every commit.
const LOG_VALUES: usize = 5;

/// Appends the events of whatever was `put`.
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

/// Counts a change of one membership.
const PERSON: &str = ", person AS (INSERT INTO {people} AS p (subject, changes) \
     SELECT $7, 1 FROM put \
     ON CONFLICT (subject) DO UPDATE SET changes = p.changes + 1)";

/// Counts a change of a policy.
const POLICIES: &str = ", policies AS (UPDATE {policies} SET changes = changes + 1 \
     WHERE EXISTS (SELECT 1 FROM put))";

/// How many of the staged rows do not have their version any more.
const UNDONE: &str = "SELECT (SELECT count(*) FROM unnest($1::text[], $2::int8[]) AS s(subject, version) \
         LEFT JOIN {accounts} a ON a.subject = s.subject \
         WHERE a.version IS DISTINCT FROM s.version) \
     + (SELECT count(*) FROM unnest($3::text[], $4::text[], $5::int8[]) AS s(org, subject, version) \
         LEFT JOIN {organizations} o ON o.org = s.org AND s.subject IS NULL \
         LEFT JOIN {memberships} m ON m.org = s.org AND m.subject = s.subject \
         WHERE coalesce(o.version, m.version) IS DISTINCT FROM s.version)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_row_come_behind_those_of_the_log() {
        assert_eq!(behind_the_log("a = $1 AND b = $12, $9"), "a = $6 AND b = $17, $14");
        assert_eq!(behind_the_log("DELETE FROM {accounts}"), "DELETE FROM {accounts}");
    }
}
