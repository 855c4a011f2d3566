//! In front of the wall and behind it: what a policy keeps from being switched off, what stays
//! reachable, and what slips through for a moment.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use mfakit::organization::{Gate, OrgAuthority, OrgId, OrgRefusal, PolicyScope};
use mfakit::testing::Authenticator;
use mfakit::{
    Answer, Confirmed, EmailStatus, LimitedTo, NewFactor, Refusal, SignIn, SignedIn, StepUpRule,
};

use crate::organizations::{acme, authority, days, fresh, office, propose, require, terms, whole};
use crate::watched::Call;
use crate::world::{World, block_on, full, gate, limited, refused};

/// The page is closed; signing in again, the profile page, verifying the e-mail address and the
/// setup are not. What the host does itself, signing out, asks nothing here.
#[test]
fn behind_the_wall_everything_that_leads_out_stays_reachable() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        require(&world, &admin, whole(14)).await;
        days(&world, 20);
        let session = world.sign_in_limited(&ada).await;
        let LimitedTo::SetUp(walled) = session.next_step() else { panic!("{session:?}") };
        assert_eq!(walled.organizations[0].org, acme());
        let session = limited(world.mfa.readmit(&session).await.unwrap());

        // The profile page, and the password once more after too long a look at it.
        assert!(!world.mfa.status(&ada).await.unwrap().enabled);
        world.wait(3_600);
        let new = || NewFactor::totp("Phone", "ada@example.org").unwrap();
        let stale = world.mfa.begin_setup(&session, new(), EmailStatus::Verified).await;
        assert!(matches!(refused(stale), Refusal::StepUp(_)));
        let again = world.mfa.reauthenticate(&session, world.password(&ada)).await;
        let session = limited(again.unwrap()); // A password opens no wall.

        // The address is not verified yet, and then it is.
        let unverified = world.mfa.begin_setup(&session, new(), EmailStatus::Unverified).await;
        assert_eq!(refused(unverified), Refusal::EmailUnverified);
        let given_up = world.mfa.begin_setup(&session, new(), EmailStatus::Verified).await.unwrap();
        world.mfa.cancel_setup(&session, given_up.id()).await.unwrap();
        let setup = world.mfa.begin_setup(&session, new(), EmailStatus::Verified).await.unwrap();
        let shown = world.mfa.show_setup(&session, setup.id()).await.unwrap();
        let phone = Authenticator::scan(shown.totp().unwrap().otpauth_uri()).unwrap();
        let code = phone.code_at(world.now());
        let confirmed =
            world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await.unwrap();
        assert!(matches!(confirmed, Confirmed::FirstFactor(_)));
        world.mfa.reissue_codes(&session, setup.id()).await.unwrap();
        // Not before the codes are saved.
        let session = limited(world.mfa.readmit(&session).await.unwrap());
        let session = full(world.mfa.finish_setup(&session, setup.id()).await.unwrap());

        assert_eq!(gate(&world.mfa, &session).await, Gate::Allow);
        assert_eq!(world.mfa.overview(&acme()).await.unwrap().lapsed, 0);
    });
}

