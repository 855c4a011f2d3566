//! Signing in, sentence by sentence.

use mfakit::{HostAuthority, Subject};

use crate::world::World;

#[tokio::test]
async fn a_right_code_goes_on_to_where_the_visitor_was_heading() {
    let world = World::new();
    let (ada, _) = world.protect("ada").await;
    let mut browser = world.signed_in("ada");
    let stopped = browser.get("/invoices?year=2026").await;
    let page = browser.follow(&stopped).await;
    page.shows("Verification code").shows(">Verify<").shows(">Cancel<");
    page.shows("Use a recovery code").shows("6-digit code").shows("autofocus");
    let before = browser.cookie.clone().unwrap();
    let code = ada.phone.code_at(world.now());
    let passed = browser.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
    assert_eq!(passed.location(), "/invoices?year=2026");
    assert!(!world.host.knows(&before), "the token is renewed");
    assert_eq!(browser.follow(&passed).await.status, 200);
}

#[tokio::test]
async fn without_a_heading_it_goes_on_to_the_dashboard() {
    let world = World::new();
    let (ada, _) = world.protect("ada").await;
    for (path, expected) in [
        ("/mfa/challenge", "/dashboard"),
        ("/mfa/challenge?to=%2Finvoices", "/invoices"),
        ("/mfa/challenge?to=%2F%2Fevil.example", "/dashboard"),
    ] {
        let mut browser = world.signed_in("ada");
        let page = browser.get(path).await;
        let code = ada.phone.code_at(world.now());
        let passed = browser.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
        assert_eq!(passed.location(), expected);
        world.wait(30);
    }
}

#[tokio::test]
async fn a_wrong_code_shows_a_message_and_an_empty_field() {
    let world = World::new();
    let (ada, _) = world.protect("ada").await;
    let mut browser = world.signed_in("ada");
    let page = browser.get("/mfa/challenge").await;
    let wrong = world.wrong(&ada.phone);
    let refused = browser.submit(&page, "/mfa/challenge", &[("code", &wrong)]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.alert().expect("alert").starts_with("That code is not right"));
    refused.lacks(&wrong).shows("aria-describedby=\"alert\"");
    let malformed = browser.submit(&refused, "/mfa/challenge", &[("code", "12345")]).await;
    assert!(malformed.alert().expect("alert").starts_with("That is not a code of 6 digits"));
    let code = ada.phone.code_at(world.now());
    let passed = browser.submit(&malformed, "/mfa/challenge", &[("code", &code)]).await;
    assert_eq!(passed.location(), "/dashboard");
}

#[tokio::test]
async fn several_factors_are_listed_the_preferred_first_and_another_can_be_picked() {
    let world = World::new();
    let (_, mut browser) = world.protect("ada").await;
    let mut with_one = world.signed_in("ada");
    with_one.get("/mfa/challenge").await.lacks("Your methods");

    let page = browser.get("/mfa/setup").await;
    let begun = browser.submit(&page, "/mfa/setup", &[("label", "Tablet")]).await;
    let tablet = browser.follow(&begun).await.scan();
    let page = browser.get("/mfa/setup/confirm").await;
    let code = tablet.code_at(world.now());
    browser.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
    world.wait(30);

    let mut browser = world.signed_in("ada");
    let page = browser.get("/mfa/challenge").await;
    let places = ["<span>Authenticator app", "<span>Tablet"].map(|text| page.body.find(text));
    assert!(places[0] < places[1] && places[0].is_some());
    page.shows("Open “Authenticator app”");
    let (before, _) = page.body.split_once("\"><span>Tablet").expect("its link");
    let link = before.rsplit_once("href=\"").expect("its address").1.to_owned();
    let picked = browser.get(&link).await;
    picked.shows("Open “Tablet”");
    let code = tablet.code_at(world.now());
    let passed = browser.submit(&picked, "/mfa/challenge", &[("code", &code)]).await;
    assert_eq!(passed.location(), "/dashboard");
}

#[tokio::test]
async fn a_recovery_code_works_once() {
    let world = World::new();
    let (ada, _) = world.protect("ada").await;
    for expected in [303, 422] {
        let mut browser = world.signed_in("ada");
        browser.get("/mfa/challenge").await;
        let page = browser.get("/mfa/challenge/recovery").await;
        page.shows("Recovery code").shows(">Verify<").shows("Back to verification");
        let typed = ada.codes[0].to_lowercase();
        let answer = browser.submit(&page, "/mfa/challenge/recovery", &[("code", &typed)]).await;
        assert_eq!(answer.status, expected);
        answer.lacks(&typed);
    }
}

