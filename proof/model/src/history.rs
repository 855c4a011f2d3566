//! What has happened so far: as much of it as the promises are about.

use crate::request::{By, Request, Told};
use crate::row::Row;

/// Kept in lists that are sorted, so that two orders with one outcome are one state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct History {
    /// The state that the last commit decided.
    pub(crate) decided: Row,
    /// How many events that state's commits had.
    pub(crate) events: u8,
    /// Requests that were told that a code passed, by the phone.
    pub(crate) codes_accepted: Vec<usize>,
    /// Requests that were told that a recovery code passed, by the slot.
    pub(crate) recovery_accepted: Vec<usize>,
    /// Requests that were told that an assertion passed, by the challenge that it was signed for.
    pub(crate) assertions_accepted: Vec<usize>,
    /// Guesses of the attacker that were judged, and he was told.
    pub(crate) guesses_judged: u16,
    /// A new set has been committed.
    pub(crate) regenerated: bool,
    /// The credentials have changed.
    pub(crate) credentials_changed: bool,
    /// What must never happen, and has.
    pub(crate) broken: Broken,
}

/// What must never happen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Broken {
    pub(crate) old_set_accepted: bool,
    pub(crate) void_session_obeyed: bool,
    pub(crate) answered_before_commit: bool,
    pub(crate) change_lost: bool,
    pub(crate) owner_lost_a_code: bool,
    pub(crate) foreign_setup_confirmed: bool,
    pub(crate) foreign_assertion_passed: bool,
    pub(crate) failed_assertion_stored: bool,
    pub(crate) counter_fell: bool,
}

impl History {
    pub(crate) fn begin(row: Row) -> Self {
        Self {
            decided: row,
            events: 0,
            codes_accepted: Vec::new(),
            recovery_accepted: Vec::new(),
            assertions_accepted: Vec::new(),
            guesses_judged: 0,
            regenerated: false,
            credentials_changed: false,
            broken: Broken::default(),
        }
    }

    /// A commit is stored.
    pub(crate) fn committed(&mut self, request: Request, told: Told, next: Row, events: u8) {
        let fell = next.counters().any(|(id, counter)| {
            self.decided.counters().any(|(other, before)| id == other && counter < before)
        });
        self.broken.counter_fell |= fell;
        self.decided = next;
        self.events += events;
        let asserted = matches!(request, Request::Assertion { .. });
        self.broken.failed_assertion_stored |= asserted && told != Told::Passed;
        self.broken.foreign_assertion_passed |=
            asserted && request.is_for_another() && told == Told::Passed;
        let recovered = matches!(request, Request::Recovery { .. }) && told == Told::Passed;
        self.broken.old_set_accepted |= recovered && self.regenerated;
        self.broken.foreign_setup_confirmed |= request.is_for_another() && told == Told::Done;
        self.broken.void_session_obeyed |= request.session().is_some() && self.credentials_changed;
        match request {
            Request::Regenerate { .. } => {
                self.regenerated = true;
                self.credentials_changed = true;
            }
            Request::Disable { .. } | Request::PasswordChanged | Request::Remove { .. } => {
                self.credentials_changed = true;
            }
            _ => {}
        }
    }

    /// Somebody is told.
    pub(crate) fn told(&mut self, request: Request, told: Told) {
        match (request, told) {
            (Request::Code { phone, .. }, Told::Passed) => {
                self.codes_accepted.push(phone);
                self.codes_accepted.sort_unstable();
            }
            (Request::Recovery { slot, .. }, Told::Passed) => {
                self.recovery_accepted.push(slot);
                self.recovery_accepted.sort_unstable();
            }
            (Request::Assertion { of, .. }, Told::Passed) => {
                self.assertions_accepted.push(of);
                self.assertions_accepted.sort_unstable();
            }
            (Request::Guess, Told::Wrong) => self.guesses_judged += 1,
            _ => {}
        }
    }

    /// The owner's own code was accepted and he is told otherwise.
    pub(crate) fn told_otherwise(&mut self, request: Request) {
        let owners = !matches!(request, Request::Code { by: By::Eavesdropper, .. });
        self.broken.owner_lost_a_code |= owners;
    }
}
