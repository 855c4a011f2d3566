//! Several administrators at once, and replies that are lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Waker};

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::organization::{Extension, Gate, Membership, OrgChange, OrgPolicy, OrgRefusal};
use mfakit::store::{EventLog, OrgStore};
use mfakit::{Error, EventKind, MemoryStore, Strength, Subject};

use crate::concurrency::at_once;
use crate::organizations::{
    VOLUNTARY, acme, authority, fresh, office, propose, require, terms_of, whole,
};
use crate::watched::{Call, Turn};
use crate::world::{World, block_on, gate, refused};

/// Everything that happened to organizations and their members, in order.
async fn changes(memory: &MemoryStore) -> Vec<OrgChange> {
    let log = memory.read(None, 1_000).await.unwrap().events;
    let change = |kind: &EventKind| match kind {
        EventKind::Organization { change, .. } => Some(change.clone()),
        _ => None,
    };
    log.iter().filter_map(|event| change(event.kind())).collect()
}

async fn stored(memory: &MemoryStore, subject: &Subject) -> Arc<Membership> {
    memory.membership(&acme(), subject).await.unwrap().unwrap()
}

fn until(extension: Option<&Extension>) -> Option<DateTime<Utc>> {
    extension.map(|extension| extension.until)
}

#[test]
fn a_change_whose_reply_was_lost_is_recognized_and_made_once() {
    block_on(async {
        let (world, orgs) = World::watched();
        let (admin, ada) = office(&world).await;
        let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));

        orgs.next_commit(Turn::LosesReply(Box::new(|| ())));
        let made = world.mfa.set_policy(&session, &by, propose(whole(14)), None).await.unwrap();
        assert_eq!(made.change.from, OrgPolicy::VOLUNTARY);
        orgs.next_commit(Turn::LosesReply(Box::new(|| ())));
        let until = world.now() + TimeDelta::days(30);
        world.mfa.extend_member(&session, &by, &ada, Strength::Standard, until).await.unwrap();
        assert_eq!(changes(&world.memory).await.len(), 2, "one event a change");
    });
}

/// Ada leaves in the moment in which the reply to her extension is lost. The one who extended her
/// finds the own commit behind the other one, instead of being told that she is no member.
#[test]
fn a_lost_reply_is_recognized_behind_somebody_elses_change() {
    block_on(async {
        let (world, orgs) = World::watched();
        let (admin, ada) = office(&world).await;
        require(&world, &admin, whole(14)).await;
        let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
        let end = world.now() + TimeDelta::days(30);
        let (rival, leaver) = (world.elsewhere(0), ada.clone());
        let leave = move || block_on(rival.leave_organization(&acme(), &leaver)).unwrap();
        orgs.next_commit(Turn::LosesReply(Box::new(leave)));
        let answer =
            world.mfa.extend_member(&session, &by, &ada, Strength::Standard, end).await.unwrap();
        assert_eq!(until(answer.extension()), Some(end));
        assert!(!stored(&world.memory, &ada).await.is_member());
    });
}

/// Somebody lets her in again in the moment in which the reply to her leaving is lost, and the other
/// way round. Who came later has the last word.
#[test]
fn a_lost_reply_to_joining_or_leaving_undoes_nothing_that_came_after() {
    block_on(async {
        let (world, orgs) = World::watched();
        let (_, ada) = office(&world).await;
        let (rival, back) = (world.elsewhere(0), ada.clone());
        let now = world.now();
        let join = move || drop(block_on(rival.join_organization(&acme(), &back, now)).unwrap());
        orgs.next_commit(Turn::LosesReply(Box::new(join)));
        world.mfa.leave_organization(&acme(), &ada).await.unwrap();
        assert!(stored(&world.memory, &ada).await.is_member(), "she came back");

        for name in ["ada", "bob"] {
            let subject = Subject::new(name).unwrap();
            world.mfa.leave_organization(&acme(), &subject).await.unwrap();
            let (rival, gone) = (world.elsewhere(0), subject.clone());
            let leave = move || block_on(rival.leave_organization(&acme(), &gone)).unwrap();
            orgs.next_commit(Turn::LosesReply(Box::new(leave)));
            let joined = world.mfa.join_organization(&acme(), &subject, world.now()).await.unwrap();
            assert!(joined.is_member(), "{name}: what this call did");
            assert!(!stored(&world.memory, &subject).await.is_member(), "{name} left after it");
        }
    });
}

