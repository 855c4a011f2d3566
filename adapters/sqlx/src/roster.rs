//! A page of a roster as one statement over three indexes.
//!
//! Members without personal terms need no stored deadline. Those who joined no later than MFA became
//! required share one, and among them the subject decides; those who joined later follow in the
//! order of joining. Two indexes hold these two orders, whatever the policy. Members with an
//! exemption or an extension are few, in an index of their own, and sorted when they are read. Each
//! of the three gives at most a page, and the page is the first of all of them.

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::organization::{OrgPolicy, RosterFilter, RosterQuery};
use mfakit::store::RosterKey;

use crate::query::Value;

/// Where those stand who are never walled: behind everybody.
const NEVER: i64 = i64::MAX;

/// A statement with `{members}` in it, and its values.
#[derive(Debug, Default)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value<'static>>,
}

impl Statement {
    fn number(&mut self, number: i64) -> String {
        self.value(number.into())
    }

    fn text(&mut self, text: &str) -> String {
        self.value(text.to_owned().into())
    }

    /// The place of a value that is there already, or of a new one.
    fn value(&mut self, value: Value<'static>) -> String {
        let place = self.values.iter().position(|known| *known == value);
        let place = place.unwrap_or_else(|| {
            self.values.push(value);
            self.values.len() - 1
        });
        format!("${}", place + 1)
    }
}

/// The statement of a page; `None` when no member can be on it. It gives one row more than the page
/// has when there are more.
pub(crate) fn page(query: &RosterQuery, member: &str) -> Option<Statement> {
    let mut statement = Statement::default();
    let org = statement.text(query.org().as_str());
    let span = Span::of(query)?;
    let mut branches = Vec::new();
    // In the text and not a value: PostgreSQL keeps a plan only when it knows how little is read,
    // and planning again takes longer than the page.
    let most = query.limit().saturating_add(1);
    let mut add = |what: &str, order: &str, statement: &mut Statement, walled: &str| {
        let place = statement.values.len();
        branches.push(format!(
            "SELECT * FROM (SELECT {member}, {walled} AS walled FROM {{members}} m \
             WHERE m.org = {org} AND m.left_at IS NULL AND {what} \
             ORDER BY {order} LIMIT {most}) AS branch{place}"
        ));
    };
    let mut plain_branches = 0;
    if query.filter() == RosterFilter::Protected {
        let mut what = "m.has_mfa".to_owned();
        if let Some(key) = query.after() {
            what += &format!(" AND m.subject > {}", statement.text(key.subject.as_str()));
        }
        let never = statement.number(NEVER);
        add(&what, "m.subject", &mut statement, &never);
    } else {
        let exempt_only = query.filter() == RosterFilter::Exempt;
        if !exempt_only {
            for (what, order, walled) in plain(query, &span, &mut statement) {
                add(&what, order, &mut statement, &walled);
                plain_branches += 1;
            }
        }
        let (what, walled) = personal(query, &span, &mut statement);
        let order = format!("{walled}, m.subject");
        add(&what, &order, &mut statement, &walled);
    }
    // Those who share the deadline come before those who joined later: of these no more is read than
    // the others leave room for.
    let mut sharing = String::new();
    if let (2, [first, later, ..]) = (plain_branches, &mut branches[..]) {
        sharing = format!("WITH sharing AS ({first}) ");
        *first = "SELECT * FROM sharing".to_owned();
        *later = format!(
            "SELECT * FROM ({later} LIMIT {most} - (SELECT count(*) FROM sharing)) AS rest"
        );
    }
    let branches = branches.join(" UNION ALL ");
    statement.sql = format!("{sharing}{branches} ORDER BY walled, subject LIMIT {most}");
    Some(statement)
}

/// The instants of the wall that a page may hold: after the first, not after the second.
struct Span {
    behind: i64,
    up_to: i64,
    /// Whether those who are never walled are among them.
    never: bool,
}

