//! The product page's flows, from end to end.

use mfakit::domain::{Account, Algorithm, Digits, EvidenceKind, FactorState, TotpParams};
use mfakit::{
    Answer, Assurance, Confirmed, EmailStatus, FactorId, FactorKind, LimitedTo, NewFactor, Refusal,
    Settings, SignIn, SignedIn, Subject,
};

use crate::attacks::{begin, factor, new_factor, stored};
use crate::world::{World, block_on, full, limited, passed, refused, rejected};

#[test]
fn a_user_goes_from_nothing_to_a_protected_account_and_signs_in() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let status = world.mfa.status(&ada.subject).await.unwrap();
        assert!(status.enabled);
        assert_eq!((status.recovery_left, status.recovery_low), (Some(10), false));
        assert_eq!(status.factors[0].label.as_str(), "Phone");

        let session = world.sign_in(&ada).await;
        assert!(session.has_second_factor());
    });
}

#[test]
fn mfa_is_off_until_the_codes_are_said_to_be_saved() {
    block_on(async {
        let world = World::new();
        let ada = Subject::new("ada").unwrap();
        let session = world.sign_in_plain(&ada).await;
        let new = NewFactor::totp("Phone", "ada@example.org").unwrap();
        let setup = world.mfa.begin_setup(&session, new, EmailStatus::Verified).await.unwrap();
        let phone =
            mfakit::testing::Authenticator::scan(setup.totp().unwrap().otpauth_uri()).unwrap();
        let code = phone.code_at(world.now());
        let confirmed =
            world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await.unwrap();
        assert!(matches!(confirmed, Confirmed::FirstFactor(codes) if codes.len() == 10));
        assert!(!world.mfa.status(&ada).await.unwrap().enabled);
        assert!(matches!(
            world.mfa.sign_in(world.password(&ada)).await,
            Ok(SignIn::Done(SignedIn::Full(_, None)))
        ));

        world.mfa.finish_setup(&session, setup.id()).await.unwrap().full().unwrap();
        assert!(world.mfa.status(&ada).await.unwrap().enabled);
        assert!(matches!(world.mfa.sign_in(world.password(&ada)).await, Ok(SignIn::Challenge(..))));
    });
}

#[test]
fn a_recovery_code_signs_in_once_and_the_stock_falls() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let challenge = world.challenge(&ada.subject).await;
        let passed = passed(world.mfa.answer(&challenge, Answer::recovery(&ada.recovery(3))).await);
        assert_eq!((passed.recovery_left, passed.recovery_low), (Some(9), false));
        assert!(full(passed.signed_in).has_second_factor());

        let challenge = world.challenge(&ada.subject).await;
        rejected(world.mfa.answer(&challenge, Answer::recovery(&ada.recovery(3))).await);
    });
}

#[test]
fn a_second_device_is_added_preferred_and_removed() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        let (tablet, session) = world.add_phone(&session, "Tablet").await;
        let status = world.mfa.status(&ada.subject).await.unwrap();
        let [first, second] = &status.factors[..] else { panic!("{status:?}") };
        assert_eq!((first.label.as_str(), second.label.as_str()), ("Phone", "Tablet"));
        assert_eq!(status.recovery_left, Some(10), "a second factor needs no new codes");

        world.mfa.prefer_factor(&session, second.factor).await.unwrap();
        world.next_code();
        let code = tablet.code_at(world.now());
        let session = world.sign_in_with(&ada.subject, Answer::code(&code)).await;
        let session =
            world.mfa.remove_factor(&session, second.factor).await.unwrap().full().unwrap();
        world.mfa.rename_factor(&session, first.factor, "Old phone").await.unwrap();
        world.sign_in(&ada).await;
    });
}

#[test]
fn a_lost_phone_is_replaced_with_a_recovery_code_and_new_codes_come_with_it() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let lost = world.mfa.status(&ada.subject).await.unwrap().factors[0].factor;
        let session = world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;

        let new = NewFactor::totp("Phone", "ada@example.org").unwrap().replacing(lost);
        let setup = world.mfa.begin_setup(&session, new, EmailStatus::Verified).await.unwrap();
        let phone =
            mfakit::testing::Authenticator::scan(setup.totp().unwrap().otpauth_uri()).unwrap();
        let code = phone.code_at(world.now());
        let confirmed =
            world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await.unwrap();
        let Confirmed::Replaced(_, codes) = confirmed else { panic!("{confirmed:?}") };

        world.next_code();
        let challenge = world.challenge(&ada.subject).await;
        let old = Answer::code(&ada.phone.code_at(world.now()));
        rejected(world.mfa.answer(&challenge, old).await);
        rejected(world.mfa.answer(&challenge, Answer::recovery(&ada.recovery(1))).await);
        passed(world.mfa.answer(&challenge, Answer::recovery(&codes.as_slice()[1].reveal())).await);
        world.sign_in_with(&ada.subject, Answer::code(&phone.code_at(world.now()))).await;
    });
}

