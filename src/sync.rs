//! The lock of everything that is shared, swapped for a model checker's under `cfg(shuttle)`.
//!
//! A poisoned lock is taken all the same: what it guards is changed in one step, after everything
//! that could panic, so a panic elsewhere leaves it whole.

#[cfg(shuttle)]
pub(crate) use shuttle::sync::{Mutex, MutexGuard};
#[cfg(not(shuttle))]
pub(crate) use std::sync::{Mutex, MutexGuard};

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A lock for bookkeeping that no promise rests on, and that no model checker needs to explore.
#[derive(Default)]
pub(crate) struct Ledger<T>(std::sync::Mutex<T>);

impl<T> Ledger<T> {
    pub(crate) fn open(&self) -> std::sync::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
