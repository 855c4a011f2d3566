//! A decision about an account, and its commit.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::state::Account;
use crate::domain::event::{Event, EventId, EventKind};
use crate::domain::id::{CommitId, Subject, Version};
use crate::domain::receipt::{Closed, CommitOutcome};
use crate::domain::strength::Strength;

/// What was decided.
#[derive(Debug)]
#[must_use]
pub enum Decision<T> {
    /// Nothing changes, so the answer is open at once.
    Unchanged(T),
    /// Something changes, and the answer opens with its commit.
    Change(Transition<T>),
}

impl<T> Decision<T> {
    /// The same decision with another answer.
    pub(crate) fn map<U>(self, answer: impl FnOnce(T) -> U) -> Decision<U> {
        match self {
            Self::Unchanged(outcome) => Decision::Unchanged(answer(outcome)),
            Self::Change(transition) => Decision::Change(transition.map(answer)),
        }
    }

    /// The same decision with another answer, if there is one.
    pub(crate) fn try_map<U, E>(
        self,
        answer: impl FnOnce(T) -> Result<U, E>,
    ) -> Result<Decision<U>, E> {
        Ok(match self {
            Self::Unchanged(outcome) => Decision::Unchanged(answer(outcome)?),
            Self::Change(transition) => Decision::Change(transition.try_map(answer)?),
        })
    }
}

/// A change to one account, with an answer that nobody can read before it is committed.
///
/// A code that was judged but not charged is a free guess, and a recovery code that was shown but
/// not stored is worthless paper. So the answer opens only with the
/// [`Receipt`](crate::domain::Receipt) of the commit:
///
/// ```
/// use mfakit::domain::Decision;
/// use mfakit::store::CommitOutcome;
/// # use mfakit::domain::{Account, Stamp, Transition};
/// # use mfakit::store::Version;
/// # use mfakit::{Settings, Subject};
/// # use mfakit::domain::Context;
/// # use mfakit::store::CommitId;
/// # let settings = Settings::default();
/// # let context = Context::new(&settings, chrono::Utc::now())?;
/// # let account = Account::absent(Subject::from(7_u64), Version::first([1; 8]));
/// let transition = account.password_changed(None, Stamp::from_random([3; 8]), context)?; // random as well
/// let id = CommitId::from_random([7; 16]); // from a cryptographic generator
/// let answer = transition.commit_with(id, |commit| {
///     // `UPDATE … WHERE version = commit.expected()`, with commit.next() and commit.events()
///     Ok::<_, std::io::Error>(CommitOutcome::Committed)
/// })?;
/// assert!(answer.is_some(), "None is a conflict: load again and decide again");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a transition changes nothing until it is committed"]
pub struct Transition<T> {
    expected: Option<Version>,
    next: Next,
    events: Vec<EventKind>,
    at: DateTime<Utc>,
    outcome: T,
}

enum Next {
    Put(Box<Account>),
    Absent(Subject),
}

impl<T> Transition<T> {
    pub(crate) fn put(
        expected: Option<Version>,
        next: Box<Account>,
        events: Vec<EventKind>,
        at: DateTime<Utc>,
        outcome: T,
    ) -> Self {
        Self { expected, next: Next::Put(next), events, at, outcome }
    }

    pub(crate) fn erase(
        expected: Option<Version>,
        subject: Subject,
        events: Vec<EventKind>,
        at: DateTime<Utc>,
        outcome: T,
    ) -> Self {
        Self { expected, next: Next::Absent(subject), events, at, outcome }
    }

    /// What happens with this transition, once it is committed.
    pub fn events(&self) -> &[EventKind] {
        &self.events
    }

    /// The strength of the account once this is committed; `None` without a factor, or without an
    /// account.
    pub fn leaves(&self) -> Option<Strength> {
        match &self.next {
            Next::Put(account) => account.strength(),
            Next::Absent(_) => None,
        }
    }

    /// The same change with another answer, made of the one that waits for the commit.
    pub(crate) fn map<U>(self, answer: impl FnOnce(T) -> U) -> Transition<U> {
        let Self { expected, next, events, at, outcome } = self;
        Transition { expected, next, events, at, outcome: answer(outcome) }
    }

