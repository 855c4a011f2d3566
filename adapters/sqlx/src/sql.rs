//! Every statement, with the tables' names in it.
//!
//! What both databases understand is written here. What a database words in its own way comes from
//! its [`Words`], and what only one of them needs is its `own`.
//!
//! `{accounts}` is the place of a table's name, `$1` that of the first value, as often as it stands
//! there. Both drivers take `$1` as it is. For one that knows only `?`, [`Text`] is where the places
//! become the order in which values are bound.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use crate::org_row::{HOSTS_MEMBER, MEMBER};
use crate::put::Kind;
use crate::tables::Tables;

/// The statements of a store.
#[derive(Debug)]
pub struct Sql<O> {
    tables: Tables,
    pub(crate) load: Text,
    pub(crate) load_many: Text,
    pub(crate) sealed_under: Text,
    pub(crate) stamps: Text,
    pub(crate) organization: Text,
    pub(crate) membership: Text,
    pub(crate) memberships: Text,
    pub(crate) affiliations: Text,
    pub(crate) revision: Text,
    pub(crate) signed_in: Text,
    pub(crate) members_changed: Text,
    pub(crate) read_events: Text,
    pub(crate) latest_events: Text,
    pub(crate) prune_events: Text,
    pub(crate) expire_events: Text,
    pub(crate) add_relay: Text,
    pub(crate) find_relay: Text,
    pub(crate) move_relay: Text,
    pub(crate) drop_relay: Text,
    pub(crate) own: O,
}

/// What each database says in its own words.
#[derive(Debug)]
pub struct Words {
    /// The accounts of a list of subjects.
    pub(crate) load_many: &'static str,
    /// Subjects with a secret under key `$1`, after subject `$2`, at most `$3`.
    pub(crate) sealed_under: &'static str,
    /// Events after a place, the last value their number at most.
    pub(crate) read_events: &'static str,
    /// The events of subject `$1`, the newest first, `$2` at most.
    pub(crate) latest_events: &'static str,
    /// Drops the events up to a place, and not beyond the slowest relay.
    pub(crate) prune_events: &'static str,
    /// Drops the events from before `$1` that every relay has read.
    pub(crate) expire_events: &'static str,
    /// Registers relay `$1`, unless it is there.
    pub(crate) add_relay: &'static str,
    /// The place of relay `$1`.
    pub(crate) find_relay: &'static str,
    /// Moves relay `$1` to a place, never back.
    pub(crate) move_relay: &'static str,
}

/// A statement that was made once. The names in it were checked by [`Tables`]; all else is bound.
#[derive(Debug)]
pub struct Text(Arc<str>);

impl Text {
    pub(crate) fn of(tables: &Tables, written: &str) -> Self {
        Self(tables.sql(&written.replace("{member}", member(tables))))
    }

    pub(crate) fn get(&self) -> SqlStr {
        AssertSqlSafe(Arc::clone(&self.0)).into_sql_str()
    }
}

impl<O> Sql<O> {
    /// `alone` makes of a statement that writes what is sent when it is a transaction by itself.
    pub(crate) fn of(tables: Tables, words: &Words, alone: fn(&str) -> String, own: O) -> Self {
        let text = |written: &str| Text::of(&tables, written);
        let alone = |written: &str| text(&alone(written));
        Self {
            load: text("SELECT version, document FROM {accounts} WHERE subject = $1"),
            load_many: text(words.load_many),
            sealed_under: text(words.sealed_under),
            stamps: text(
                "SELECT (SELECT stamp FROM {accounts} WHERE subject = $1) AS stamp, \
                 (SELECT changes FROM {policies}) \
                 + coalesce((SELECT changes FROM {people} WHERE subject = $1), 0) AS changes",
            ),
            organization: text(
                "SELECT version, policy, recent FROM {organizations} WHERE org = $1",
            ),
            membership: text(
                "SELECT {member} FROM {members} m WHERE m.org = $1 AND m.subject = $2",
            ),
            memberships: text(
                "SELECT {member} FROM {members} m WHERE m.subject = $1 ORDER BY m.org",
            ),
            affiliations: text(
                "SELECT {member}, o.version AS org_version, o.policy, o.recent AS org_recent \
                 FROM {members} m LEFT JOIN {organizations} o ON o.org = m.org \
                 WHERE m.subject = $1 AND m.left_at IS NULL ORDER BY m.org",
            ),
            revision: text(
                "SELECT (SELECT changes FROM {policies}) \
                 + coalesce((SELECT changes FROM {people} WHERE subject = $1), 0) AS changes",
            ),
            signed_in: alone(
                "UPDATE {memberships} SET last_signed_in = $2 \
                 WHERE subject = $1 AND coalesce(last_signed_in < $2, true)",
            ),
            members_changed: alone(
                "INSERT INTO {people} AS p (subject, changes) VALUES ($1, 1) \
                 ON CONFLICT (subject) DO UPDATE SET changes = p.changes + 1",
            ),
            read_events: text(words.read_events),
            latest_events: text(words.latest_events),
            prune_events: alone(words.prune_events),
            expire_events: alone(words.expire_events),
            add_relay: alone(words.add_relay),
            find_relay: text(words.find_relay),
            move_relay: alone(words.move_relay),
            drop_relay: alone("DELETE FROM {relays} WHERE name = $1"),
            own,
            tables,
        }
    }

    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// What is read of a membership.
    pub(crate) fn member(&self) -> &'static str {
        member(&self.tables)
    }

    /// A statement that is put together for one query.
    pub(crate) fn text(&self, written: &str) -> Text {
        Text(self.tables.sql(written))
    }
}

