//! The profile, the messages and the audit trail.

use chrono::TimeDelta;
use web::PASSWORD;

use crate::world::{ADA, World};

#[tokio::test]
async fn an_unverified_address_is_verified_from_the_profile_and_the_setup_opens() {
    let world = World::new().await;
    let mut visitor = world.signed_in("unverified@example.org").await;
    visitor.get("/mfa/setup").await.lacks("Start setup");
    let profile = visitor.get("/profile").await;
    profile.shows("Not verified");
    let on = visitor.post("/profile/verify-email", &[]).await;
    assert_eq!(on.to(), "/profile");
    visitor.get("/profile").await.lacks("Not verified");
    visitor.get("/mfa/setup").await.shows("Start setup");
}

#[tokio::test]
async fn the_owner_is_told_by_a_message_and_on_the_profile() {
    let world = World::new().await;
    let mut ada = world.protected(ADA).await;
    let told = "Two-factor authentication was switched on.";
    ada.get("/profile").await.shows(told).shows("10 recovery codes are left.");
    // The messages go out on a thread of their own.
    let sent = || world.mail.lock().expect("lock").clone();
    for _ in 0..1_000 {
        if !sent().is_empty() {
            break;
        }
        tokio::task::yield_now().await;
        std::thread::yield_now();
    }
    let message = sent().pop().expect("a message");
    assert!(message.starts_with(&format!("To: {ADA}\n")), "{message}");
    assert!(message.contains(told), "{message}");
}

#[tokio::test]
async fn the_audit_trail_says_in_words_what_happened() {
    let world = World::new().await;
    let mut ada = world.protected(ADA).await;
    ada.post("/sign-out", &[]).await;
    ada.sign_in(ADA, PASSWORD, "").await;
    ada.get("/dashboard").await;
    ada.verify().await;
    let trail = ada.get("/audit").await;
    for sentence in [
        "A setup was begun.",
        "A right code confirmed the setup.",
        "Two-factor authentication was switched on.",
        "A code was accepted at a sign-in.",
    ] {
        trail.shows(sentence);
    }
    let mut bob = world.signed_in("second@example.org").await;
    bob.get("/audit").await.shows("Nothing yet.");
}

#[tokio::test]
async fn a_payout_asks_for_both_factors_within_five_minutes() {
    let world = World::new().await;
    let mut ada = world.signed_in(ADA).await;
    assert_eq!(ada.get("/payout").await.to(), "/mfa/setup");
    ada.set_up().await;
    ada.get("/payout").await.shows("Pay out");
    world.wait(TimeDelta::minutes(5));
    let asked = ada.get("/payout").await;
    assert_eq!(asked.to(), "/mfa/sign-in-again?to=%2Fpayout");
    assert_eq!(ada.post("/payout", &[("to", "x"), ("amount", "1")]).await.status, 303);
    assert_eq!(ada.get(asked.to()).await.to(), "/sign-in?to=%2Fpayout");
    ada.sign_in(ADA, PASSWORD, "/payout").await;
    let asked = ada.get("/payout").await;
    assert_eq!(asked.to(), "/mfa/step-up?action=payout&to=%2Fpayout");
    ada.get(asked.to()).await;
    assert_eq!(ada.verify().await.to(), "/payout");
    let paid = ada.post("/payout", &[("to", "Ada <b>"), ("amount", "250,5")]).await;
    paid.shows("€ 250.50 to Ada &#60;b&#62;");
    let odd = ada.post("/payout", &[("to", "Ada"), ("amount", "-1")]).await;
    assert_eq!(odd.status, 422);
}