    /// The same change with another answer, if there is one.
    pub(crate) fn try_map<U, E>(
        self,
        answer: impl FnOnce(T) -> Result<U, E>,
    ) -> Result<Transition<U>, E> {
        let Self { expected, next, events, at, outcome } = self;
        Ok(Transition { expected, next, events, at, outcome: answer(outcome)? })
    }

    /// The same change, with one event more.
    #[cfg(feature = "testing")]
    pub(crate) fn with_event(mut self, kind: EventKind) -> Self {
        self.events.push(kind);
        self
    }

    /// The same change, of which nobody waits for the answer.
    #[cfg(feature = "testing")]
    pub(crate) fn without_outcome(self) -> Transition<()> {
        let Self { expected, next, events, at, outcome: _ } = self;
        Transition { expected, next, events, at, outcome: () }
    }

    /// Splits the transition into what a store commits and the answer that waits for it. `id` must
    /// be new and random: a commit whose reply is lost is found again by it.
    pub fn into_commit(self, id: CommitId) -> (Commit, Closed<T>) {
        let (subject, next) = match self.next {
            Next::Put(mut account) => {
                account.remember(id);
                (account.subject().clone(), Some(Arc::from(account)))
            }
            Next::Absent(subject) => (subject, None),
        };
        let events = self.events.into_iter().zip(0..).map(|(kind, index)| Event {
            id: EventId { commit: id, index },
            subject: subject.clone(),
            at: self.at,
            kind,
        });
        let events = events.collect();
        let commit = Commit { id, expected: self.expected, next, events, subject };
        (commit, Closed::new(id, self.outcome))
    }

    /// Commits by a function of the host's own and opens the answer if that says
    /// [`CommitOutcome::Committed`]; `None` on a conflict.
    ///
    /// # Security
    /// The function must not say so before the commit is durable. Inside a larger transaction use
    /// [`into_commit`](Self::into_commit) and let whoever commits that transaction give the receipt.
    ///
    /// # Errors
    /// What the function returned.
    pub fn commit_with<E>(
        self,
        id: CommitId,
        commit: impl FnOnce(&Commit) -> Result<CommitOutcome, E>,
    ) -> Result<Option<T>, E> {
        let (prepared, closed) = self.into_commit(id);
        Ok(match commit(&prepared)? {
            CommitOutcome::Committed => Some(closed.into_outcome()),
            CommitOutcome::Conflict => None,
        })
    }
}

impl<T> fmt::Debug for Transition<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transition").field("events", &self.events).finish_non_exhaustive()
    }
}

/// What a store has to make true, all of it or nothing.
#[derive(Debug, Clone)]
pub struct Commit {
    id: CommitId,
    subject: Subject,
    expected: Option<Version>,
    next: Option<Arc<Account>>,
    events: Vec<Event>,
}

impl Commit {
    /// Which commit it is. The next state remembers it.
    pub fn id(&self) -> CommitId {
        self.id
    }

    /// Whose account it changes.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The version that must be stored now; `None` when there must be no row.
    pub fn expected(&self) -> Option<Version> {
        self.expected
    }

    /// The state to store; `None` when the row must go.
    pub fn next(&self) -> Option<&Arc<Account>> {
        self.next.as_ref()
    }

    /// The events to append, in this order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::context::Context;
    use crate::domain::id::Stamp;
    use crate::domain::settings::Settings;

    #[test]
    fn a_transition_and_its_commit_tell_the_same_events() {
        let settings = Settings::default();
        let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let account = Account::absent(Subject::from(7_u64), Version::first([1; 8]));
        let context = Context::new(&settings, at).unwrap();
        let transition =
            account.password_changed(None, Stamp::from_random([3; 8]), context).unwrap();
        assert_eq!(transition.events(), [EventKind::PasswordChanged]);

        let id = CommitId::from_random([7; 16]);
        let (commit, closed) = transition.into_commit(id);
        assert_eq!((commit.id(), closed.waits_for()), (id, id));
        assert_eq!(commit.subject(), &Subject::from(7_u64));
        assert_eq!(commit.expected(), None);
        let [event] = commit.events() else { panic!("{:?}", commit.events()) };
        assert_eq!((event.kind(), event.at()), (&EventKind::PasswordChanged, at));
        assert_eq!(event.id(), EventId { commit: id, index: 0 });
    }
}