impl Span {
    fn of(query: &RosterQuery) -> Option<Self> {
        let mut span = Self { behind: i64::MIN, up_to: NEVER - 1, never: true };
        if let Some((behind, up_to)) = query.walled_within() {
            if query.filter() == RosterFilter::Protected {
                return None;
            }
            span = Self { behind: micros(behind), up_to: micros(up_to), never: false };
        }
        match query.filter() {
            RosterFilter::InGrace => {
                span = Self { behind: span.behind.max(micros(query.now())), never: false, ..span };
            }
            RosterFilter::Lapsed => {
                span = Self { up_to: span.up_to.min(micros(query.now())), never: false, ..span };
            }
            _ => {}
        }
        let voluntary = query.policy().since().is_none();
        let nothing = span.behind >= span.up_to || voluntary;
        (span.never || !nothing).then_some(span)
    }

    fn holds(&self, walled: i64) -> bool {
        walled > self.behind && walled <= self.up_to
    }
}

const PLAIN: &str = "NOT m.has_mfa AND NOT m.personal";

/// The branches of members without personal terms: condition, order, and when they are walled.
fn plain(
    query: &RosterQuery,
    span: &Span,
    statement: &mut Statement,
) -> Vec<(String, &'static str, String)> {
    let Some((since, grace)) = start(query.policy()) else {
        // Nobody is walled under a voluntary policy, and the subject alone decides.
        if !span.never {
            return Vec::new();
        }
        let mut what = PLAIN.to_owned();
        if let Some(key) = query.after() {
            what += &format!(" AND m.subject > {}", statement.text(key.subject.as_str()));
        }
        return vec![(what, "m.subject", statement.number(NEVER))];
    };
    let mut branches = Vec::new();
    let after = query.after().map(place);
    let common = since.saturating_add(grace);
    let reached = after.as_ref().is_none_or(|(walled, _)| *walled <= common);
    if span.holds(common) && reached {
        let mut what = format!("{PLAIN} AND m.first_joined <= {}", statement.number(since));
        if let Some((_, subject)) = after.as_ref().filter(|(walled, _)| *walled == common) {
            what += &format!(" AND m.subject > {}", statement.text(subject));
        }
        branches.push((what, "m.subject", statement.number(common)));
    }
    // Those who joined later: everything is said of the day of joining, which the index holds.
    let mut behind = since.max(span.behind.saturating_sub(grace));
    let mut what = PLAIN.to_owned();
    if let Some((walled, subject)) = &after {
        let joined = walled.saturating_sub(grace);
        if joined > behind {
            let (joined_at, subject) = (statement.number(joined), statement.text(subject));
            what += &format!(" AND (m.first_joined, m.subject) > ({joined_at}, {subject})");
            behind = joined.saturating_sub(1);
        }
    }
    let up_to = span.up_to.saturating_sub(grace);
    if behind < up_to {
        what += &format!(" AND m.first_joined > {}", statement.number(behind));
        if span.up_to < NEVER - 1 {
            what += &format!(" AND m.first_joined <= {}", statement.number(up_to));
        }
        let walled = format!("m.first_joined + {}", statement.number(grace));
        branches.push((what, "m.first_joined, m.subject", walled));
    }
    branches
}

/// The branch of members with an exemption or an extension: condition, and when they are walled.
fn personal(query: &RosterQuery, span: &Span, statement: &mut Statement) -> (String, String) {
    let walled = walled_from(query.policy(), statement);
    let mut what = "NOT m.has_mfa AND m.personal".to_owned();
    let running = exempt_at(query.now(), statement);
    match query.filter() {
        RosterFilter::Exempt => what += &format!(" AND {running}"),
        RosterFilter::InGrace | RosterFilter::Lapsed => what += &format!(" AND NOT {running}"),
        _ => {}
    }
    if span.behind > i64::MIN {
        what += &format!(" AND {walled} > {}", statement.number(span.behind));
    }
    if !span.never {
        what += &format!(" AND {walled} <= {}", statement.number(span.up_to));
    }
    if let Some((at, subject)) = query.after().map(place) {
        let (at, subject) = (statement.number(at), statement.text(&subject));
        what += &format!(" AND ({walled}, m.subject) > ({at}, {subject})");
    }
    (what, walled)
}

