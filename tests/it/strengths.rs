//! Organizations that require more than an app, and people who have an app.

use chrono::{DateTime, Utc};
use mfakit::organization::{
    Acknowledgement, Gate, OrgRefusal, PolicyTerms, ProposedPolicy, ReminderSchedule, RosterFilter,
    RosterMember, Standing,
};
use mfakit::{Answer, HostAuthority, LimitedTo, Required, SignIn, Strength, Subject};

use crate::organizations::{acme, authority, days, fresh, office, require, whole};
use crate::world::{User, World, block_on, limited, passed, refused};

const KEYS: Required = Required::of(Strength::PhishingResistant);

fn keys(terms: PolicyTerms) -> ProposedPolicy {
    ProposedPolicy::Required(Strength::PhishingResistant, terms)
}

/// Requires keys, set by somebody who has an app and says so.
pub(crate) async fn require_keys(world: &World, admin: &User, terms: PolicyTerms) {
    let (session, by) = (fresh(world, admin).await, authority(&admin.subject));
    let unsaid = world.mfa.set_policy(&session, &by, keys(terms), None).await;
    assert_eq!(refused(unsaid), OrgRefusal::ActorTooWeak(KEYS).into());
    let said = Some(Acknowledgement::ActorIsWeaker);
    world.mfa.set_policy(&session, &by, keys(terms), said).await.unwrap();
}

/// A member as the overview shows her, on whichever list that is.
async fn shown(world: &World, who: &Subject) -> RosterMember {
    for filter in [RosterFilter::WithoutMfa, RosterFilter::With(Strength::Standard)] {
        let page = world.mfa.roster(&acme(), filter, None, 100).await.unwrap();
        if let Some(member) = page.members.into_iter().find(|member| member.subject == *who) {
            return member;
        }
    }
    panic!("{who} is on no list")
}

#[test]
fn an_app_is_not_enough_where_keys_are_required() {
    block_on(async {
        let world = World::new();
        let (admin, _) = office(&world).await;
        let ada = world.protect("ada").await;
        require(&world, &admin, whole(0)).await;
        assert_eq!(world.mfa.access(&ada.subject).await.unwrap().gate, Gate::Allow);

        require_keys(&world, &admin, whole(14)).await;
        let gate = world.mfa.access(&ada.subject).await.unwrap().gate;
        let Gate::AllowAndRemind(reminded) = gate else { panic!("{gate:?}") };
        assert_eq!(reminded.organizations[0].required, KEYS);
        assert_eq!(reminded.days_left(world.now()), 14);
        let apps = RosterFilter::With(Strength::Standard);
        let only_an_app = world.mfa.roster(&acme(), apps, None, 10).await.unwrap();
        assert_eq!(only_an_app.members.len(), 2, "ada and the administrator");
        let counts = world.mfa.overview(&acme()).await.unwrap();
        assert_eq!((counts.standard, counts.phishing_resistant, counts.in_grace), (2, 0, 2));

        days(&world, 14);
        let gate = world.mfa.access(&ada.subject).await.unwrap().gate;
        let Gate::SetUpFirst(walled) = gate else { panic!("{gate:?}") };
        assert_eq!(walled.organizations[0].required, KEYS);
        assert_eq!(world.mfa.overview(&acme()).await.unwrap().lapsed, 2);
    });
}

/// Nobody without MFA has longer for it, and nobody with an app is asked for it sooner.
#[test]
fn whoever_has_nothing_keeps_the_deadline_of_the_weaker_requirement() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        let bob = world.protect("bob").await;
        world.mfa.join_organization(&acme(), &bob.subject, world.now()).await.unwrap();
        require(&world, &admin, whole(10)).await;
        let mfa = world.now() + chrono::TimeDelta::days(10);
        days(&world, 5);
        require_keys(&world, &admin, whole(30)).await;
        let keys = world.now() + chrono::TimeDelta::days(30);
        assert_eq!(shown(&world, &ada).await.deadline, Some(mfa));
        assert_eq!(shown(&world, &bob.subject).await.deadline, Some(keys));

        days(&world, 5);
        let required = Strength::Standard.into();
        let standing = shown(&world, &ada).await.standing;
        assert_eq!(standing, Standing::Lapsed { since: mfa, required });
        world.protect("ada").await;
        let standing = shown(&world, &ada).await.standing;
        assert_eq!(standing, Standing::InGrace { deadline: keys, required: KEYS });
    });
}

