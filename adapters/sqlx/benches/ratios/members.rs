//! An organization of 1,000,000 members, of whom 600,000 have MFA on.

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::domain::Context;
use mfakit::organization::{
    GracePeriod, OrgId, OrgPolicy, Organization, PolicyScope, PolicyTerms, RosterCursor,
    RosterFilter, RosterQuery,
};
use mfakit::store::{RosterRow, RosterRows, Version};
use mfakit::{Settings, Strength};

/// Since when MFA is required. The period is 14 days, and the overview is read after 30.
const SINCE: i64 = 1_800_000_000;

/// How many have an extension: those are sorted anew for each page.
pub(crate) const GRANTS: i64 = 100;

/// Accounts and memberships. Subjects have no order that has to do with the table's. Four of five
/// joined in the year before MFA became required, the others within the 30 days after it.
pub(crate) fn fill() -> String {
    format!(
        "INSERT INTO mfakit_organizations VALUES ('acme', 1, '{policy}', '');\
         INSERT INTO mfakit_accounts \
         SELECT md5(n::text), 1, 1, 20, '', '{{}}' FROM generate_series(1, 1000000) AS n \
         WHERE n % 5 < 3;\
         INSERT INTO mfakit_memberships \
         SELECT 'acme', md5(n::text), 1, 1000000 * CASE WHEN n / 5 % 5 < 4 \
             THEN {SINCE} - n * 7919::int8 % 31536000 ELSE {SINCE} + n * 7919::int8 % 2592000 END, \
         NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, '\\x0123456789abcdef0123456789abcdef', \
         CASE WHEN n % 5 < 3 THEN 20 ELSE 0 END, NULL FROM generate_series(1, 1000000) AS n;\
         {grants}",
        policy = serde_json::to_string(&policy()).expect("JSON"),
        grants = grants(GRANTS),
    )
}

/// Gives so many members an extension, or takes it from those who have one too many.
pub(crate) fn grants(count: i64) -> String {
    let apart = 1_000_000 / count;
    format!(
        "UPDATE mfakit_memberships SET personal = true, extension_reason = 'lost a phone', \
         extension_until = 1000000 * ({SINCE} + 20 * 86400::int8), \
         extension_granted = 1000000 * {SINCE}::int8, extension_since = 1000000 * {SINCE}::int8 \
         WHERE subject IN \
         (SELECT md5(n::text) FROM generate_series(4, 1000000, {apart}) AS n WHERE n % 5 > 2);"
    )
}

/// The same members in a table of the host's, and the view that it gives us. A join in place of the
/// inner select lets the server read every account up to the page's place.
pub(crate) const HOSTS_OWN: &str = "\
CREATE TABLE staff (org text COLLATE \"C\", person text COLLATE \"C\", since bigint NOT NULL, \
    until bigint, PRIMARY KEY (org, person));
INSERT INTO staff SELECT org, subject, first_joined, left_at FROM mfakit_memberships;
CREATE INDEX ON staff (org, since, person);
CREATE VIEW team AS SELECT s.org, s.person AS subject, s.since AS first_joined, \
    s.until AS left_at, NULL::text AS exemption_reason, \
    NULL::smallint AS exemption_from, NULL::bigint AS exemption_until, \
    NULL::text AS extension_reason, NULL::bigint AS extension_until, \
    NULL::bigint AS extension_granted, NULL::bigint AS extension_since, false AS personal, \
    coalesce((SELECT a.strength FROM mfakit_accounts a WHERE a.subject = s.person), 0::smallint) \
    AS strength, NULL::bigint AS last_signed_in FROM staff s;
";

pub(crate) fn acme() -> OrgId {
    OrgId::new("acme").expect("an organization")
}

pub(crate) fn now() -> DateTime<Utc> {
    since() + TimeDelta::days(30)
}

fn since() -> DateTime<Utc> {
    DateTime::from_timestamp(SINCE, 0).expect("an instant")
}

fn policy() -> OrgPolicy {
    let grace = GracePeriod::days(14).expect("days");
    let terms = PolicyTerms { grace, scope: PolicyScope::WholeAccount };
    OrgPolicy::requiring(Strength::Standard, since(), terms)
}

/// A page of 100 lapsed members: the first, or what follows this member.
pub(crate) fn lapsed(after: Option<RosterRow>) -> RosterQuery {
    let version = Version::from_stored(1).expect("a version");
    let organization = Organization::from_stored(acme(), version, policy(), Vec::new());
    let settings = Settings::default();
    let context = Context::new(&settings, now()).expect("a moment");
    let query = |cursor: Option<&RosterCursor>| {
        organization.roster_query(RosterFilter::Lapsed, cursor, 100, context).expect("a query")
    };
    let Some(row) = after else { return query(None) };
    let page = RosterRows { rows: vec![row], more: true };
    let cursor = organization.roster_page(&query(None), page).next.expect("more behind it");
    query(Some(&cursor))
}
