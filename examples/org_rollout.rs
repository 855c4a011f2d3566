//! A large organization makes MFA required: the forecast, the policy, and thirty days after.
//!
//! `cargo run --release --example org_rollout` has a million members on the memory store;
//! `cargo run --example org_rollout -- 100000` has fewer.
#![allow(clippy::print_stdout, reason = "it talks to a person")]

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use mfakit::organization::{
    Forecast, Gate, GracePeriod, OrgAuthority, OrgId, PolicyScope, PolicyTerms, ProposedPolicy,
    Prospects, Reminder, ReminderSchedule, RosterFilter,
};
use mfakit::ports::{Clock, OsEntropy};
use mfakit::testing::{Authenticator, ManualClock, block_on};
use mfakit::{
    Answer, Argon2Hasher, Assurance, Confirmed, EmailStatus, FirstFactor, Keyring, MemoryStore,
    Mfa, NewFactor, SealingKey, SignIn, Strength, Subject,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const GRACE: i64 = 14;
const DAYS: i64 = 30;
/// One in so many members goes through the whole setup, so that the example ends in seconds.
const ONE_ENROLLS_IN: u64 = 200;

const HEAD: &str = "
                                               | reminders due since     | time for
 day  members protected in grace  lapsed exempt | 7 days   1 day  lapsed | counts, page of 100 lapsed";

fn main() -> Result<()> {
    let members = std::env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse())?;
    block_on(run(members))
}

async fn run(members: u64) -> Result<()> {
    let office = Office::new()?;
    let (start, total) = (Instant::now(), Instant::now());
    for number in 0..members {
        office.join(number, TimeDelta::days(i64::try_from(number % 900)?)).await?;
    }
    println!("{members} members joined over 900 days, one call each: {:.1?}", start.elapsed());

    let admin = Subject::new("admin")?;
    office.mfa.join_organization(&office.org, &admin, office.clock.now()).await?;
    let session = office.enroll(&admin).await?;
    let by = OrgAuthority::grant(office.org.clone(), admin.clone(), "audit finding")?;
    for number in (0..members).step_by(1_000) {
        office
            .mfa
            .exempt_member(&session, &by, &Subject::from(number), Strength::Standard, None)
            .await?;
    }
    println!("Every thousandth of them is a service account, exempt for good.\n");

    let scope = PolicyScope::WholeAccount;
    let terms = PolicyTerms { grace: GracePeriod::days(GRACE)?, scope };
    let (start, month) = (Instant::now(), TimeDelta::days(30));
    let forecast = office
        .mfa
        .forecast(&office.org, ProposedPolicy::Required(Strength::Standard, terms), &admin, month)
        .await?;
    println!("Forecast of {GRACE} days, which reads everybody once: {:.1?}", start.elapsed());
    show(&forecast);

    let start = Instant::now();
    office
        .mfa
        .set_policy(&session, &by, ProposedPolicy::Required(Strength::Standard, terms), None)
        .await?;
    println!("MFA is required now, every deadline sorted anew: {:.1?}\n", start.elapsed());

    let ada = Subject::from(1_u64);
    println!("Member 1 never enrolls until the end. Today: {}\n", office.gate(&ada).await?);
    office.walk(members).await?;
    println!("Member 1 on day {DAYS}: {}", office.gate(&ada).await?);
    office.enroll(&ada).await?;
    println!("Member 1 sets MFA up: {}\n", office.gate(&ada).await?);
    println!("All of it took {:.1?}.", total.elapsed());
    Ok(())
}

fn show(forecast: &Forecast) {
    let Prospects { in_grace, exempt, unaffected, lapsed } = forecast.all;
    println!("  {in_grace} in grace, {exempt} exempt, {unaffected} unaffected");
    println!("  {lapsed} would lapse at once");
    for (day, lapsing) in &forecast.lapsing {
        println!("  {lapsing} would lapse on {day}, if nobody set MFA up");
    }
    println!("  {} of them signed in within the last month", forecast.recently_active);
    let locked_out = forecast.actor.is_some_and(|actor| actor.locked_out());
    println!("  the administrator would be locked out: {locked_out}\n");
}

/// One organization, on one store, under a clock that is moved by hand.
struct Office {
    mfa: Mfa,
    store: MemoryStore,
    clock: ManualClock,
    org: OrgId,
}

impl Office {
    fn new() -> Result<Self> {
        let mut key = [0; 32];
        mfakit::ports::Entropy::fill(&OsEntropy, &mut key)?;
        let keyring = Keyring::new(SealingKey::from_bytes("example", &key)?);
        let (store, clock) = (MemoryStore::new(), ManualClock::at(1_800_000_000));
        let mfa = Mfa::builder(store.clone())
            .issuer("Scrivio")
            .keyring(keyring)
            .clock(clock.clone())
            // Thousands enroll here: hashing ten codes of each for real would take minutes.
            .hasher(Argon2Hasher::cheap_and_insecure())
            .build()?;
        Ok(Self { mfa, store, clock, org: OrgId::new("acme")? })
    }

