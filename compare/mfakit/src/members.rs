//! An organization of 100,000 members: 60,000 have MFA, 30,000 have lapsed, 10,000 are in grace.

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::organization::{
    Acknowledgement, Gate, GracePeriod, OrgAuthority, OrgId, PolicyScope, PolicyTerms,
    ProposedPolicy, RosterFilter, RosterPage,
};
use mfakit::ports::Clock;
use mfakit::testing::ManualClock;
use mfakit::{Argon2Hasher, FirstFactor, MemoryStore, Mfa, MfaBuilder, SignIn, SignedIn, Strength, Subject};
use mfakit_sqlx::{SqliteStore, Tables};
use shared::{Outcome, Peer, Record, Tally};
use sqlx::{AssertSqlSafe, SqlitePool};

use crate::complete;
use crate::peer::Library;
use crate::sessions::Sessions;

const MEMBERS: u64 = 100_000;
const LAPSED: usize = 30_000;
const DAY: TimeDelta = TimeDelta::days(1);
/// Where members' numbers begin, above those of the other work's accounts.
const FROM: u64 = 1_000_000;

/// Thirty of a hundred never enrolled and were there before MFA became required, ten of a hundred
/// joined ten days ago.
fn protected(number: u64) -> bool {
    number % 10 < 6
}

fn joined(number: u64, required: DateTime<Utc>) -> DateTime<Utc> {
    if number % 10 == 9 { required + DAY * 20 } else { required - DAY * 100 }
}

/// On SQLite the members are filled in with statements, as a host's own migration would: enrolling
/// sixty thousand for real would take hours of hashing. One of them has enrolled for real, and the
/// others have her row.
pub(crate) async fn on_sqlite(pool: SqlitePool, record: &Record) {
    let store = SqliteStore::open(pool.clone(), Tables::default()).await.expect("a store");
    let (clock, required) = clock();
    let builder = Mfa::builder(store.clone()).stamps(store);
    let mfa = complete(builder.clock(clock.clone()));
    require(&mfa, required).await;
    let early = (required - DAY * 100).timestamp_micros();
    let late = (required + DAY * 20).timestamp_micros();
    let fill = format!(
        "INSERT INTO mfakit_accounts
         WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < {MEMBERS} - 1)
         SELECT CAST({FROM} + n AS TEXT), version, stamp, enabled, sealed_under,
         json_set(document, '$.subject', CAST({FROM} + n AS TEXT))
         FROM n, (SELECT * FROM mfakit_accounts WHERE enabled LIMIT 1) WHERE n % 10 < 6;
         INSERT INTO mfakit_memberships
         WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < {MEMBERS} - 1)
         SELECT 'acme', CAST({FROM} + n AS TEXT), 1, CASE n % 10 WHEN 9 THEN {late} ELSE {early} END,
         NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, x'', n % 10 < 6, NULL FROM n;
         ANALYZE;"
    );
    sqlx::raw_sql(AssertSqlSafe(fill)).execute(&pool).await.expect("filled");
    measure(&mfa, &clock, record).await;
}

/// In memory they join and enroll by the library, with hashes that cost nothing: none is used.
pub(crate) async fn in_memory(record: &Record) {
    let store = MemoryStore::new();
    let (clock, required) = clock();
    let builder = |clock: ManualClock| -> MfaBuilder {
        Mfa::builder(store.clone()).clock(clock)
    };
    let mfa = complete(builder(clock.clone()));
    let enrolling = complete(
        Mfa::builder(store.clone()).hasher(Argon2Hasher::cheap_and_insecure()),
    );
    let peer = Library { mfa: enrolling, sessions: Sessions::in_memory() };
    let share = |part: u64| {
        let peer = peer.clone();
        let numbers = (part..MEMBERS).step_by(16).filter(|number| protected(*number));
        tokio::spawn(async move {
            for number in numbers {
                peer.enroll(FROM + number).await;
            }
        })
    };
    for enrolled in (0..16).map(share).collect::<Vec<_>>() {
        enrolled.await.expect("enrolled");
    }
    require(&mfa, required).await;
    clock.set(Utc::now()); // Nobody joins in the future.
    for number in 0..MEMBERS {
        let (subject, joined) = (Subject::from(FROM + number), joined(number, required));
        mfa.join_organization(&acme(), &subject, joined).await.expect("joined");
    }
    measure(&mfa, &clock, record).await;
}

fn acme() -> OrgId {
    OrgId::new("acme").expect("an organization")
}

/// The clock stands thirty days back, when MFA becomes required.
fn clock() -> (ManualClock, DateTime<Utc>) {
    let required = Utc::now() - DAY * 30;
    (ManualClock::at(required.timestamp()), required)
}

async fn require(mfa: &Mfa, now: DateTime<Utc>) {
    let admin = Subject::new("admin").expect("a subject");
    let signed_in = mfa.sign_in(FirstFactor::password(admin.clone(), now)).await;
    let Ok(SignIn::Done(SignedIn::Full(session, _))) = signed_in else { panic!("{signed_in:?}") };
    let by = OrgAuthority::grant(acme(), admin, "comparison").expect("an authority");
    let grace = GracePeriod::days(14).expect("days");
    let terms = PolicyTerms { grace, scope: PolicyScope::WholeAccount };
    let knows = Some(Acknowledgement::ActorIsWeaker);
    mfa.set_policy(&session, &by, ProposedPolicy::Required(Strength::Standard, terms), knows).await.expect("a policy");
}

async fn measure(mfa: &Mfa, clock: &ManualClock, record: &Record) {
    clock.set(Utc::now());
    assert!(clock.now() > Utc::now() - DAY);
    let mut policy = Tally::default();
    for number in (0..MEMBERS).step_by(499) {
        let subject = Subject::from(FROM + number);
        let access = policy.time(async { (Outcome::Accepted, mfa.access(&subject).await) }).await;
        let walled = matches!(access.expect("access").gate, Gate::SetUpFirst(_));
        assert_eq!(walled, (6..9).contains(&(number % 10)), "{subject}");
    }
    record.write("policy", 201, policy);

    let (mut page, mut all, mut count) = (Tally::default(), Tally::default(), Tally::default());
    for _ in 0..30 {
        let first = async { (Outcome::Accepted, lapsed(mfa, None, 100).await) };
        assert_eq!(page.time(first).await.members.len(), 100);
        let counts = async { (Outcome::Accepted, mfa.overview(&acme()).await) };
        let counts = count.time(counts).await;
        assert_eq!(counts.expect("counts").lapsed, u64::try_from(LAPSED).expect("few"));
    }
    for _ in 0..5 {
        let listed = all.time(async { (Outcome::Accepted, everybody(mfa).await) }).await;
        assert_eq!(listed, LAPSED);
    }
    record.write("lapsed_page", 30, page);
    record.write("lapsed_count", 30, count);
    record.write("lapsed_all", 5, all);
}

async fn lapsed(mfa: &Mfa, after: Option<&str>, limit: usize) -> RosterPage {
    mfa.roster(&acme(), RosterFilter::Lapsed, after, limit).await.expect("a page")
}

/// Page by page, a thousand at a time.
async fn everybody(mfa: &Mfa) -> usize {
    let (mut listed, mut after) = (0, None);
    loop {
        let page = lapsed(mfa, after.as_deref(), 1_000).await;
        listed += page.members.len();
        match page.next {
            Some(next) => after = Some(next.to_string()),
            None => return listed,
        }
    }
}
