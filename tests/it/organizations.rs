//! "Organization policy and transition period", from the sign-in to the overview.

#![allow(clippy::unwrap_used, reason = "the fixtures of a test may stop at the first surprise")]

use chrono::TimeDelta;
use mfakit::organization::{
    Acknowledgement, Gate, GracePeriod, OrgAuthority, OrgId, OrgPolicy, OrgRefusal, PolicyScope,
    PolicyTerms, ProposedPolicy, ReminderSchedule, RosterFilter, Standing,
};
use mfakit::store::EventLog;
use mfakit::{
    Answer, Assurance, Error, EventKind, HostAuthority, LimitedTo, MemoryStore, Refusal, SignIn,
    SignedIn, Strength, Subject,
};

use crate::world::{User, World, block_on, limited, passed, refused};

pub(crate) fn acme() -> OrgId {
    OrgId::new("acme").unwrap()
}

pub(crate) fn terms(days: i64, scope: PolicyScope) -> PolicyTerms {
    PolicyTerms { grace: GracePeriod::days(days).unwrap(), scope }
}

/// Proposes MFA on these terms.
pub(crate) fn propose(terms: PolicyTerms) -> ProposedPolicy {
    ProposedPolicy::Required(Strength::Standard, terms)
}

/// Proposes to require MFA no longer.
pub(crate) const VOLUNTARY: ProposedPolicy = ProposedPolicy::NotRequired(Strength::Standard);

/// The period and the scope of MFA itself.
pub(crate) fn terms_of(policy: &OrgPolicy) -> Option<PolicyTerms> {
    policy.requirement(Strength::Standard).map(|requirement| requirement.terms)
}

pub(crate) fn whole(days: i64) -> PolicyTerms {
    terms(days, PolicyScope::WholeAccount)
}

pub(crate) fn authority(admin: &Subject) -> OrgAuthority {
    OrgAuthority::grant(acme(), admin.clone(), "audit finding").unwrap()
}

/// An organization with an enrolled administrator and ada, who has nothing yet.
pub(crate) async fn office(world: &World) -> (User, Subject) {
    let admin = world.protect("admin").await;
    let ada = Subject::new("ada").unwrap();
    for member in [&admin.subject, &ada] {
        world.mfa.join_organization(&acme(), member, world.now()).await.unwrap();
    }
    (admin, ada)
}

/// A session of the administrator that has just proven both factors.
pub(crate) async fn fresh(world: &World, admin: &User) -> Assurance {
    world.next_code();
    world.sign_in(admin).await
}

pub(crate) async fn require(world: &World, admin: &User, terms: PolicyTerms) {
    let session = fresh(world, admin).await;
    let by = authority(&admin.subject);
    world.mfa.set_policy(&session, &by, propose(terms), None).await.unwrap();
}

pub(crate) fn days(world: &World, days: i64) {
    world.clock.advance(TimeDelta::days(days));
}

#[test]
fn a_sign_in_says_what_the_organization_says_from_voluntary_to_lapsed_to_protected() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        let sign_in = || world.mfa.sign_in(world.password(&ada));
        assert!(matches!(sign_in().await, Ok(SignIn::Done(SignedIn::Full(_, None)))), "voluntary");

        require(&world, &admin, whole(14)).await;
        let since = world.now();
        days(&world, 7);
        let Ok(SignIn::Done(SignedIn::Full(_, Some(reminded)))) = sign_in().await else {
            panic!("not reminded")
        };
        assert_eq!(reminded.deadline, since + TimeDelta::days(14));
        assert_eq!(reminded.days_left(world.now()), 7);
        assert_eq!(reminded.organizations[0].org, acme());

        world.clock.set(since + TimeDelta::days(14));
        let session = world.sign_in_limited(&ada).await;
        let LimitedTo::SetUp(walled) = session.next_step() else { panic!("{session:?}") };
        assert_eq!(walled.since, since + TimeDelta::days(14));
        assert!(matches!(world.mfa.access(&ada).await.unwrap().gate, Gate::SetUpFirst(_)));

        let user = world.protect("ada").await;
        assert!(matches!(sign_in().await, Ok(SignIn::Challenge(..))));
        assert_eq!(world.mfa.access(&user.subject).await.unwrap().gate, Gate::Allow);
        let counts = world.mfa.overview(&acme()).await.unwrap();
        assert_eq!((counts.members, counts.protected(), counts.lapsed), (2, 2, 0));
    });
}

