//! Rows of a database that somebody could write to, and cursors of its events.

use std::sync::{Mutex, OnceLock, PoisonError};

use chrono::{DateTime, Utc};
use mfakit::domain::{Account, Stamp};
use mfakit::organization::{Affiliation, Exemption, Extension, OrgId, OrgPolicy};
use mfakit::store::{
    AccountStore, Commit, CommitId, CommitOutcome, EventCursor, EventLog, Format, OrgStore,
    StoreError, StoreErrorKind, StoredAccount,
};
use mfakit::{Event, Required};
use mfakit_sqlx::{Cause, SqliteStore, Tables};
use sqlx::SqlitePool;
use sqlx::sqlite::SqlitePoolOptions;

use crate::input::Input;
use crate::scene;

/// A row is read if, and only if, every column holds what this crate writes, and then as it stands
/// there; what is not is refused as unreadable, and no value of it is repeated. A cursor is taken if,
/// and only if, it was given to an event; reading goes on behind it.
pub fn sql_rows(data: &[u8]) {
    let database = Database::get();
    let mut input = Input::new(data);
    match input.byte() % 5 {
        0 => database.cursor(std::str::from_utf8(input.rest()).unwrap_or_default()),
        1 => database.organization(&mut input),
        2 => database.membership(&mut input),
        3 => database.account(&mut input),
        _ => database.event(std::str::from_utf8(input.rest()).unwrap_or_default()),
    }
}

struct Database {
    runtime: tokio::runtime::Runtime,
    pool: SqlitePool,
    store: SqliteStore,
}

/// How many events there are in the log. The first two were pruned.
const EVENTS: i64 = 5;

