//! Setting up, sentence by sentence.

use mfakit::Subject;

use crate::world::World;

#[tokio::test]
async fn a_visitor_starts_scans_confirms_saves_his_codes_and_is_done() {
    let world = World::new();
    let mut browser = world.signed_in("ada");
    let page = browser.get("/mfa/setup").await;
    page.shows("Start setup").shows(">Cancel<");
    let begun = browser.submit(&page, "/mfa/setup", &[]).await;
    let scan = browser.follow(&begun).await;
    scan.shows("role=\"img\"").shows("<title>QR code</title>").shows("Manual code");
    scan.shows(">Next<").shows(">Cancel<");
    let phone = scan.scan();

    let confirm = browser.get("/mfa/setup/confirm").await;
    confirm.shows("Verification code").shows(">Confirm<").shows(">Back<").shows(">Cancel<");
    confirm.shows("inputmode=\"numeric\"").shows("autocomplete=\"one-time-code\"");
    let again = browser.get("/mfa/setup").await;
    assert_eq!(again.scan().code_at(world.now()), phone.code_at(world.now()), "Back");

    let wrong = world.wrong(&phone);
    let refused = browser.submit(&confirm, "/mfa/setup/confirm", &[("code", &wrong)]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.alert().expect("alert").starts_with("That code is not right"));
    refused.lacks(&wrong);
    assert!(!world.mfa.status(&Subject::new("ada").unwrap()).await.unwrap().enabled);

    let code = phone.code_at(world.now());
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let shown = browser.submit(&refused, "/mfa/setup/confirm", &[("code", &spaced)]).await;
    shown.shows("aria-label=\"Recovery codes\"").shows("I have saved my codes");
    assert_eq!(shown.codes().len(), 10);
    assert!(!world.mfa.status(&Subject::new("ada").unwrap()).await.unwrap().enabled);

    let before = browser.cookie.clone().unwrap();
    let finished = browser.submit(&shown, "/mfa/setup/finish", &[]).await;
    let done = browser.follow(&finished).await;
    done.shows("Two-factor authentication is on").shows(">Done<").shows("action=\"/profile\"");
    assert!(world.mfa.status(&Subject::new("ada").unwrap()).await.unwrap().enabled);
    assert!(!world.host.knows(&before), "the token is renewed");
    assert_eq!(browser.get("/dashboard").await.status, 200, "this session stays signed in");
}

#[tokio::test]
async fn a_session_that_is_too_old_signs_in_again_and_the_setup_resumes_by_itself() {
    let world = World::new();
    let mut browser = world.signed_in("ada");
    let page = browser.get("/mfa/setup").await;
    world.wait(601);
    let stale = browser.submit(&page, "/mfa/setup", &[]).await;
    assert_eq!(stale.location(), "/mfa/sign-in-again?to=%2Fmfa%2Fsetup");
    // Coming back without having signed in again begins nothing and goes in no circle.
    let mut other = browser.window();
    other.get("/mfa/setup").await.shows("Start setup");

    let stale = browser.submit(&page, "/mfa/setup", &[]).await;
    assert_eq!(stale.status, 303);
    world.sign_in_again(&mut browser, "ada");
    browser.get("/mfa/setup").await.shows("QR code").shows("Manual code");
}

#[tokio::test]
async fn cancel_returns_to_the_profile_from_every_step_and_enables_nothing() {
    let world = World::new();
    let mut browser = world.signed_in("ada");
    let page = browser.get("/mfa/setup").await;
    assert_eq!(browser.submit(&page, "/mfa/setup/cancel", &[]).await.location(), "/profile");
    for step in 0..3 {
        let mut page = browser.start_setup().await;
        let phone = page.scan();
        if step > 0 {
            page = browser.get("/mfa/setup/confirm").await;
        }
        if step > 1 {
            let code = phone.code_at(world.now());
            page = browser.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
            page.shows("I have saved my codes");
        }
        let canceled = browser.submit(&page, "/mfa/setup/cancel", &[]).await;
        assert_eq!(canceled.location(), "/profile");
        browser.get("/mfa/setup").await.shows("Start setup");
        world.wait(30);
    }
    let status = world.mfa.status(&Subject::new("ada").unwrap()).await.unwrap();
    assert!(!status.enabled && status.setup.is_none());
}

#[tokio::test]
async fn an_unverified_address_comes_first() {
    let world = World::new();
    let mut browser = world.signed_in("unverified");
    let page = browser.get("/mfa/setup").await;
    page.shows("Verify your email address first").lacks("Start setup");
    let forced = browser.post("/mfa/setup", &[]).await;
    assert_eq!(forced.status, 422);
    forced.shows("Verify your email address first").lacks("QR code");
}