#[test]
fn resources_of_one_organization_are_closed_and_those_of_another_are_not() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        let other = OrgId::new("other").unwrap();
        world.mfa.join_organization(&other, &ada, world.now()).await.unwrap();
        require(&world, &admin, terms(0, PolicyScope::OrganizationResources)).await;

        let gate = async |org: OrgId| world.mfa.access_organization(&org, &ada).await.unwrap().gate;
        assert!(matches!(gate(acme()).await, Gate::SetUpFirst(_)));
        assert!(matches!(gate(other).await, Gate::AllowAndRemind(_)));
        assert!(matches!(world.mfa.access(&ada).await.unwrap().gate, Gate::AllowAndRemind(_)));
        let nowhere = OrgId::new("nowhere").unwrap();
        let stranger = refused(world.mfa.access_organization(&nowhere, &ada).await);
        assert_eq!(stranger, OrgRefusal::NotAMember(nowhere).into());
    });
}

#[test]
fn mfa_stays_on_while_a_policy_requires_it_and_the_refusal_says_which() {
    block_on(async {
        let world = World::new();
        let (admin, _) = office(&world).await;
        require(&world, &admin, whole(14)).await;
        let user = world.protect("ada").await;
        let session = fresh(&world, &user).await;
        let factor = world.mfa.status(&user.subject).await.unwrap().factors[0].factor;
        let requires: Refusal = OrgRefusal::PolicyRequires(vec![acme()]).into();
        assert_eq!(refused(world.mfa.disable(&session).await), requires);
        assert_eq!(refused(world.mfa.remove_factor(&session, factor).await), requires);
        assert!(world.mfa.status(&user.subject).await.unwrap().enabled);

        let (by, admins) = (authority(&admin.subject), fresh(&world, &admin).await);
        world.mfa.set_policy(&admins, &by, VOLUNTARY, None).await.unwrap();
        let session = fresh(&world, &user).await;
        world.mfa.disable(&session).await.unwrap().full().unwrap();
    });
}

#[test]
fn a_member_who_was_reset_after_the_period_must_set_up_again_at_once() {
    block_on(async {
        let world = World::new();
        let (admin, _) = office(&world).await;
        let user = world.protect("ada").await;
        require(&world, &admin, whole(14)).await;
        days(&world, 20);
        let over = HostAuthority::grant(user.subject.clone(), admin.subject.clone(), "lost phone");
        let session = fresh(&world, &admin).await;
        let issued = world.mfa.reset(&session, &over.unwrap()).await.unwrap();
        let access = world.mfa.access(&user.subject).await.unwrap();
        assert!(matches!(access.gate, Gate::SetUpFirst(_)), "no fresh period: {access:?}");

        // A fresh one only when it is given.
        let (by, until) = (authority(&admin.subject), world.now() + TimeDelta::days(3));
        world
            .mfa
            .extend_member(&session, &by, &user.subject, Strength::Standard, until)
            .await
            .unwrap();
        let access = world.mfa.access(&user.subject).await.unwrap();
        assert!(matches!(access.gate, Gate::AllowAndRemind(_)));
        assert_eq!(access.until, Some(until));

        let password = world.mfa.sign_in(world.password(&user.subject)).await;
        let Ok(SignIn::Challenge(challenge)) = password else { panic!("no enrollment") };
        let answer = Answer::enrollment(&issued.code.reveal());
        let session = limited(passed(world.mfa.answer(&challenge, answer).await).signed_in);
        assert_eq!(*session.next_step(), LimitedTo::FirstSetup);
    });
}

#[test]
fn an_administrator_without_mfa_makes_it_required_only_by_saying_so() {
    block_on(async {
        let world = World::new();
        let (_, ada) = office(&world).await;
        let (session, by) = (world.sign_in_plain(&ada).await, authority(&ada));
        let outlook =
            world.mfa.forecast(&acme(), propose(whole(0)), &ada, TimeDelta::days(30)).await;
        assert!(outlook.unwrap().actor.unwrap().locked_out());
        let refusal = refused(world.mfa.set_policy(&session, &by, propose(whole(0)), None).await);
        assert_eq!(refusal, OrgRefusal::ActorNotEnrolled.into());
        let said = Some(Acknowledgement::ActorIsWeaker);
        let changed = world.mfa.set_policy(&session, &by, propose(whole(0)), said).await.unwrap();
        assert_eq!(changed.before.lapsed, 0);
        assert_eq!(changed.after.unwrap().lapsed, 1, "ada herself");
        let log = world.memory.read(None, 1_000).await.unwrap();
        let last = log.events.last().unwrap();
        assert!(matches!(last.kind(), EventKind::Organization { by, .. } if *by == ada));
    });
}

