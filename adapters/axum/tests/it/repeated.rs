//! The same form, sent twice: a reload, a double click.

use mfakit::Subject;

use crate::world::{Answer, Browser, World};

/// Sends the same form through several connections of one session at once.
async fn at_once(
    browser: &Browser,
    path: &str,
    form: &[(String, String)],
    times: usize,
) -> Vec<Answer> {
    let sending = (0..times).map(|_| {
        let (mut window, path, form) = (browser.window(), path.to_owned(), form.to_vec());
        tokio::spawn(async move {
            let fields: Vec<(&str, &str)> = form.iter().map(|(n, v)| (&**n, &**v)).collect();
            window.post(&path, &fields).await
        })
    });
    let mut answers = Vec::new();
    for answer in sending.collect::<Vec<_>>() {
        answers.push(answer.await.expect("no panic"));
    }
    answers
}

#[tokio::test]
async fn a_wrong_code_sent_twice_is_charged_once_and_asks_for_the_next_code() {
    let world = World::new();
    let (ada, _) = world.protect("ada").await;
    let mut browser = world.signed_in("ada");
    let page = browser.get("/mfa/challenge").await;
    let wrong = world.wrong(&ada.phone);
    let form = [("code", &*wrong)];
    let first = browser.submit(&page, "/mfa/challenge", &form).await;
    for _ in 0..20 {
        let repeated = browser.submit(&page, "/mfa/challenge", &form).await;
        assert_eq!(repeated.status, 422);
        assert!(repeated.alert().expect("alert").starts_with("You have sent that code already"));
    }
    // The same code in the next form, and another code in the same one, are new answers.
    let second = browser.submit(&first, "/mfa/challenge", &form).await;
    assert!(second.alert().expect("alert").starts_with("That code is not right"));
    let other = format!("{:06}", wrong.parse::<u32>().unwrap() ^ 1);
    let third = browser.submit(&page, "/mfa/challenge", &[("code", &other)]).await;
    assert!(third.alert().expect("alert").starts_with("That code is not right"));
    let fourth = browser.submit(&third, "/mfa/challenge", &form).await;
    assert!(fourth.alert().expect("alert").ends_with("One try left."), "{:?}", fourth.alert());
}

#[tokio::test]
async fn another_process_recognizes_a_form_by_its_session() {
    let world = World::new();
    let (ada, _) = world.protect("ada").await;
    let mut browser = world.signed_in("ada");
    let page = browser.get("/mfa/challenge").await;
    let wrong = world.wrong(&ada.phone);
    let form = [("code", &*wrong)];
    browser.submit(&page, "/mfa/challenge", &form).await;
    for _ in 0..8 {
        browser = browser.answered_by(world.another_process());
        let repeated = browser.submit(&page, "/mfa/challenge", &form).await;
        assert!(repeated.alert().expect("alert").starts_with("You have sent that code already"));
    }
}

#[tokio::test]
async fn another_process_makes_no_third_set_of_codes() {
    let world = World::new();
    let mut browser = world.signed_in("bob");
    let phone = browser.start_setup().await.scan();
    let page = browser.get("/mfa/setup/confirm").await;
    let code = phone.code_at(world.now());
    browser.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
    let lost = browser.get("/mfa/setup").await;
    assert_eq!(browser.submit(&lost, "/mfa/setup/reissue", &[]).await.codes().len(), 10);
    browser = browser.answered_by(world.another_process());
    let repeated = browser.submit(&lost, "/mfa/setup/reissue", &[]).await;
    repeated.shows("Show new codes");
    assert!(repeated.codes().is_empty());

    let (_, mut browser) = world.protect("ada").await;
    let sure = browser.get("/mfa/codes").await;
    assert_eq!(browser.submit(&sure, "/mfa/codes", &[]).await.codes().len(), 10);
    browser = browser.answered_by(world.another_process());
    assert_eq!(browser.submit(&sure, "/mfa/codes", &[]).await.location(), "/mfa/codes");
}

