//! The statements that are SQLite's own.

use crate::sql::{EachKind, Text, Words};
use crate::tables::Tables;

pub(super) const WORDS: Words = Words {
    // A list is one value, as JSON.
    load_many: "SELECT subject, version, document FROM {accounts} \
         WHERE subject IN (SELECT value FROM json_each($1))",
    sealed_under: "SELECT subject FROM {accounts} WHERE sealed_under <> '' \
         AND instr(sealed_under, $1) > 0 AND subject > $2 ORDER BY subject LIMIT $3",
    read_events: "SELECT id, event FROM {events} WHERE id > $1 ORDER BY id LIMIT $2",
    latest_events: "SELECT event FROM {events} WHERE subject = $1 ORDER BY id DESC LIMIT $2",
    prune_events: "DELETE FROM {events} WHERE id <= $1 \
         AND id <= coalesce((SELECT min(id) FROM {relays}), $1)",
    expire_events: "DELETE FROM {events} WHERE at < $1 \
         AND id <= coalesce((SELECT min(id) FROM {relays}), id)",
    add_relay: "INSERT INTO {relays} (name, id) VALUES ($1, 0) ON CONFLICT DO NOTHING",
    find_relay: "SELECT id FROM {relays} WHERE name = $1",
    move_relay: "UPDATE {relays} SET id = $2 WHERE name = $1 AND id <= $2",
};

/// The statements of a transaction that writes, one after the other.
#[derive(Debug)]
pub struct Own {
    pub(super) put: EachKind<Text>,
    pub(super) log: Text,
    pub(super) policies_changed: Text,
    pub(super) forget: Text,
    pub(super) forget_person: Text,
    pub(super) account_version: Text,
    pub(super) organization_version: Text,
    pub(super) membership_version: Text,
    pub(super) newest_event: Text,
}

impl Own {
    pub(super) fn of(tables: &Tables) -> Self {
        let text = |written: &str| Text::of(tables, written);
        Self {
            put: EachKind::of(|_, statement| text(statement)),
            log: text(
                "INSERT INTO {events} (commit_id, place, subject, at, event) \
                 SELECT $1, key, value ->> 0, value ->> 1, value ->> 2 FROM json_each($2) \
                 ORDER BY key",
            ),
            policies_changed: text("UPDATE {policies} SET changes = changes + $1"),
            forget: text("DELETE FROM {memberships} WHERE subject = $1"),
            forget_person: text("DELETE FROM {people} WHERE subject = $1 RETURNING changes"),
            account_version: text("SELECT version FROM {accounts} WHERE subject = $1"),
            organization_version: text("SELECT version FROM {organizations} WHERE org = $1"),
            membership_version: text(
                "SELECT version FROM {memberships} WHERE org = $1 AND subject = $2",
            ),
            newest_event: text(
                "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = $1), 0) AS newest",
            ),
        }
    }
}
