//! What the organizations' policies say, kept by a guard: whose session, of which organization, for
//! how long.

use chrono::TimeDelta;
use mfakit::organization::{Access, Gate, OrgId, OrgRefusal, PolicyScope};
use mfakit::step_up::Needed;
use mfakit::store::{OrgStore, Stamps};
use mfakit::testing::{Fault, ManualClock};
use mfakit::{
    Assurance, Error, HostAuthority, MemoryStore, Mfa, Refusal, Settings, StepUpRule, Strength,
    Subject,
};

use crate::organizations::{
    VOLUNTARY, acme, authority, days, fresh, office, propose, require, terms, whole,
};
use crate::watched::{Call, Turn, Watched};
use crate::world::{START, World, block_on, gate, keyring, refused};

fn over(subject: &Subject) -> HostAuthority {
    HostAuthority::grant(subject.clone(), "job".try_into().unwrap(), "asked by its owner").unwrap()
}

fn other() -> OrgId {
    OrgId::new("other").unwrap()
}

fn walled(gate: &Gate) -> bool {
    matches!(gate, Gate::SetUpFirst(_))
}

/// What a guard says without a rule of its own: of the account, or of an organization's resources.
async fn said(mfa: &Mfa, org: Option<&OrgId>, session: &Assurance) -> Gate {
    let Some(org) = org else { return gate(mfa, session).await };
    match mfa.guard_organization(org, session, &StepUpRule::signed_in()).await {
        Ok(admitted) => admitted.reminded.map_or(Gate::Allow, Gate::AllowAndRemind),
        Err(Error::Refused(Refusal::SetUpFirst(walled))) => Gate::SetUpFirst(walled),
        Err(other) => panic!("no gate: {other:?}"),
    }
}

/// Another process, which rereads the stamps after five minutes; and its organization store.
fn another_process(world: &World) -> (Mfa, Watched) {
    let watched = Watched::new(world.memory.clone());
    let settings = Settings::builder().recheck(TimeDelta::minutes(5)).build().unwrap();
    let mfa = Mfa::builder((world.memory.clone(), watched.clone()))
        .issuer("Scrivio")
        .keyring(keyring("k1"))
        .stamps(world.memory.clone())
        .settings(settings)
        .clock(world.clock.clone())
        .build()
        .unwrap();
    (mfa, watched)
}

#[test]
fn a_session_from_before_a_password_change_reaches_nothing_with_mfa_or_without() {
    block_on(async {
        let world = World::new();
        let (_, ada) = office(&world).await;
        let old = world.sign_in_plain(&ada).await;
        assert_eq!(gate(&world.mfa, &old).await, Gate::Allow);
        world.mfa.password_changed(&ada, None).await.unwrap();
        let rule = StepUpRule::fresh(Needed::FirstFactor, TimeDelta::hours(1));
        assert_eq!(
            refused(world.mfa.guard_organization(&acme(), &old, &rule).await),
            Refusal::SignInAgain
        );
        assert_eq!(refused(world.mfa.guard(&old, &rule).await), Refusal::SignInAgain);
        assert_eq!(refused(world.mfa.guard_now(&old, &rule).await), Refusal::SignInAgain);

        let user = world.protect("ada").await;
        let old = fresh(&world, &user).await;
        assert_eq!(gate(&world.mfa, &old).await, Gate::Allow);
        world.mfa.password_changed(&user.subject, None).await.unwrap();
        assert_eq!(refused(world.mfa.guard(&old, &rule).await), Refusal::SignInAgain);
    });
}

