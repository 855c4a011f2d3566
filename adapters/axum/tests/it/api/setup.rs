//! Setting up by the API.

use mfakit::Subject;
use serde_json::json;

use super::client::Client;
use crate::world::World;

#[tokio::test]
async fn a_setup_is_begun_shown_again_confirmed_and_finished() {
    let world = World::new();
    let mut client = Client::signed_in(&world, "ada");
    assert_eq!(client.get("/setup").await.body, json!({ "state": "not_begun", "attempt": 0 }));
    let (setup, phone) = client.begin("Phone").await;
    let shown = client.get("/setup").await;
    assert_eq!((shown.text("state"), shown.text("setup")), ("begun", &*setup));
    assert_eq!(shown.text("manual_key").replace(' ', "").len(), 32);
    assert!(shown.text("qr_svg").contains("QR code"));

    let code = phone.code_at(world.now());
    let confirmed = client.post("/setup/confirm", json!({ "setup": setup, "code": code })).await;
    assert_eq!(confirmed.text("state"), "confirmed");
    assert_eq!(confirmed.codes().len(), 10);
    assert!(!world.mfa.status(&Subject::new("ada").unwrap()).await.unwrap().enabled);
    let lost = client.get("/setup").await;
    assert_eq!((lost.text("state"), lost.codes().len()), ("confirmed", 0));

    let before = client.browser.cookie.clone().unwrap();
    for _ in 0..2 {
        let done = client.post("/setup/finish", json!({ "setup": setup })).await;
        assert_eq!(done.body, json!({ "state": "finished" }));
    }
    assert!(!world.host.knows(&before), "the token is renewed");
    let status = client.get("/status").await.body;
    assert_eq!((&status["enabled"], &status["recovery_codes_left"]), (&json!(true), &json!(10)));
    assert_eq!(client.browser.get("/dashboard").await.status, 200);
}

#[tokio::test]
async fn a_wrong_code_says_how_many_tries_are_left_and_how_far_the_clock_is_off() {
    let world = World::new();
    let mut client = Client::signed_in(&world, "ada");
    let (setup, phone) = client.begin("Phone").await;
    let malformed = client.post("/setup/confirm", json!({ "setup": setup, "code": "12" })).await;
    assert_eq!(malformed.refused(), (422, "code_malformed"));
    let slow = phone.code_after(world.now(), -8);
    let slow = client.post("/setup/confirm", json!({ "setup": setup, "code": slow })).await;
    assert_eq!(slow.refused(), (422, "code_rejected"));
    assert_eq!(
        (&slow.body["tries_left"], &slow.body["clock_off_seconds"]),
        (&9.into(), &(-240).into())
    );
    for left in (0..9_u8).rev() {
        let guess = format!("{:06}", world.wrong(&phone).parse::<u32>().unwrap() + u32::from(left));
        let body = json!({ "setup": setup, "code": guess, "attempt": left });
        let wrong = client.post("/setup/confirm", body).await;
        match left {
            0 => assert_eq!(wrong.refused(), (409, "setup_tried_out")),
            left => assert_eq!(wrong.body["tries_left"], left, "{wrong:?}"),
        }
    }
    assert_eq!(client.get("/setup").await.text("state"), "not_begun");
}

#[tokio::test]
async fn a_request_sent_again_is_done_once() {
    let world = World::new();
    let mut client = Client::signed_in(&world, "ada");
    let begin = json!({ "attempt": 0, "label": "Phone" });
    let begun = client.post("/setup", begin.clone()).await;
    let again = client.post("/setup", begin.clone()).await;
    assert_eq!(begun.body["manual_key"], again.body["manual_key"], "one secret");
    let phone = mfakit::testing::Authenticator::scan(begun.text("otpauth_uri")).unwrap();
    let setup = begun.text("setup").to_owned();

    let wrong = json!({ "setup": setup, "code": world.wrong(&phone) });
    assert_eq!(client.post("/setup/confirm", wrong.clone()).await.body["tries_left"], 9);
    for _ in 0..12 {
        let repeated = client.post("/setup/confirm", wrong.clone()).await;
        assert_eq!(repeated.refused(), (409, "repeated"));
    }
    let right = json!({ "setup": setup, "code": phone.code_at(world.now()) });
    let shown = client.post("/setup/confirm", right.clone()).await;
    assert_eq!(shown.codes().len(), 10);
    let again = client.post("/setup/confirm", right).await;
    assert_eq!(again.refused(), (409, "setup_confirmed"));

    let reissue = json!({ "setup": setup, "attempt": shown.body["attempt"] });
    let reissued = client.post("/setup/reissue", reissue.clone()).await;
    assert_eq!(reissued.codes().len(), 10);
    assert_ne!(reissued.codes(), shown.codes());
    assert_eq!(client.post("/setup/reissue", reissue).await.refused(), (409, "repeated"));

    assert_eq!(client.post("/setup/cancel", json!({ "setup": setup })).await.status, 200);
    assert_eq!(client.post("/setup/cancel", json!({ "setup": setup })).await.status, 200);
    assert_eq!(client.post("/setup", begin).await.refused(), (409, "repeated"));
}

