//! The next state of an account while it is being decided.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::state::Account;
use super::transition::Transition;
use crate::domain::assurance::Assurance;
use crate::domain::context::Context;
use crate::domain::event::EventKind;
use crate::domain::id::{FactorId, SessionId, Stamp, Version};
use crate::domain::instant::after;
use crate::domain::proof::Facts;
use crate::domain::recovery::RecoverySet;
use crate::domain::session::Proven;

/// A copy of the account that a decision changes, and what happens with it.
pub(super) struct Draft<'a> {
    /// Boxed: a draft is handed from step to step, and an account is large.
    pub(super) next: Box<Account>,
    expected: Option<Version>,
    events: Vec<EventKind>,
    context: Context<'a>,
}

impl Account {
    /// Begins the next state. Its version is decided here and nowhere else.
    pub(super) fn draft<'a>(&self, context: Context<'a>) -> Draft<'a> {
        let mut next = Box::new(self.clone());
        let expected = self.stored.then_some(self.version);
        if self.stored {
            next.version = self.version.next();
        }
        next.stored = true;
        Draft { next, expected, events: Vec::with_capacity(2), context }
    }
}

impl Draft<'_> {
    pub(super) fn event(&mut self, kind: EventKind) {
        self.events.push(kind);
    }

    /// The credentials change: evidence under another stamp than the drawn one is void, and a setup
    /// that another session had begun is discarded.
    pub(super) fn restamp(&mut self, fresh: Stamp, by: Option<SessionId>) {
        self.next.stamp = fresh;
        if self.next.pending.as_ref().is_some_and(|pending| Some(pending.session) != by) {
            self.end_setup();
        }
    }

    /// Discards the pending setup, if there is one.
    pub(super) fn end_setup(&mut self) {
        if let Some(pending) = self.next.pending.take() {
            self.events.push(EventKind::SetupEnded { setup: pending.id });
        }
    }

    /// Takes a factor away and, if it was the preferred one, prefers the most recently used.
    pub(super) fn remove_factor(&mut self, id: FactorId) {
        self.next.factors.retain(|factor| factor.id != id);
        if self.next.preferred == Some(id) {
            let latest = self.next.factors.iter().max_by_key(|factor| factor.last_used_at);
            self.next.preferred = latest.map(|factor| factor.id);
        }
    }

    /// Takes every factor and the recovery codes away.
    pub(super) fn clear_factors(&mut self) {
        self.next.factors.clear();
        self.next.preferred = None;
        self.next.recovery = None;
        self.forget_imported_codes();
    }

    /// Gives the account a set of recovery codes; imported ones stop working in the same instant.
    pub(super) fn issue_codes(&mut self, set: Arc<RecoverySet>) {
        self.next.recovery = Some(set);
        self.forget_imported_codes();
    }

    fn forget_imported_codes(&mut self) {
        if let Some(record) = &mut self.next.imported {
            record.codes = None;
        }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.context.now
    }

    /// Whether something proven at `at` was fresh at another time.
    pub(super) fn is_fresh(&self, at: DateTime<Utc>, then: DateTime<Utc>) -> bool {
        then <= after(at, self.context.settings.fresh)
    }

    pub(super) fn low_stock(&self) -> u8 {
        self.context.settings.low_stock
    }

    /// The facts that decide how far a session goes, once this is committed.
    pub(super) fn facts(&self) -> Facts {
        self.next.facts(self.context)
    }

    pub(super) fn commit<T>(self, outcome: T) -> Transition<T> {
        Transition::put(self.expected, self.next, self.events, self.context.now, outcome)
    }

    /// The session as far as the account can say once this is committed.
    pub(super) fn proven(&self, session: Assurance) -> Proven {
        Proven::new(session, self.facts())
    }

    /// Commits, and answers with the session.
    pub(super) fn commit_session(self, session: Assurance) -> Transition<Proven> {
        let proven = self.proven(session);
        self.commit(proven)
    }

    pub(super) fn erase<T>(self, outcome: T) -> Transition<T> {
        Transition::erase(self.expected, self.next.subject, self.events, self.context.now, outcome)
    }
}