#[test]
fn a_store_that_is_down_for_a_moment_after_a_lost_reply_to_leaving_is_asked_again() {
    block_on(async {
        let (world, orgs) = World::watched();
        let (_, ada) = office(&world).await;
        let (mut lost, mut failed) = (false, false);
        orgs.watch(move |call| match call {
            Call::Commit if !lost => {
                lost = true;
                Turn::LosesReply(Box::new(|| ()))
            }
            Call::Membership if lost && !failed => {
                failed = true;
                Turn::Fails
            }
            _ => Turn::Works,
        });
        world.mfa.leave_organization(&acme(), &ada).await.unwrap();
        assert_eq!(orgs.count(Call::Commit), 3, "two to join, one to leave");
    });
}

/// The reply to a commit is lost, and then the store is down for so many calls. One row a case: the
/// call that fails, how often, and whether the change is reported all the same.
#[test]
fn a_store_that_is_down_for_a_moment_after_a_lost_reply_is_asked_again() {
    let table = [
        (Call::Organization, 1, true),
        (Call::Organization, 2, true),
        (Call::Organization, 3, false),
        (Call::Membership, 1, true),
        (Call::Membership, 2, true),
        (Call::Membership, 3, false),
    ];
    for (down, times, reported) in table {
        block_on(async {
            let (world, orgs) = World::watched();
            let (admin, ada) = office(&world).await;
            require(&world, &admin, whole(14)).await;
            let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
            let (mut lost, mut left) = (false, times);
            orgs.watch(move |call| {
                if call == Call::Commit && !lost {
                    lost = true;
                    return Turn::LosesReply(Box::new(|| ()));
                }
                if lost && call == down && left > 0 {
                    left -= 1;
                    return Turn::Fails;
                }
                Turn::Works
            });
            let end = world.now() + TimeDelta::days(30);
            let answer =
                world.mfa.extend_member(&session, &by, &ada, Strength::Standard, end).await;
            match answer {
                Ok(_) => assert!(reported, "{down:?} {times} times"),
                Err(error) => {
                    assert!(!reported, "{down:?} {times} times: {error}");
                    assert!(matches!(error, Error::Store(_)), "{error}");
                }
            }
            assert_eq!(
                until(stored(&world.memory, &ada).await.extension()),
                Some(end),
                "it stands"
            );
            assert_eq!(changes(&world.memory).await.len(), 2, "the policy and one extension");
        });
    }
}

#[test]
fn a_store_that_is_down_before_anything_was_sent_is_not_waited_for() {
    block_on(async {
        let (world, orgs) = World::watched();
        let (admin, _) = office(&world).await;
        let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
        orgs.watch(|call| if call == Call::Organization { Turn::Fails } else { Turn::Works });
        orgs.count(Call::Organization);
        let failed = world.mfa.set_policy(&session, &by, propose(whole(14)), None).await;
        assert!(matches!(failed, Err(Error::Store(_))), "{failed:?}");
        assert_eq!(orgs.count(Call::Organization), 1);
    });
}

/// Before each commit another process changes the terms: so often, and then no more. One row a
/// case: how often, and whether the change is made.
#[test]
fn whoever_keeps_coming_second_gives_up_after_sixteen_rounds() {
    for (rivals, made) in [(15, true), (16, false), (40, false)] {
        block_on(async {
            let (world, orgs) = World::watched();
            let (admin, _) = office(&world).await;
            require(&world, &admin, whole(14)).await;
            let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
            let (rival, own, rights) = (world.elsewhere(0), session.clone(), by.clone());
            let came = Arc::new(AtomicI64::new(0));
            let count = Arc::clone(&came);
            orgs.watch(move |call| {
                if call == Call::Commit && count.load(Ordering::Relaxed) < rivals {
                    let days = 30 + count.fetch_add(1, Ordering::Relaxed);
                    block_on(rival.set_policy(&own, &rights, propose(whole(days)), None)).unwrap();
                }
                Turn::Works
            });
            let changed = world.mfa.set_policy(&session, &by, propose(whole(3)), None).await;
            let stored = *world.mfa.organization(&acme()).await.unwrap().policy();
            match changed {
                Ok(changed) => {
                    assert!(made, "{rivals} rivals");
                    let latest = terms_of(&changed.change.from);
                    assert_eq!(
                        latest,
                        Some(whole(29 + rivals)),
                        "decided on what the last one left"
                    );
                    assert_eq!(terms_of(&stored), Some(whole(3)));
                }
                Err(error) => {
                    assert!(!made, "{rivals} rivals: {error}");
                    assert!(matches!(error, Error::Contended), "{error}");
                    assert_eq!(came.load(Ordering::Relaxed), 16);
                    assert_eq!(terms_of(&stored), Some(whole(29 + 16)), "nothing of the loser");
                }
            }
        });
    }
}