#[tokio::test]
async fn a_second_factor_is_active_once_confirmed_and_keeps_the_codes() {
    let world = World::new();
    let (_, mut client) = world.protect_by_api("ada").await;
    let attempt = client.get("/setup").await.body["attempt"].clone();
    let taken = client.post("/setup", json!({ "attempt": attempt, "label": "phone" })).await;
    assert_eq!(taken.refused(), (409, "label_taken"));
    for label in ["", " ", "a\u{0}b", &"x".repeat(65)] {
        let refused = client.post("/setup", json!({ "attempt": attempt, "label": label })).await;
        assert_eq!(refused.refused(), (422, "label_invalid"), "{label:?}");
    }
    let (setup, tablet) = client.begin("Tablet").await;
    let before = client.browser.cookie.clone().unwrap();
    let confirm = json!({ "setup": setup, "code": tablet.code_at(world.now()) });
    for _ in 0..2 {
        let added = client.post("/setup/confirm", confirm.clone()).await;
        assert_eq!(added.body, json!({ "state": "finished" }));
    }
    assert!(!world.host.knows(&before), "the token is renewed");
    let factors = client.get("/factors").await.body["factors"].as_array().unwrap().len();
    assert_eq!(factors, 2);
}

#[tokio::test]
async fn a_stale_session_is_told_what_to_prove_and_begins_nothing_by_a_get() {
    let world = World::new();
    let (ada, mut client) = world.protect_by_api("ada").await;
    world.wait(601);
    let attempt = client.get("/setup").await.body["attempt"].clone();
    let begin = json!({ "attempt": attempt, "label": "Tablet" });
    let refused = client.post("/setup", begin.clone()).await;
    assert_eq!(refused.refused(), (401, "step_up_required"));
    let authenticate = refused.headers["www-authenticate"].to_str().unwrap();
    assert!(authenticate.contains("insufficient_user_authentication"), "{authenticate}");
    let body = json!({ "action": refused.body["action"], "recovery": refused.body["next"] == "code_or_recovery_code" });
    assert_eq!(client.post("/step-up", body).await.text("purpose"), "step_up");
    let passed = client.answer("code", ada.phone.code_at(world.now())).await;
    assert_eq!(passed.body, json!({ "to": "/dashboard" }));
    assert_eq!(client.get("/setup").await.text("state"), "not_begun");
    assert_eq!(client.post("/setup", begin).await.text("state"), "begun");
}

#[tokio::test]
async fn a_lost_factor_is_replaced_after_a_sign_in_with_a_recovery_code() {
    let world = World::new();
    let (ada, mut client) = world.protect_by_api("ada").await;
    let list = client.get("/factors").await;
    let lost = list.body["factors"][0]["factor"].clone();
    let mut client = Client::signed_in(&world, "ada");
    assert_eq!(client.answer("recovery_code", &*ada.codes[0]).await.status, 200);
    let attempt = client.get("/setup").await.body["attempt"].clone();
    let begin = json!({ "attempt": attempt, "label": "New phone", "replaces": lost });
    let begun = client.post("/setup", begin).await;
    let phone = mfakit::testing::Authenticator::scan(begun.text("otpauth_uri")).unwrap();
    let confirm = json!({ "setup": begun.body["setup"], "code": phone.code_at(world.now()) });
    let replaced = client.post("/setup/confirm", confirm).await;
    assert_eq!((replaced.text("state"), replaced.codes().len()), ("finished", 10));
    let factors = client.get("/factors").await;
    assert_eq!(factors.body["factors"].as_array().unwrap().len(), 1);
    assert_eq!(factors.body["factors"][0]["label"], "New phone");
}

#[tokio::test]
async fn the_first_factor_wants_a_verified_address() {
    let world = World::new();
    let mut client = Client::signed_in(&world, "unverified");
    let refused = client.post("/setup", json!({ "attempt": 0 })).await;
    assert_eq!(refused.refused(), (403, "email_unverified"));
}

#[tokio::test]
async fn a_window_with_an_older_setup_does_not_act_on_the_newer_one() {
    let world = World::new();
    let mut client = Client::signed_in(&world, "ada");
    let (older, _) = client.begin("Phone").await;
    let (newer, phone) = client.begin("Tablet").await;
    let code = phone.code_at(world.now());
    for (path, body) in [
        ("/setup/confirm", json!({ "setup": older, "code": code })),
        ("/setup/reissue", json!({ "setup": older, "attempt": 9 })),
        ("/setup/finish", json!({ "setup": older })),
        ("/setup/cancel", json!({ "setup": older })),
    ] {
        let refused = client.post(path, body).await;
        assert_eq!(refused.refused(), (409, "unknown_setup"), "{path}");
    }
    let early = client.post("/setup/finish", json!({ "setup": newer })).await;
    assert_eq!(early.refused(), (409, "setup_unconfirmed"));
    let confirmed = client.post("/setup/confirm", json!({ "setup": newer, "code": code })).await;
    assert_eq!(confirmed.text("state"), "confirmed");
    world.wait(3601);
    let late = client.post("/setup/finish", json!({ "setup": newer })).await;
    assert_eq!(late.refused(), (409, "setup_expired"));
}