#[tokio::test]
async fn cancel_returns_to_sign_in_with_nothing_left_of_the_pending_sign_in() {
    let world = World::new();
    world.protect("ada").await;
    let mut browser = world.signed_in("ada");
    let page = browser.get("/mfa/challenge").await;
    let token = browser.cookie.clone().unwrap();
    let canceled = browser.submit(&page, "/mfa/challenge/cancel", &[]).await;
    assert_eq!(canceled.location(), "/sign-in");
    assert!(!world.host.knows(&token));
    browser.cookie = Some(token);
    assert_eq!(browser.get("/mfa/challenge").await.location(), "/sign-in?to=%2Fdashboard");
}

#[tokio::test]
async fn an_empty_budget_asks_in_plain_words_for_three_codes_in_a_row() {
    let world = World::new();
    let (ada, _) = world.protect("ada").await;
    for _ in 0..4 {
        let mut thief = world.signed_in("ada");
        let mut page = thief.get("/mfa/challenge").await;
        for _ in 0..5 {
            let code = world.wrong(&ada.phone);
            page = thief.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
        }
    }
    let mut browser = world.signed_in("ada");
    let page = browser.get("/mfa/challenge").await;
    page.shows("Enter three codes in a row").shows("First code").shows("Third code");
    let codes: Vec<String> = (0..3).map(|n| ada.phone.code_after(world.now(), n)).collect();
    let single = browser.submit(&page, "/mfa/challenge", &[("code", &codes[0])]).await;
    single.shows("Enter three codes in a row");
    let scrambled = [("code", &*codes[1]), ("code2", &*codes[0]), ("code3", &*codes[2])];
    let wrong = browser.submit(&single, "/mfa/challenge", &scrambled).await;
    assert!(wrong.alert().expect("alert").contains("not three codes in a row"));
    let three = [("code", &*codes[0]), ("code2", &*codes[1]), ("code3", &*codes[2])];
    let passed = browser.submit(&wrong, "/mfa/challenge", &three).await;
    assert_eq!(passed.location(), "/dashboard");
}

#[tokio::test]
async fn a_challenge_takes_five_codes_and_ten_minutes_and_then_says_so() {
    let world = World::new();
    let (ada, _) = world.protect("ada").await;
    let mut browser = world.signed_in("ada");
    let stopped = browser.get("/invoices").await;
    let mut page = browser.follow(&stopped).await;
    for tried in 1..=5 {
        let code = world.wrong(&ada.phone);
        page = browser.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
        assert_eq!(page.alert().expect("alert").ends_with("One try left."), tried == 4);
    }
    page.shows("Please sign in again").shows("href=\"/sign-in?to=%2Finvoices\"");
    assert_eq!(browser.get("/mfa/challenge").await.status, 303, "it is signed out");

    let mut browser = world.signed_in("ada");
    browser.get("/mfa/challenge").await;
    world.wait(601);
    browser.get("/mfa/challenge").await.shows("Please sign in again");
}

#[tokio::test]
async fn after_a_reset_the_enrollment_code_leads_to_the_setup_and_nowhere_else() {
    let world = World::new();
    world.protect("ada").await;
    let (_, mut admin) = world.protect("admin").await;
    let (over, actor) = (Subject::new("ada").unwrap(), Subject::new("admin").unwrap());
    let authority = HostAuthority::grant(over, actor, "lost her phone").unwrap();
    let token = admin.cookie.clone().unwrap();
    let value: mfakit_axum::Session =
        serde_json::from_str(&world.host.value(&token).unwrap()).unwrap();
    let issued = world.mfa.reset(value.assurance().unwrap(), &authority).await.unwrap();
    assert_eq!(admin.get("/dashboard").await.status, 200);

    let mut browser = world.signed_in("ada");
    let page = browser.get("/mfa/challenge").await;
    page.shows("Enrollment code").lacks("Use a recovery code");
    let wrong = [("code", "0000-0000-0000-0000")];
    let wrong = browser.submit(&page, "/mfa/challenge/enrollment", &wrong).await;
    assert!(wrong.alert().expect("alert").contains("enrollment code was not accepted"));
    let code = issued.code.reveal();
    let passed = browser.submit(&wrong, "/mfa/challenge/enrollment", &[("code", &code)]).await;
    assert_eq!(passed.location(), "/mfa/setup");
    assert_eq!(browser.get("/dashboard").await.location(), "/mfa/setup");
    assert_eq!(browser.get("/profile").await.location(), "/mfa/setup");
    let phone = browser.start_setup().await.scan();
    let page = browser.get("/mfa/setup/confirm").await;
    let code = phone.code_at(world.now());
    let shown = browser.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
    browser.submit(&shown, "/mfa/setup/finish", &[]).await;
    assert_eq!(browser.get("/dashboard").await.status, 200);
}
