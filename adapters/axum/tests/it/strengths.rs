//! Organizations that require more than an app.

use mfakit::Strength;
use mfakit::organization::PolicyScope;
use serde_json::json;

use crate::api::client::Client;
use crate::guards::{require, require_strength};
use crate::world::World;

const KEYS: Strength = Strength::PhishingResistant;

#[tokio::test]
async fn the_page_says_that_a_passkey_or_security_key_is_required_in_both_languages() {
    let world = World::new();
    require_strength(&world, KEYS, PolicyScope::WholeAccount, 0, &["bob"]).await;
    let mut bob = world.signed_in("bob");
    let walled = bob.get("/dashboard").await;
    bob.follow(&walled).await.shows("northwind Inc. requires a passkey or security key");
    world.host.speak("nl");
    let page = bob.get("/mfa/setup").await;
    page.shows("northwind Inc. verplicht een passkey of beveiligingssleutel");
}

#[tokio::test]
async fn an_app_is_asked_for_where_an_app_is_enough() {
    let world = World::new();
    require(&world, PolicyScope::WholeAccount, 0, &["bob"]).await;
    let mut bob = world.signed_in("bob");
    bob.get("/mfa/setup").await.shows("requires two-factor authentication").lacks("security key");
}

#[tokio::test]
async fn the_api_says_what_each_organization_requires_and_what_the_account_has() {
    let world = World::new();
    let (_, ada) = world.protect("ada").await;
    require_strength(&world, KEYS, PolicyScope::WholeAccount, 14, &["ada", "bob"]).await;
    let asking = json!([{"name": "northwind Inc.", "required": "phishing_resistant"}]);
    for (mut client, strength) in
        [(Client::of(ada), json!("standard")), (Client::signed_in(&world, "bob"), json!(null))]
    {
        let status = client.get("/status").await.body;
        assert_eq!((&status["access"], &status["organizations"]), (&json!("reminded"), &asking));
        assert_eq!(status["strength"], strength);
    }
}
