//! What an answer reads before it judges, what it spends, and what becomes of the session.

use mfakit::domain::{Algorithm, Digits, TotpParams};
use mfakit::import::{Import, ImportedFactor, Seed};
use mfakit::testing::Fault;
use mfakit::{
    Answer, EmailStatus, Error, HostAuthority, NewFactor, Prompt, Refusal, StepUpRule, Subject,
    Verdict,
};

use crate::attacks::{guess, left, stored};
use crate::watched::{Call, Turn};
use crate::world::{World, any_code, block_on, passed, raised, refused, rejected};

/// An answer whose outcome could not be given burns nothing: the policies are read first.
#[test]
fn a_policy_store_that_is_away_refuses_before_anything_is_spent() {
    let (world, orgs) = World::watched();
    block_on(async {
        let ada = world.protect("ada").await;
        let challenge = world.challenge(&ada.subject).await;
        let before = stored(&world, &ada.subject);
        orgs.watch(|call| if call == Call::Affiliations { Turn::Fails } else { Turn::Works });
        let code = ada.phone.code_at(world.now());
        for answer in [
            Answer::code(&code),
            Answer::code("000000"),
            Answer::recovery(&ada.recovery(0)),
            Answer::recovery("0000-0000-0000-0000"),
        ] {
            let away = world.mfa.answer(&challenge, answer).await;
            assert!(matches!(away, Err(Error::Store(_))), "{away:?}");
        }
        assert_eq!(stored(&world, &ada.subject), before);
        orgs.watch(|_| Turn::Works);
        raised(world.mfa.answer(&challenge, Answer::code(&code)).await);
        let challenge = world.challenge(&ada.subject).await;
        raised(world.mfa.answer(&challenge, Answer::recovery(&ada.recovery(0))).await);
    });
}

/// What is malformed or throttled is decided without the policies.
#[test]
fn an_answer_that_is_not_judged_reads_no_policy() {
    let (world, orgs) = World::watched();
    block_on(async {
        let ada = world.protect("ada").await;
        guess(&world, &ada, 20).await;
        let challenge = world.challenge(&ada.subject).await;
        orgs.count(Call::Affiliations);
        rejected(world.mfa.answer(&challenge, Answer::code("no code")).await);
        rejected(world.mfa.answer(&challenge, Answer::code("123456")).await);
        assert_eq!(orgs.count(Call::Affiliations), 0);
        rejected(world.mfa.answer(&challenge, Answer::recovery("0000-0000-0000-0000")).await);
        assert_eq!(orgs.count(Call::Affiliations), 1);
    });
}

/// A conflict makes it decide again, by the policies as they are then.
#[test]
fn a_conflict_reads_the_policies_again() {
    let (world, orgs) = World::watched();
    block_on(async {
        let ada = world.protect("ada").await;
        let challenge = world.challenge(&ada.subject).await;
        let (mut asked, rival, subject) = (0, world.elsewhere(0), ada.subject.clone());
        orgs.count(Call::Affiliations);
        // Somebody else spends a guess while the policies are read for the first time.
        let theirs = world.challenge(&subject).await;
        orgs.watch(move |call| {
            if call == Call::Affiliations {
                asked += 1;
            }
            if call == Call::Affiliations && asked == 1 {
                rejected(block_on(rival.answer(&theirs, Answer::code("000000"))));
            }
            Turn::Works
        });
        let code = Answer::code(&ada.phone.code_at(world.now()));
        raised(world.mfa.answer(&challenge, code).await);
        assert_eq!(orgs.count(Call::Affiliations), 2);
    });
}

/// Its own commit is found after a lost reply: the session is the one that was decided with it, and
/// the policies are not asked again, even where they could not be.
#[test]
fn the_outcome_of_an_ambiguous_commit_that_happened_stands() {
    let (world, orgs) = World::watched();
    block_on(async {
        let ada = world.protect("ada").await;
        let challenge = world.challenge(&ada.subject).await;
        world.store.reset();
        world.store.fail(1, Fault::LostReply);
        let mut asked = 0;
        orgs.watch(move |call| {
            asked += u32::from(call == Call::Affiliations);
            if asked > 1 { Turn::Fails } else { Turn::Works }
        });
        let code = Answer::code(&ada.phone.code_at(world.now()));
        let session = raised(world.mfa.answer(&challenge, code).await);
        assert_eq!(world.store.commits(), 1);
        orgs.watch(|_| Turn::Works);
        world.mfa.guard(&session, &any_code()).await.unwrap();
    });
}