#[test]
fn regenerating_kills_the_old_set_at_once() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        let (_, codes) = world.mfa.regenerate_codes(&session).await.unwrap();
        let challenge = world.challenge(&ada.subject).await;
        for number in 0..10 {
            rejected(world.mfa.answer(&challenge, Answer::recovery(&ada.recovery(number))).await);
        }
        passed(world.mfa.answer(&challenge, Answer::recovery(&codes.as_slice()[0].reveal())).await);
    });
}

#[test]
fn setting_up_wants_a_verified_address_and_a_fresh_session() {
    block_on(async {
        let world = World::new();
        let ada = Subject::new("ada").unwrap();
        let session = world.sign_in_plain(&ada).await;
        let new = || NewFactor::totp("Phone", "ada@example.org").unwrap();
        let begun = world.mfa.begin_setup(&session, new(), EmailStatus::Unverified).await;
        assert_eq!(refused(begun), Refusal::EmailUnverified);

        world.wait(601);
        let begun = world.mfa.begin_setup(&session, new(), EmailStatus::Verified).await;
        assert!(matches!(refused(begun), Refusal::StepUp(_)));
        let session =
            world.mfa.reauthenticate(&session, world.password(&ada)).await.unwrap().full().unwrap();
        world.mfa.begin_setup(&session, new(), EmailStatus::Verified).await.unwrap();
    });
}

#[test]
fn a_reset_lets_in_nobody_without_the_enrollment_code() {
    block_on(async {
        let world = World::new();
        let admin = world.protect("admin").await;
        let ada = world.protect("ada").await;
        let actor = world.sign_in(&admin).await;
        let authority = mfakit::HostAuthority::grant(
            ada.subject.clone(),
            admin.subject.clone(),
            "lost her phone and her codes; identified in person",
        );
        let issued = world.mfa.reset(&actor, &authority.unwrap()).await.unwrap();

        let SignIn::Challenge(challenge) =
            world.mfa.sign_in(world.password(&ada.subject)).await.unwrap()
        else {
            panic!("the password alone signed in")
        };
        rejected(world.mfa.answer(&challenge, Answer::enrollment("0000-0000-0000-0000")).await);
        let verdict = world.mfa.answer(&challenge, Answer::enrollment(&issued.code.reveal())).await;
        let session = limited(passed(verdict).signed_in);
        assert_eq!(*session.next_step(), LimitedTo::FirstSetup);

        let again = world.mfa.sign_in(world.password(&ada.subject)).await.unwrap();
        let SignIn::Challenge(challenge) = again else { panic!("the password alone signed in") };
        let verdict = world.mfa.answer(&challenge, Answer::enrollment(&issued.code.reveal())).await;
        rejected(verdict);

        let new = NewFactor::totp("Phone", "ada@example.org").unwrap();
        let setup = world.mfa.begin_setup(&session, new, EmailStatus::Verified).await.unwrap();
        let phone =
            mfakit::testing::Authenticator::scan(setup.totp().unwrap().otpauth_uri()).unwrap();
        let code = phone.code_at(world.now());
        let confirmed =
            world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await.unwrap();
        assert!(matches!(confirmed, Confirmed::FirstFactor(_)));
        full(world.mfa.finish_setup(&session, setup.id()).await.unwrap());
        world.next_code();
        world.sign_in_with(&ada.subject, Answer::code(&phone.code_at(world.now()))).await;
    });
}

#[test]
fn a_factor_is_what_its_setup_asked_for() {
    block_on(async {
        let totp = TotpParams::new(Algorithm::Sha512, Digits::Eight, 60).unwrap();
        let world = World::with(Settings::builder().totp(totp).build().unwrap());
        let ada = Subject::new("ada").unwrap();
        let session = world.sign_in_plain(&ada).await;
        let new = NewFactor::totp("Phone", "ada@example.org").unwrap();
        let setup = world.mfa.begin_setup(&session, new, EmailStatus::Verified).await.unwrap();
        let pending = |account: &Account| {
            let pending = account.pending().unwrap();
            let params = account.sealed_secrets().next().unwrap().0.params;
            (params, pending.begun_at(), pending.confirmed())
        };
        let begun = world.now();
        assert_eq!(pending(&stored(&world, &ada)), (totp, begun, false));

        let phone =
            mfakit::testing::Authenticator::scan(setup.totp().unwrap().otpauth_uri()).unwrap();
        let code = phone.code_at(world.now());
        let _ = world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await.unwrap();
        assert_eq!(pending(&stored(&world, &ada)), (totp, begun, true));

        world.mfa.finish_setup(&session, setup.id()).await.unwrap().full().unwrap();
        let account = stored(&world, &ada);
        let [factor] = account.factors() else { panic!("{:?}", account.factors()) };
        let FactorState::Totp(authenticator) = factor.state() else { panic!("{factor:?}") };
        assert_eq!((authenticator.params(), authenticator.drift()), (totp, 0));
        assert_eq!((factor.kind(), factor.label().as_str()), (FactorKind::Totp, "Phone"));
        assert!(!factor.suspended() && !factor.is_weak());
    });
}

