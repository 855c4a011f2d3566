//! The transition period and the wall behind it.

use chrono::TimeDelta;

use crate::world::{ADA, ADMIN, BOB, World};

/// Makes it required in Northwind, as its administrator does.
async fn require(world: &World, days: &str) {
    let mut admin = world.protected(ADMIN).await;
    let path = format!("/organization/proposal?days={days}");
    let forecast = admin.get(&path).await;
    let done = admin.submit(&forecast, "/organization/policy", &[("reason", "audit")]).await;
    assert_eq!(done.to(), "/organization");
}

#[tokio::test]
async fn the_dashboard_counts_the_days_and_then_the_wall_stands() {
    let world = World::new().await;
    require(&world, "14").await;
    let mut bob = world.signed_in(BOB).await;
    let reminder = bob.get("/dashboard").await;
    reminder.shows("14 days left to set up two-factor authentication").shows("Northwind");
    world.wait(TimeDelta::days(13));
    let mut bob = world.signed_in(BOB).await;
    bob.get("/dashboard").await.shows("1 day left");
    world.wait(TimeDelta::days(1));

    let mut bob = world.signed_in(BOB).await;
    for path in ["/dashboard", "/payout", "/audit", "/organization"] {
        assert_eq!(bob.get(path).await.to(), "/mfa/setup", "{path}");
    }
    for path in ["/profile", "/profile/password", "/mfa/setup", "/sign-in"] {
        assert_eq!(bob.get(path).await.status, 200, "{path}");
    }
    bob.get("/profile").await.shows("Northwind has required two-factor authentication since");
    bob.set_up().await;
    bob.get("/dashboard").await.lacks("to set up two-factor authentication");
}

#[tokio::test]
async fn whoever_has_it_already_is_reminded_of_nothing() {
    let world = World::new().await;
    let mut ada = world.protected(ADA).await;
    require(&world, "0").await;
    ada.get("/dashboard").await.lacks("Northwind");
}

#[tokio::test]
async fn a_member_of_two_is_told_which_one_asks() {
    let world = World::new().await;
    require(&world, "0").await;
    let mut both = world.signed_in("both@example.org").await;
    assert_eq!(both.get("/dashboard").await.to(), "/mfa/setup");
    both.get("/mfa/setup").await.shows("Northwind").lacks("Contoso");
    let mut owner = world.signed_in("owner@example.org").await;
    owner.get("/dashboard").await.lacks("Northwind").lacks("left to set up");
}
