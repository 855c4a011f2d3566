//! A store of one's own: accounts, their index and their events in redb, an embedded key-value
//! store. Organizations are in `custom_store/organizations.rs`.
//!
//! `cargo run --example custom_store` holds it to its contract, rule by rule, and then lets
//! somebody sign in; `cargo run --example custom_store -- accounts.redb` keeps what it does.
#![allow(clippy::print_stdout, reason = "it talks to a person")]

#[path = "custom_store/organizations.rs"]
mod organizations;
#[path = "custom_store/rows.rs"]
mod rows;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use mfakit::domain::Account;
use mfakit::ports::{Clock, SystemClock};
use mfakit::store::{
    AccountIndex, AccountStore, Commit, CommitOutcome, EventCursor, EventLog, EventPage, Format,
    SealedPage, StoreError, StoredAccount, StoredError, SubjectEvents,
};
use mfakit::testing::conformance::{self, Candidate};
use mfakit::testing::{block_on, code_for};
use mfakit::{
    Answer, Confirmed, EmailStatus, Event, FirstFactor, KeyId, Keyring, Mfa, NewFactor, SealingKey,
    SignIn, SignedIn, Subject, Verdict,
};
use redb::backends::InMemoryBackend;
use redb::{Database, ReadTransaction, ReadableTable, TableDefinition, WriteTransaction};

/// Subject → the account's document. redb compares strings byte for byte, as the contract wants.
const ACCOUNTS: TableDefinition<&str, &str> = TableDefinition::new("accounts");
/// (sealing key, subject): one entry for each key that a secret of the account lies under.
const SEALED: TableDefinition<(&str, &str), ()> = TableDefinition::new("sealed");
/// Number → event. Numbers ascend in the order of the commits, because one runs at a time.
const EVENTS: TableDefinition<u64, &str> = TableDefinition::new("events");
/// (subject, number): the same events by whom they are about.
const EVENTS_OF: TableDefinition<(&str, u64), ()> = TableDefinition::new("events of a subject");
/// The last numbers that were given.
const NUMBERS: TableDefinition<&str, u64> = TableDefinition::new("numbers");

type Fault = Box<dyn Error + Send + Sync>;

/// A handle on the database. All clones share it.
///
/// Every call of redb blocks. In an application with an async runtime, run each of them where it
/// may: tokio has `spawn_blocking`.
#[derive(Clone)]
pub(crate) struct RedbStore(Arc<Database>);

impl RedbStore {
    /// In a file, which one process has open at a time.
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        Self::new(Database::create(path)?)
    }

    /// In memory, for tests.
    pub(crate) fn in_memory() -> Result<Self, Fault> {
        Self::new(Database::builder().create_with_backend(InMemoryBackend::new())?)
    }

    fn new(database: Database) -> Result<Self, Fault> {
        // Reading a table that was never written to is an error.
        let tx = database.begin_write()?;
        tx.open_table(ACCOUNTS)?;
        tx.open_table(SEALED)?;
        tx.open_table(EVENTS)?;
        tx.open_table(EVENTS_OF)?;
        tx.open_table(NUMBERS)?;
        organizations::open_tables(&tx)?;
        tx.commit()?;
        Ok(Self(Arc::new(database)))
    }

    /// One snapshot.
    fn read<T>(
        &self,
        read: impl FnOnce(&ReadTransaction) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let snapshot = || read(&self.0.begin_read()?);
        snapshot().map_err(failed)
    }

    /// One transaction, durable when this returns. redb runs them one after the other, so that
    /// nothing comes between a comparison and the write that rests on it. Nothing in here awaits:
    /// a future that is dropped has done all of it or none.
    fn write<T>(
        &self,
        write: impl FnOnce(&WriteTransaction) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let transaction = || {
            let tx = self.0.begin_write()?;
            // An error drops the transaction, and with it everything that was written.
            let done = write(&tx)?;
            tx.commit()?;
            Ok(done)
        };
        transaction().map_err(failed)
    }
}

/// Whether the database failed or what it holds cannot be read. It is never "there is no row".
fn failed(fault: Fault) -> StoreError {
    if fault.is::<serde_json::Error>() || fault.is::<StoredError>() {
        StoreError::unreadable(fault)
    } else {
        StoreError::unavailable(fault)
    }
}

fn account(document: &str) -> Result<Account, Fault> {
    Ok(serde_json::from_str::<StoredAccount>(document)?.into_account()?)
}

