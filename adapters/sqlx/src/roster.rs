//! A page of a roster as one statement over a few indexes.
//!
//! A member's obligations depend on the strength of the account, so there are indexes for each
//! strength, and the page is the first of what they give. Within a strength, members without personal
//! terms need no stored deadline: when they are walled follows from the day of joining alone. Under
//! one requirement, those who joined no later than it began share one deadline, and among them the
//! subject decides; those who joined later follow in the order of joining. Under several, the first
//! wall counts, and such stretches follow one another: see `curve`. Two indexes hold the two orders,
//! whatever the policy. Members with an exemption or an extension are few, in an index of their own,
//! and sorted when they are read. Each branch gives at most a page.

use chrono::{DateTime, Utc};
use mfakit::Strength;
use mfakit::organization::{OrgPolicy, OrgRequirement, RosterFilter, RosterQuery};
use mfakit::store::RosterKey;

use crate::curve::{Curve, micros, start};
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

/// Members whose accounts have one strength: a row of a later release counts for the strength that its
/// rank reaches. The conditions are those of the indexes.
struct Class {
    strength: Option<Strength>,
    plain: &'static str,
    personal: &'static str,
}

const CLASSES: [Class; 3] = [
    Class {
        strength: None,
        plain: "m.strength < 20 AND NOT m.personal",
        personal: "m.strength < 20 AND m.personal",
    },
    Class {
        strength: Some(Strength::Standard),
        plain: "m.strength >= 20 AND m.strength < 40 AND NOT m.personal",
        personal: "m.strength >= 20 AND m.strength < 40 AND m.personal",
    },
    Class {
        strength: Some(Strength::PhishingResistant),
        plain: "m.strength >= 40 AND NOT m.personal",
        personal: "m.strength >= 40 AND m.personal",
    },
];

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
    let mut add = |what: &str, order: &str, walled: &str| {
        let place = branches.len();
        branches.push(format!(
            "SELECT * FROM (SELECT {member}, {walled} AS walled FROM {{members}} m \
             WHERE m.org = {org} AND m.left_at IS NULL AND {what} \
             ORDER BY {order} LIMIT {most}) AS branch{place}"
        ));
    };
    let (mut classes, mut plain_branches) = (0, 0);
    for class in CLASSES.iter().filter(|class| class.is_listed(query, &span)) {
        classes += 1;
        let curve = Curve::of(query.policy(), class.strength);
        if query.filter() != RosterFilter::Exempt {
            for (what, order, walled) in plain(query, &span, class, &curve, &mut statement) {
                add(&what, order, &walled);
                plain_branches += 1;
            }
        }
        let (what, walled) = personal(query, &span, class, &mut statement);
        let order = format!("{walled}, m.subject");
        add(&what, &order, &walled);
    }
    if branches.is_empty() {
        return None;
    }
    // Those who share the deadline come before those who joined later: of these no more is read than
    // the others leave room for.
    let mut sharing = String::new();
    if let (1, 2, [first, later, ..]) = (classes, plain_branches, &mut branches[..]) {
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

impl Class {
    /// Whether a page can hold members of this strength.
    fn is_listed(&self, query: &RosterQuery, span: &Span) -> bool {
        let asked = self.asked(query.policy());
        let listed = match query.filter() {
            RosterFilter::InGrace | RosterFilter::Lapsed => asked,
            RosterFilter::Exempt => self.exempt_from(query.policy()).is_some(),
            filter => filter == RosterFilter::of(self.strength),
        };
        // Nobody is walled of whom nothing is asked.
        listed && (span.never || asked)
    }

    fn asked(&self, policy: &OrgPolicy) -> bool {
        policy.owed(self.strength).next().is_some()
    }

    /// The highest rank that an exemption may begin at and put a member on the list of the exempt:
    /// the lowest that is asked for, or any where MFA is off and nothing is.
    fn exempt_from(&self, policy: &OrgPolicy) -> Option<u8> {
        let lowest = policy.owed(self.strength).map(|one| one.required.rank()).min();
        let any = || (policy.is_voluntary() && self.strength.is_none()).then_some(u8::MAX);
        lowest.or_else(any)
    }
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
        (span.never || span.behind < span.up_to).then_some(span)
    }

    fn holds(&self, walled: i64) -> bool {
        walled > self.behind && walled <= self.up_to
    }
}

