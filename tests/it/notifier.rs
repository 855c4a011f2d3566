//! The notifier: told of everything after its commit, in order, and never in the way.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use mfakit::ports::{Notifier, NotifierError};
use mfakit::store::{EventCursor, EventLog};
use mfakit::testing::Fault;
use mfakit::{Answer, Error, Event, EventKind, MemoryStore, Mfa, Strength, Subject};

use crate::organizations::{authority, fresh, office, require, whole};
use crate::world::{World, block_on, rejected};

/// A notifier made of a function.
struct Told<F>(F);

impl<F> Notifier for Told<F>
where
    F: FnMut(&Event) -> Result<(), NotifierError> + Send + 'static,
{
    fn notify(&mut self, event: &Event) -> Result<(), NotifierError> {
        (self.0)(event)
    }
}

/// How many events may wait: as documented in the service.
const QUEUE: u64 = 1024;

/// A notifier that hands on what it is told.
fn listening() -> (World, Receiver<Event>) {
    let (told, heard) = channel();
    let notifier = Told(move |event: &Event| told.send(event.clone()).map_err(NotifierError::new));
    (World::built(|builder| builder.notifier(notifier)), heard)
}

/// Everything in the log, read page by page.
fn logged(memory: &MemoryStore) -> Vec<Event> {
    let (mut events, mut cursor): (Vec<Event>, Option<EventCursor>) = (Vec::new(), None);
    loop {
        let page = block_on(memory.read(cursor.as_ref(), 7)).expect("the log");
        events.extend(page.events);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return events,
        }
    }
}

fn hear(heard: &Receiver<Event>, count: usize) -> Vec<Event> {
    let next = || heard.recv_timeout(Duration::from_secs(20)).expect("a notice");
    (0..count).map(|_| next()).collect()
}

/// Polls a future once, which is not ready yet.
async fn poll_once<T>(mut future: Pin<&mut impl Future<Output = T>>) {
    poll_fn(|context| {
        assert!(future.as_mut().poll(context).is_pending(), "it ended too early");
        Poll::Ready(())
    })
    .await;
}

/// Waits until the notifier's thread has counted so many.
#[track_caller]
fn await_missed(mfa: &Mfa, count: u64) {
    let started = Instant::now();
    while mfa.missed_notices() != count {
        assert!(started.elapsed().as_secs() < 20, "{} missed", mfa.missed_notices());
        thread::yield_now();
    }
}

#[test]
fn every_event_is_told_once_and_in_the_order_of_the_log() {
    let (world, heard) = listening();
    block_on(async {
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        let (_, session) = world.add_phone(&session, "Tablet").await;
        let _ = world.mfa.regenerate_codes(&session).await.unwrap();
    });
    let logged = logged(&world.memory);
    assert!(logged.len() >= 7, "{logged:?}");
    assert_eq!(hear(&heard, logged.len()), logged);
    assert!(heard.try_recv().is_err(), "something was told that is not in the log");
    assert_eq!(world.mfa.missed_notices(), 0);
}

#[test]
fn an_event_is_told_only_after_its_commit() {
    let memory = MemoryStore::new();
    let (told, heard) = channel();
    let log = memory.clone();
    let notifier = Told(move |event: &Event| {
        told.send(logged(&log).contains(event)).map_err(NotifierError::new)
    });
    let mfa = Mfa::builder(memory).issuer("Scrivio").keyring(crate::world::keyring("k1"));
    let mfa = mfa.notifier(notifier).build().unwrap();
    let ada = Subject::new("ada").unwrap();
    for _ in 0..50 {
        block_on(mfa.password_changed(&ada, None)).unwrap();
        assert!(heard.recv_timeout(Duration::from_secs(20)).unwrap(), "told before its commit");
    }
}

#[test]
fn nobody_is_told_of_what_did_not_happen() {
    let (world, heard) = listening();
    let ada = block_on(world.protect("ada"));
    let protected = logged(&world.memory).len();
    hear(&heard, protected);

    world.store.reset();
    (0..40).for_each(|call| world.store.fail(call, Fault::Before));
    let failed = block_on(world.mfa.regenerate_codes(&ada.session));
    assert!(matches!(failed, Err(Error::Store(_))));
    world.store.reset();
    let challenge = block_on(world.challenge(&ada.subject));
    rejected(block_on(world.mfa.answer(&challenge, Answer::code("12 34"))));
    // What the next thing heard is: this one, and nothing in between.
    block_on(world.mfa.password_changed(&ada.subject, None)).unwrap();
    let last = logged(&world.memory).pop().unwrap();
    assert_eq!(hear(&heard, 1), [last]);
}

#[test]
fn what_becomes_of_an_organization_is_told_as_everything_else() {
    let (world, heard) = listening();
    block_on(async {
        let (admin, ada) = office(&world).await;
        require(&world, &admin, whole(14)).await;
        let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
        world.mfa.exempt_member(&session, &by, &ada, Strength::Standard, None).await.unwrap();
    });
    let logged = logged(&world.memory);
    let of_acme = logged.iter().filter(|e| matches!(e.kind(), EventKind::Organization { .. }));
    assert_eq!(of_acme.count(), 2, "{logged:?}");
    assert_eq!(hear(&heard, logged.len()), logged);
}

