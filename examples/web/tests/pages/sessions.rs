//! Cookies, tokens and how long they last.

use axum::http::header::SET_COOKIE;
use chrono::TimeDelta;
use web::{Config, PASSWORD};

use crate::world::{ADA, BOB, World};

#[tokio::test]
async fn the_cookie_is_for_this_site_and_no_script() {
    let world = World::new().await;
    let on = world.visitor().sign_in(ADA, PASSWORD, "").await;
    let cookie = on.headers[SET_COOKIE].to_str().unwrap();
    let (pair, attributes) = cookie.split_once(';').unwrap();
    assert_eq!(pair.len(), "session=".len() + 64, "256 bits");
    assert_eq!(attributes, " Path=/; HttpOnly; SameSite=Lax");
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_it() {
    let world = World::with(|config| Config { https: true, ..config }).await;
    let mut visitor = world.visitor();
    let on = visitor.sign_in(ADA, PASSWORD, "").await;
    let cookie = on.headers[SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    visitor.get("/profile").await.shows(ADA);
    visitor.cookie = visitor.cookie.map(|cookie| cookie.replace("__Host-", ""));
    assert_eq!(visitor.get("/profile").await.to(), "/sign-in?to=%2Fprofile");
}

#[tokio::test]
async fn signing_in_again_renews_the_token_and_keeps_the_session() {
    let world = World::new().await;
    let mut ada = world.protected(ADA).await;
    let mut thief = ada.thief();
    let old = ada.cookie.clone();
    assert_eq!(ada.sign_in(ADA, PASSWORD, "/profile").await.to(), "/profile");
    assert_ne!(ada.cookie, old);
    ada.get("/profile").await.shows("It is on.");
    assert_eq!(thief.get("/profile").await.to(), "/sign-in?to=%2Fprofile");
}

#[tokio::test]
async fn somebody_else_who_signs_in_gets_a_session_of_his_own() {
    let world = World::new().await;
    let mut browser = world.protected(ADA).await;
    assert_eq!(browser.sign_in(BOB, PASSWORD, "").await.to(), "/dashboard");
    browser.get("/profile").await.shows(BOB).shows("It is off.");
}

#[tokio::test]
async fn signing_out_ends_the_session_at_the_server() {
    let world = World::new().await;
    let mut ada = world.signed_in(ADA).await;
    let mut thief = ada.thief();
    assert_eq!(ada.post("/sign-out", &[]).await.to(), "/sign-in");
    assert_eq!(ada.cookie, None);
    assert_eq!(thief.get("/profile").await.to(), "/sign-in?to=%2Fprofile");
}

#[tokio::test]
async fn a_session_lasts_twelve_hours() {
    let world = World::new().await;
    let mut ada = world.signed_in(ADA).await;
    world.wait(TimeDelta::hours(12) - TimeDelta::seconds(1));
    ada.get("/profile").await.shows(ADA);
    world.wait(TimeDelta::seconds(1));
    assert_eq!(ada.get("/profile").await.to(), "/sign-in?to=%2Fprofile");
}

#[tokio::test]
async fn a_password_alone_is_half_a_sign_in() {
    let world = World::new().await;
    let mut owner = world.protected(ADA).await;
    let mut guesser = world.visitor();
    guesser.sign_in(ADA, PASSWORD, "/profile").await;
    for path in ["/dashboard", "/profile", "/profile/password", "/payout", "/audit"] {
        assert_eq!(guesser.get(path).await.to(), "/mfa/challenge", "{path}");
    }
    // Nor is it one for the page that signs in again.
    guesser.get("/sign-in").await.lacks("Sign in again");
    owner.post("/sign-out", &[]).await;
    owner.sign_in(ADA, PASSWORD, "/audit").await;
    assert_eq!(owner.get("/audit").await.to(), "/mfa/challenge");
    assert_eq!(owner.verify().await.to(), "/audit");
}

#[tokio::test]
async fn another_site_changes_nothing() {
    let world = World::new().await;
    let mut ada = world.signed_in(ADA).await;
    ada.origin = "https://evil.example";
    for path in ["/sign-out", "/sign-in", "/profile/verify-email", "/profile/password", "/payout"] {
        assert_eq!(ada.post(path, &[]).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn no_page_is_kept_framed_or_given_scripts_of_others() {
    let world = World::new().await;
    let mut ada = world.signed_in(ADA).await;
    for path in ["/sign-in", "/dashboard", "/profile", "/audit", "/organization", "/nowhere"] {
        let shown = ada.get(path).await;
        assert_eq!(shown.headers["cache-control"], "no-store", "{path}");
        let policy = shown.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        shown.lacks("style=\"").lacks("<style").lacks("onclick");
    }
}
