//! An account as a state of the model: shared, and told apart by what it holds.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use mfakit::FactorId;
use mfakit::domain::{Account, FactorState};
use mfakit::store::{CommitId, Format, StoredAccount};
use serde_json::Value;

/// A stored account. Two rows are the same when their documents are.
#[derive(Clone)]
pub(crate) struct Row {
    account: Arc<Account>,
    print: u64,
}

impl Row {
    pub(crate) fn new(account: Arc<Account>) -> Self {
        let mut document = document(&account);
        // Which commits it remembers matters, and not in which order: fewer than 32 happen here.
        document["recent"] = Value::Null;
        let mut hasher = DefaultHasher::new();
        document.to_string().hash(&mut hasher);
        commit_ids().filter(|id| account.remembers(*id)).for_each(|id| id.hash(&mut hasher));
        Self { print: hasher.finish(), account }
    }

    pub(crate) fn account(&self) -> &Arc<Account> {
        &self.account
    }

    /// The counter of each credential.
    pub(crate) fn counters(&self) -> impl Iterator<Item = (FactorId, u32)> {
        self.account.factors().iter().filter_map(|factor| match factor.state() {
            FactorState::WebAuthn(state) => Some((factor.id(), state.credential().counter())),
            _ => None,
        })
    }
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.print == other.print
    }
}

impl Eq for Row {}

impl Hash for Row {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.print.hash(state);
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({}, {:016x})", self.account.version().number(), self.print)
    }
}

pub(crate) fn document(account: &Account) -> Value {
    serde_json::to_value(StoredAccount::new(account, Format::default())).expect("a document")
}

pub(crate) fn from_document(document: Value) -> Option<Arc<Account>> {
    let read: StoredAccount = serde_json::from_value(document).ok()?;
    read.into_account().ok().map(Arc::new)
}

/// How many requests a scenario has at most, and how often each decides at most.
pub(crate) const REQUESTS: usize = 12;
pub(crate) const ATTEMPTS: u8 = 6;

/// The name of a request's attempt to commit: no two are the same.
pub(crate) fn commit_id(request: usize, attempt: u8) -> CommitId {
    let request = u8::try_from(request).expect("few requests");
    let mut bytes = [0xc0; 16];
    bytes[0] = request;
    bytes[1] = attempt;
    CommitId::from_random(bytes)
}

fn commit_ids() -> impl Iterator<Item = CommitId> {
    (0..REQUESTS).flat_map(|request| (0..ATTEMPTS).map(move |n| commit_id(request, n)))
}