/// The next number of a sequence.
fn next(tx: &WriteTransaction, sequence: &str) -> Result<u64, Fault> {
    let mut numbers = tx.open_table(NUMBERS)?;
    let number = numbers.get(sequence)?.map_or(0, |last| last.value()) + 1;
    numbers.insert(sequence, number)?;
    Ok(number)
}

/// Appends the events of a commit, in the transaction of what they tell of.
fn append(tx: &WriteTransaction, events: &[Event]) -> Result<(), Fault> {
    for event in events {
        let number = next(tx, "event")?;
        tx.open_table(EVENTS)?.insert(number, &*serde_json::to_string(event)?)?;
        tx.open_table(EVENTS_OF)?.insert((event.subject().as_str(), number), ())?;
    }
    Ok(())
}

#[async_trait]
impl AccountStore for RedbStore {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        self.read(|tx| {
            let document = tx.open_table(ACCOUNTS)?.get(subject.as_str())?;
            document.map(|document| Ok(Arc::new(account(document.value())?))).transpose()
        })
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        self.write(|tx| {
            let key = commit.subject().as_str();
            let mut accounts = tx.open_table(ACCOUNTS)?;
            let stored = accounts.get(key)?.map(|document| account(document.value()));
            let stored = stored.transpose()?;
            if stored.as_ref().map(Account::version) != commit.expected() {
                return Ok(CommitOutcome::Conflict);
            }
            match commit.next() {
                Some(next) => {
                    let document = StoredAccount::new(next, Format::default());
                    accounts.insert(key, &*serde_json::to_string(&document)?)?
                }
                None => accounts.remove(key)?,
            };
            let mut sealed = tx.open_table(SEALED)?;
            for (_, secret) in stored.iter().flat_map(Account::sealed_secrets) {
                sealed.remove((secret.key().as_str(), key))?;
            }
            for (_, secret) in commit.next().iter().flat_map(|next| next.sealed_secrets()) {
                sealed.insert((secret.key().as_str(), key), ())?;
            }
            let was = stored.and_then(|account| account.strength());
            let is = commit.next().and_then(|account| account.strength());
            if was != is {
                organizations::follow(tx, key, was, is)?;
            }
            append(tx, commit.events())?;
            Ok(CommitOutcome::Committed)
        })
    }
}

#[async_trait]
impl AccountIndex for RedbStore {
    async fn load_many(
        &self,
        subjects: &[Subject],
    ) -> Result<Vec<Option<Arc<Account>>>, StoreError> {
        self.read(|tx| {
            let accounts = tx.open_table(ACCOUNTS)?;
            let load = |subject: &Subject| {
                let document = accounts.get(subject.as_str())?;
                document.map(|document| Ok(Arc::new(account(document.value())?))).transpose()
            };
            subjects.iter().map(load).collect()
        })
    }

    async fn sealed_under(
        &self,
        key: &KeyId,
        after: Option<&Subject>,
        limit: usize,
    ) -> Result<SealedPage, StoreError> {
        self.read(|tx| {
            // No subject is empty, so that the empty text is before all of them.
            let after = (key.as_str(), after.map_or("", Subject::as_str));
            let sealed = tx.open_table(SEALED)?;
            let mut subjects = Vec::new();
            for entry in sealed.range(after..)? {
                let (entry, _) = entry?;
                let (of, subject) = entry.value();
                if of != key.as_str() || subjects.len() > limit {
                    break;
                }
                if subject != after.1 {
                    subjects.push(Subject::new(subject)?);
                }
            }
            let more = subjects.len() > limit;
            subjects.truncate(limit);
            Ok(SealedPage { subjects, more })
        })
    }
}

#[async_trait]
impl EventLog for RedbStore {
    async fn read(
        &self,
        after: Option<&EventCursor>,
        limit: usize,
    ) -> Result<EventPage, StoreError> {
        self.read(|tx| {
            let mut last = place(after)?;
            let mut events = Vec::new();
            for entry in tx.open_table(EVENTS)?.range(last + 1..)?.take(limit) {
                let (number, event) = entry?;
                events.push(serde_json::from_str(event.value())?);
                last = number.value();
            }
            let next = (!events.is_empty()).then(|| EventCursor::new(last.to_string()));
            Ok(EventPage { events, next })
        })
    }