#[test]
fn where_a_visitor_was_heading_is_told_by_the_challenge_and_by_its_answer() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let challenge = world.challenge(&ada.subject).await;
        assert_eq!(challenge.return_to(), None);
        let challenge = challenge.with_return_to("/invoices?page=2").unwrap();
        assert_eq!(challenge.return_to(), Some("/invoices?page=2"));
        let code = ada.phone.code_at(world.now());
        let passed = passed(world.mfa.answer(&challenge, Answer::code(&code)).await);
        assert_eq!(passed.return_to.as_deref(), Some("/invoices?page=2"));
    });
}

/// The factors that a session has proven.
fn proven(session: &Assurance) -> Vec<FactorId> {
    let factors = session.evidence().iter().filter_map(|evidence| match evidence.kind() {
        EvidenceKind::Factor { id, .. } => Some(*id),
        _ => None,
    });
    factors.collect()
}

/// What was registered in a phished session proves nothing in it.
#[test]
fn registering_is_no_authentication_but_for_the_first_factor_of_an_account() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let phone = factor(&world, &ada.subject, "Phone").await;
        assert_eq!(proven(&ada.session), [phone], "there was nothing else to ask for");
        let evidence = ada.session.evidence().to_vec();
        world.wait(300);
        let (tablet, session) = world.add_phone(&ada.session, "Tablet").await;
        assert_eq!(session.evidence(), evidence, "neither more nor newer");

        // The phone goes, and what it proved stays proven here: nobody signs themselves out.
        world.next_code();
        let session = world.mfa.remove_factor(&session, phone).await.unwrap().full().unwrap();
        let (_, session) = world.add_phone(&session, "Watch").await;
        assert_eq!(session.evidence(), evidence);
        let last = factor(&world, &ada.subject, "Tablet").await;
        let new = new_factor("New tablet").replacing(last);
        let (setup, app) = begin(&world, &session, new).await;
        let code = app.code_at(world.now());
        let confirmed =
            world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await.unwrap();
        let Confirmed::Replaced(session, _) = confirmed else { panic!("{confirmed:?}") };
        assert_eq!(full(session).evidence(), evidence);
        drop(tablet);
    });
}

#[test]
fn the_preferred_factor_changes_when_it_is_removed_and_not_otherwise() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let (_, session) = world.add_phone(&ada.session, "Tablet").await;
        world.next_code();
        let (_, session) = world.add_phone(&session, "Watch").await;
        let preferred = || {
            let account = stored(&world, &ada.subject);
            account.preferred().map(|factor| factor.label().to_string())
        };
        assert_eq!(preferred().as_deref(), Some("Phone"));
        let remove = async |session: &Assurance, label| {
            let factor = factor(&world, &ada.subject, label).await;
            world.mfa.remove_factor(session, factor).await.unwrap().full().unwrap()
        };
        let session = remove(&session, "Watch").await;
        assert_eq!(preferred().as_deref(), Some("Phone"));
        let (_, session) = world.add_phone(&session, "Key").await;
        // The most recently used one, which was added last.
        let _ = remove(&session, "Phone").await;
        assert_eq!(preferred().as_deref(), Some("Key"));
    });
}

#[test]
fn a_replacement_is_preferred_if_what_it_replaces_was() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let (_, mut session) = world.add_phone(&ada.session, "Tablet").await;
        for (lost, label, preferred) in
            [("Tablet", "New tablet", "Phone"), ("Phone", "New phone", "New phone")]
        {
            world.next_code();
            let lost = factor(&world, &ada.subject, lost).await;
            let (setup, phone) = begin(&world, &session, new_factor(label).replacing(lost)).await;
            let code = phone.code_at(world.now());
            let confirmed =
                world.mfa.confirm_setup(&session, setup.id(), Answer::code(&code)).await.unwrap();
            let Confirmed::Replaced(next, _) = confirmed else { panic!("{confirmed:?}") };
            session = full(next);
            let account = stored(&world, &ada.subject);
            assert_eq!(account.preferred().unwrap().label().as_str(), preferred);
        }
    });
}