/// [`OrgPolicy::walled_from`] in SQL, with [`NEVER`] where that is `None`.
fn walled_from(policy: &OrgPolicy, statement: &mut Statement) -> String {
    let never = statement.number(NEVER);
    let Some((since, grace)) = start(policy) else { return never };
    let (since, grace) = (statement.number(since), statement.number(grace));
    let common = format!(
        "(CASE WHEN m.first_joined > {since} THEN m.first_joined ELSE {since} END + {grace})"
    );
    let deadline = format!(
        "(CASE WHEN m.extension_since = {since} AND m.extension_until > {common} \
         THEN m.extension_until ELSE {common} END)"
    );
    format!(
        "(CASE WHEN m.exemption_reason IS NOT NULL AND m.exemption_until IS NULL THEN {never} \
         WHEN m.exemption_until > {deadline} THEN m.exemption_until ELSE {deadline} END)"
    )
}

/// Whether an exemption runs.
fn exempt_at(now: DateTime<Utc>, statement: &mut Statement) -> String {
    let now = statement.number(micros(now));
    format!(
        "(m.exemption_reason IS NOT NULL AND (m.exemption_until IS NULL OR {now} < m.exemption_until))"
    )
}

/// The statement of the counts, one row: protected, without personal terms, how many of these are in
/// their period (`NULL` for all of them), and of those with: all, exempt, lapsed.
///
/// Few have joined within the last period, however many have lapsed: those in it are counted.
pub(crate) fn counts(org: &str, policy: &OrgPolicy, now: DateTime<Utc>) -> Statement {
    let mut statement = Statement::default();
    let org = statement.text(org);
    // Everybody who joined before has lapsed once the common period is over, and nobody earlier.
    let lapsed_up_to = start(policy).and_then(|(since, grace)| {
        let joined = micros(now).saturating_sub(grace);
        (joined >= since).then_some(joined)
    });
    let running = match lapsed_up_to {
        Some(joined) => {
            let joined = statement.number(joined);
            format!(
                "(SELECT count(*) FROM {{members}} m WHERE m.org = {org} AND m.left_at IS NULL \
                 AND {PLAIN} AND m.first_joined > {joined})"
            )
        }
        None => "CAST(NULL AS bigint)".to_owned(),
    };
    let (exempt, walled) = (exempt_at(now, &mut statement), walled_from(policy, &mut statement));
    let now = statement.number(micros(now));
    statement.sql = format!(
        "SELECT (SELECT count(*) FROM {{members}} m WHERE m.org = {org} AND m.left_at IS NULL \
             AND m.has_mfa) AS protected, \
         (SELECT count(*) FROM {{members}} m WHERE m.org = {org} AND m.left_at IS NULL \
             AND {PLAIN}) AS plain, \
         {running} AS running, count(*) AS personal, \
         coalesce(sum(CASE WHEN {exempt} THEN 1 ELSE 0 END), 0) AS exempt, \
         coalesce(sum(CASE WHEN NOT {exempt} AND {walled} <= {now} THEN 1 ELSE 0 END), 0) AS late \
         FROM {{members}} m WHERE m.org = {org} AND m.left_at IS NULL \
             AND NOT m.has_mfa AND m.personal"
    );
    statement
}

/// Since when MFA is required, and the period, in microseconds.
fn start(policy: &OrgPolicy) -> Option<(i64, i64)> {
    let days = i64::from(policy.terms()?.grace.as_days());
    Some((micros(policy.since()?), TimeDelta::days(days).num_microseconds()?))
}

fn place(key: &RosterKey) -> (i64, String) {
    (key.walled_from.map_or(NEVER, micros), key.subject.as_str().to_owned())
}

fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}
