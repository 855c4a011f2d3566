//! One form is worked on once, however often it is sent.

use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::session::Fingerprint;

/// The forms that are being worked on, or were just now, in this process.
///
/// A double click sends one form twice, and a browser then drops the first request. So the work
/// belongs to neither of them: it goes on by itself, and what comes of it is handed out once, to
/// the first request that is still there.
#[derive(Default)]
pub(crate) struct Once {
    forms: Mutex<Forms>,
}

#[derive(Default)]
struct Forms {
    known: HashMap<Fingerprint, Arc<Slot>>,
    begun: VecDeque<(Instant, Fingerprint)>,
}

struct Slot {
    outcome: Mutex<Option<Box<dyn Any + Send>>>,
    done: watch::Receiver<bool>,
}

impl Once {
    /// Does the work of a form, or waits for it where it is under way. `None` when another request
    /// has the outcome. Work that failed is no work: the form can be sent again.
    pub(crate) async fn run<T, E, W>(&self, form: Fingerprint, work: W) -> Option<Result<T, E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        W: Future<Output = Result<T, E>> + Send + 'static,
    {
        let slot = self.slot(form, work);
        let mut done = slot.done.clone();
        // An error means that the work panicked, and left nothing.
        done.wait_for(|done| *done).await.ok()?;
        let outcome = lock(&slot.outcome).take()?;
        let outcome = outcome.downcast::<Result<T, E>>().ok()?;
        if outcome.is_err() {
            lock(&self.forms).known.remove(&form);
        }
        Some(*outcome)
    }

    fn slot<T, W>(&self, form: Fingerprint, work: W) -> Arc<Slot>
    where
        T: Send + 'static,
        W: Future<Output = T> + Send + 'static,
    {
        let mut forms = lock(&self.forms);
        forms.forget_old();
        if let Some(slot) = forms.known.get(&form) {
            return Arc::clone(slot);
        }
        let (finish, done) = watch::channel(false);
        let slot = Arc::new(Slot { outcome: Mutex::new(None), done });
        forms.known.insert(form, Arc::clone(&slot));
        forms.begun.push_back((Instant::now(), form));
        let place = Arc::clone(&slot);
        tokio::spawn(async move {
            let outcome = work.await;
            *lock(&place.outcome) = Some(Box::new(outcome));
            // No request waits any more when the browser has gone.
            let _ = finish.send(true);
        });
        slot
    }
}

impl Forms {
    fn forget_old(&mut self) {
        while let Some((begun, form)) = self.begun.front() {
            if self.begun.len() < REMEMBERED && begun.elapsed() < REMEMBERED_FOR {
                return;
            }
            self.known.remove(form);
            self.begun.pop_front();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").finish_non_exhaustive()
    }
}

/// How many forms are remembered, and for how long. A form that is sent again later is recognized
/// by its session.
const REMEMBERED: usize = 4096;
const REMEMBERED_FOR: Duration = Duration::from_secs(120);