/// The branches of members without personal terms: condition, order, and when they are walled.
fn plain(
    query: &RosterQuery,
    span: &Span,
    class: &Class,
    curve: &Curve,
    statement: &mut Statement,
) -> Vec<(String, &'static str, String)> {
    let mut branches = Vec::new();
    if curve.steps.is_empty() {
        // Nobody is walled of whom nothing is asked, and the subject alone decides.
        let mut what = class.plain.to_owned();
        if let Some(key) = query.after() {
            what += &format!(" AND m.subject > {}", statement.text(key.subject.as_str()));
        }
        return vec![(what, "m.subject", statement.number(NEVER))];
    }
    let after = query.after().map(place);
    let mut before: Option<i64> = None;
    for (number, (end, grace)) in curve.steps.iter().copied().enumerate() {
        // Those who share the end: who joined by then, and after those of the step before.
        let since = end.saturating_sub(grace);
        let reached = after.as_ref().is_none_or(|(walled, _)| *walled <= end);
        if span.holds(end) && reached {
            let mut what =
                format!("{} AND m.first_joined <= {}", class.plain, statement.number(since));
            if let Some(longer) = before {
                let from = statement.number(end.saturating_sub(longer));
                what += &format!(" AND m.first_joined >= {from}");
            }
            if let Some((_, subject)) = after.as_ref().filter(|(walled, _)| *walled == end) {
                what += &format!(" AND m.subject > {}", statement.text(subject));
            }
            branches.push((what, "m.subject", statement.number(end)));
        }
        // Those who joined later: everything is said of the day of joining, which the index holds.
        let behind = since.max(span.behind.saturating_sub(grace));
        let place = after.as_ref().map(|(walled, subject)| (walled.saturating_sub(grace), subject));
        let place = place.filter(|(joined, _)| *joined > behind);
        let behind = place.map_or(behind, |(joined, _)| joined.saturating_sub(1));
        // Up to those who share the next end.
        let next = curve.steps.get(number + 1).map(|(end, _)| end.saturating_sub(1));
        let last = next.map_or(span.up_to, |next| next.min(span.up_to));
        let up_to = last.saturating_sub(grace);
        if behind < up_to {
            let mut what = class.plain.to_owned();
            if let Some((joined, subject)) = place {
                let (joined, subject) = (statement.number(joined), statement.text(subject));
                what += &format!(" AND (m.first_joined, m.subject) > ({joined}, {subject})");
            }
            what += &format!(" AND m.first_joined > {}", statement.number(behind));
            if last < NEVER - 1 {
                what += &format!(" AND m.first_joined <= {}", statement.number(up_to));
            }
            let walled = format!("m.first_joined + {}", statement.number(grace));
            branches.push((what, "m.first_joined, m.subject", walled));
        }
        before = Some(grace);
    }
    branches
}