/// Between the check and the commit of switching MFA off an administrator makes it required. They
/// live in two stores, so that the commit goes through; the next decision does not.
#[test]
fn a_policy_that_comes_between_the_check_and_the_commit_is_caught_by_the_next_decision() {
    let (world, orgs) = World::watched();
    let (admin, _) = block_on(office(&world));
    let user = block_on(world.protect("ada"));
    let session = block_on(fresh(&world, &user));
    let admins = block_on(fresh(&world, &admin));
    orgs.count(Call::Affiliations);

    world.store.reset();
    world.store.yield_around_calls();
    let mut disable = pin!(world.mfa.disable(&session));
    let mut context = Context::from_waker(Waker::noop());
    while orgs.count(Call::Affiliations) == 0 {
        assert!(disable.as_mut().poll(&mut context).is_pending(), "it did not ask");
    }
    assert_eq!(world.store.commits(), 0, "checked, and not committed");
    let rival = world.elsewhere(0);
    block_on(rival.set_policy(&admins, &authority(&admin.subject), propose(whole(0)), None))
        .unwrap();
    let session = loop {
        if let Poll::Ready(disabled) = disable.as_mut().poll(&mut context) {
            break disabled.unwrap();
        }
    };

    assert!(!block_on(world.mfa.status(&user.subject)).unwrap().enabled, "it slipped through");
    let closed = |gate: &Gate| matches!(gate, Gate::SetUpFirst(_));
    let session = full(session);
    assert!(closed(&block_on(gate(&world.mfa, &session))));
    let of_acme =
        block_on(world.mfa.guard_organization(&acme(), &session, &StepUpRule::signed_in()));
    assert!(matches!(refused(of_acme), Refusal::SetUpFirst(_)));
    assert!(closed(&block_on(world.mfa.access(&user.subject)).unwrap().gate));
    let again = block_on(world.mfa.sign_in(world.password(&user.subject)));
    assert!(matches!(again, Ok(SignIn::Done(SignedIn::Limited(_)))), "{again:?}");
}

#[test]
fn whoever_switched_mfa_off_while_it_was_voluntary_is_walled_when_it_is_required() {
    block_on(async {
        let world = World::new();
        let (admin, _) = office(&world).await;
        let user = world.protect("ada").await;
        let session = fresh(&world, &user).await;
        let session = world.mfa.disable(&session).await.unwrap().full().unwrap();
        assert_eq!(gate(&world.mfa, &session).await, Gate::Allow);
        require(&world, &admin, whole(0)).await;
        let gate = gate(&world.mfa, &session).await;
        assert!(matches!(gate, Gate::SetUpFirst(_)), "{gate:?}");
    });
}

#[test]
fn of_two_factors_one_may_go_while_a_policy_requires_mfa_and_the_last_may_not() {
    block_on(async {
        let world = World::new();
        let (admin, _) = office(&world).await;
        let user = world.protect("ada").await;
        require(&world, &admin, whole(0)).await;
        let session = fresh(&world, &user).await;
        let (_, session) = world.add_phone(&session, "Tablet").await;
        let factors = world.mfa.status(&user.subject).await.unwrap().factors;
        let tablet = factors.iter().find(|factor| factor.label.as_str() == "Tablet").unwrap();
        let session =
            world.mfa.remove_factor(&session, tablet.factor).await.unwrap().full().unwrap();

        let left = world.mfa.status(&user.subject).await.unwrap();
        assert!(left.enabled && left.factors.len() == 1);
        assert_eq!(gate(&world.mfa, &session).await, Gate::Allow);
        let last = world.mfa.remove_factor(&session, left.factors[0].factor).await;
        assert_eq!(refused(last), OrgRefusal::PolicyRequires(vec![acme()]).into());
    });
}

/// "acme" has closed its own resources; "big" closes the whole account in three days. What is
/// counted down is what is still to come.
#[test]
fn a_closed_door_does_not_hide_how_many_days_are_left_to_the_next_one() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        let big = OrgId::new("big").unwrap();
        world.mfa.join_organization(&big, &ada, world.now()).await.unwrap();
        require(&world, &admin, terms(0, PolicyScope::OrganizationResources)).await;
        let session = fresh(&world, &admin).await;
        let by = OrgAuthority::grant(big.clone(), admin.subject.clone(), "audit finding").unwrap();
        world.mfa.set_policy(&session, &by, propose(whole(3)), None).await.unwrap();
        let sign_in = world.mfa.sign_in(world.password(&ada)).await;
        let Ok(SignIn::Done(SignedIn::Full(_, Some(reminded)))) = sign_in else {
            panic!("{sign_in:?}")
        };
        assert_eq!(reminded.days_left(world.now()), 3);
        let asking: Vec<&OrgId> = reminded.organizations.iter().map(|ask| &ask.org).collect();
        assert_eq!(asking, [&acme(), &big], "both are named, the strictest first");
    });
}
