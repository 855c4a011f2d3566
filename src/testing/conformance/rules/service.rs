//! Rules about the whole service on the store: what all of this is for.

use crate::domain::{Answer, HostAuthority, Subject};
use crate::ports::Clock;
use crate::service::{SignIn, Verdict};
use crate::testing::conformance::Candidate;
use crate::testing::conformance::application::Application;
use crate::testing::conformance::join::{Boxed, join_all};
use crate::testing::conformance::macros::rules;
use crate::testing::conformance::report::{Outcome, Violation, expect, expect_list};
use crate::testing::conformance::samples::accounts::{broken_sample, subject};
use crate::testing::conformance::steps::accounts::loaded;

rules! {
    "a code is accepted once, even when two hundred requests carry it at once"
    one_code_is_accepted_once_by_two_hundred_answers
    "a recovery code is spent once"
    one_recovery_code_is_used_once_by_many_answers
    "an answer is revealed only after its guess was charged"
    parallel_guesses_are_charged_exactly
    "regenerating kills the old set in the same instant"
    regenerating_and_using_an_old_code_do_not_both_win
    "every loser of a race sees the conflict and decides again"
    two_administrators_do_not_lose_each_others_reset
    "a batch answers one status each, in the order of the subjects"
    statuses_of_many_users_come_in_order
}

async fn one_code_is_accepted_once_by_two_hundred_answers(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let app = Application::on(&c)?;
    let ada = app.protect("ada").await?;
    let code = ada.phone.code_at(app.clock.now());
    let passed = app.answer_at_once(&ada, (0..200).map(|_| Answer::code(&code))).await?;
    expect("acceptances of one code by 200 answers", &1, &passed)?;
    Ok(Outcome::Kept)
}

async fn one_recovery_code_is_used_once_by_many_answers(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let app = Application::on(&c)?;
    let ada = app.protect("ada").await?;
    let code = ada.codes.iter().next().map(|code| code.reveal()).unwrap_or_default();
    let passed = app.answer_at_once(&ada, (0..50).map(|_| Answer::recovery(&code))).await?;
    expect("uses of one recovery code by 50 answers", &1, &passed)?;
    let left = app.mfa.status(&ada.subject).await?.recovery_left;
    expect("recovery codes left", &Some(9), &left)?;
    Ok(Outcome::Kept)
}

async fn parallel_guesses_are_charged_exactly(c: Candidate) -> Result<Outcome, Violation> {
    let app = Application::on(&c)?;
    let ada = app.protect("ada").await?;
    let right: Vec<String> = (-4..=4).map(|n| ada.phone.code_after(app.clock.now(), n)).collect();
    let wrong = (0..).map(|n| format!("{n:06}")).filter(|code| !right.contains(code));
    let wrong: Vec<String> = wrong.take(15).collect();
    let passed = app.answer_at_once(&ada, wrong.iter().map(|code| Answer::code(code))).await?;
    expect("acceptances of wrong codes", &0, &passed)?;
    let account = c.accounts.load(&ada.subject).await?;
    let account = account.ok_or_else(|| Violation::new("the account is gone"))?;
    let left = account.budget().left(app.mfa.settings().throttle(), app.clock.now());
    expect("guesses left of 20 after 15 at once", &5, &left)?;
    Ok(Outcome::Kept)
}

async fn regenerating_and_using_an_old_code_do_not_both_win(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let app = Application::on(&c)?;
    for round in 0..8 {
        let ada = app.protect(&format!("ada {round}")).await?;
        let session = app.sign_in(&ada).await?;
        let challenge = app.challenge(&ada).await?;
        let code = ada.codes.iter().next().map(|code| code.reveal()).unwrap_or_default();
        let regenerate: Boxed<'_, Result<bool, crate::error::Error>> =
            Box::pin(async { app.mfa.regenerate_codes(&session).await.map(|_| true) });
        let answer: Boxed<'_, Result<bool, crate::error::Error>> = Box::pin(async {
            let verdict = app.mfa.answer(&challenge, Answer::recovery(&code)).await?;
            Ok(matches!(verdict, Verdict::Passed(_)))
        });
        let racing =
            if round % 2 == 0 { vec![regenerate, answer] } else { vec![answer, regenerate] };
        join_all(racing).await;
        // Whoever came first: afterwards the new set is whole and the old one dead.
        let left = app.mfa.status(&ada.subject).await?.recovery_left;
        expect("codes of the new set", &Some(10), &left)?;
        let old = ada.codes.iter().map(|code| Answer::recovery(&code.reveal()));
        expect("old codes that still work", &0, &app.answer_at_once(&ada, old).await?)?;
    }
    Ok(Outcome::Kept)
}

async fn two_administrators_do_not_lose_each_others_reset(
    c: Candidate,
) -> Result<Outcome, Violation> {
    let app = Application::on(&c)?;
    let (one, two) = (app.protect("one").await?, app.protect("two").await?);
    let ada = app.protect("ada").await?;
    let sessions = [app.sign_in(&one).await?, app.sign_in(&two).await?];
    let before = loaded(&*c.accounts, &ada.subject).await?.version();
    let resets: Vec<Boxed<'_, _>> = sessions
        .iter()
        .map(|session| {
            let (over, actor) = (ada.subject.clone(), session.subject().clone());
            let mfa = &app.mfa;
            let reset: Boxed<'_, Result<_, Violation>> = Box::pin(async move {
                let authority = HostAuthority::grant(over, actor, "a test");
                Ok(mfa.reset(session, &authority.map_err(broken_sample)?).await?)
            });
            reset
        })
        .collect();
    let issued: Result<Vec<_>, _> = join_all(resets).await.into_iter().collect();
    // The second reset was decided on what the first one left, and not beside it.
    let after = loaded(&*c.accounts, &ada.subject).await?.version();
    let commits = after.number().checked_sub(before.number());
    expect("commits between before two resets at once and after them", &Some(2), &commits)?;
    let SignIn::Challenge(challenge) = app.mfa.sign_in(app.password(&ada.subject)).await? else {
        return Err(Violation::new("the password alone signed in after a reset"));
    };
    let mut works = 0;
    for enrollment in issued? {
        let answer = Answer::enrollment(&enrollment.code.reveal());
        if let Ok(Verdict::Passed(_)) = app.mfa.answer(&challenge, answer).await {
            works += 1;
        }
    }
    expect("enrollment codes that work after two resets at once", &1, &works)?;
    Ok(Outcome::Kept)
}

async fn statuses_of_many_users_come_in_order(c: Candidate) -> Result<Outcome, Violation> {
    if c.index.is_none() {
        return Ok(Outcome::NotOffered);
    }
    let app = Application::on(&c)?;
    let (mut asked, mut expected) = (Vec::<Subject>::new(), Vec::new());
    for number in (0..250).rev() {
        let name = format!("user {number}");
        let protected = number % 25 == 0;
        if protected {
            app.protect(&name).await?;
        }
        asked.push(subject(&name)?);
        expected.push((protected, protected.then_some(10)));
    }
    let came = app.mfa.statuses(&asked).await?;
    let came: Vec<_> = came.iter().map(|status| (status.enabled, status.recovery_left)).collect();
    expect_list("whether MFA is on, and the codes left", &expected, &came)?;
    Ok(Outcome::Kept)
}
