//! What happened to one user lately.

use mfakit::store::EventLog;
use mfakit::{Error, EventKind, Keyring, MemoryStore, Mfa, Refusal, SealingKey, Subject};

use crate::world::{World, block_on, refused};

/// The events of one user, as a walk through the whole log finds them, newest first.
fn walked(world: &World, subject: &Subject) -> Vec<mfakit::Event> {
    let mut events = block_on(world.memory.read(None, 10_000)).unwrap().events;
    events.retain(|event| event.subject() == subject);
    events.reverse();
    events
}

#[test]
fn the_latest_events_of_a_user_are_those_that_a_walk_through_the_log_finds() {
    let world = World::new();
    let (ada, bob) = (block_on(world.protect("ada")), block_on(world.protect("bob")));
    block_on(world.sign_in(&ada));
    block_on(world.sign_in(&bob));
    for user in [&ada, &bob] {
        let all = walked(&world, &user.subject);
        let latest = block_on(world.mfa.recent_events(&user.subject, 1_000)).unwrap();
        assert_eq!(latest, all);
        assert!(matches!(latest[0].kind(), EventKind::CodeAccepted { .. }), "{:?}", latest[0]);
        let two = block_on(world.mfa.recent_events(&user.subject, 2)).unwrap();
        assert_eq!(two, all[..2]);
    }
    let nobody = Subject::new("eve").unwrap();
    assert_eq!(block_on(world.mfa.recent_events(&nobody, 10)).unwrap(), []);
}

#[test]
fn from_one_event_to_a_thousand_can_be_asked_for() {
    let world = World::new();
    let ada = block_on(world.protect("ada"));
    for limit in [1, 1_000] {
        assert!(block_on(world.mfa.recent_events(&ada.subject, limit)).is_ok(), "{limit}");
    }
    for limit in [0, 1_001, usize::MAX] {
        let why = refused(block_on(world.mfa.recent_events(&ada.subject, limit)));
        assert!(matches!(why, Refusal::Invalid(_)), "{limit}: {why:?}");
    }
    let why = refused(block_on(world.mfa.recent_events(&ada.subject, 1_001)));
    assert_eq!(why.to_string(), "number of events must be 1 to 1000, not 1001");
}

#[test]
fn without_a_reader_the_port_is_said_to_be_missing() {
    let keyring = Keyring::new(SealingKey::from_bytes("k", &[7; 32]).unwrap());
    let mfa = Mfa::builder(MemoryStore::new()).issuer("Scrivio").keyring(keyring).build().unwrap();
    let missing = block_on(mfa.recent_events(&Subject::from(1_u64), 10)).unwrap_err();
    assert!(matches!(missing, Error::MissingPort(_)), "{missing:?}");
}

#[test]
fn a_renamed_users_earlier_events_are_found_under_the_subject_that_the_new_one_names() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let new = Subject::new("ada lovelace").unwrap();
        let host = mfakit::HostAuthority::grant(ada.subject.clone(), new.clone(), "married");
        world.mfa.rename(&host.unwrap(), &new).await.unwrap();
        let latest = world.mfa.recent_events(&new, 10).await.unwrap();
        let [arrived] = &latest[..] else { panic!("{latest:?}") };
        let EventKind::RenamedFrom { from } = arrived.kind() else { panic!("{arrived:?}") };
        let before = world.mfa.recent_events(from, 100).await.unwrap();
        assert!(before.iter().any(|event| matches!(event.kind(), EventKind::MfaEnabled { .. })));
        let begun =
            before.iter().any(|event| matches!(event.kind(), EventKind::RenameBegun { .. }));
        assert!(begun, "{before:?}");
    });
}

#[test]
fn the_events_of_an_erased_user_remain() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let host = mfakit::HostAuthority::grant(ada.subject.clone(), ada.subject.clone(), "gone");
        world.mfa.erase(&host.unwrap()).await.unwrap();
        let latest = world.mfa.recent_events(&ada.subject, 10).await.unwrap();
        assert!(matches!(latest[0].kind(), EventKind::Erased { .. }), "{:?}", latest[0]);
        assert!(latest.len() > 1);
    });
}
