//! Changing the password.

use chrono::TimeDelta;
use web::PASSWORD;

use crate::world::{ADA, World};

const NEW: &str = "a few new words in a row";

#[tokio::test]
async fn a_changed_password_ends_every_other_session_and_keeps_this_one() {
    let world = World::new().await;
    let mut here = world.signed_in(ADA).await;
    let mut elsewhere = world.signed_in(ADA).await;
    elsewhere.get("/profile").await.shows(ADA);
    here.get("/profile").await;
    let page = here.get("/profile/password").await;
    let typed = [("current", PASSWORD), ("new", NEW)];
    assert_eq!(here.submit(&page, "/profile/password", &typed).await.to(), "/profile");
    here.get("/profile").await.shows(ADA);
    assert_eq!(elsewhere.get("/profile").await.to(), "/sign-in?to=%2Fprofile");
    world.wait(TimeDelta::seconds(1));
    world.visitor().sign_in(ADA, PASSWORD, "").await.shows("do not go together");
    assert_eq!(world.visitor().sign_in(ADA, NEW, "").await.to(), "/dashboard");
}

#[tokio::test]
async fn it_wants_the_current_one_and_a_long_one() {
    let world = World::new().await;
    let mut ada = world.signed_in(ADA).await;
    let table = [
        ("wrong", NEW, "The current password is not right."),
        (PASSWORD, "short", "The new password needs 12 characters at least."),
        (PASSWORD, "", "The new password needs 12 characters at least."),
    ];
    for (current, new, alert) in table {
        let shown = ada.post("/profile/password", &[("current", current), ("new", new)]).await;
        assert_eq!(shown.status, 422);
        shown.shows(alert);
    }
}

#[tokio::test]
async fn with_a_second_factor_it_asks_for_that_first() {
    let world = World::new().await;
    let mut ada = world.protected(ADA).await;
    world.wait(TimeDelta::minutes(11));
    let asked = ada.get("/profile/password").await;
    assert_eq!(asked.to(), "/mfa/step-up?action=password&to=%2Fprofile%2Fpassword");
    let unasked = ada.post("/profile/password", &[("current", PASSWORD), ("new", NEW)]).await;
    assert_eq!(unasked.to(), asked.to());
    assert_eq!(ada.get(asked.to()).await.to(), "/mfa/challenge");
    assert_eq!(ada.verify().await.to(), "/profile/password");
    ada.get("/profile/password").await.shows("New password");
}