/// Both have read the member before either commits. The second decides again on what the first
/// one left.
#[test]
fn of_two_administrators_who_grant_one_member_something_at_once_neither_is_lost() {
    let (world, orgs) = World::watched();
    let (admin, ada) = block_on(office(&world));
    block_on(require(&world, &admin, whole(14)));
    orgs.count(Call::Commit);
    let (session, by) = (block_on(fresh(&world, &admin)), authority(&admin.subject));
    let end = world.now() + TimeDelta::days(30);
    world.store.yield_around_calls();
    let other = world.mfa.clone();
    let grants = [true, false].map(|extends| {
        let (mfa, session, by, ada) = (&other, &session, &by, &ada);
        async move {
            if extends {
                mfa.extend_member(session, by, ada, Strength::Standard, end).await
            } else {
                mfa.exempt_member(session, by, ada, Strength::Standard, Some(end)).await
            }
        }
    });
    for granted in at_once(grants) {
        granted.unwrap();
    }
    assert_eq!(orgs.count(Call::Commit), 3, "one of them came second");
    let stored = block_on(stored(&world.memory, &ada));
    assert_eq!(until(stored.extension()), Some(end));
    assert_eq!(stored.exemption().map(|exemption| exemption.until), Some(Some(end)));
    let changes = block_on(changes(&world.memory));
    assert!(
        changes.contains(&OrgChange::MemberExtended { strength: Strength::Standard, until: end }),
        "{changes:?}"
    );
    assert!(
        changes.contains(&OrgChange::MemberExempted {
            strength: Strength::Standard,
            until: Some(end)
        }),
        "{changes:?}"
    );
    assert_eq!(changes.len(), 3, "the policy and one event a grant");
}

#[test]
fn whoever_changes_a_policy_that_somebody_else_has_changed_since_is_told() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        let seen = |version| authority(&admin.subject).having_seen(version);
        let shown = async || world.mfa.organization(&acme()).await.unwrap().stored_version();
        let never = shown().await;
        assert_eq!(never, None, "a policy that was never set");
        require(&world, &admin, whole(14)).await;
        let first = shown().await;
        let session = fresh(&world, &admin).await;
        let changed: mfakit::Refusal = OrgRefusal::ChangedSince.into();

        let late = world.mfa.set_policy(&session, &seen(never), propose(whole(3)), None).await;
        assert_eq!(refused(late), changed);
        world.mfa.set_policy(&session, &seen(first), propose(whole(30)), None).await.unwrap();
        let before = world.mfa.stamps(&ada).await.unwrap();
        let late = world.mfa.set_policy(&session, &seen(first), propose(whole(0)), None).await;
        assert_eq!(refused(late), changed);
        assert_eq!(
            refused(world.mfa.set_policy(&session, &seen(first), VOLUNTARY, None).await),
            changed
        );
        let until = world.now() + TimeDelta::days(60);
        let late =
            world.mfa.extend_member(&session, &seen(first), &ada, Strength::Standard, until).await;
        assert_eq!(refused(late), changed);
        assert_eq!(world.mfa.stamps(&ada).await.unwrap(), before, "and nothing happened");
        world.mfa.set_policy(&session, &seen(shown().await), VOLUNTARY, None).await.unwrap();
    });
}

/// The administrator's request is dropped while the reply is on its way. The policy is in force, and
/// no guard of this process goes by what was in force before.
#[test]
fn no_guard_goes_by_the_policy_before_a_change_whose_caller_walked_away() {
    block_on(async {
        let (world, orgs) = World::watched();
        let (admin, ada) = office(&world).await;
        let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
        let guarded = world.sign_in_plain(&ada).await;
        assert_eq!(gate(&world.mfa, &guarded).await, Gate::Allow);

        orgs.next_commit(Turn::NeverReplies);
        let mut change = Box::pin(world.mfa.set_policy(&session, &by, propose(whole(0)), None));
        assert!(change.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(change);
        let gate = gate(&world.mfa, &guarded).await;
        assert!(matches!(gate, Gate::SetUpFirst(_)), "{gate:?}");
    });
}
