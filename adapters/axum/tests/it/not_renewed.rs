//! An identity provider that vouches again for its own old session.

use crate::world::{Browser, Owner, World};

/// A visitor whose factors are both too old for a payout.
async fn stale(world: &World) -> (Owner, Browser) {
    let (ada, browser) = world.protect("ada").await;
    world.wait(301);
    (ada, browser)
}

/// From a guard to the host's own page, which answers with a redirect back.
async fn sent_and_vouched_for(world: &World, browser: &mut Browser) {
    let stopped = browser.get("/payout").await;
    assert_eq!(stopped.location(), "/mfa/sign-in-again?to=%2Fpayout");
    let on = browser.follow(&stopped).await;
    assert_eq!(on.location(), "/sign-in/again?to=%2Fpayout");
    world.vouch_again(browser);
}

#[tokio::test]
async fn a_visitor_who_comes_back_with_the_old_first_factor_is_told_and_not_sent_in_circles() {
    let world = World::new();
    let (ada, mut browser) = stale(&world).await;
    sent_and_vouched_for(&world, &mut browser).await;
    let page = browser.get("/payout").await;
    assert_eq!(page.status, 401);
    page.shows("Please sign in once more")
        .shows("href=\"/mfa/sign-in-again?to=%2Fpayout\"")
        .shows("Sign out of the service that you sign in with");
    // The button leads there once more, for as often as it is pressed.
    for _ in 0..2 {
        let on = browser.get("/mfa/sign-in-again?to=%2Fpayout").await;
        assert_eq!(on.location(), "/sign-in/again?to=%2Fpayout");
        world.vouch_again(&mut browser);
        assert_eq!(browser.get("/payout").await.status, 401);
    }
    // Other pages are as open as before.
    assert_eq!(browser.get("/dashboard").await.status, 200);
    // And a first factor that is new goes on to the code.
    world.sign_in_again(&mut browser, "ada");
    let stopped = browser.get("/payout").await;
    let asked = browser.follow(&stopped).await;
    let page = browser.follow(&asked).await;
    let code = ada.phone.code_at(world.now());
    let back = browser.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
    assert_eq!(browser.follow(&back).await.status, 200);
}

#[tokio::test]
async fn each_new_first_factor_may_be_sent_once() {
    let world = World::new();
    let (_, mut browser) = stale(&world).await;
    sent_and_vouched_for(&world, &mut browser).await;
    browser.get("/payout").await.shows("Please sign in once more");
    world.sign_in_again(&mut browser, "ada");
    assert!(browser.get("/payout").await.location().starts_with("/mfa/step-up"));
    world.wait(301);
    sent_and_vouched_for(&world, &mut browser).await;
    browser.get("/payout").await.shows("Please sign in once more");
}

#[tokio::test]
async fn the_page_speaks_dutch() {
    let world = World::new();
    let (_, mut browser) = stale(&world).await;
    world.host.speak("nl");
    sent_and_vouched_for(&world, &mut browser).await;
    let page = browser.get("/payout").await;
    page.shows("<html lang=\"nl\">").shows("Log nog een keer in").shows("Log uit bij de dienst");
}

#[tokio::test]
async fn a_client_of_the_api_is_told_what_to_have_done() {
    let world = World::new();
    let (_, mut browser) = stale(&world).await;
    let mut client = browser.window().with("accept", "application/json");
    // Requests that were sent at once are all told to sign in: nobody has been there yet.
    for _ in 0..3 {
        let refused = client.get("/payout").await;
        assert_eq!(refused.status, 401);
        refused.shows("\"step_up_required\"").shows("/mfa/sign-in-again?to=");
    }
    sent_and_vouched_for(&world, &mut browser).await;
    let mut client = browser.window().with("accept", "application/json");
    let refused = client.get("/payout").await;
    assert_eq!(refused.status, 401);
    refused.shows("\"first_factor_not_newer\"").shows("prompt=login").shows("sign_in_again");
    let challenge = refused.headers.get("www-authenticate").expect("RFC 9470");
    assert!(challenge.to_str().unwrap().contains("max_age"), "{challenge:?}");
}

#[tokio::test]
async fn an_extractor_says_the_same() {
    let world = World::new();
    let (_, mut browser) = stale(&world).await;
    sent_and_vouched_for(&world, &mut browser).await;
    browser.get("/paid").await.shows("Please sign in once more");
}

#[tokio::test]
async fn a_setup_says_the_same() {
    let world = World::new();
    let mut bob = world.signed_in("bob");
    let page = bob.get("/mfa/setup").await;
    world.wait(601);
    let stopped = bob.submit(&page, "/mfa/setup", &[]).await;
    bob.follow(&stopped).await;
    world.vouch_again(&mut bob);
    // It resumes, is still too old, and shows its start again; pressed again, it says why.
    let page = bob.get("/mfa/setup").await;
    let told = bob.submit(&page, "/mfa/setup", &[]).await;
    assert_eq!(told.status, 401);
    told.shows("Please sign in once more").shows("to=%2Fmfa%2Fsetup");
}
