//! Readers of the events, retention, and commits that come late.

use chrono::TimeDelta;
use mfakit::store::{AccountStore, EventCursor, EventId, EventLog};
use mfakit_sqlx::{Cause, cause_of};

use crate::databases::{Database, Schema, Staging, Store, block_on, on_both};
use crate::world::{World, commit_id, stamp};

on_both! {
    pruning_stops_at_the_slowest_relay
    a_relay_never_moves_back_and_has_to_be_registered
    an_event_is_delivered_again_until_its_relay_has_moved
    expiring_drops_what_is_old_and_read
}

async fn all(store: &impl Store) -> Vec<EventId> {
    store.events(None).await.iter().map(mfakit::Event::id).collect()
}

async fn cursor_after(store: &impl Store, count: usize) -> EventCursor {
    let mut cursor = None;
    for _ in 0..count {
        let Some(next) = store.read(cursor.as_ref(), 1).await.unwrap().next else { break };
        cursor = Some(next);
    }
    cursor.unwrap()
}

async fn pruning_stops_at_the_slowest_relay(database: &impl Database) {
    let world = World::on(database.store().await);
    for name in ["ada", "bob", "eve"] {
        world.protect(name).await;
    }
    let store = &world.store;
    let written = all(store).await;
    let end = cursor_after(store, 1_000).await;
    store.register("mailer").await;
    store.register("siem").await;
    assert_eq!(store.prune(&end).await.unwrap(), 0, "nobody has read anything");
    store.advance("mailer", &end).await.unwrap();
    assert_eq!(store.prune(&end).await.unwrap(), 0, "one has read nothing");
    store.advance("siem", &cursor_after(store, 4).await).await.unwrap();
    assert_eq!(store.prune(&end).await.unwrap(), 4);
    assert_eq!(all(store).await, written[4..]);
    let position = store.position("siem").await.unwrap();
    let left = store.events(position.as_ref()).await;
    assert_eq!(left.len(), written.len() - 4, "it goes on where it was");
    store.advance("siem", &end).await.unwrap();
    let rest = u64::try_from(written.len() - 4).unwrap();
    assert_eq!(store.prune(&end).await.unwrap(), rest);
    // A number is not given twice: the next event is behind every cursor there was.
    world.protect("ida").await;
    assert!(!store.events(Some(&end)).await.is_empty());
}

async fn a_relay_never_moves_back_and_has_to_be_registered(database: &impl Database) {
    let world = World::on(database.store().await);
    world.protect("ada").await;
    let store = &world.store;
    let (near, far) = (cursor_after(store, 1).await, cursor_after(store, 3).await);
    let unknown = store.advance("mailer", &near).await.unwrap_err();
    assert_eq!(cause_of(&unknown), Some(&Cause::UnknownRelay));
    assert_eq!(cause_of(&store.position("mailer").await.unwrap_err()), Some(&Cause::UnknownRelay));
    store.register("mailer").await;
    assert_eq!(store.position("mailer").await.unwrap(), None);
    store.advance("mailer", &far).await.unwrap();
    store.advance("mailer", &near).await.unwrap();
    store.register("mailer").await;
    assert_eq!(store.position("mailer").await.unwrap(), Some(far));
}

async fn an_event_is_delivered_again_until_its_relay_has_moved(database: &impl Database) {
    let world = World::on(database.store().await);
    world.protect("ada").await;
    let store = &world.store;
    store.register("mailer").await;
    let mut delivered = Vec::new();
    let mut crashes = 0;
    loop {
        let position = store.position("mailer").await.unwrap();
        let page = store.read(position.as_ref(), 2).await.unwrap();
        let Some(next) = page.next else { break };
        delivered.extend(page.events.iter().map(mfakit::Event::id));
        // Every other time the relay dies between delivering and saying so.
        crashes += 1;
        if crashes % 2 == 0 {
            store.advance("mailer", &next).await.unwrap();
        }
    }
    let written = all(store).await;
    assert_eq!(delivered.len(), 2 * written.len());
    delivered.dedup();
    let mut keys = delivered.clone();
    keys.sort();
    keys.dedup();
    let mut expected = written;
    expected.sort();
    assert_eq!(keys, expected, "the key drops the repeats and nothing else");
}

async fn expiring_drops_what_is_old_and_read(database: &impl Database) {
    let world = World::on(database.store().await);
    world.protect("ada").await;
    let old = all(&world.store).await.len();
    world.clock.advance(TimeDelta::days(400));
    let year = world.now() - TimeDelta::days(365);
    world.protect("bob").await;
    let store = &world.store;
    store.register("siem").await;
    assert_eq!(store.expire(year).await, 0, "the relay has read nothing");
    store.advance("siem", &cursor_after(store, 1_000).await).await.unwrap();
    assert_eq!(store.expire(year).await, u64::try_from(old).unwrap());
    assert_eq!(all(store).await.len(), old, "bob's");
}

/// The one who commits last has the lower number: a cursor by number alone would have passed it.
#[test]
fn a_commit_that_comes_late_is_not_passed() {
    let Some(schema) = Schema::new() else { return };
    block_on(async {
        let world = World::on(schema.store().await);
        let (ada, session) = world.protect("ada").await;
        let store = &world.store;
        let start = cursor_after(store, 1_000).await;
        let mut tx = store.begin_transaction().await;
        let account = tx.account(&ada.subject).await.unwrap();
        let disabled = account.disable(&session, stamp(), world.context()).unwrap();
        let closed = tx.put(commit_id(), disabled).await.unwrap();
        let late = closed.waits_for();
        world.protect("bob").await;
        // Bob's events are committed, and wait for the older transaction.
        let page = store.read(Some(&start), 1_000).await.unwrap();
        assert_eq!((page.events.len(), page.next), (0, None));
        let receipt = tx.end().await.unwrap();
        let _ = closed.open(&receipt).unwrap();
        let came = store.events(Some(&start)).await;
        assert_eq!(came.first().map(|event| event.id().commit), Some(late));
        assert!(came.len() > 1, "bob's come behind it");
        assert!(store.load(&ada.subject).await.unwrap().is_some());
    });
}

/// Numbers of transactions are ordered as numbers, not as the text that a cursor holds.
#[test]
fn the_tenth_transaction_comes_behind_the_ninth() {
    let Some(schema) = Schema::new() else { return };
    block_on(async {
        let world = World::on(schema.store().await);
        world.protect("ada").await;
        let before = all(&world.store).await;
        let first = schema.number("SELECT min(id) FROM mfakit_events").await;
        schema.run(&format!("UPDATE mfakit_events SET tx = '9' WHERE id <= {}", first + 1)).await;
        schema.run("UPDATE mfakit_events SET tx = '10' WHERE tx <> '9'::xid8").await;
        assert_eq!(all(&world.store).await, before);
        let store = &world.store;
        let nine = cursor_after(store, 2).await;
        assert_eq!(store.events(Some(&nine)).await.len(), before.len() - 2);
    });
}

/// After a dump was restored on another server, an old cursor must not wait in silence.
#[test]
fn a_cursor_of_another_server_is_refused() {
    let Some(schema) = Schema::new() else { return };
    block_on(async {
        let store = schema.store().await;
        let foreign = EventCursor::new("9000000000000000000.1");
        let refused = store.read(Some(&foreign), 10).await.unwrap_err();
        assert_eq!(cause_of(&refused), Some(&Cause::ForeignCursor));
    });
}