impl Database {
    /// One database in memory; one input at a time writes to it.
    fn get() -> std::sync::MutexGuard<'static, Self> {
        static DATABASE: OnceLock<Mutex<Database>> = OnceLock::new();
        let database = DATABASE.get_or_init(|| Mutex::new(Self::make()));
        database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn make() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        let (pool, store) = runtime.block_on(async {
            // The database is the connection's: it must never be closed.
            let pool = SqlitePoolOptions::new()
                .max_connections(1)
                .idle_timeout(None)
                .max_lifetime(None)
                .test_before_acquire(false)
                .connect_with(SqliteStore::options(":memory:"))
                .await
                .expect("a database");
            let tables = Tables::default();
            SqliteStore::migrate(&pool, &tables).await.expect("tables");
            let store = SqliteStore::open(pool.clone(), tables).await.expect("a store");
            (pool, store)
        });
        let database = Self { runtime, pool, store };
        database.fill();
        database
    }

    fn run(&self, sql: &'static str) {
        self.runtime.block_on(async { sqlx::raw_sql(sql).execute(&self.pool).await }).expect(sql);
    }

    /// Two accounts with their events, five in all.
    fn fill(&self) {
        self.runtime.block_on(async {
            let outcome = AccountStore::commit(&self.store, &committed()).await;
            assert!(matches!(outcome, Ok(CommitOutcome::Committed)), "{outcome:?}");
            let event = serde_json::to_string(&committed().events()[0]).expect("an event");
            for place in 1..EVENTS {
                let sql = "INSERT INTO mfakit_events (commit_id, place, subject, at, event) \
                    VALUES ('c', $1, 'ada', 0, $2)";
                let insert = sqlx::query(sql).bind(place).bind(&event);
                insert.execute(&self.pool).await.expect("an event");
            }
            self.store.prune(&EventCursor::new("2")).await.expect("pruned");
        });
        self.run("INSERT INTO mfakit_organizations VALUES ('o', 1, '', x'')");
    }

    fn cursor(&self, text: &str) {
        let cursor = EventCursor::new(text);
        let page = self.runtime.block_on(self.store.read(Some(&cursor), 10));
        let own: Option<i64> = (0..=EVENTS).find(|id| id.to_string() == text);
        match (page, own) {
            (Ok(page), Some(id)) => {
                let behind = EVENTS - id.max(2);
                assert_eq!(i64::try_from(page.events.len()), Ok(behind), "{text:?}");
                let next = (behind > 0).then(|| EventCursor::new(EVENTS.to_string()));
                assert_eq!(page.next, next, "{text:?}");
            }
            (Err(error), None) => assert_eq!(cause(&error), &Cause::ForeignCursor, "{text:?}"),
            (page, own) => panic!("{text:?} is {own:?}: {page:?}"),
        }
    }

    fn organization(&self, input: &mut Input<'_>) {
        let (version, recent) = (number(input), commits(input));
        let policy = String::from_utf8_lossy(input.rest()).into_owned();
        let policy = policy_of(&policy);
        let org = OrgId::new("o").expect("an id");
        let read = self.runtime.block_on(async {
            let sql = "UPDATE mfakit_organizations SET version = $1, policy = $2, recent = $3";
            let update = sqlx::query(sql).bind(version).bind(&policy).bind(&recent);
            update.execute(&self.pool).await.expect("written");
            self.store.organization(&org).await
        });
        let expected = serde_json::from_str::<OrgPolicy>(&policy).ok();
        let expected = expected.filter(|_| version > 0 && recent.len().is_multiple_of(16));
        match (read, expected) {
            (Ok(Some(read)), Some(policy)) => {
                assert_eq!(read.policy(), &policy);
                assert_eq!(i64::try_from(read.version().number()), Ok(version));
                let read: Vec<&[u8]> =
                    read.recent_commits().iter().map(|id| id.as_bytes().as_slice()).collect();
                assert_eq!(read.concat(), recent);
            }
            (Err(error), None) => unreadable(&error, &policy),
            (read, expected) => panic!("{policy:?} is {expected:?}: {read:?}"),
        }
    }

    fn membership(&self, input: &mut Input<'_>) {
        let row = Row::from(input);
        let (org, ada) = (OrgId::new("o").expect("an id"), scene::ada());
        let (rows, one) = self.runtime.block_on(async {
            let forget = sqlx::query("DELETE FROM mfakit_memberships");
            forget.execute(&self.pool).await.expect("deleted");
            let sql = "INSERT INTO mfakit_memberships VALUES ('o', 'ada', $1, $2, $3, $4, $5, $6, \
                $7, $8, $9, $10, 1, $11, $12, $13)";
            let insert = sqlx::query(sql)
                .bind(row.version)
                .bind(row.joined)
                .bind(row.left)
                .bind(&row.exemption)
                .bind(row.exempt_from)
                .bind(row.exempt_until)
                .bind(&row.extension)
                .bind(row.extended_until)
                .bind(row.granted)
                .bind(row.since)
                .bind(&row.recent)
                .bind(row.strength)
                .bind(row.signed_in);
            insert.execute(&self.pool).await.expect("written");
            // The trigger has read the account.
            let update = sqlx::query("UPDATE mfakit_memberships SET strength = $1");
            update.bind(row.strength).execute(&self.pool).await.expect("written");
            (self.store.memberships(&ada).await, self.store.membership(&org, &ada).await)
        });
        let readable = row.is_readable();
        assert_eq!(rows.is_ok(), readable, "{row:?}: {rows:?}");
        assert_eq!(one.is_ok(), readable, "{row:?}: {one:?}");
        let Ok(Some(member)) = one else { return };
        assert_eq!(member.first_joined(), at(row.joined));
        assert_eq!(member.left_at(), row.left.map(at));
        let exemption = row.exemption.clone();
        let from = rank(row.exempt_from).and_then(|rank| Required::from_rank(rank).ok());
        let exemption = exemption.zip(from).map(|(reason, from)| {
            let until = row.exempt_until.map(at);
            Exemption { reason, from, until }
        });
        assert_eq!(member.exemption(), exemption.as_ref());
        let extension = row.extension.clone().map(|reason| Extension {
            reason,
            until: at(row.extended_until.unwrap_or_default()),
            granted: at(row.granted.unwrap_or_default()),
            policy_since: at(row.since.unwrap_or_default()),
        });
        assert_eq!(member.extension(), extension.as_ref());
        // Whatever the instants are, something is decided on them.
        let required = format!(
            "{{\"requirements\":[{{\"strength\":20,\"since\":{0},\"changed\":{0},\"grace\":365,\
             \"scope\":\"whole_account\"}}]}}",
            serde_json::to_string(&at(row.joined)).expect("JSON")
        );
        let Ok(policy) = serde_json::from_str(&required) else { return };
        let organization =
            mfakit::organization::Organization::from_stored(org, member.version(), policy, vec![]);
        let affiliation =
            Affiliation { organization: std::sync::Arc::new(organization), membership: member };
        for now in [scene::at(scene::NOW), DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            let _ = affiliation.standing(None, now);
        }
    }

    /// The account's own document, of which a part is written over.
    fn account(&self, input: &mut Input<'_>) {
        let (account, _) = scene::protected();
        let version = number(input);
        let version = if version == 0 { signed(account.version().number()) } else { version };
        let at = usize::from(input.byte()) << 8 | usize::from(input.byte());
        let drop = usize::from(input.byte());
        let document = serde_json::to_string(&StoredAccount::new(account, Format::default()));
        let mut document = document.expect("JSON").into_bytes();
        let at = at % document.len();
        let end = (at + drop).min(document.len());
        document.splice(at..end, input.rest().iter().copied());
        let Ok(document) = String::from_utf8(document) else { return };
        let read = self.runtime.block_on(async {
            let sql =
                "UPDATE mfakit_accounts SET version = $1, document = $2 WHERE subject = 'ada'";
            let update = sqlx::query(sql).bind(version).bind(&document);
            update.execute(&self.pool).await.expect("written");
            self.store.load(&scene::ada()).await
        });
        let expected = serde_json::from_str::<StoredAccount>(&document).ok();
        let expected: Option<Account> = expected.and_then(|stored| stored.into_account().ok());
        let expected = expected.filter(|account| {
            account.subject() == &scene::ada() && signed(account.version().number()) == version
        });
        match (read, expected) {
            (Ok(Some(read)), Some(expected)) => assert_eq!(*read, expected),
            (Err(error), None) => unreadable(&error, "sealed"),
            (read, expected) => panic!("{document} is {expected:?}: {read:?}"),
        }
    }

    fn event(&self, text: &str) {
        let text = event_of(text);
        let page = self.runtime.block_on(async {
            let sql = "UPDATE mfakit_events SET event = $1 WHERE id = $2";
            sqlx::query(sql).bind(&text).bind(EVENTS).execute(&self.pool).await.expect("written");
            let page = self.store.read(Some(&EventCursor::new("4")), 10).await;
            let mended = serde_json::to_string(&committed().events()[0]).expect("an event");
            sqlx::query(sql).bind(&mended).bind(EVENTS).execute(&self.pool).await.expect("mended");
            page
        });
        match (page, serde_json::from_str::<Event>(&text)) {
            (Ok(page), Ok(event)) => {
                assert_eq!(page.events, std::slice::from_ref(&event));
                let written = serde_json::to_string(&event).expect("JSON");
                let again: Event = serde_json::from_str(&written).expect("what is written is read");
                assert_eq!(again, event, "{text:?}");
            }
            (Err(error), Err(_)) => unreadable(&error, &text),
            (page, event) => panic!("{text:?} is {event:?}: {page:?}"),
        }
    }
}