#[test]
fn a_commit_whose_reply_was_lost_is_told_once() {
    let (world, heard) = listening();
    let ada = Subject::new("ada").unwrap();
    world.store.fail(1, Fault::LostReply);
    block_on(world.mfa.password_changed(&ada, None)).unwrap();
    block_on(world.mfa.password_changed(&ada, None)).unwrap();
    assert_eq!(hear(&heard, 2), logged(&world.memory));
}

#[test]
fn what_overlaps_is_told_as_it_ends_and_the_log_has_the_order_of_the_commits() {
    let (world, heard) = listening();
    let ada = Subject::new("ada").unwrap();
    world.store.yield_around_calls();
    let mut first = Box::pin(world.mfa.password_changed(&ada, None));
    while logged(&world.memory).is_empty() {
        block_on(poll_once(first.as_mut()));
    }
    // Committed and not answered yet: another one on the same account overtakes it.
    block_on(world.mfa.password_changed(&ada, None)).unwrap();
    block_on(first).unwrap();
    let logged = logged(&world.memory);
    assert_eq!(hear(&heard, 2), [logged[1].clone(), logged[0].clone()]);
}

#[test]
fn what_nobody_waited_for_is_told_to_nobody_and_stays_in_the_log() {
    let (world, heard) = listening();
    let ada = Subject::new("ada").unwrap();
    world.store.yield_around_calls();
    let mut dropped = Box::pin(world.mfa.password_changed(&ada, None));
    while logged(&world.memory).is_empty() {
        block_on(poll_once(dropped.as_mut()));
    }
    drop(dropped);
    block_on(world.mfa.password_changed(&ada, None)).unwrap();
    assert_eq!(hear(&heard, 1), logged(&world.memory)[1..]);
}

#[test]
fn a_notifier_that_fails_undoes_nothing_and_what_it_missed_is_counted() {
    let notifier = Told(|_: &Event| Err(NotifierError::new("the mail server is away")));
    let world = World::built(|builder| builder.notifier(notifier));
    let ada = block_on(world.protect("ada"));
    assert!(block_on(world.mfa.status(&ada.subject)).unwrap().enabled);
    let logged = logged(&world.memory);
    assert_eq!(logged.len(), 3, "all of it can be read again: {logged:?}");
    await_missed(&world.mfa, 3);
}

#[test]
fn a_notifier_that_panics_misses_one_event_and_hears_the_next() {
    let (told, heard) = channel();
    let mut count = 0;
    let notifier = Told(move |event: &Event| {
        count += 1;
        assert!(count != 2, "broken on purpose");
        told.send(event.clone()).map_err(NotifierError::new)
    });
    let world = World::built(|builder| builder.notifier(notifier));
    block_on(world.protect("ada"));
    let mut logged = logged(&world.memory);
    logged.remove(1);
    assert_eq!(hear(&heard, 2), logged);
    await_missed(&world.mfa, 1);
}

#[test]
fn a_notifier_that_hangs_holds_up_nobody_and_hears_what_had_room_to_wait() {
    let (told, heard) = channel();
    let (release, held): (Sender<()>, Receiver<()>) = channel();
    let (started, first) = channel();
    let notifier = Told(move |event: &Event| {
        started.send(()).ok();
        held.recv().ok();
        told.send(event.clone()).map_err(NotifierError::new)
    });
    let world = World::built(|builder| builder.notifier(notifier));
    let ada = Subject::new("ada").unwrap();
    let change = || block_on(world.mfa.password_changed(&ada, None)).unwrap();
    change();
    first.recv_timeout(Duration::from_secs(20)).expect("it was told of the first");
    (0..QUEUE + 10).for_each(|_| drop(change()));
    assert_eq!(world.mfa.missed_notices(), 10, "one hangs, and 1,024 wait");

    drop(release);
    let logged = logged(&world.memory);
    let waited = usize::try_from(QUEUE + 1).unwrap();
    assert_eq!(hear(&heard, waited), logged[..waited]);
    assert_eq!(logged.len(), waited + 10, "what was missed can be read again");
    assert_eq!(world.mfa.missed_notices(), 10);
}

#[test]
fn an_mfa_is_dropped_although_its_notifier_hangs() {
    let (release, held): (Sender<()>, Receiver<()>) = channel();
    let notifier = Told(move |_: &Event| held.recv().map_err(NotifierError::new));
    let world = World::built(|builder| builder.notifier(notifier));
    block_on(world.protect("ada"));
    drop(world);
    drop(release);
}

#[test]
fn what_was_queued_is_told_although_the_mfa_is_gone() {
    let (world, heard) = listening();
    block_on(world.protect("ada"));
    let logged = logged(&world.memory);
    drop(world);
    assert_eq!(hear(&heard, 3), logged);
    assert!(heard.recv_timeout(Duration::from_secs(20)).is_err(), "its thread has ended");
}