    async fn prune(&self, up_to: &EventCursor) -> Result<u64, StoreError> {
        self.write(|tx| {
            let (up_to, mut dropped) = (place(Some(up_to))?, 0);
            tx.open_table(EVENTS)?.retain_in(..=up_to, |_, _| {
                dropped += 1;
                false
            })?;
            tx.open_table(EVENTS_OF)?.retain(|(_, number), ()| number > up_to)?;
            Ok(dropped)
        })
    }
}

#[async_trait]
impl SubjectEvents for RedbStore {
    async fn latest(&self, subject: &Subject, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.read(|tx| {
            let (events, of) = (tx.open_table(EVENTS)?, tx.open_table(EVENTS_OF)?);
            let subject = subject.as_str();
            let mut latest = Vec::new();
            // From the end: redb walks a range both ways.
            for entry in of.range((subject, 0)..=(subject, u64::MAX))?.rev().take(limit) {
                let event = events.get(entry?.0.value().1)?.ok_or("an event is missing")?;
                latest.push(serde_json::from_str(event.value())?);
            }
            Ok(latest)
        })
    }
}

/// The number of the last event that was read; 0 is before the first one.
fn place(cursor: Option<&EventCursor>) -> Result<u64, Fault> {
    Ok(cursor.map_or(Ok(0), |cursor| cursor.as_str().parse::<u64>())?)
}

/// What the conformance kit is given: one fresh database, by two handles.
pub(crate) fn candidate() -> Result<Candidate, Fault> {
    let store = RedbStore::in_memory()?;
    Ok(Candidate::new(store.clone())
        .other_handle(store.clone())
        .index(store.clone())
        .event_log(store.clone())
        .subject_events(store.clone())
        .organizations(store.clone())
        .other_organizations(store.clone())
        .stamps(store)
        // One commit at a time takes its time; a smaller crowd shows as much.
        .crowd(1_000))
}

#[allow(clippy::expect_used, reason = "without a store there is nothing to try")]
fn main() -> Result<(), Fault> {
    let fresh = || async { candidate().expect("a database in memory") };
    let report = block_on(conformance::check_all(fresh));
    println!("{report}\n");
    if !report.is_right() {
        return Err("the store breaks its contract".into());
    }
    let store = match std::env::args().nth(1) {
        Some(path) => RedbStore::open(Path::new(&path))?,
        None => RedbStore::in_memory()?,
    };
    block_on(sign_in(store))
}

/// Somebody sets MFA up, and signs in with a recovery code.
async fn sign_in(store: RedbStore) -> Result<(), Fault> {
    let keyring = Keyring::new(SealingKey::from_bytes("example", &[7; 32])?);
    let mfa = Mfa::builder(store).issuer("Scrivio").keyring(keyring).build()?;
    let now = || SystemClock.now();
    let ada = Subject::new(format!("ada {}", now().timestamp_micros()))?;
    let password = || FirstFactor::password(ada.clone(), now());
    let SignIn::Done(SignedIn::Full(session, _)) = mfa.sign_in(password()).await? else {
        return Err("a new user has MFA on".into());
    };
    let phone = NewFactor::totp("Phone", "ada@example.org")?;
    let setup = mfa.begin_setup(&session, phone, EmailStatus::Verified).await?;
    let typed = code_for(&setup, now());
    let confirmed = mfa.confirm_setup(&session, setup.id(), Answer::code(&typed)).await?;
    let Confirmed::FirstFactor(codes) = confirmed else { return Err("not confirmed".into()) };
    let _ = mfa.finish_setup(&session, setup.id()).await?;
    println!("{ada} has set MFA up, and {} recovery codes.", codes.as_slice().len());
    let SignIn::Challenge(challenge) = mfa.sign_in(password()).await? else {
        return Err("the password alone signed in".into());
    };
    let paper = codes.iter().next().ok_or("no codes")?.reveal();
    let Verdict::Passed(passed) = mfa.answer(&challenge, Answer::recovery(&paper)).await? else {
        return Err("the recovery code was not right".into());
    };
    let SignedIn::Full(session, _) = passed.signed_in else {
        return Err("something comes first".into());
    };
    println!("Signed in with two factors: {}.", session.has_second_factor());
    let left = mfa.status(&ada).await?.recovery_left.unwrap_or_default();
    println!("Recovery codes left: {left}.");
    Ok(())
}
