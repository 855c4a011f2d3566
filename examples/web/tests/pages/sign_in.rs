//! Signing in, and signing in again.

use chrono::TimeDelta;
use web::{ACCOUNTS, PASSWORD};

use crate::world::{ADA, World};

#[tokio::test]
async fn every_demonstration_account_signs_in() {
    let world = World::new().await;
    for account in &ACCOUNTS {
        let mut visitor = world.signed_in(account.email).await;
        visitor.get("/profile").await.shows(account.email);
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_look_the_same() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    let shown = [
        visitor.sign_in(ADA, "wrong", "").await,
        visitor.sign_in("nobody@example.org", PASSWORD, "").await,
        visitor.sign_in(ADA, "", "").await,
    ];
    for shown in shown {
        assert_eq!(shown.status, 422);
        shown.shows("That e-mail address and password do not go together.");
    }
    assert_eq!(visitor.cookie, None);
}

#[tokio::test]
async fn after_ten_wrong_passwords_guessing_slows_down_and_nobody_is_locked_out() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    for _ in 0..10 {
        visitor.sign_in(ADA, "wrong", "").await.shows("do not go together");
    }
    visitor.sign_in(ADA, PASSWORD, "").await.shows("Try again in 30 seconds.");
    world.signed_in("second@example.org").await;
    world.wait(TimeDelta::seconds(30));
    assert_eq!(visitor.sign_in(ADA, PASSWORD, "").await.to(), "/dashboard");
}

#[tokio::test]
async fn a_sign_in_goes_on_to_the_own_site_and_nowhere_else() {
    let world = World::new().await;
    let table = [
        ("/audit?x=1", "/audit?x=1"),
        ("", "/dashboard"),
        ("//evil.example", "/dashboard"),
        ("https://evil.example/", "/dashboard"),
        ("/\\evil.example", "/dashboard"),
    ];
    for (to, expected) in table {
        let on = world.visitor().sign_in(ADA, PASSWORD, to).await;
        assert_eq!(on.to(), expected, "{to}");
    }
}

#[tokio::test]
async fn a_page_asks_to_sign_in_and_comes_back() {
    let world = World::new().await;
    let mut visitor = world.visitor();
    assert_eq!(visitor.get("/").await.to(), "/dashboard");
    let page = visitor.get("/audit").await;
    assert_eq!(page.to(), "/sign-in?to=%2Faudit");
    let form = visitor.get(page.to()).await;
    let typed = [("email", " Practitioner@Example.org "), ("password", PASSWORD)];
    assert_eq!(visitor.submit(&form, "/sign-in", &typed).await.to(), "/audit");
}

#[tokio::test]
async fn a_setup_that_was_started_too_late_resumes_after_signing_in_again() {
    let world = World::new().await;
    let mut ada = world.signed_in(ADA).await;
    world.wait(TimeDelta::minutes(11));
    let page = ada.get("/mfa/setup").await;
    let stale = ada.submit(&page, "/mfa/setup", &[]).await;
    let stale = ada.get(stale.to()).await;
    assert_eq!(stale.to(), "/sign-in?to=%2Fmfa%2Fsetup");
    let form = ada.get(stale.to()).await;
    form.shows("<h1>Sign in again</h1>").shows(ADA);
    let on = ada.submit(&form, "/sign-in", &[("email", ADA), ("password", PASSWORD)]).await;
    assert_eq!(on.to(), "/mfa/setup");
    ada.get(on.to()).await.shows("Manual code");
}
