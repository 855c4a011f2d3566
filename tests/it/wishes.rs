//! What users of other systems ask for, and what has failed them there: a row each.

use chrono::TimeDelta;
use mfakit::organization::{Acknowledgement, Gate, OrgAuthority, OrgId, ReminderSchedule};
use mfakit::{Answer, EmailStatus, LimitedTo, NewFactor, SignIn, SignedIn, Strength, Subject};

use crate::attacks::{begin, guess, new_factor, three_codes};
use crate::organizations::{acme, authority, days, fresh, office, propose, require, whole};
use crate::world::{User, World, block_on, gate, passed};

type Shows = fn();

#[rustfmt::skip]
const WISHES: &[(&str, Shows)] = &[
    ("codes with spaces", || block_on(async {
        let (world, ada) = ada().await;
        for gap in [" ", "-", " - "] {
            world.next_code();
            let code = ada.phone.code_at(world.now());
            let typed = format!(" {}{gap}{} ", &code[..3], &code[3..]);
            world.sign_in_with(&ada.subject, Answer::code(&typed)).await;
        }
    })),
    ("recovery codes count only once they are saved", || block_on(async {
        let world = World::new();
        let session = world.sign_in_plain(&"ada".parse().unwrap()).await;
        let (setup, phone) = begin(&world, &session, new_factor("Phone")).await;
        let code = phone.code_at(world.now());
        drop(world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await.unwrap());
        let shown = world.mfa.status(session.subject()).await.unwrap();
        assert_eq!((shown.enabled, shown.recovery_left), (false, None));
        world.mfa.finish_setup(&session, setup.id()).await.unwrap().full().unwrap();
        assert!(world.mfa.status(session.subject()).await.unwrap().enabled);
    })),
    ("a prompt at sign-in when they run low", || block_on(async {
        let (world, ada) = ada().await;
        for number in 0..8 {
            let challenge = world.challenge(&ada.subject).await;
            let used = world.mfa.answer(&challenge, Answer::recovery(&ada.recovery(number))).await;
            assert_eq!(passed(used).recovery_low, number >= 6, "{number}");
        }
        assert!(passed({
            let challenge = world.challenge(&ada.subject).await;
            world.mfa.answer(&challenge, Answer::code(&ada.phone.code_at(world.now()))).await
        }).recovery_low, "with the phone as well");
    })),
    ("drift tolerated at sign-in as at setup", || block_on(async {
        for periods in [-1, 1] {
            let world = World::new();
            let session = world.sign_in_plain(&"ada".parse().unwrap()).await;
            let (setup, phone) = begin(&world, &session, new_factor("Phone")).await;
            let code = phone.code_after(world.now(), periods);
            drop(world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await.unwrap());
            let session = world.mfa.finish_setup(&session, setup.id()).await.unwrap().full().unwrap();
            world.wait(90);
            let code = phone.code_after(world.now(), periods);
            world.sign_in_with(session.subject(), Answer::code(&code)).await;
        }
    })),
    ("several devices, each with its own secret", || block_on(async {
        let (world, ada) = ada().await;
        let (tablet, _) = world.add_phone(&ada.session, "Tablet").await;
        world.next_code();
        assert_ne!(tablet.code_at(world.now()), ada.phone.code_at(world.now()));
        let challenge = world.challenge(&ada.subject).await;
        let ask = world.mfa.ask(&challenge).await.unwrap();
        assert_eq!(ask.factors().count(), 2);
        let (other, ..) = ask.factors().nth(1).unwrap();
        let code = tablet.code_at(world.now());
        passed(world.mfa.answer(&challenge, Answer::code_of(other, &code)).await);
    })),
    ("grace by organization, and the page says which one asks", || block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        let big = OrgId::new("big").unwrap();
        world.mfa.join_organization(&big, &ada, world.now()).await.unwrap();
        require(&world, &admin, whole(30)).await;
        let session = fresh(&world, &admin).await;
        let by = OrgAuthority::grant(big.clone(), admin.subject.clone(), "audit").unwrap();
        world.mfa.set_policy(&session, &by, propose(whole(10)), None).await.unwrap();
        let asked = world.mfa.sign_in(world.password(&ada)).await.unwrap();
        let SignIn::Done(SignedIn::Full(_, Some(asked))) = asked else { panic!("{asked:?}") };
        let asks = asked.organizations.iter().map(|demand| demand.org.clone());
        assert_eq!((asks.collect::<Vec<_>>(), asked.days_left(world.now())), (vec![big.clone(), acme()], 10));
        days(&world, 10);
        let session = world.sign_in_limited(&ada).await;
        let LimitedTo::SetUp(closed) = session.next_step() else { panic!("{session:?}") };
        assert_eq!((closed.organizations.len(), &closed.organizations[0].org), (1, &big));
    })),
    ("grace shortened or extended at once", || block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        require(&world, &admin, whole(30)).await;
        days(&world, 10);
        let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
        for (grace, closed) in [(3, true), (60, false), (3, true)] {
            world.mfa.set_policy(&session, &by, propose(whole(grace)), None).await.unwrap();
            assert_eq!(walled(&world, &ada).await, closed, "{grace} days");
        }
        let until = world.now() + TimeDelta::days(5);
        world.mfa.extend_member(&session, &by, &ada, Strength::Standard, until).await.unwrap();
        assert!(!walled(&world, &ada).await, "one member");
    })),
    ("service accounts exempt", || block_on(async {
        let world = World::new();
        let (admin, robot) = office(&world).await;
        let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
        world.mfa.exempt_member(&session, &by, &robot, Strength::Standard, None).await.unwrap();
        world.mfa.set_policy(&session, &by, propose(whole(0)), None).await.unwrap();
        days(&world, 900);
        let signed_in = world.mfa.sign_in(world.password(&robot)).await;
        assert!(matches!(signed_in, Ok(SignIn::Done(SignedIn::Full(_, None)))), "{signed_in:?}");
    })),
    ("reminders at 7 days and 1 day", || block_on(async {
        let world = World::new();
        let (admin, _) = office(&world).await;
        require(&world, &admin, whole(14)).await;
        let (start, mut told) = (world.now(), Vec::new());
        for hour in 0..24 * 16 {
            let span = (start + TimeDelta::hours(hour), start + TimeDelta::hours(hour + 1));
            world.clock.set(span.1);
            let each = |reminder: mfakit::organization::Reminder| told.push((reminder.days_before, hour + 1));
            world.mfa.reminders(&acme(), &ReminderSchedule::default(), span, each).await.unwrap();
        }
        assert_eq!(told, [(7, 7 * 24), (1, 13 * 24), (0, 14 * 24)]);
    })),
    ("no permanent lock that needs an administrator", || block_on(async {
        let (world, ada) = ada().await;
        guess(&world, &ada, 20).await;
        world.wait(90);
        world.sign_in_with(&ada.subject, three_codes(&world, &ada.phone)).await;
    })),
    ("recovery reachable while throttled (attack 23)", || block_on(async {
        let (world, ada) = ada().await;
        guess(&world, &ada, 20).await;
        world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;
    })),
    ("labels that survive every app", || block_on(async {
        let world = World::new();
        let session = world.sign_in_plain(&"ada".parse().unwrap()).await;
        let new = NewFactor::totp("Ada's \u{1F4F1} phone", "ada+mfa@example.org").unwrap();
        let setup = world.mfa.begin_setup(&session, new, EmailStatus::Verified).await.unwrap();
        let uri = setup.totp().unwrap().otpauth_uri().to_string();
        assert!(uri.starts_with("otpauth://totp/Scrivio:ada%2Bmfa%40example.org?"), "{uri}");
        assert!(uri.contains("issuer=Scrivio") && !uri.contains(['+', ' ']) && uri.is_ascii(), "{uri}");
        assert!(NewFactor::totp("Phone", "a:b").is_err(), "a colon ends the issuer");
    })),
    ("no re-enrollment confirmed by the old secret's code (attack 24)", || block_on(async {
        let (world, ada) = ada().await;
        let (setup, _) = begin(&world, &ada.session, new_factor("Tablet")).await;
        let old = ada.phone.code_at(world.now());
        let confirmed = world.mfa.confirm_setup(&ada.session, setup.id(), Answer::code(&old)).await.unwrap();
        assert!(matches!(confirmed, mfakit::Confirmed::Rejected(_)), "{confirmed:?}");
    })),
    ("no \"later\" that outlives a shortened period (attack 25)", || block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        require(&world, &admin, whole(30)).await;
        days(&world, 10);
        let later = world.mfa.sign_in(world.password(&ada)).await.unwrap();
        let SignIn::Done(SignedIn::Full(session, Some(_))) = later else { panic!("{later:?}") };
        let admitted = world.mfa.guard(&session, &mfakit::StepUpRule::signed_in()).await.unwrap();
        assert!(admitted.reminded.is_some() && admitted.until > world.now());
        let (admins, by) = (fresh(&world, &admin).await, authority(&admin.subject));
        world.mfa.set_policy(&admins, &by, propose(whole(3)), None).await.unwrap();
        let gate = gate(&world.mfa, &session).await;
        assert!(matches!(gate, Gate::SetUpFirst(_)), "{gate:?}");
    })),
    ("no period that was over before the policy came (attack 25)", || block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        days(&world, 900);
        drop(world.sign_in_plain(&ada).await);
        days(&world, 900);
        require(&world, &admin, whole(14)).await;
        let asked = world.mfa.sign_in(world.password(&ada)).await.unwrap();
        let SignIn::Done(SignedIn::Full(_, Some(asked))) = asked else { panic!("{asked:?}") };
        assert_eq!(asked.deadline, world.now() + TimeDelta::days(14));
    })),
    ("no administrator locked out unawares (attack 25)", || block_on(async {
        let world = World::new();
        let (_, ada) = office(&world).await;
        let (session, by) = (world.sign_in_plain(&ada).await, authority(&ada));
        let forecast = world.mfa.forecast(&acme(), propose(whole(0)), &ada, TimeDelta::days(30)).await;
        assert!(forecast.unwrap().actor.unwrap().locked_out());
        assert!(world.mfa.set_policy(&session, &by, propose(whole(0)), None).await.is_err());
        assert!(!walled(&world, &ada).await, "not by mistake");
        let said = Some(Acknowledgement::ActorIsWeaker);
        world.mfa.set_policy(&session, &by, propose(whole(0)), said).await.unwrap();
        assert!(walled(&world, &ada).await, "and the setup leads out");
        world.protect("ada").await;
        assert!(!walled(&world, &ada).await);
    })),
];

#[test]
fn what_others_were_asked_for_is_here_and_what_failed_them_is_not() {
    for (wish, shows) in WISHES {
        let shown = std::panic::catch_unwind(shows);
        assert!(shown.is_ok(), "not shown: {wish}");
    }
}

async fn ada() -> (World, User) {
    let world = World::new();
    let ada = world.protect("ada").await;
    (world, ada)
}

async fn walled(world: &World, subject: &Subject) -> bool {
    matches!(world.mfa.access(subject).await.unwrap().gate, Gate::SetUpFirst(_))
}