/// Whatever call of a rename fails, and from then on every other one.
#[test]
fn a_guard_says_of_an_account_on_its_way_what_a_check_says() {
    let mut stopped = 0;
    for call in 0..14 {
        block_on(async {
            let world = World::new();
            let (_, _) = office(&world).await;
            let user = world.protect("ada").await;
            let session = fresh(&world, &user).await;
            world.store.reset();
            (call..call + 4).for_each(|call| world.store.fail(call, Fault::Before));
            let new = Subject::new("ada lovelace").unwrap();
            let renamed = world.mfa.rename(&over(&user.subject), &new).await;
            world.store.reset();
            stopped += usize::from(renamed.is_err());
            let rule = StepUpRule::fresh(Needed::SecondFactor, TimeDelta::hours(1));
            let checked = world.mfa.guard_now(&session, &rule).await.is_ok();
            let guarded = world.mfa.guard(&session, &rule).await.is_ok();
            assert_eq!(guarded, checked, "stopped at call {call}");
            assert!(renamed.is_err() || !checked, "call {call}: renamed, and passes");
        });
    }
    assert!(stopped >= 6, "only {stopped}");
}

#[test]
fn each_organization_is_asked_for_itself_and_remembered_for_itself() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        world.mfa.join_organization(&other(), &ada, world.now()).await.unwrap();
        require(&world, &admin, terms(0, PolicyScope::OrganizationResources)).await;
        let (mfa, orgs) = another_process(&world);
        let session = world.sign_in_plain(&ada).await;
        for asked in [3, 0] {
            let reached = said(&mfa, Some(&other()), &session).await;
            assert!(!walled(&reached), "{reached:?}");
            assert!(walled(&said(&mfa, Some(&acme()), &session).await));
            assert!(!walled(&said(&mfa, None, &session).await));
            assert_eq!(orgs.count(Call::Affiliations), asked);
        }
        let nowhere = OrgId::new("nowhere").unwrap();
        let rule = StepUpRule::signed_in();
        let stranger = refused(mfa.guard_organization(&nowhere, &session, &rule).await);
        assert_eq!(stranger, OrgRefusal::NotAMember(nowhere).into());
    });
}

#[test]
fn a_decision_is_made_anew_when_its_facts_change_and_not_when_they_are_only_read_again() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        let (mfa, orgs) = another_process(&world);
        let session = world.sign_in_plain(&ada).await;
        let decisions = async || {
            let account = said(&mfa, None, &session).await;
            let acme = said(&mfa, Some(&acme()), &session).await;
            (account, acme)
        };
        let voluntary = decisions().await;
        assert_eq!(orgs.count(Call::Affiliations), 2);
        for _ in 0..3 {
            world.wait(301);
            assert_eq!(decisions().await, voluntary);
        }
        assert_eq!(orgs.count(Call::Affiliations), 0, "the stamps are what they were");

        require(&world, &admin, whole(0)).await;
        world.wait(301);
        let (account, resources) = decisions().await;
        assert!(walled(&account) && walled(&resources), "{account:?}, {resources:?}");
        assert_eq!(orgs.count(Call::Affiliations), 2);

        // One who joins somewhere else is decided on anew as well.
        world.mfa.join_organization(&other(), &ada, world.now()).await.unwrap();
        world.wait(301);
        assert_eq!(decisions().await, (account, resources));
        assert_eq!(orgs.count(Call::Affiliations), 2);
    });
}

#[test]
fn a_remembered_decision_ends_at_the_instant_it_announced() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        require(&world, &admin, whole(1)).await;
        let (mfa, _) = another_process(&world);
        let session = world.sign_in_plain(&ada).await;
        let until = world.mfa.access(&ada).await.unwrap().until.unwrap();
        let microsecond = TimeDelta::microseconds(1);
        for (now, closed) in [(until - microsecond, false), (until, true)] {
            world.clock.set(now);
            assert_eq!(walled(&said(&mfa, None, &session).await), closed);
            assert_eq!(walled(&said(&mfa, Some(&acme()), &session).await), closed);
        }
    });
}