/// The first commit of an account, with its event.
fn committed() -> Commit {
    let (account, session) = scene::unprotected(scene::ada());
    let _ = session;
    let change = account
        .password_changed(None, Stamp::from_random([3; 8]), scene::context())
        .expect("a change");
    change.into_commit(CommitId::from_random([6; 16])).0
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(-1)
}

fn cause(error: &StoreError) -> &Cause {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref());
    source.expect("a cause")
}

/// An error that says so, and does not say what was there.
fn unreadable(error: &StoreError, text: &str) {
    let printed = format!("{error} {error:?}");
    assert_eq!(error.kind(), StoreErrorKind::Unreadable, "{printed}");
    assert!(text.len() < 24 || !printed.contains(text), "{printed} repeats {text:?}");
}

/// A column's number: one of those that matter, or any.
fn number(input: &mut Input<'_>) -> i64 {
    match input.byte() {
        1 => 1,
        2 => i64::MAX,
        3 => i64::MIN,
        4 => -1,
        5 => signed(scene::NOW) * 1_000_000,
        6 => i64::from_be_bytes([(); 8].map(|()| input.byte())),
        other => i64::from(other) - 7,
    }
}

fn maybe(input: &mut Input<'_>) -> Option<i64> {
    (!input.byte().is_multiple_of(4)).then(|| number(input))
}