#[tokio::test]
async fn a_restart_at_every_step_of_a_setup_loses_nothing() {
    let world = World::new();
    let mut browser = world.signed_in("ada");
    let phone = browser.start_setup().await.scan();
    browser = browser.answered_by(world.another_process());
    let page = browser.get("/mfa/setup/confirm").await;
    browser = browser.answered_by(world.another_process());
    let code = phone.code_at(world.now());
    let shown = browser.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
    browser = browser.answered_by(world.another_process());
    let finished = browser.submit(&shown, "/mfa/setup/finish", &[]).await;
    assert_eq!(finished.location(), "/mfa/setup/done");

    world.wait(30);
    let mut browser = world.signed_in("ada");
    let stopped = browser.get("/invoices").await;
    browser = browser.answered_by(world.another_process());
    let page = browser.follow(&stopped).await;
    browser = browser.answered_by(world.another_process());
    let code = phone.code_at(world.now());
    let passed = browser.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
    assert_eq!(passed.location(), "/invoices");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_code_sent_at_once_is_charged_once() {
    let world = World::new();
    let (ada, _) = world.protect("ada").await;
    let mut browser = world.signed_in("ada");
    let page = browser.get("/mfa/challenge").await;
    let wrong = world.wrong(&ada.phone);
    let form = page.form("/mfa/challenge", &[("code", &wrong)]);
    for answer in at_once(&browser, "/mfa/challenge", &form, 12).await {
        assert_eq!(answer.status, 422, "{}", answer.body);
    }
    let page = browser.get("/mfa/challenge").await;
    let mut page = browser.submit(&page, "/mfa/challenge", &[("code", "999999")]).await;
    for _ in 0..2 {
        page = browser.submit(&page, "/mfa/challenge", &[("code", &wrong)]).await;
    }
    assert!(page.alert().expect("alert").ends_with("One try left."), "four were charged");
}

#[tokio::test]
async fn a_right_code_sent_again_goes_on_to_the_destination() {
    let world = World::new();
    let (ada, _) = world.protect("ada").await;
    let mut browser = world.signed_in("ada");
    let stopped = browser.get("/invoices").await;
    let page = browser.follow(&stopped).await;
    let code = ada.phone.code_at(world.now());
    for _ in 0..3 {
        let passed = browser.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
        assert_eq!(passed.location(), "/invoices");
    }
    assert_eq!(browser.get("/invoices").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_code_sent_at_once_signs_in_one_session_and_the_others_go_on() {
    let world = World::new();
    let (ada, _) = world.protect("ada").await;
    let mut browser = world.signed_in("ada");
    let stopped = browser.get("/invoices").await;
    let page = browser.follow(&stopped).await;
    let code = ada.phone.code_at(world.now());
    let form = page.form("/mfa/challenge", &[("code", &code)]);
    let answers = at_once(&browser, "/mfa/challenge", &form, 8).await;
    let cookies = answers.iter().filter(|a| a.headers.contains_key("set-cookie")).count();
    assert_eq!(cookies, 1, "one session is raised");
    for answer in &answers {
        // Those that came too late for the old token are asked to sign in on their way there.
        let to = answer.location();
        assert!(to == "/invoices" || to.starts_with("/sign-in?to="), "{to}");
    }
}

// On one thread the work does not begin before the first request waits for it.
#[tokio::test]
async fn the_second_click_gets_the_answer_when_the_browser_has_dropped_the_first() {
    let world = World::new();
    let (ada, _) = world.protect("ada").await;
    let mut browser = world.signed_in("ada");
    let page = browser.get("/mfa/challenge").await;
    let code = ada.phone.code_at(world.now());
    let form = page.form("/mfa/challenge", &[("code", &code)]);
    let fields: Vec<(&str, &str)> = form.iter().map(|(n, v)| (&**n, &**v)).collect();
    let mut first = browser.window();
    {
        let mut dropped = std::pin::pin!(first.post("/mfa/challenge", &fields));
        let polled = std::future::poll_fn(|cx| {
            std::task::Poll::Ready(dropped.as_mut().poll(cx).is_pending())
        });
        assert!(polled.await, "the first request is under way");
    }
    let second = browser.post("/mfa/challenge", &fields).await;
    assert_eq!(second.location(), "/dashboard");
    assert_eq!(browser.get("/dashboard").await.status, 200);
}

#[tokio::test]
async fn a_confirmation_sent_again_offers_to_reissue_the_codes() {
    let world = World::new();
    let mut browser = world.signed_in("ada");
    let phone = browser.start_setup().await.scan();
    let page = browser.get("/mfa/setup/confirm").await;
    let wrong = world.wrong(&phone);
    let form = [("code", &*wrong)];
    let refused = browser.submit(&page, "/mfa/setup/confirm", &form).await;
    for _ in 0..15 {
        let repeated = browser.submit(&page, "/mfa/setup/confirm", &form).await;
        assert!(repeated.alert().expect("alert").starts_with("You have sent that code already"));
    }
    let code = phone.code_at(world.now());
    let form = [("code", &*code)];
    let shown = browser.submit(&refused, "/mfa/setup/confirm", &form).await;
    assert_eq!(shown.codes().len(), 10);
    let repeated = browser.submit(&refused, "/mfa/setup/confirm", &form).await;
    repeated.shows("Show new codes");
    assert!(repeated.codes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_reissued_at_once_are_shown_once_and_those_shown_count() {
    let world = World::new();
    let mut browser = world.signed_in("ada");
    let phone = browser.start_setup().await.scan();
    let page = browser.get("/mfa/setup/confirm").await;
    let code = phone.code_at(world.now());
    browser.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
    let lost = browser.get("/mfa/setup").await;
    let form = lost.form("/mfa/setup/reissue", &[]);
    let answers = at_once(&browser, "/mfa/setup/reissue", &form, 6).await;
    let with_codes: Vec<&Answer> = answers.iter().filter(|a| !a.codes().is_empty()).collect();
    assert_eq!(with_codes.len(), 1);
    let shown = [with_codes[0].codes()];
    let done = browser.submit(with_codes[0], "/mfa/setup/finish", &[]).await;
    assert_eq!(done.location(), "/mfa/setup/done");
    let mut browser = world.signed_in("ada");
    browser.get("/mfa/challenge").await;
    let paper = [("code", &*shown[0][0])];
    assert_eq!(browser.post("/mfa/challenge/recovery", &paper).await.status, 303);
}

#[tokio::test]
async fn i_have_saved_my_codes_twice_is_done() {
    let world = World::new();
    let mut browser = world.signed_in("ada");
    let phone = browser.start_setup().await.scan();
    let page = browser.get("/mfa/setup/confirm").await;
    let code = phone.code_at(world.now());
    let shown = browser.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
    for _ in 0..2 {
        let finished = browser.submit(&shown, "/mfa/setup/finish", &[]).await;
        assert_eq!(finished.location(), "/mfa/setup/done");
    }
    assert!(world.mfa.status(&Subject::new("ada").unwrap()).await.unwrap().enabled);
}

#[tokio::test]
async fn start_setup_twice_shows_one_secret() {
    let world = World::new();
    let mut browser = world.signed_in("ada");
    let page = browser.get("/mfa/setup").await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let begun = browser.submit(&page, "/mfa/setup", &[]).await;
        seen.push(browser.follow(&begun).await.scan().code_at(world.now()));
    }
    assert_eq!(seen[0], seen[1]);
}

/// As when the first click of two has raised it under a new token.
#[tokio::test]
async fn a_session_that_ends_while_a_request_is_under_way_is_signed_out_and_no_failure() {
    let world = World::new();
    let (owner, _) = world.protect("ada").await;
    let mut browser = world.signed_in("ada");
    let page = browser.get("/mfa/challenge").await;
    let code = owner.phone.code_at(world.now());
    world.host.end_at_next_read();
    let late = browser.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
    assert!(late.location().starts_with("/sign-in"), "{}", late.location());
    assert!(!late.failed);
}
