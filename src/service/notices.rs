//! Telling the notifier, on a thread of its own, so that no operation waits for it.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use crate::domain::Event;
use crate::ports::Notifier;

/// How many events may wait for the notifier. More are missed, not waited for.
const QUEUE: usize = 1024;

pub(super) struct Notices {
    queue: SyncSender<Event>,
    missed: Arc<AtomicU64>,
}

impl Notices {
    /// Starts the thread. It ends when this is dropped and the queue is empty.
    pub(super) fn start(mut notifier: Box<dyn Notifier>) -> io::Result<Self> {
        let (queue, events) = sync_channel::<Event>(QUEUE);
        let missed = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&missed);
        let tell = move || {
            for event in events {
                // A notifier that panics has missed one event, and gets the next.
                let told = catch_unwind(AssertUnwindSafe(|| notifier.notify(&event)));
                if !matches!(told, Ok(Ok(()))) {
                    count.fetch_add(1, Ordering::Relaxed);
                }
            }
        };
        std::thread::Builder::new().name("mfakit-notices".into()).spawn(tell)?;
        Ok(Self { queue, missed })
    }

    /// Hands events on without waiting.
    pub(super) fn tell(&self, events: &[Event]) {
        for event in events {
            if self.queue.try_send(event.clone()).is_err() {
                self.missed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub(super) fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}
