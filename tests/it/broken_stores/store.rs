//! A store that is right but for one thing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use async_trait::async_trait;
use mfakit::domain::Account;
use mfakit::store::{
    AccountIndex, AccountStore, Commit, CommitOutcome, EventCursor, EventLog, EventPage,
    SealedPage, StoreError, Version,
};
use mfakit::{Event, EventKind, KeyId, Subject};

use super::wrong::Wrong;

#[derive(Clone)]
pub(crate) struct Store {
    wrong: Wrong,
    rows: Arc<Mutex<Rows>>,
}

#[derive(Default)]
struct Rows {
    accounts: BTreeMap<String, Arc<Account>>,
    before: BTreeMap<String, Arc<Account>>,
    cache: BTreeMap<String, Option<Arc<Account>>>,
    events: Vec<(u64, Event)>,
    numbered: u64,
    /// The last number that was given when each transaction still open began.
    open: Vec<u64>,
}

impl Store {
    pub(crate) fn new(wrong: Wrong) -> Self {
        Self { wrong, rows: Arc::default() }
    }

    /// Whether a user has MFA on.
    pub(crate) fn enabled(&self, subject: &Subject) -> bool {
        let rows = self.rows.lock().unwrap();
        rows.accounts.get(subject.as_str()).is_some_and(|account| account.enabled())
    }

    /// A user's account, as it is now.
    pub(crate) fn account(&self, subject: &Subject) -> Option<Arc<Account>> {
        self.rows.lock().unwrap().accounts.get(subject.as_str()).cloned()
    }

    /// A number for events that will be appended under it.
    pub(crate) fn next_number(&self) -> u64 {
        let mut rows = self.rows.lock().unwrap();
        rows.numbered += 1;
        rows.numbered
    }

    /// Appends events under a number given before, or under new ones.
    pub(crate) fn append(&self, events: &[Event], number: Option<u64>) {
        let mut rows = self.rows.lock().unwrap();
        for event in events {
            rows.numbered += u64::from(number.is_none());
            let number = number.unwrap_or(rows.numbered);
            rows.events.push((number, event.clone()));
        }
        rows.events.sort_by_key(|(number, _)| *number);
    }

    /// Every event with its number, in their order.
    pub(crate) fn events(&self) -> Vec<(u64, Event)> {
        self.rows.lock().unwrap().events.clone()
    }

    /// Notes that a transaction begins; the number to end it by.
    pub(crate) fn begins(&self) -> u64 {
        let mut rows = self.rows.lock().unwrap();
        let number = rows.numbered;
        rows.open.push(number);
        number
    }

    /// Notes that the transaction has ended.
    pub(crate) fn ends(&self, number: u64) {
        let mut rows = self.rows.lock().unwrap();
        let place = rows.open.iter().position(|open| *open == number);
        place.map(|place| rows.open.remove(place));
    }

    /// The last number from before every transaction that is open.
    pub(crate) fn certain(&self) -> u64 {
        self.rows.lock().unwrap().open.iter().copied().min().unwrap_or(u64::MAX)
    }

    /// Puts a commit's row in its place, without its events.
    pub(crate) fn put(&self, commit: &Commit) {
        self.write(&mut self.rows.lock().unwrap(), commit);
    }

    fn is(&self, wrong: Wrong) -> bool {
        self.wrong == wrong
    }

    fn key(&self, subject: &Subject) -> String {
        let text = subject.as_str();
        match self.wrong {
            Wrong::FoldsCase => text.to_lowercase(),
            Wrong::TrimsSubjects => text.trim().to_owned(),
            Wrong::CutsSubjects => text.chars().take(254).collect(),
            Wrong::DropsAccents => text.replace(['\u{301}', '\u{30a}'], ""),
            _ => text.to_owned(),
        }
    }

    fn agrees(&self, stored: Option<&Arc<Account>>, commit: &Commit) -> bool {
        let stored_version = stored.map(|account| account.version());
        match (self.wrong, stored_version, commit.expected()) {
            (Wrong::ComparesNothing, ..) => true,
            (Wrong::CreatesOverWhatIsThere, Some(_), None) => true,
            (Wrong::CreatesOnUpdate, None, Some(_)) => true,
            (Wrong::TakesOlderVersions, Some(stored), Some(expected)) => expected <= stored,
            (Wrong::TakesNewerVersions, Some(stored), Some(expected)) => expected >= stored,
            (Wrong::ComparesExistenceOnly, stored, expected) => {
                stored.is_some() == expected.is_some()
            }
            (Wrong::ErasesWithoutComparing, Some(_), _) if commit.next().is_none() => true,
            (Wrong::SaysCommittedAgain, stored, expected) => {
                stored == expected || stored_remembers(&self.rows, commit)
            }
            (_, stored, expected) => stored == expected,
        }
    }

