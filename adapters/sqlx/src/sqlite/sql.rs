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

macro_rules! statements {
    ($($name:ident: $text:expr;)*) => {
        pub(super) struct Sql {
            pub(super) tables: Tables,
            $(pub(super) $name: Text,)*
        }

        impl Sql {
            pub(super) fn of(tables: Tables) -> Self {
                let member = if tables.members().is_some() { HOSTS_MEMBER } else { MEMBER };
                $(let $name = Text(tables.sql(&$text.replace("{member}", member)));)*
                Self { $($name,)* tables }
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

statements! {
    load: "SELECT version, document FROM {accounts} WHERE subject = $1";
    make: "INSERT INTO {accounts} (subject, version, stamp, enabled, sealed_under, document) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (subject) DO NOTHING";
    replace: "UPDATE {accounts} SET version = $2, stamp = $3, enabled = $4, sealed_under = $5, \
         document = $6 WHERE subject = $1 AND version = $7";
    erase: "DELETE FROM {accounts} WHERE subject = $1 AND version = $2";
    log: "INSERT INTO {events} (commit_id, place, subject, at, event) \
         SELECT $1, key, value ->> 0, value ->> 1, value ->> 2 FROM json_each($2) ORDER BY key";
    load_many: "SELECT subject, version, document FROM {accounts} \
         WHERE subject IN (SELECT value FROM json_each($1))";
    sealed_under: "SELECT subject FROM {accounts} WHERE sealed_under <> '' \
         AND instr(sealed_under, $1) > 0 AND subject > $2 ORDER BY subject LIMIT $3";
    stamps: "SELECT (SELECT stamp FROM {accounts} WHERE subject = $1), \
         (SELECT changes FROM {policies}) \
         + coalesce((SELECT changes FROM {people} WHERE subject = $1), 0)";

    read_events: "SELECT id, event FROM {events} WHERE id > $1 ORDER BY id LIMIT $2";
    newest_event: "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = $1), 0)";
    prune_events: "DELETE FROM {events} WHERE id <= $1 \
         AND id <= coalesce((SELECT min(id) FROM {relays}), $1)";
    expire_events: "DELETE FROM {events} WHERE at < $1 \
         AND id <= coalesce((SELECT min(id) FROM {relays}), id)";
    add_relay: "INSERT INTO {relays} (name, id) VALUES ($1, 0) ON CONFLICT DO NOTHING";
    find_relay: "SELECT id FROM {relays} WHERE name = $1";
    move_relay: "UPDATE {relays} SET id = $2 WHERE name = $1 AND id <= $2";
    drop_relay: "DELETE FROM {relays} WHERE name = $1";

    organization: "SELECT version, policy, recent FROM {organizations} WHERE org = $1";
    make_organization: "INSERT INTO {organizations} (org, version, policy, recent) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (org) DO NOTHING";
    replace_organization: "UPDATE {organizations} SET version = $2, policy = $3, recent = $4 \
         WHERE org = $1 AND version = $5";
    policies_changed: "UPDATE {policies} SET changes = changes + $1";
    make_membership: "INSERT INTO {memberships} (org, subject, version, first_joined, left_at, \
         exemption_reason, exemption_until, extension_reason, extension_until, \
         extension_granted, extension_since, personal, recent, has_mfa) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0) \
         ON CONFLICT (org, subject) DO NOTHING";
    replace_membership: "UPDATE {memberships} SET version = $3, first_joined = $4, left_at = $5, \
         exemption_reason = $6, exemption_until = $7, extension_reason = $8, \
         extension_until = $9, extension_granted = $10, extension_since = $11, \
         personal = $12, recent = $13 WHERE org = $1 AND subject = $2 AND version = $14";
    member_changed: "INSERT INTO {people} (subject, changes) VALUES ($1, 1) \
         ON CONFLICT (subject) DO UPDATE SET changes = changes + 1";
    membership: "SELECT {member} FROM {members} m WHERE m.org = $1 AND m.subject = $2";
    memberships: "SELECT {member} FROM {members} m WHERE m.subject = $1 ORDER BY m.org";
    affiliations: "SELECT {member}, o.version AS org_version, o.policy, o.recent AS org_recent \
         FROM {members} m LEFT JOIN {organizations} o ON o.org = m.org \
         WHERE m.subject = $1 AND m.left_at IS NULL ORDER BY m.org";
    revision: "SELECT (SELECT changes FROM {policies}) \
         + coalesce((SELECT changes FROM {people} WHERE subject = $1), 0)";
    forget_person: "DELETE FROM {people} WHERE subject = $1 RETURNING changes";
    forget: "DELETE FROM {memberships} WHERE subject = $1";
    signed_in: "UPDATE {memberships} SET last_signed_in = $2 \
         WHERE subject = $1 AND coalesce(last_signed_in < $2, 1)";
    account_version: "SELECT version FROM {accounts} WHERE subject = $1";
    organization_version: "SELECT version FROM {organizations} WHERE org = $1";
    membership_version: "SELECT version FROM {memberships} WHERE org = $1 AND subject = $2";
}