    /// Lets a member in, who was there for some time; every third signed in just now.
    async fn join(&self, number: u64, ago: TimeDelta) -> Result<()> {
        let (subject, now) = (Subject::from(number), self.clock.now());
        self.mfa.join_organization(&self.org, &subject, now - ago).await?;
        if number.is_multiple_of(3) {
            self.store.signed_in(&subject, now);
        }
        Ok(())
    }

    /// Thirty days: some enroll, some join, reminders fall due; every week an overview.
    async fn walk(&self, members: u64) -> Result<()> {
        println!("One in {ONE_ENROLLS_IN} goes through the whole setup, its codes hashed cheaply;");
        println!("the others wait until they are walled.\n{HEAD}");
        let (mut enrolled, mut joined) = (0, members);
        let (mut enrolling, mut reminding) = (Duration::ZERO, Duration::ZERO);
        let mut due = BTreeMap::new();
        self.overview(0, &mut due).await?;
        for day in 1..=DAYS {
            let yesterday = self.clock.now();
            self.clock.advance(TimeDelta::days(1));
            for _ in 0..members / 2_000 {
                self.join(joined, TimeDelta::zero()).await?;
                joined += 1;
            }
            let start = Instant::now();
            let by_now = members / ONE_ENROLLS_IN * u64::try_from(day)? / u64::try_from(DAYS)?;
            while enrolled < by_now {
                self.enroll(&Subject::from(enrolled * ONE_ENROLLS_IN + 2)).await?;
                enrolled += 1;
            }
            enrolling += start.elapsed();
            let (start, schedule) = (Instant::now(), ReminderSchedule::default());
            let count = |reminder: Reminder| *due.entry(reminder.days_before).or_default() += 1;
            let span = (yesterday, self.clock.now());
            self.mfa.reminders(&self.org, &schedule, span, count).await?;
            reminding += start.elapsed();
            if day % 7 == 0 || day == DAYS {
                self.overview(day, &mut due).await?;
            }
        }
        println!("\n{enrolled} enrolled in {enrolling:.1?}, {} joined,", joined - members);
        println!("reminders asked for {DAYS} times in {reminding:.1?}.\n");
        Ok(())
    }

    /// One line: the counts, and how long they took, and a page of a hundred beside them.
    async fn overview(&self, day: i64, due: &mut BTreeMap<u16, u64>) -> Result<()> {
        let start = Instant::now();
        let now = self.mfa.overview(&self.org).await?;
        let (counting, start) = (start.elapsed(), Instant::now());
        self.mfa.roster(&self.org, RosterFilter::Lapsed, None, 100).await?;
        let paging = start.elapsed();
        let [week, eve, lapsed] = [7, 1, 0].map(|days| due.remove(&days).unwrap_or_default());
        print!("{day:4} {:8} {:9} {:8}", now.members, now.protected(), now.in_grace);
        print!(" {:7} {:6} |{week:7} {eve:7} {lapsed:7}", now.lapsed, now.exempt);
        println!(" | {counting:.1?}, {paging:.1?}");
        Ok(())
    }

    /// Takes a user through the setup, as far as the codes are saved.
    async fn enroll(&self, subject: &Subject) -> Result<Assurance> {
        let first = FirstFactor::password(subject.clone(), self.clock.now());
        // Before the deadline the session is full, after it is limited to this setup.
        let SignIn::Done(signed_in) = self.mfa.sign_in(first).await? else {
            return Err("MFA is on already".into());
        };
        let session = signed_in.session();
        let new = NewFactor::totp("Phone", "member@example.org")?;
        let setup = self.mfa.begin_setup(session, new, EmailStatus::Verified).await?;
        let phone = setup
            .totp()
            .and_then(|app| Authenticator::scan(app.otpauth_uri()))
            .ok_or("the URI is none")?;
        let code = phone.code_at(self.clock.now());
        match self.mfa.confirm_setup(session, setup.id(), Answer::code(&code)).await? {
            Confirmed::FirstFactor(_) => {
                let finished = self.mfa.finish_setup(session, setup.id()).await?;
                Ok(finished.full().ok_or("something else comes first")?)
            }
            _ => Err("not confirmed".into()),
        }
    }

    /// What a member may reach, in words.
    async fn gate(&self, subject: &Subject) -> Result<String> {
        Ok(match self.mfa.access(subject).await?.gate {
            Gate::Allow => "go on".into(),
            Gate::AllowAndRemind(asked) => {
                format!("go on; {} days left", asked.days_left(self.clock.now()))
            }
            Gate::SetUpFirst(walled) => format!("set MFA up first; walled since {}", walled.since),
        })
    }
}
