//! How many recovery sets one account has hashed at once, so that nobody keeps others waiting.

use std::collections::HashMap;

use crate::domain::Subject;
use crate::error::Error;
use crate::sync::Ledger;

/// Sets of one account that are hashed at once. A double click needs two.
const SETS: u8 = 2;

/// The accounts whose codes are being hashed now.
#[derive(Default)]
pub(super) struct Issuing(Ledger<HashMap<Subject, u8>>);

/// A place in which one set is hashed, given back when it is dropped.
pub(super) struct Place<'a> {
    issuing: &'a Issuing,
    subject: Subject,
}

impl Issuing {
    /// Takes a place.
    ///
    /// # Errors
    /// [`Error::Busy`] when the account has none left.
    pub(super) fn begin(&self, subject: &Subject) -> Result<Place<'_>, Error> {
        let mut running = self.0.open();
        let count = running.entry(subject.clone()).or_default();
        if *count >= SETS {
            return Err(Error::Busy);
        }
        *count += 1;
        Ok(Place { issuing: self, subject: subject.clone() })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut running = self.issuing.0.open();
        match running.get_mut(&self.subject) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(running.remove(&self.subject)),
        }
    }
}