#[tokio::test]
async fn a_phone_whose_clock_is_wrong_is_named_as_such() {
    let world = World::new();
    let mut browser = world.signed_in("ada");
    let phone = browser.start_setup().await.scan();
    for (periods, expected) in
        [(-8, "4 minutes slow"), (6, "3 minutes fast"), (-2, "1 minute slow")]
    {
        let page = browser.get("/mfa/setup/confirm").await;
        let code = phone.code_after(world.now(), periods);
        let answer = browser.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
        let alert = answer.alert().expect("alert");
        assert!(alert.contains(&format!("Your phone’s clock is {expected}")), "{alert}");
    }
}

#[tokio::test]
async fn a_setup_is_over_after_ten_minutes_or_ten_wrong_codes() {
    let world = World::new();
    let mut browser = world.signed_in("ada");
    browser.start_setup().await;
    world.wait(601);
    let late = browser.get("/mfa/setup").await;
    late.shows("This setup has expired").shows("Start setup");

    world.sign_in_again(&mut browser, "ada");
    let phone = browser.start_setup().await.scan();
    let mut page = browser.get("/mfa/setup/confirm").await;
    for _ in 0..10 {
        let code = world.wrong(&phone);
        page = browser.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
        assert_eq!(page.status, 422);
    }
    page.shows("Too many wrong codes").shows("Start setup");
}

#[tokio::test]
async fn the_form_of_an_older_setup_shows_the_newer_one_and_judges_nothing() {
    let world = World::new();
    let mut browser = world.signed_in("ada");
    browser.start_setup().await;
    let old = browser.get("/mfa/setup/confirm").await;
    browser.submit(&old, "/mfa/setup/cancel", &[]).await;
    let phone = browser.start_setup().await.scan();
    let code = phone.code_at(world.now());
    let shown = browser.submit(&old, "/mfa/setup/confirm", &[("code", &code)]).await;
    assert_eq!(shown.scan().code_at(world.now()), code);
    assert!(shown.codes().is_empty());
}

#[tokio::test]
async fn codes_lost_to_a_reload_are_reissued_and_the_shown_ones_stop_working() {
    let world = World::new();
    let mut browser = world.signed_in("ada");
    let phone = browser.start_setup().await.scan();
    let page = browser.get("/mfa/setup/confirm").await;
    let code = phone.code_at(world.now());
    let shown = browser.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
    let first = shown.codes();

    let lost = browser.get("/mfa/setup").await;
    lost.shows("Your codes were shown once").shows("Show new codes");
    assert!(lost.codes().is_empty());
    let shown = browser.submit(&lost, "/mfa/setup/reissue", &[]).await;
    assert_eq!(shown.codes().len(), 10);
    assert!(first.iter().all(|code| !shown.codes().contains(code)));
    browser.submit(&shown, "/mfa/setup/finish", &[]).await;

    let mut browser = world.signed_in("ada");
    browser.get("/mfa/challenge").await;
    let page = browser.get("/mfa/challenge/recovery").await;
    let old = browser.submit(&page, "/mfa/challenge/recovery", &[("code", &first[0])]).await;
    assert_eq!(old.status, 422);
    let new = shown.codes()[0].clone();
    let passed = browser.submit(&old, "/mfa/challenge/recovery", &[("code", &new)]).await;
    assert_eq!(passed.location(), "/dashboard");
}

#[tokio::test]
async fn a_second_factor_gets_a_name_and_is_active_once_confirmed() {
    let world = World::new();
    let (_, mut browser) = world.protect("ada").await;
    let page = browser.get("/mfa/setup").await;
    page.shows("Add a method").shows("value=\"Authenticator app 2\"");
    let taken = [("label", "authenticator APP")];
    let taken = browser.submit(&page, "/mfa/setup", &taken).await;
    taken.shows("Another method has that name");
    let long = "x".repeat(65);
    browser
        .submit(&page, "/mfa/setup", &[("label", &long)])
        .await
        .shows("1 to 64 plain characters");

    let begun = browser.submit(&page, "/mfa/setup", &[("label", "Tablet & <b>")]).await;
    let tablet = browser.follow(&begun).await.scan();
    let page = browser.get("/mfa/setup/confirm").await;
    let code = tablet.code_at(world.now());
    let added = browser.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
    assert_eq!(added.location(), "/mfa/setup/done");
    let list = browser.get("/mfa/factors").await;
    list.lacks("<b>").shows("Tablet &#38; &#60;b&#62;");
    assert_eq!(browser.get("/dashboard").await.status, 200);
}
