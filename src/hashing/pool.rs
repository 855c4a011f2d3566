//! The threads that hash. They need no executor, and a caller of any executor can wait for them.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar};
use std::thread;

use futures_channel::oneshot;

use super::evaluation::Memory;
use super::queue::{Admission, Queue, Turn};
use crate::ports::{HasherError, Lane};
use crate::sync::{Mutex, MutexGuard, lock};

/// A bounded queue and the threads that serve it. They start with the first jobs and end with the
/// pool.
pub(super) struct Pool {
    shared: Arc<Shared>,
    threads: usize,
}

struct Shared {
    state: Mutex<State>,
    work: Condvar,
}

struct State {
    queue: Queue<Lane, Job>,
    draws: Draws,
    /// The buffers that no thread uses, the one used last on top: it is still in the cache.
    buffers: Vec<Memory>,
    started: usize,
    closed: bool,
}

/// The work of a job.
pub(super) type Work = Box<dyn FnOnce(&mut Memory) -> Result<[u8; 32], HasherError> + Send>;

struct Job {
    work: Work,
    reply: oneshot::Sender<Result<[u8; 32], HasherError>>,
}

/// A digest to wait for. Dropping it takes the job back, unless it has begun.
pub(super) struct Reply(oneshot::Receiver<Result<[u8; 32], HasherError>>);

impl Reply {
    pub(super) async fn digest(self) -> Result<[u8; 32], HasherError> {
        let gone = |_| Err(HasherError::Failed("the hashing thread panicked".into()));
        self.0.await.unwrap_or_else(gone)
    }
}

impl Pool {
    /// A pool of so many threads, in whose queue so many evaluations wait at most.
    pub(super) fn new(threads: usize, waiting: usize) -> Self {
        let state = State {
            queue: Queue::new(waiting),
            draws: Draws::default(),
            buffers: Vec::new(),
            started: 0,
            closed: false,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), work: Condvar::new() });
        Self { shared, threads: threads.max(1) }
    }

    /// Takes on an evaluation, or refuses it at once.
    pub(super) fn evaluate(&self, lane: Lane, work: Work) -> Result<Reply, HasherError> {
        let (job, reply) = job(work);
        let mut state = self.staffed(1)?;
        let random = state.draws.next();
        let admission = state.queue.push(lane, job, random);
        // Replies wake whoever waits, and run code of his.
        drop(state);
        match admission {
            Admission::Admitted => self.shared.work.notify_one(),
            Admission::Displaced(job) => {
                drop(job.reply.send(Err(HasherError::Busy)));
                self.shared.work.notify_one();
            }
            Admission::Refused(_) => return Err(HasherError::Busy),
        }
        Ok(reply)
    }

    /// Takes on the hashes of a set of new codes, spread over all threads, or refuses them at once.
    pub(super) fn hash_new(&self, works: Vec<Work>) -> Result<Vec<Reply>, HasherError> {
        let (jobs, replies): (Vec<Job>, Vec<Reply>) = works.into_iter().map(job).unzip();
        let admitted = self.staffed(jobs.len())?.queue.push_new_codes(jobs);
        admitted.map_err(|_| HasherError::Busy)?;
        self.shared.work.notify_all();
        Ok(replies)
    }

    /// The state, once there are threads enough for `jobs` more jobs, or as many as there may be.
    fn staffed(&self, jobs: usize) -> Result<MutexGuard<'_, State>, HasherError> {
        let mut state = lock(&self.shared.state);
        for _ in state.started..self.threads.min(state.started.saturating_add(jobs)) {
            let shared = Arc::clone(&self.shared);
            let thread = thread::Builder::new().name("mfakit-hashing".into());
            match thread.spawn(move || shared.serve()) {
                Ok(_) => state.started += 1,
                // One thread is enough to go on with.
                Err(_) if state.started > 0 => break,
                Err(error) => return Err(HasherError::Failed(error.into())),
            }
        }
        Ok(state)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        lock(&self.shared.state).closed = true;
        self.shared.work.notify_all();
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pool({} threads)", self.threads)
    }
}

impl Shared {
    /// The loop of each thread, until the pool is gone.
    fn serve(&self) {
        while let Some((turn, job, mut memory)) = self.next() {
            // A panic costs its own caller the answer (his reply is dropped) and nobody else.
            let _ = catch_unwind(AssertUnwindSafe(|| {
                let digest = (job.work)(&mut memory);
                drop(job.reply.send(digest));
            }));
            let mut state = lock(&self.state);
            state.queue.finish(turn);
            if state.queue.has_next() {
                self.work.notify_one();
            }
            drop(state);
            // After the answer and after a panic too, and while others may take the next job.
            memory.wipe();
            lock(&self.state).buffers.push(memory);
        }
    }

    /// Waits for the next job that somebody still waits for; `None` when the pool is gone.
    fn next(&self) -> Option<(Turn<Lane>, Job, Memory)> {
        let mut state = lock(&self.state);
        while !state.closed {
            let random = state.draws.next();
            match state.queue.pop(random) {
                Some((turn, job)) if job.reply.is_canceled() => state.queue.finish(turn),
                Some((turn, job)) => {
                    return Some((turn, job, state.buffers.pop().unwrap_or_default()));
                }
                None => {
                    let woken = self.work.wait(state);
                    state = woken.unwrap_or_else(std::sync::PoisonError::into_inner);
                }
            }
        }
        None
    }
}

fn job(work: Work) -> (Job, Reply) {
    let (reply, receiver) = oneshot::channel();
    (Job { work, reply }, Reply(receiver))
}

/// Draws that nobody foresees: the standard library's keyed hash, a pseudo-random function, of a
/// counter. Its key comes from the operating system.
#[derive(Default)]
struct Draws {
    keyed: RandomState,
    drawn: u64,
}

impl Draws {
    fn next(&mut self) -> u64 {
        self.drawn = self.drawn.wrapping_add(1);
        self.keyed.hash_one(self.drawn)
    }
}

#[cfg(test)]
#[path = "pool_tests.rs"]
mod tests;