/// The branch of members with an exemption or an extension: condition, and when they are walled.
fn personal(
    query: &RosterQuery,
    span: &Span,
    class: &Class,
    statement: &mut Statement,
) -> (String, String) {
    let walled = walled_from(query.policy(), class, statement);
    let mut what = class.personal.to_owned();
    // A value that no text names would make of one text two statements.
    let not = match query.filter() {
        RosterFilter::Exempt => Some(""),
        RosterFilter::InGrace | RosterFilter::Lapsed => Some("NOT "),
        _ => None,
    };
    if let Some(not) = not {
        let running = exempt_at(query.policy(), class, query.now(), statement);
        what += &format!(" AND {not}{running}");
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
fn walled_from(policy: &OrgPolicy, class: &Class, statement: &mut Statement) -> String {
    let owed = policy.owed(class.strength);
    let walls: Vec<String> = owed.map(|one| wall_of(one, statement)).collect();
    match &walls[..] {
        [] => statement.number(NEVER),
        [one] => one.clone(),
        several => {
            let rows = several.join(" AS wall UNION ALL SELECT ");
            format!("(SELECT min(wall) FROM (SELECT {rows} AS wall) AS walls)")
        }
    }
}

/// [`OrgRequirement::walled_from`] in SQL.
fn wall_of(requirement: &OrgRequirement, statement: &mut Statement) -> String {
    let (never, (since, grace)) = (statement.number(NEVER), start(requirement));
    let (since, grace) = (statement.number(since), statement.number(grace));
    let common = format!(
        "(CASE WHEN m.first_joined > {since} THEN m.first_joined ELSE {since} END + {grace})"
    );
    let deadline = format!(
        "(CASE WHEN m.extension_since = {since} AND m.extension_until > {common} \
         THEN m.extension_until ELSE {common} END)"
    );
    let covers = format!("m.exemption_from <= {}", requirement.required.rank());
    format!(
        "(CASE WHEN {covers} AND m.exemption_until IS NULL THEN {never} \
         WHEN {covers} AND m.exemption_until > {deadline} THEN m.exemption_until \
         ELSE {deadline} END)"
    )
}

/// Whether an exemption runs that puts a member on the list of the exempt.
fn exempt_at(
    policy: &OrgPolicy,
    class: &Class,
    now: DateTime<Utc>,
    statement: &mut Statement,
) -> String {
    let Some(from) = class.exempt_from(policy) else { return "false".to_owned() };
    let now = statement.number(micros(now));
    format!(
        "(m.exemption_from IS NOT NULL AND m.exemption_from <= {from} \
         AND (m.exemption_until IS NULL OR {now} < m.exemption_until))"
    )
}

/// The statement of the counts, one row for each strength, the weakest first: without personal terms,
/// how many of these are in their period (`NULL` for all of them), and of those with: all, exempt,
/// lapsed.
///
/// Few have joined within the last period, however many have lapsed: those in it are counted.
pub(crate) fn counts(org: &str, policy: &OrgPolicy, now: DateTime<Utc>) -> Statement {
    let mut statement = Statement::default();
    let org = statement.text(org);
    let members = format!("FROM {{members}} m WHERE m.org = {org} AND m.left_at IS NULL");
    let mut rows = Vec::new();
    for (number, class) in CLASSES.iter().enumerate() {
        let (plain, personal) = (class.plain, class.personal);
        // Everybody who joined before has lapsed, and nobody later.
        let running = match Curve::of(policy, class.strength).walled_at(micros(now)) {
            Some(joined) => {
                let joined = statement.number(joined);
                format!("(SELECT count(*) {members} AND {plain} AND m.first_joined > {joined})")
            }
            None => "CAST(NULL AS bigint)".to_owned(),
        };
        let exempt = exempt_at(policy, class, now, &mut statement);
        let walled = walled_from(policy, class, &mut statement);
        let now = statement.number(micros(now));
        rows.push(format!(
            "SELECT {number} AS class, (SELECT count(*) {members} AND {plain}) AS plain, \
             {running} AS running, count(*) AS personal, \
             coalesce(sum(CASE WHEN {exempt} THEN 1 ELSE 0 END), 0) AS exempt, \
             coalesce(sum(CASE WHEN NOT {exempt} AND {walled} <= {now} THEN 1 ELSE 0 END), 0) AS late \
             {members} AND {personal}"
        ));
    }
    statement.sql = format!("{} ORDER BY class", rows.join(" UNION ALL "));
    statement
}

fn place(key: &RosterKey) -> (i64, String) {
    (key.walled_from.map_or(NEVER, micros), key.subject.as_str().to_owned())
}
