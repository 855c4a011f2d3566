//! Factors, recovery codes and the account's state by the API.

use mfakit::organization::{OrgAuthority, OrgId, PolicyScope, PolicyTerms, ProposedPolicy};
use mfakit::{Strength, Subject};
use serde_json::{Value, json};

use super::client::Client;
use crate::world::{Owner, World};

async fn two_factors(world: &World) -> (Owner, Client, String, String) {
    let (ada, mut client) = world.protect_by_api("ada").await;
    let (setup, tablet) = client.begin("Tablet").await;
    let code = tablet.code_at(world.now());
    client.post("/setup/confirm", json!({ "setup": setup, "code": code })).await;
    world.wait(30);
    let list = client.get("/factors").await;
    let factor = |n: usize| list.body["factors"][n]["factor"].as_str().unwrap().to_owned();
    (ada, client, factor(0), factor(1))
}

fn labels(body: &Value) -> Vec<&str> {
    let factors = body["factors"].as_array().unwrap();
    factors.iter().map(|factor| factor["label"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_factor_is_preferred_renamed_and_removed() {
    let world = World::new();
    let (_, mut client, phone, tablet) = two_factors(&world).await;
    let preferred = client.post(&format!("/factors/{tablet}/prefer"), json!({})).await;
    assert_eq!(labels(&preferred.body), ["Tablet", "Phone"]);
    let rename = format!("/factors/{tablet}/rename");
    let taken = client.post(&rename, json!({ "label": "phone" })).await;
    assert_eq!(taken.refused(), (409, "label_taken"));
    let invalid = client.post(&rename, json!({ "label": "" })).await;
    assert_eq!(invalid.refused(), (422, "label_invalid"));
    let renamed = client.post(&rename, json!({ "label": "iPad" })).await;
    assert_eq!(labels(&renamed.body), ["iPad", "Phone"]);

    let remove = format!("/factors/{tablet}/remove");
    let before = client.browser.cookie.clone().unwrap();
    assert_eq!(labels(&client.post(&remove, json!({})).await.body), ["Phone"]);
    assert!(!world.host.knows(&before), "the token is renewed");
    assert_eq!(labels(&client.post(&remove, json!({})).await.body), ["Phone"], "sent again");
    for unknown in ["00000000000000000000000000000000", "phone", "%FF"] {
        for (verb, body) in
            [("prefer", json!({})), ("rename", json!({ "label": "x" })), ("remove", json!({}))]
        {
            let refused = client.post(&format!("/factors/{unknown}/{verb}"), body).await;
            assert_eq!(refused.refused(), (404, "unknown_factor"), "{unknown} {verb}");
        }
    }
    let last = client.post(&format!("/factors/{phone}/remove"), json!({})).await;
    assert_eq!(labels(&last.body), Vec::<&str>::new());
    assert_eq!(client.get("/status").await.body["enabled"], false);
}

#[tokio::test]
async fn new_recovery_codes_are_shown_once_and_replace_the_old_ones() {
    let world = World::new();
    let (ada, mut client) = world.protect_by_api("ada").await;
    let attempt = client.get("/status").await.body["attempt"].clone();
    let before = client.browser.cookie.clone().unwrap();
    let shown = client.post("/codes", json!({ "attempt": attempt })).await;
    assert_eq!(shown.codes().len(), 10);
    assert!(!world.host.knows(&before), "the token is renewed");
    let again = client.post("/codes", json!({ "attempt": attempt })).await;
    assert_eq!(again.refused(), (409, "repeated"));
    let mut other = Client::signed_in(&world, "ada");
    let old = other.answer("recovery_code", &*ada.codes[0]).await;
    assert_eq!(old.refused(), (422, "code_rejected"));
    assert_eq!(other.answer("recovery_code", &*shown.codes()[0]).await.status, 200);
    let newer = client.post("/codes", json!({ "attempt": again.body["attempt"] })).await;
    assert_ne!(newer.codes(), shown.codes());
}

#[tokio::test]
async fn mfa_is_switched_off_by_a_fresh_session_and_only_once() {
    let world = World::new();
    let (ada, mut client) = world.protect_by_api("ada").await;
    world.wait(601);
    let attempt = client.get("/status").await.body["attempt"].clone();
    let disable = json!({ "attempt": attempt });
    let refused = client.post("/disable", disable.clone()).await;
    assert_eq!(refused.refused(), (401, "step_up_required"));
    assert_eq!(refused.body["next"], "code");
    client.post("/step-up", json!({ "action": refused.body["action"] })).await;
    client.answer("code", ada.phone.code_at(world.now())).await;
    for _ in 0..2 {
        let off = client.post("/disable", disable.clone()).await;
        assert_eq!((off.status, &off.body["enabled"]), (200, &json!(false)));
    }
    let codes = client.post("/codes", json!({ "attempt": 99 })).await;
    assert_eq!(codes.refused(), (409, "not_enabled"));
    let step_up = client.post("/step-up", json!({ "action": "payout" })).await;
    assert_eq!(step_up.refused(), (409, "not_enabled"));
}

#[tokio::test]
async fn a_step_up_is_for_an_action_that_has_a_rule_and_a_path_of_the_own_site() {
    let world = World::new();
    let (ada, mut client) = world.protect_by_api("ada").await;
    let unknown = client.post("/step-up", json!({ "action": "no-such-rule" })).await;
    assert_eq!(unknown.refused(), (404, "unknown_action"));
    let before = client.browser.cookie.clone().unwrap();
    let asked = client.post("/step-up", json!({ "action": "payout", "to": "/payout?to=me" })).await;
    assert_eq!((asked.text("purpose"), &asked.body["takes"]), ("step_up", &json!(["code"])));
    let passed = client.answer("code", ada.phone.code_at(world.now())).await;
    assert_eq!(passed.body, json!({ "to": "/payout?to=me" }));
    assert!(!world.host.knows(&before), "the token is renewed");
    let recovery = json!({ "action": "export", "recovery": true });
    let asked = client.post("/step-up", recovery).await;
    assert_eq!(asked.body["takes"], json!(["code", "recovery_code"]));
}

#[tokio::test]
async fn an_organization_that_requires_mfa_is_named_and_forbids_switching_it_off() {
    let world = World::new();
    let (admin, mut client) = world.protect_by_api("admin").await;
    let org = OrgId::new("northwind").unwrap();
    for name in ["admin", "bob"] {
        let subject = Subject::new(name).unwrap();
        world.mfa.join_organization(&org, &subject, world.now()).await.unwrap();
    }
    assert_eq!(client.get("/status").await.body["access"], "allowed");
    let value = world.host.value(client.browser.cookie.as_ref().unwrap()).unwrap();
    let session: mfakit_axum::Session = serde_json::from_str(&value).unwrap();
    let authority = OrgAuthority::grant(org, Subject::new(admin.name).unwrap(), "audit").unwrap();
    let grace = mfakit::organization::GracePeriod::days(14).unwrap();
    let terms = PolicyTerms { grace, scope: PolicyScope::WholeAccount };
    let assurance = session.assurance().unwrap();
    world
        .mfa
        .set_policy(
            assurance,
            &authority,
            ProposedPolicy::Required(Strength::Standard, terms),
            None,
        )
        .await
        .unwrap();

    let refused = client.post("/disable", json!({ "attempt": 7 })).await;
    assert_eq!(refused.refused(), (403, "policy_requires"));
    assert_eq!(refused.body["organizations"], json!(["northwind Inc."]));
    let list = client.get("/factors").await;
    let factor = list.body["factors"][0]["factor"].as_str().unwrap().to_owned();
    let last = client.post(&format!("/factors/{factor}/remove"), json!({})).await;
    assert_eq!(last.refused(), (403, "policy_requires"));

    let mut bob = Client::signed_in(&world, "bob");
    let reminded = bob.get("/status").await.body;
    assert_eq!(
        (&reminded["access"], &reminded["organizations"]),
        (&json!("reminded"), &json!([{"name": "northwind Inc.", "required": "standard"}]))
    );
    world.wait(14 * 86_400);
    let mut bob = Client::signed_in(&world, "bob");
    assert_eq!(bob.get("/status").await.body["access"], "set_up_first");
    assert_eq!(bob.browser.get("/dashboard").await.status, 403);
    bob.begin("Phone").await;
}
