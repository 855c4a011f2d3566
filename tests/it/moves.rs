//! Renames that stop half-way or find their subject taken, and what becomes of memberships then.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use mfakit::domain::Account;
use mfakit::organization::{Gate, OrgId, OrgRefusal};
use mfakit::store::{AccountStore, Commit, CommitOutcome, OrgStore, StoreError};
use mfakit::testing::Fault;
use mfakit::{EmailStatus, HostAuthority, MemoryStore, Mfa, NewFactor, Refusal, Strength, Subject};

use crate::organizations::{acme, authority, fresh, office, require, whole};
use crate::watched::{Turn, Watched};
use crate::world::{World, block_on, hasher, keyring, refused};

fn over(subject: &Subject) -> HostAuthority {
    HostAuthority::grant(subject.clone(), "job".try_into().unwrap(), "renamed by its owner")
        .unwrap()
}

fn other() -> OrgId {
    OrgId::new("other").unwrap()
}

/// Until a rename is done, joining is noted under the old subject: also when the account has
/// arrived already and the old row is all that is left to go.
#[test]
fn a_rename_that_is_resumed_takes_along_what_was_joined_since() {
    let mut arrived = 0;
    for call in 0..14 {
        block_on(async {
            let world = World::new();
            let (_, _) = office(&world).await;
            let user = world.protect("ada").await;
            let new = Subject::new("ada lovelace").unwrap();
            world.store.reset();
            (call..call + 4).for_each(|call| world.store.fail(call, Fault::Before));
            let stopped = world.mfa.rename(&over(&user.subject), &new).await;
            world.store.reset();
            if stopped.is_ok() || world.memory.load(&user.subject).await.unwrap().is_none() {
                return;
            }
            arrived += usize::from(world.mfa.status(&new).await.unwrap().enabled);
            world.mfa.join_organization(&other(), &user.subject, world.now()).await.unwrap();
            world.mfa.rename(&over(&user.subject), &new).await.unwrap();
            let moved = world.memory.memberships(&new).await.unwrap();
            let orgs: Vec<OrgId> = moved.iter().map(|member| member.org().clone()).collect();
            assert_eq!(orgs, [acme(), other()], "stopped at call {call}");
            assert_eq!(world.memory.memberships(&user.subject).await.unwrap(), []);
        });
    }
    assert!(arrived >= 1, "no rename stopped between the account's arrival and its end");
}

/// A store under which somebody begins to set MFA up at a subject, right before that subject is
/// looked at for the second time.
struct Taken {
    inner: MemoryStore,
    subject: Subject,
    owner: Mutex<Option<Mfa>>,
    loads: Mutex<u32>,
}

impl Taken {
    async fn take(&self, owner: Mfa) {
        let now = owner.context().unwrap().now();
        let first = mfakit::FirstFactor::password(self.subject.clone(), now);
        let session = match owner.sign_in(first).await.unwrap() {
            mfakit::SignIn::Done(signed_in) => signed_in,
            other => panic!("{other:?}"),
        };
        let new = NewFactor::totp("Phone", "bob@example.org").unwrap();
        owner.begin_setup(session.session(), new, EmailStatus::Verified).await.unwrap();
    }
}

#[async_trait]
impl AccountStore for Taken {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        if *subject == self.subject {
            let second = {
                let mut loads = self.loads.lock().unwrap();
                *loads += 1;
                *loads == 2
            };
            let owner = if second { self.owner.lock().unwrap().take() } else { None };
            if let Some(owner) = owner {
                self.take(owner).await;
            }
        }
        self.inner.load(subject).await
    }
    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        AccountStore::commit(&self.inner, commit).await
    }
}

/// Bob is a member of "acme" and never set MFA up, so that his name looks free. He begins to in the
/// moment in which a service account is renamed to it.
#[test]
fn a_rename_that_finds_its_subject_taken_leaves_its_owner_nothing() {
    for lost in [false, true] {
        block_on(taken(lost));
    }
}

/// Whether the reply to the first membership that is moved is lost.
async fn taken(lost: bool) {
    let world = World::new();
    let (admin, bob) = office(&world).await;
    let robot = world.protect("robot").await;
    for org in [acme(), other()] {
        world.mfa.join_organization(&org, &robot.subject, world.now()).await.unwrap();
    }
    require(&world, &admin, whole(0)).await;
    let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
    world.mfa.exempt_member(&session, &by, &robot.subject, Strength::Standard, None).await.unwrap();

    let taken = Taken {
        inner: world.memory.clone(),
        subject: bob.clone(),
        owner: Mutex::new(Some(world.elsewhere(0))),
        loads: Mutex::new(0),
    };
    let orgs = Watched::new(world.memory.clone());
    if lost {
        orgs.next_commit(Turn::LosesReply(Box::new(|| ())));
    }
    let job = Mfa::builder((taken, orgs))
        .issuer("Scrivio")
        .keyring(keyring("k1"))
        .hasher(hasher())
        .clock(world.clock.clone())
        .build()
        .unwrap();
    let renamed = job.rename(&over(&robot.subject), &bob).await;
    assert_eq!(refused(renamed), Refusal::SubjectTaken);

    let gate = world.mfa.access(&bob).await.unwrap().gate;
    assert!(matches!(gate, Gate::SetUpFirst(_)), "exempt like the robot: {gate:?}");
    let elsewhere = refused(world.mfa.access_organization(&other(), &bob).await);
    assert_eq!(elsewhere, OrgRefusal::NotAMember(other()).into());

    // The robot is where it was, and goes on.
    let kept = world.memory.memberships(&robot.subject).await.unwrap();
    assert!(kept.len() == 2 && kept.iter().all(|member| member.is_member()), "{kept:?}");
    assert!(kept[0].exemption().is_some());
    fresh(&world, &robot).await;
}