/// Remembered a moment ago, within `recheck`.
#[test]
fn what_the_same_process_changes_is_noticed_by_its_guards_at_once() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        let (by, session) = (authority(&admin.subject), world.sign_in_plain(&ada).await);
        let gate = async || walled(&said(&world.mfa, None, &session).await);
        let admins = fresh(&world, &admin).await;
        assert!(!gate().await);
        world.mfa.set_policy(&admins, &by, propose(whole(0)), None).await.unwrap();
        assert!(gate().await, "a policy");
        let until = world.now() + TimeDelta::days(3);
        world.mfa.extend_member(&admins, &by, &ada, Strength::Standard, until).await.unwrap();
        assert!(!gate().await, "an extension");
        world.mfa.leave_organization(&acme(), &ada).await.unwrap();
        world.mfa.join_organization(&acme(), &ada, world.now()).await.unwrap();
        assert!(gate().await, "leaving, which ended it");
        world.mfa.erase(&over(&ada)).await.unwrap();
        assert!(!gate().await, "an erasure, of one who never had an account");
        let rule = StepUpRule::signed_in();
        let stranger = refused(world.mfa.guard_organization(&acme(), &session, &rule).await);
        assert_eq!(stranger, OrgRefusal::NotAMember(acme()).into());
    });
}

#[test]
fn a_store_that_cannot_say_lets_nobody_pass_and_nothing_is_remembered_of_it() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        require(&world, &admin, whole(14)).await;
        let (mfa, orgs) = another_process(&world);
        let session = world.sign_in_plain(&ada).await;
        orgs.watch(|call| if call == Call::Affiliations { Turn::Fails } else { Turn::Works });
        assert!(mfa.guard(&session, &StepUpRule::signed_in()).await.is_err());
        orgs.watch(|_| Turn::Works);
        assert!(!walled(&said(&mfa, None, &session).await));
    });
}

#[test]
fn whoever_has_mfa_reaches_what_a_policy_closes() {
    block_on(async {
        let world = World::new();
        let (admin, _) = office(&world).await;
        let user = world.protect("ada").await;
        for scope in [PolicyScope::OrganizationResources, PolicyScope::WholeAccount] {
            require(&world, &admin, terms(0, scope)).await;
            days(&world, 1);
            let session = fresh(&world, &user).await;
            let open = |needed| Access { gate: Gate::Allow, needed, until: None };
            let (app, whole) = (Some(Strength::Standard), scope == PolicyScope::WholeAccount);
            let account = world.mfa.access(&user.subject).await.unwrap();
            assert_eq!(account, open(app.filter(|_| whole)));
            let resources = world.mfa.access_organization(&acme(), &user.subject).await;
            assert_eq!(resources.unwrap(), open(app));
            assert_eq!(said(&world.mfa, Some(&acme()), &session).await, Gate::Allow);
            let (admins, by) = (fresh(&world, &admin).await, authority(&admin.subject));
            world.mfa.set_policy(&admins, &by, VOLUNTARY, None).await.unwrap();
        }
    });
}

/// A host that implements no `Stamps`: the account is loaded and the revision asked.
#[test]
fn without_a_port_for_them_the_stamps_are_the_same() {
    block_on(async {
        let memory = MemoryStore::new();
        let clock = ManualClock::at(START);
        let build = |stamps: bool| {
            let mfa = Mfa::builder(memory.clone())
                .issuer("Scrivio")
                .keyring(keyring("k1"))
                .clock(clock.clone());
            if stamps { mfa.stamps(memory.clone()) } else { mfa }.build().unwrap()
        };
        let (with, without) = (build(true), build(false));
        let ada = Subject::new("ada").unwrap();
        let mut seen = Vec::new();
        for step in 0..3 {
            match step {
                0 => {
                    drop(with.join_organization(&acme(), &ada, with.context().unwrap().now()).await)
                }
                1 => drop(with.password_changed(&ada, None).await),
                _ => with.leave_organization(&acme(), &ada).await.unwrap(),
            }
            let stamps = without.stamps(&ada).await.unwrap();
            assert_eq!(stamps, memory.stamps(&ada).await.unwrap());
            assert_eq!(stamps, with.stamps(&ada).await.unwrap());
            assert_eq!(stamps.policies, memory.revision(&ada).await.unwrap());
            assert!(!seen.contains(&stamps), "step {step} went unnoticed");
            seen.push(stamps);
        }
    });
}