#[test]
fn what_was_raised_above_oneself_is_changed_by_nobody_who_lacks_it() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        require_keys(&world, &admin, whole(14)).await;
        let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
        let too_weak = || OrgRefusal::ActorTooWeak(KEYS).into();
        let lifted = ProposedPolicy::NotRequired(Strength::PhishingResistant);
        let mfa = ProposedPolicy::Required(Strength::Standard, whole(1));
        for proposed in [keys(whole(30)), lifted, mfa] {
            let said = Some(Acknowledgement::ActorIsWeaker);
            let outcome = world.mfa.set_policy(&session, &by, proposed, said).await;
            assert_eq!(refused(outcome), too_weak());
        }
        let strength = Strength::PhishingResistant;
        let until = world.now() + chrono::TimeDelta::days(60);
        let extended = world.mfa.extend_member(&session, &by, &ada, strength, until).await;
        assert_eq!(refused(extended), too_weak());
        let exempted = world.mfa.exempt_member(&session, &by, &ada, strength, None).await;
        assert_eq!(refused(exempted), too_weak());
    });
}

/// What a member can do to an account and a membership, and the deadline before and after it.
#[test]
fn nothing_that_a_member_does_opens_a_fresh_period() {
    block_on(async {
        let world = World::new();
        let (admin, _) = office(&world).await;
        let ada = world.protect("ada").await;
        world.mfa.join_organization(&acme(), &ada.subject, world.now()).await.unwrap();
        require_keys(&world, &admin, whole(14)).await;
        let deadline: DateTime<Utc> = world.now() + chrono::TimeDelta::days(14);
        let same = async |after: &str| {
            assert_eq!(shown(&world, &ada.subject).await.deadline, Some(deadline), "{after}");
        };
        same("required").await;
        days(&world, 3);

        let session = fresh(&world, &ada).await;
        let asked = || OrgRefusal::PolicyRequires(vec![acme()]).into();
        assert_eq!(refused(world.mfa.disable(&session).await), asked());
        let only = world.mfa.status(&ada.subject).await.unwrap().factors[0].factor;
        assert_eq!(refused(world.mfa.remove_factor(&session, only).await), asked());
        same("what was refused").await;

        let (_, session) = world.add_phone(&session, "Tablet").await;
        let _ = world.mfa.remove_factor(&session, only).await.unwrap();
        same("another app in place of the first").await;

        let over =
            HostAuthority::grant(ada.subject.clone(), admin.subject.clone(), "lost").unwrap();
        let root = fresh(&world, &admin).await;
        world.mfa.reset(&root, &over).await.unwrap();
        same("a reset").await;

        world.mfa.leave_organization(&acme(), &ada.subject).await.unwrap();
        days(&world, 3);
        world.mfa.join_organization(&acme(), &ada.subject, world.now()).await.unwrap();
        same("left and joined again").await;

        world.mfa.erase(&over).await.unwrap();
        world.mfa.join_organization(&acme(), &ada.subject, world.now()).await.unwrap();
        let again = shown(&world, &ada.subject).await.deadline;
        assert_eq!(again, Some(world.now() + chrono::TimeDelta::days(14)), "somebody who is new");
    });
}

#[test]
fn who_has_an_app_is_reminded_of_keys_once_each() {
    block_on(async {
        let world = World::new();
        let (admin, eve) = office(&world).await;
        require(&world, &admin, whole(10)).await;
        require_keys(&world, &admin, whole(14)).await;
        let (schedule, mut told) = (ReminderSchedule::default(), Vec::new());
        for _ in 0..20 {
            let polled = world.now();
            days(&world, 1);
            let span = (polled, world.now());
            world.mfa.reminders(&acme(), &schedule, span, |one| told.push(one)).await.unwrap();
        }
        let of = |who: &Subject| -> Vec<(u16, Required)> {
            let mine = told.iter().filter(|reminder| reminder.subject == *who);
            mine.map(|reminder| (reminder.days_before, reminder.required)).collect()
        };
        assert_eq!(of(&admin.subject), [(7, KEYS), (1, KEYS), (0, KEYS)]);
        let mfa = Strength::Standard.into();
        assert_eq!(of(&eve), [(7, mfa), (1, mfa), (0, mfa)], "the first wall, and no second one");
    });
}

/// With the password alone she is asked for what she has; the policy asks for more afterwards.
#[test]
fn who_has_an_app_is_challenged_for_it_whatever_is_required() {
    block_on(async {
        let world = World::new();
        let (admin, _) = office(&world).await;
        require_keys(&world, &admin, whole(0)).await;
        let sign_in = world.mfa.sign_in(world.password(&admin.subject)).await;
        assert!(matches!(sign_in, Ok(SignIn::Challenge(..))), "{sign_in:?}");
        world.next_code();
        let challenge = world.challenge(&admin.subject).await;
        let code = Answer::code(&admin.phone.code_at(world.now()));
        let session = limited(passed(world.mfa.answer(&challenge, code).await).signed_in);
        let LimitedTo::SetUp(walled) = session.next_step() else { panic!("{session:?}") };
        assert_eq!(walled.organizations[0].required, KEYS);
    });
}