#[test]
fn a_shorter_period_closes_at_once_and_a_longer_one_opens_at_once() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        require(&world, &admin, whole(30)).await;
        let before = world.mfa.stamps(&ada).await.unwrap();
        days(&world, 10);
        for (grace, closed) in [(7, true), (60, false), (0, true)] {
            let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
            world.mfa.set_policy(&session, &by, propose(whole(grace)), None).await.unwrap();
            let gate = world.mfa.access(&ada).await.unwrap().gate;
            assert_eq!(matches!(gate, Gate::SetUpFirst(_)), closed, "{grace} days");
            assert_ne!(world.mfa.stamps(&ada).await.unwrap(), before, "a kept decision is void");
        }
    });
}

#[test]
fn the_overview_lists_who_is_without_mfa_and_whose_period_has_lapsed() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        require(&world, &admin, whole(14)).await;
        days(&world, 10);
        let late = Subject::new("late").unwrap();
        world.mfa.join_organization(&acme(), &late, world.now()).await.unwrap();
        days(&world, 5);
        let page = async |filter, after: Option<&str>| {
            world.mfa.roster(&acme(), filter, after, 1).await.unwrap()
        };
        let lapsed = page(RosterFilter::Lapsed, None).await;
        assert_eq!((&lapsed.members[0].subject, lapsed.next), (&ada, None));
        assert!(matches!(lapsed.members[0].standing, Standing::Lapsed { .. }));
        let first = page(RosterFilter::WithoutMfa, None).await;
        let cursor = first.next.unwrap().to_string();
        let second = page(RosterFilter::WithoutMfa, Some(&cursor)).await;
        assert_eq!((&second.members[0].subject, second.next), (&late, None));

        let elsewhere = OrgId::new("other").unwrap();
        let foreign =
            world.mfa.roster(&elsewhere, RosterFilter::WithoutMfa, Some(&cursor), 1).await;
        assert_eq!(refused(foreign), OrgRefusal::CursorForeign.into());
        let garbled =
            world.mfa.roster(&acme(), RosterFilter::WithoutMfa, Some("nonsense"), 1).await;
        assert_eq!(refused(garbled), OrgRefusal::CursorGarbled.into());
        require_less(&world, &admin).await;
        let outdated = world.mfa.roster(&acme(), RosterFilter::WithoutMfa, Some(&cursor), 1).await;
        assert_eq!(refused(outdated), OrgRefusal::CursorOutdated.into());
    });
}

async fn require_less(world: &World, admin: &User) {
    let (session, by) = (fresh(world, admin).await, authority(&admin.subject));
    world.mfa.set_policy(&session, &by, propose(whole(30)), None).await.unwrap();
}

#[test]
fn reminders_come_once_each_while_the_clock_runs() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        require(&world, &admin, whole(14)).await;
        let mut told = Vec::new();
        for _ in 0..40 {
            let before = world.now();
            world.clock.advance(TimeDelta::hours(13));
            let (schedule, span) = (ReminderSchedule::default(), (before, world.now()));
            world.mfa.reminders(&acme(), &schedule, span, |r| told.push(r)).await.unwrap();
        }
        assert!(told.iter().all(|reminder| reminder.subject == ada));
        let days: Vec<u16> = told.iter().map(|reminder| reminder.days_before).collect();
        assert_eq!(days, [7, 1, 0]);
    });
}

#[test]
fn without_an_organization_store_its_operations_say_what_is_missing() {
    block_on(async {
        let clock = mfakit::testing::ManualClock::at(crate::world::START);
        let mfa = mfakit::Mfa::builder_without_policies(MemoryStore::new())
            .issuer("Scrivio")
            .keyring(crate::world::keyring("k1"))
            .clock(clock)
            .build()
            .unwrap();
        let missing = mfa.access(&Subject::from(7_u64)).await;
        assert!(matches!(missing, Err(Error::MissingPort(_))));
    });
}