fn member(tables: &Tables) -> &'static str {
    if tables.members().is_some() { HOSTS_MEMBER } else { MEMBER }
}

/// One of these for each kind of commit.
#[derive(Debug)]
pub(crate) struct EachKind<T> {
    make_account: T,
    replace_account: T,
    erase_account: T,
    make_organization: T,
    replace_organization: T,
    make_membership: T,
    replace_membership: T,
}

impl<T> EachKind<T> {
    /// Makes them of the statements that write the rows.
    pub(crate) fn of(make: impl Fn(Kind, &str) -> T) -> Self {
        let of = |kind| make(kind, written(kind));
        Self {
            make_account: of(Kind::MakeAccount),
            replace_account: of(Kind::ReplaceAccount),
            erase_account: of(Kind::EraseAccount),
            make_organization: of(Kind::MakeOrganization),
            replace_organization: of(Kind::ReplaceOrganization),
            make_membership: of(Kind::MakeMembership),
            replace_membership: of(Kind::ReplaceMembership),
        }
    }

    pub(crate) fn get(&self, kind: Kind) -> &T {
        match kind {
            Kind::MakeAccount => &self.make_account,
            Kind::ReplaceAccount => &self.replace_account,
            Kind::EraseAccount => &self.erase_account,
            Kind::MakeOrganization => &self.make_organization,
            Kind::ReplaceOrganization => &self.replace_organization,
            Kind::MakeMembership => &self.make_membership,
            Kind::ReplaceMembership => &self.replace_membership,
        }
    }
}

/// The statement of each kind. It compares and writes, and writes nothing where the comparison
/// fails. Its values are those of [`Put::row`](crate::put::Put).
fn written(kind: Kind) -> &'static str {
    match kind {
        Kind::MakeAccount => {
            "INSERT INTO {accounts} (subject, version, stamp, strength, sealed_under, document) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (subject) DO NOTHING"
        }
        Kind::ReplaceAccount => {
            "UPDATE {accounts} SET version = $2, stamp = $3, strength = $4, sealed_under = $5, \
             document = $6 WHERE subject = $1 AND version = $7"
        }
        Kind::EraseAccount => "DELETE FROM {accounts} WHERE subject = $1 AND version = $2",
        Kind::MakeOrganization => {
            "INSERT INTO {organizations} (org, version, policy, recent) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (org) DO NOTHING"
        }
        Kind::ReplaceOrganization => {
            "UPDATE {organizations} SET version = $2, policy = $3, recent = $4 \
             WHERE org = $1 AND version = $5"
        }
        Kind::MakeMembership => {
            "INSERT INTO {memberships} (org, subject, version, first_joined, left_at, \
             exemption_reason, exemption_from, exemption_until, extension_reason, extension_until, \
             extension_granted, extension_since, personal, recent, strength) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0) \
             ON CONFLICT (org, subject) DO NOTHING"
        }
        Kind::ReplaceMembership => {
            "UPDATE {memberships} SET version = $3, first_joined = $4, left_at = $5, \
             exemption_reason = $6, exemption_from = $7, exemption_until = $8, \
             extension_reason = $9, extension_until = $10, extension_granted = $11, \
             extension_since = $12, personal = $13, recent = $14 \
             WHERE org = $1 AND subject = $2 AND version = $15"
        }
    }
}