fn commits(input: &mut Input<'_>) -> Vec<u8> {
    let length = usize::from(input.byte()) % 49;
    (0..length).map(|_| input.byte()).collect()
}

/// A policy that is right but for what the input says, or all of it.
fn policy_of(text: &str) -> String {
    let required = |terms: &str| {
        format!(
            "{{\"requirements\":[{{\"strength\":20,\"since\":\"2026-01-01T00:00:00Z\",\
             \"changed\":\"2026-01-01T00:00:00Z\",{terms}}}]}}"
        )
    };
    match text.strip_prefix('+') {
        Some(grace) => required(&format!("\"grace\":{grace},\"scope\":\"whole_account\"")),
        None => text.to_owned(),
    }
}

/// An event with this kind, or all of it.
fn event_of(text: &str) -> String {
    let event = serde_json::to_value(&committed().events()[0]).expect("an event");
    match text.strip_prefix('+') {
        Some(kind) => event.to_string().replace(&event["kind"].to_string(), kind),
        None => text.to_owned(),
    }
}

#[derive(Debug)]
struct Row {
    version: i64,
    joined: i64,
    left: Option<i64>,
    exemption: Option<String>,
    exempt_until: Option<i64>,
    exempt_from: Option<i64>,
    extension: Option<String>,
    extended_until: Option<i64>,
    granted: Option<i64>,
    since: Option<i64>,
    recent: Vec<u8>,
    signed_in: Option<i64>,
    strength: i64,
}

impl Row {
    fn from(input: &mut Input<'_>) -> Self {
        let reason = |input: &mut Input<'_>| {
            (!input.byte().is_multiple_of(2)).then(|| input.text().to_owned())
        };
        let version = number(input);
        let (joined, left) = (number(input), maybe(input));
        let (exemption, exempt_until) = (reason(input), maybe(input));
        let (extension, extended_until) = (reason(input), maybe(input));
        let (granted, since) = (maybe(input), maybe(input));
        let (recent, signed_in) = (commits(input), maybe(input));
        // What came later is drawn last, so that older inputs keep their meaning.
        let exempt_from = match input.byte() {
            0 => Some(20),
            1 => None,
            2 => Some(number(input)),
            rank => Some(i64::from(rank)),
        };
        let strength = match input.byte() {
            1 => number(input),
            rank => i64::from(rank),
        };
        Self {
            version,
            joined,
            left,
            exemption,
            exempt_until,
            exempt_from,
            extension,
            extended_until,
            granted,
            since,
            recent,
            signed_in,
            strength,
        }
    }

    fn is_readable(&self) -> bool {
        let instants = |all: &[Option<i64>]| {
            all.iter().flatten().all(|micros| DateTime::from_timestamp_micros(*micros).is_some())
        };
        let extension = [self.extended_until, self.granted, self.since];
        let complete = extension.iter().all(Option::is_some) && instants(&extension);
        // What stands beside a reason that is not there is not read.
        let covers = rank(self.exempt_from).is_some_and(|rank| rank > 0);
        let exempt = self.exemption.is_none() || instants(&[self.exempt_until]) && covers;
        self.version > 0
            && instants(&[Some(self.joined), self.left, self.signed_in])
            && exempt
            && (self.extension.is_none() || complete)
            && self.recent.len().is_multiple_of(16)
            && rank(Some(self.strength)).is_some()
    }
}

fn rank(number: Option<i64>) -> Option<u8> {
    number.and_then(|number| u8::try_from(number).ok())
}

fn at(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).expect("an instant")
}