    fn write(&self, rows: &mut Rows, commit: &Commit) {
        let key = self.key(commit.subject());
        if let Some(account) = rows.accounts.get(&key).cloned() {
            rows.before.insert(key.clone(), account);
        }
        match commit.next() {
            _ if self.is(Wrong::StoresNothing) => {}
            Some(next) => drop(rows.accounts.insert(key, self.wrong.spoil(next))),
            None if self.is(Wrong::KeepsErasedRows) => {}
            None => {
                rows.accounts.remove(&key);
                if self.is(Wrong::ForgetsEventsOfErasedAccounts) {
                    rows.events.retain(|(_, event)| event.subject() != commit.subject());
                }
            }
        }
    }

    fn log(&self, rows: &mut Rows, commit: &Commit, number: Option<u64>) {
        if self.is(Wrong::LosesEvents) {
            return;
        }
        let mut events: Vec<Event> = commit.events().to_vec();
        if self.is(Wrong::RepeatsEvents) {
            events.extend(commit.events().iter().cloned());
        }
        if self.is(Wrong::LosesEventsItDoesNotKnow) {
            events.retain(|event| !matches!(event.kind(), EventKind::Unknown(_)));
        }
        for event in events {
            rows.numbered += u64::from(number.is_none());
            let number = number.unwrap_or(rows.numbered);
            rows.events.push((number, event));
        }
        rows.events.sort_by_key(|(number, _)| *number);
        if self.is(Wrong::ReversesEvents) {
            rows.events.reverse();
        }
    }
}

/// Peeks without the lock that `agrees` is called under.
fn stored_remembers(rows: &Mutex<Rows>, commit: &Commit) -> bool {
    let Ok(rows) = rows.try_lock() else { return false };
    let account = rows.accounts.get(commit.subject().as_str());
    account.is_some_and(|account| account.remembers(commit.id()))
}

