use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, mpsc};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::super::block_on::block_on;
use super::*;
use crate::domain::Subject;

fn lane(name: &str) -> Lane {
    Lane::of(&Subject::new(name).unwrap())
}

fn quick() -> Work {
    Box::new(|_| Ok([1; 32]))
}

/// Occupies the only thread of a pool until the sender is dropped.
fn occupy(pool: &Pool, name: &str) -> (Reply, mpsc::Sender<()>) {
    let (begun, has_begun) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let work: Work = Box::new(move |_| {
        begun.send(()).unwrap();
        let _ = released.recv();
        Ok([0; 32])
    });
    let reply = pool.evaluate(lane(name), work).unwrap();
    has_begun.recv().unwrap();
    (reply, release)
}

/// What a reply says without waiting; `None` as long as it says nothing.
fn now(reply: &mut Reply) -> Option<Result<[u8; 32], HasherError>> {
    match pin!(&mut reply.0).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Some(answer.unwrap()),
        Poll::Pending => None,
    }
}

#[test]
fn a_flood_of_a_thousand_is_refused_at_once_but_for_65() {
    let pool = Pool::new(1, 256);
    let (first, release) = occupy(&pool, "ada");
    let flood: Vec<Reply> =
        (1..1000).map(|_| pool.evaluate(lane("ada"), quick()).unwrap()).collect();
    let (mut waiting, mut busy) = (Vec::new(), 0);
    for mut reply in flood {
        match now(&mut reply) {
            None => waiting.push(reply),
            Some(Err(HasherError::Busy)) => busy += 1,
            Some(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((waiting.len(), busy), (64, 1000 - 65));
    drop(release);
    assert!(block_on(first.digest()).is_ok());
    for reply in waiting {
        assert_eq!(block_on(reply.digest()).unwrap(), [1; 32]);
    }
}

#[test]
fn a_flooded_account_leaves_the_others_their_turn() {
    let pool = Pool::new(1, 256);
    let (first, release) = occupy(&pool, "ada");
    let order = Arc::new(Mutex::new(Vec::new()));
    let named = |name: &'static str| -> Work {
        let order = Arc::clone(&order);
        Box::new(move |_| {
            lock(&order).push(name);
            Ok([1; 32])
        })
    };
    let flood: Vec<Reply> =
        (0..64).map(|_| pool.evaluate(lane("ada"), named("ada")).unwrap()).collect();
    let bob = pool.evaluate(lane("bob"), named("bob")).unwrap();
    let eve = pool.evaluate(lane("eve"), named("eve")).unwrap();
    drop(release);
    for reply in flood.into_iter().chain([first, bob, eve]) {
        block_on(reply.digest()).unwrap();
    }
    assert_eq!(lock(&order)[..3], ["bob", "eve", "ada"]);
}

#[test]
fn a_job_that_nobody_waits_for_any_more_is_skipped() {
    let pool = Pool::new(1, 256);
    let (first, release) = occupy(&pool, "ada");
    let computed = Arc::new(AtomicUsize::new(0));
    let counting = || -> Work {
        let computed = Arc::clone(&computed);
        Box::new(move |_| {
            computed.fetch_add(1, Ordering::SeqCst);
            Ok([1; 32])
        })
    };
    for _ in 0..20 {
        drop(pool.evaluate(lane("bob"), counting()).unwrap());
        drop(pool.hash_new(vec![counting()]).unwrap());
    }
    drop(release);
    block_on(first.digest()).unwrap();
    let last = pool.evaluate(lane("bob"), counting()).unwrap();
    block_on(last.digest()).unwrap();
    assert_eq!(computed.load(Ordering::SeqCst), 1);
}

#[test]
fn a_panic_costs_only_its_own_caller() {
    let pool = Pool::new(1, 256);
    for _ in 0..3 {
        let work: Work = Box::new(|_| panic!("on purpose"));
        let reply = pool.evaluate(lane("ada"), work).unwrap();
        assert!(matches!(block_on(reply.digest()), Err(HasherError::Failed(_))));
    }
    let reply = pool.evaluate(lane("ada"), quick()).unwrap();
    assert_eq!(block_on(reply.digest()).unwrap(), [1; 32]);
    assert_eq!(lock(&pool.shared.state).started, 1);
}

/// Each job waits for the other: on one thread they would never end.
#[test]
fn the_codes_of_a_set_are_hashed_side_by_side() {
    let pool = Pool::new(2, 256);
    let barrier = Arc::new(Barrier::new(2));
    let works = (0..10).map(|_| -> Work {
        let barrier = Arc::clone(&barrier);
        Box::new(move |_| {
            barrier.wait();
            Ok([1; 32])
        })
    });
    let replies = pool.hash_new(works.collect()).unwrap();
    for reply in replies {
        assert!(block_on(reply.digest()).is_ok());
    }
}

#[test]
fn sets_beyond_the_bound_are_refused_at_once() {
    let pool = Pool::new(1, 25);
    let (first, release) = occupy(&pool, "ada");
    let set = || (0..10).map(|_| quick()).collect::<Vec<Work>>();
    let taken = [pool.hash_new(set()).unwrap(), pool.hash_new(set()).unwrap()];
    assert!(matches!(pool.hash_new(set()), Err(HasherError::Busy)));
    drop(release);
    for reply in taken.into_iter().flatten().chain([first]) {
        block_on(reply.digest()).unwrap();
    }
}

#[test]
fn threads_start_with_the_first_jobs_and_end_with_the_pool() {
    let pool = Pool::new(3, 256);
    let started = |pool: &Pool| lock(&pool.shared.state).started;
    assert_eq!(started(&pool), 0);
    block_on(pool.evaluate(lane("ada"), quick()).unwrap().digest()).unwrap();
    assert_eq!(started(&pool), 1);
    pool.hash_new((0..10).map(|_| quick()).collect()).unwrap();
    assert_eq!(started(&pool), 3);
    let shared = Arc::downgrade(&pool.shared);
    drop(pool);
    let given_up = Instant::now() + Duration::from_secs(20);
    while shared.strong_count() > 0 {
        assert!(Instant::now() < given_up, "a thread outlives its pool");
        thread::yield_now();
    }
}
