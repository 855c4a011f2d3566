//! Rules that can be taken away, one at a time, to see the promise that rests on each fall.

use std::sync::Arc;

use mfakit::domain::Account;

use crate::request::{Request, Told};
use crate::row::{document, from_document};
use crate::scene::Signer;

/// A rule that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The store writes without comparing versions.
    StoreDoesNotCompare,
    /// The answer leaves when it is decided, not when it is committed.
    AnswerBeforeCommit,
    /// An accepted code's step is not burned.
    StepNotBurned,
    /// A used recovery code is not spent.
    CodeNotSpent,
    /// Regenerating leaves the old set.
    OldSetKept,
    /// A guess is not charged.
    GuessNotCharged,
    /// A change of credentials leaves the stamp.
    StampKept,
    /// A setup is confirmed by whoever asks, as if by the session that began it.
    SetupUnbound,
    /// The next state does not remember the commit that made it.
    CommitForgotten,
    /// A crash in the middle of a commit leaves half of it.
    TornCommit,
    /// The events are written after the state, not with it.
    EventsApart,
    /// A challenge that was passed is not remembered.
    PassForgotten,
    /// What a key signed for one challenge is taken for another.
    AssertionUnbound,
    /// An assertion that does not hold is charged like a guess.
    FailureCharged,
    /// A credential's counter is stored as the last assertion says, whatever was stored.
    CounterTaken,
}

impl Fault {
    /// Every one.
    pub const ALL: [Self; 15] = [
        Self::StoreDoesNotCompare,
        Self::AnswerBeforeCommit,
        Self::StepNotBurned,
        Self::CodeNotSpent,
        Self::OldSetKept,
        Self::GuessNotCharged,
        Self::StampKept,
        Self::SetupUnbound,
        Self::CommitForgotten,
        Self::TornCommit,
        Self::EventsApart,
        Self::PassForgotten,
        Self::AssertionUnbound,
        Self::FailureCharged,
        Self::CounterTaken,
    ];

    /// What is decided in a request's place.
    pub(crate) fn asked(self, request: Request) -> Request {
        match (self, request) {
            (Self::SetupUnbound, Request::Confirm { setup, .. }) => {
                Request::Confirm { session: setup, setup }
            }
            (Self::AssertionUnbound, Request::Assertion { by, to, .. }) => {
                Request::Assertion { by, of: to, to }
            }
            (Self::FailureCharged, Request::Assertion { .. }) if request.is_wrong() => {
                Request::Guess
            }
            _ => request,
        }
    }

    /// What the store holds after a commit, where the domain's next state would stand.
    pub(crate) fn stored(
        self,
        request: Request,
        told: Told,
        before: &Account,
        next: &Arc<Account>,
    ) -> Arc<Account> {
        let fields: &[&str] = match (self, request) {
            (Self::StepNotBurned, Request::Code { .. }) => &["factors"],
            (Self::CodeNotSpent, Request::Recovery { .. }) => &["recovery"],
            (Self::OldSetKept, Request::Regenerate { .. }) => &["recovery"],
            (Self::GuessNotCharged, _) if told == Told::Wrong => &["budget"],
            (
                Self::StampKept,
                Request::Regenerate { .. }
                | Request::Disable { .. }
                | Request::PasswordChanged
                | Request::Remove { .. },
            ) => &["stamp"],
            (Self::PassForgotten, Request::Assertion { .. }) => &["passes", "passed"],
            (Self::CounterTaken, Request::Assertion { by: Signer::Copy, .. }) => {
                return counting(next, COPY_COUNTS);
            }
            (Self::CommitForgotten, _) => &["recent"],
            _ => return Arc::clone(next),
        };
        mixed(before, next, fields)
    }

    /// What a crash leaves that comes while a commit is under way.
    pub(crate) fn torn(self, before: &Account, next: &Arc<Account>) -> Option<Arc<Account>> {
        let half: &[&str] = &["factors", "budget", "recovery", "pending"];
        (self == Self::TornCommit).then(|| mixed(before, next, half))
    }
}

/// `next`, with these fields as they were before.
fn mixed(before: &Account, next: &Arc<Account>, fields: &[&str]) -> Arc<Account> {
    let (before, mut mixed) = (document(before), document(next));
    let object = mixed.as_object_mut().expect("a document");
    for field in fields {
        match before.get(*field) {
            Some(value) => drop(object.insert((*field).to_owned(), value.clone())),
            None => drop(object.remove(*field)),
        }
    }
    // What is no account at all would be refused by whoever reads it: that is no fault of ours.
    from_document(mixed).unwrap_or_else(|| Arc::clone(next))
}

/// `next`, with every credential's counter at this.
fn counting(next: &Arc<Account>, count: u32) -> Arc<Account> {
    let mut document = document(next);
    for factor in document["factors"].as_array_mut().expect("factors") {
        if let Some(counter) = factor["state"].get_mut("counter") {
            *counter = count.into();
        }
    }
    from_document(document).unwrap_or_else(|| Arc::clone(next))
}

/// What a copy that was made at the registration says first: the registration was 1.
const COPY_COUNTS: u32 = 2;