/// Pending once.
pub(crate) async fn give_way() {
    let mut given = false;
    std::future::poll_fn(|context| {
        if given {
            return Poll::Ready(());
        }
        given = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[async_trait]
impl AccountStore for Store {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        give_way().await;
        let key = self.key(subject);
        let mut rows = self.rows.lock().unwrap();
        let stored = rows.accounts.get(&key).cloned();
        Ok(match self.wrong {
            Wrong::LoadsFromACache => rows.cache.entry(key).or_insert(stored).clone(),
            Wrong::InventsAccounts => stored.or_else(|| {
                let first = Version::first([1; 8]);
                Some(Arc::new(Account::absent(subject.clone(), first)))
            }),
            Wrong::LoadsTheStateBefore => rows.before.get(&key).cloned().or(stored),
            _ => stored,
        })
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        give_way().await;
        let key = self.key(commit.subject());
        let stored = self.rows.lock().unwrap().accounts.get(&key).cloned();
        let mut agrees = self.agrees(stored.as_ref(), commit);
        if self.is(Wrong::ComparesAndThenSets) {
            give_way().await;
        } else {
            let rows = self.rows.lock().unwrap();
            let stored = rows.accounts.get(&key).cloned();
            drop(rows);
            agrees = self.agrees(stored.as_ref(), commit);
        }
        let number = self.is(Wrong::NumbersEventsBeforeTheyAreThere).then(|| {
            let mut rows = self.rows.lock().unwrap();
            rows.numbered += 1;
            rows.numbered
        });
        if !agrees {
            let mut rows = self.rows.lock().unwrap();
            if self.is(Wrong::LogsRefusedCommits) {
                self.log(&mut rows, commit, number);
            }
            return match self.wrong {
                Wrong::FailsInsteadOfConflict => Err(StoreError::unavailable("conflict")),
                Wrong::SaysCommittedToLosers => Ok(CommitOutcome::Committed),
                Wrong::StoresWhatItRefuses => {
                    self.write(&mut rows, commit);
                    Ok(CommitOutcome::Conflict)
                }
                _ => Ok(CommitOutcome::Conflict),
            };
        }
        let halves = matches!(
            self.wrong,
            Wrong::StoresHalfBeforeItWaits | Wrong::NumbersEventsBeforeTheyAreThere
        );
        if self.is(Wrong::DeletesBeforeItInserts) {
            self.rows.lock().unwrap().accounts.remove(&key);
            give_way().await;
        }
        self.write(&mut self.rows.lock().unwrap(), commit);
        if halves {
            // Not all writers wait equally long, or none would overtake another.
            let bytes = *commit.id().as_bytes();
            for _ in 0..=usize::from(bytes[11].wrapping_add(bytes[15]) % 5) {
                give_way().await;
            }
        }
        self.log(&mut self.rows.lock().unwrap(), commit, number);
        Ok(CommitOutcome::Committed)
    }
}

impl Store {
    fn number(&self, cursor: Option<&EventCursor>) -> Result<u64, StoreError> {
        let Some(cursor) = cursor else { return Ok(0) };
        match cursor.as_str().parse::<u64>() {
            Ok(number) => Ok(number),
            Err(_) if self.is(Wrong::TakesAnyCursor) => Ok(0),
            Err(error) => Err(StoreError::unavailable(error)),
        }
    }
}

#[async_trait]
impl EventLog for Store {
    async fn read(
        &self,
        after: Option<&EventCursor>,
        limit: usize,
    ) -> Result<EventPage, StoreError> {
        give_way().await;
        let after = self.number(after)?;
        let rows = self.rows.lock().unwrap();
        let behind = rows.events.iter().filter(|(number, _)| match self.wrong {
            Wrong::CursorRepeatsTheLast => *number >= after,
            _ => *number > after,
        });
        let most = if self.is(Wrong::NothingAndPagesAreShort) { limit.min(2) } else { limit };
        let page: Vec<&(u64, Event)> = behind.take(most).collect();
        let skip = u64::from(self.is(Wrong::CursorSkipsOne));
        let next = page.last().map(|(number, _)| EventCursor::new((number + skip).to_string()));
        let next = next.filter(|next| next.as_str() != after.to_string());
        let ends = self.is(Wrong::LastPageHasNoCursor) && page.len() < limit;
        let next = next.filter(|_| !ends);
        Ok(EventPage { events: page.into_iter().map(|(_, event)| event.clone()).collect(), next })
    }

    async fn prune(&self, up_to: &EventCursor) -> Result<u64, StoreError> {
        let extra = u64::from(self.is(Wrong::PrunesOneTooMany));
        let up_to = self.number(Some(up_to))?;
        let mut rows = self.rows.lock().unwrap();
        let before = rows.events.len();
        let mut spare = extra;
        rows.events.retain(|(number, _)| {
            let keep = *number > up_to && spare == 0;
            spare -= u64::from(*number > up_to && spare > 0);
            keep
        });
        Ok((before - rows.events.len()) as u64)
    }
}

#[async_trait]
impl AccountIndex for Store {
    async fn load_many(
        &self,
        subjects: &[Subject],
    ) -> Result<Vec<Option<Arc<Account>>>, StoreError> {
        let rows = self.rows.lock().unwrap();
        let mut subjects: Vec<&Subject> = subjects.iter().collect();
        if self.is(Wrong::AnswersBatchesSorted) {
            subjects.sort();
        }
        let found = subjects.into_iter().map(|s| rows.accounts.get(s.as_str()).cloned());
        Ok(match self.wrong {
            Wrong::LeavesAbsentOutOfBatches => found.filter(Option::is_some).collect(),
            _ => found.collect(),
        })
    }

    async fn sealed_under(
        &self,
        key: &KeyId,
        after: Option<&Subject>,
        limit: usize,
    ) -> Result<SealedPage, StoreError> {
        let rows = self.rows.lock().unwrap();
        let holds = |account: &&Arc<Account>| {
            let mut sealed: Vec<_> = account.sealed_secrets().collect();
            if self.is(Wrong::PagesOverlookPendingSetups) {
                sealed.clear();
                let factors = account.factors().iter();
                return factors
                    .filter(|factor| factor.added_at() != account.factors()[0].added_at())
                    .count()
                    > 0;
            }
            sealed.iter().any(|(_, sealed)| sealed.key() == key)
        };
        let mut subjects: Vec<Subject> = rows
            .accounts
            .values()
            .filter(holds)
            .map(|account| account.subject().clone())
            .filter(|subject| after.is_none_or(|after| subject > after))
            .collect();
        if self.is(Wrong::PagesDescend) {
            subjects.reverse();
        }
        let mut more = subjects.len() > limit;
        if self.is(Wrong::PagesIgnoreTheLimit) {
            more = false;
        } else {
            subjects.truncate(limit);
        }
        Ok(SealedPage { subjects, more: more && !self.is(Wrong::PagesSayNoMore) })
    }
}