#[test]
fn asking_how_a_challenge_stands_changes_nothing_and_says_what_is_wanted() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let (_, session) = world.add_phone(&ada.session, "Tablet").await;
        let challenge = world.challenge(&ada.subject).await;
        let (before, budget) = (stored(&world, &ada.subject), left(&world, &ada.subject));
        for _ in 0..100 {
            let ask = world.mfa.ask(&challenge).await.unwrap();
            assert_eq!((ask.tries_left, ask.three_codes, ask.suspended), (Some(5), false, false));
            let labels: Vec<&str> = ask.factors().map(|(_, label, _)| label.as_str()).collect();
            assert_eq!((labels, ask.takes_recovery()), (vec!["Phone", "Tablet"], true));
        }
        assert_eq!((stored(&world, &ada.subject), left(&world, &ada.subject)), (before, budget));

        rejected(world.mfa.answer(&challenge, Answer::code("000000")).await);
        assert_eq!(world.mfa.ask(&challenge).await.unwrap().tries_left, Some(4));
        for _ in 0..4 {
            rejected(world.mfa.answer(&challenge, Answer::code("000000")).await);
        }
        assert_eq!(refused(world.mfa.ask(&challenge).await), Refusal::ChallengeSpent);
        guess(&world, &ada, 15).await;
        let challenge = world.challenge(&ada.subject).await;
        assert!(world.mfa.ask(&challenge).await.unwrap().three_codes);

        let challenge = world.mfa.step_up(&session, "payout", &any_code()).await.unwrap();
        world.wait(601);
        assert_eq!(refused(world.mfa.ask(&challenge).await), Refusal::ChallengeExpired);
    });
}

#[test]
fn a_challenge_asks_for_as_many_digits_as_the_factor_shows() {
    block_on(async {
        let world = World::new();
        let ada = Subject::new("ada").unwrap();
        let authority = HostAuthority::grant(ada.clone(), ada.clone(), "moved in").unwrap();
        let eight = TotpParams::new(Algorithm::Sha1, Digits::Eight, 30).unwrap();
        let seed = Seed::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        let phone = ImportedFactor::totp("Phone", seed).unwrap();
        let phone = phone.params(eight);
        let _ = world.mfa.import(&authority, Import::new().factor(phone)).await.unwrap();
        let challenge = world.challenge(&ada).await;
        let ask = world.mfa.ask(&challenge).await.unwrap();
        let digits: Vec<u8> = ask.factors().map(|(_, _, digits)| digits).collect();
        assert_eq!(digits, [8]);
    });
}

/// A rule that takes no recovery code: none is spent on it.
#[test]
fn a_recovery_code_that_could_not_meet_the_rule_is_refused_before_it_is_spent() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let code =
            StepUpRule::fresh(mfakit::step_up::Needed::SecondFactor, chrono::TimeDelta::hours(1));
        let challenge = world.mfa.step_up(&ada.session, "payout", &code).await.unwrap();
        let ask = world.mfa.ask(&challenge).await.unwrap();
        assert!(!ask.prompts.contains(&Prompt::Recovery));
        let before = stored(&world, &ada.subject);
        let spent = world.mfa.answer(&challenge, Answer::recovery(&ada.recovery(0))).await;
        assert_eq!(refused(spent), Refusal::WrongAnswerKind);
        assert_eq!(stored(&world, &ada.subject), before);
        let challenge = world.mfa.step_up(&ada.session, "export", &any_code()).await.unwrap();
        raised(world.mfa.answer(&challenge, Answer::recovery(&ada.recovery(0))).await);
    });
}

/// The session keeps its id, so that what was begun in it goes on.
#[test]
fn a_setup_that_waited_for_a_step_up_resumes() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let new = NewFactor::totp("Tablet", "ada@example.org").unwrap();
        let setup = world.mfa.begin_setup(&ada.session, new, EmailStatus::Verified).await.unwrap();
        let challenge = world.mfa.step_up(&ada.session, "setup", &any_code()).await.unwrap();
        let code = Answer::code(&ada.phone.code_at(world.now()));
        let session = raised(world.mfa.answer(&challenge, code).await);
        assert_eq!(session.session(), ada.session.session());
        world.mfa.show_setup(&session, setup.id()).await.unwrap();
    });
}

#[test]
fn an_answer_brings_the_session_and_what_else_a_host_shows() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let challenge = world.challenge(&ada.subject).await.with_return_to("/billing").unwrap();
        let verdict = world.mfa.answer(&challenge, Answer::recovery(&ada.recovery(0))).await;
        let passed = passed(verdict);
        assert_eq!(passed.signed_in.session().session(), challenge.session());
        assert_eq!((passed.recovery_left, passed.recovery_low), (Some(9), false));
        assert_eq!(passed.return_to.as_deref(), Some("/billing"));
        let again = world.mfa.answer(&challenge, Answer::recovery(&ada.recovery(1))).await;
        assert!(!matches!(again, Ok(Verdict::Passed(_))), "{again:?}");
    });
}
