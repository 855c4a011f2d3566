//! A change to one row of an organization, and its commit.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::aggregate::Organization;
use super::membership::Membership;
use crate::domain::context::Context;
use crate::domain::event::{Event, EventId, EventKind};
use crate::domain::id::{CommitId, Subject, Version};
use crate::domain::receipt::{Closed, CommitOutcome};

/// How many commit ids a stored row remembers.
const RECENT_COMMITS: usize = 8;

/// A change to one organization's policy or to one membership, with an answer that opens with the
/// commit, like an account's [`Transition`](crate::domain::Transition).
#[must_use = "a transition changes nothing until it is committed"]
pub struct OrgTransition<T> {
    expected: Option<Version>,
    next: Next,
    events: Vec<(Subject, EventKind)>,
    at: DateTime<Utc>,
    outcome: T,
}

enum Next {
    Organization(Box<Organization>),
    Membership(Box<Membership>),
}

impl Organization {
    /// Ends a decision: `self` is the next state.
    pub(super) fn change<T>(
        mut self,
        events: Vec<(Subject, EventKind)>,
        context: Context<'_>,
        outcome: T,
    ) -> OrgTransition<T> {
        let expected = self.stored.then_some(self.version);
        if self.stored {
            self.version = self.version.next();
        }
        self.stored = true;
        let next = Next::Organization(Box::new(self));
        OrgTransition { expected, next, events, at: context.now, outcome }
    }
}

impl Membership {
    /// Ends a decision: `self` is the next state, and the answer as well.
    pub(super) fn change(
        mut self,
        events: Vec<(Subject, EventKind)>,
        context: Context<'_>,
    ) -> OrgTransition<Self> {
        let expected = self.stored.then_some(self.version);
        if self.stored {
            self.version = self.version.next();
        }
        self.stored = true;
        let next = Next::Membership(Box::new(self.clone()));
        OrgTransition { expected, next, events, at: context.now, outcome: self }
    }
}

impl<T> OrgTransition<T> {
    /// What happens with this transition, once it is committed.
    pub fn events(&self) -> impl Iterator<Item = &EventKind> {
        self.events.iter().map(|(_, kind)| kind)
    }

    /// The same change with another answer.
    pub(crate) fn map<U>(self, answer: impl FnOnce(T) -> U) -> OrgTransition<U> {
        let Self { expected, next, events, at, outcome } = self;
        OrgTransition { expected, next, events, at, outcome: answer(outcome) }
    }

    /// Splits the transition into what a store commits and the answer that waits for it. `id` must
    /// be new and random.
    pub fn into_commit(self, id: CommitId) -> (OrgCommit, Closed<T>) {
        let row = match self.next {
            Next::Organization(mut organization) => {
                remember(&mut organization.recent, id);
                OrgRow::Organization(Arc::new(*organization))
            }
            Next::Membership(mut membership) => {
                remember(&mut membership.recent, id);
                OrgRow::Membership(Arc::new(*membership))
            }
        };
        let events = self.events.into_iter().zip(0..).map(|((subject, kind), index)| Event {
            id: EventId { commit: id, index },
            subject,
            at: self.at,
            kind,
        });
        let events = events.collect();
        let commit = OrgCommit { id, expected: self.expected, row, events };
        (commit, Closed::new(id, self.outcome))
    }

    /// Commits by a function of the host's own and opens the answer if that says
    /// [`CommitOutcome::Committed`]; `None` on a conflict.
    ///
    /// # Errors
    /// What the function returned.
    pub fn commit_with<E>(
        self,
        id: CommitId,
        commit: impl FnOnce(&OrgCommit) -> Result<CommitOutcome, E>,
    ) -> Result<Option<T>, E> {
        let (prepared, closed) = self.into_commit(id);
        Ok(match commit(&prepared)? {
            CommitOutcome::Committed => Some(closed.into_outcome()),
            CommitOutcome::Conflict => None,
        })
    }
}

fn remember(recent: &mut Vec<CommitId>, commit: CommitId) {
    if recent.len() >= RECENT_COMMITS {
        recent.remove(0);
    }
    recent.push(commit);
}

impl<T> fmt::Debug for OrgTransition<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrgTransition").field("events", &self.events).finish_non_exhaustive()
    }
}

/// What an organization store has to make true, all of it or nothing.
#[derive(Debug, Clone)]
pub struct OrgCommit {
    id: CommitId,
    expected: Option<Version>,
    row: OrgRow,
    events: Vec<Event>,
}

/// The row that a commit writes.
#[derive(Debug, Clone)]
pub enum OrgRow {
    /// An organization's, by its id.
    Organization(Arc<Organization>),
    /// A membership's, by its organization and subject.
    Membership(Arc<Membership>),
}

impl OrgCommit {
    /// Which commit it is. The row remembers it.
    pub fn id(&self) -> CommitId {
        self.id
    }

    /// The version that must be stored now; `None` when there must be no row.
    pub fn expected(&self) -> Option<Version> {
        self.expected
    }

    /// The row to store.
    pub fn row(&self) -> &OrgRow {
        &self.row
    }

    /// The events to append, in this order, where those of accounts are.
    pub fn events(&self) -> &[Event] {
        &self.events
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::*;

    #[test]
    fn a_row_remembers_its_last_eight_commits() {
        let (mut acme, admin) =
            (organization("acme", required(0, terms(1))), Admin::of("acme", day(1)));
        let mut ada = member("acme", "ada", 0);
        for commit in 0..20 {
            let id = CommitId::from_random([commit; 16]);
            let proposed = propose(terms(i64::from(commit) + 2));
            let change = admin.set_policy(&acme, proposed, None);
            let (commit, _) = change.unwrap().into_commit(id);
            let OrgRow::Organization(row) = commit.row() else { panic!("not an organization") };
            acme = (**row).clone();
            let turn = if ada.is_member() {
                ada.leave(admin.context())
            } else {
                ada.rejoin(admin.context())
            };
            let (commit, _) = turn.unwrap().into_commit(id);
            let OrgRow::Membership(row) = commit.row() else { panic!("not a membership") };
            ada = (**row).clone();
        }
        let expected: Vec<CommitId> = (12..20).map(|c| CommitId::from_random([c; 16])).collect();
        assert_eq!(acme.recent_commits(), expected);
        assert_eq!(ada.recent_commits(), expected);
    }
}
