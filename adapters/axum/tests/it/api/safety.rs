//! What no request gets past, from any sender.

use axum::http::Method;
use mfakit::Subject;
use serde_json::json;

use super::client::{Client, DOCUMENT};
use crate::world::World;

fn posts() -> Vec<String> {
    let paths = DOCUMENT["paths"].as_object().unwrap().iter();
    let posts = paths.filter(|(_, factors)| factors.get("post").is_some());
    posts.map(|(path, _)| path.replace("{factor}", "00000000000000000000000000000000")).collect()
}

#[tokio::test]
async fn no_other_site_changes_anything_by_a_script_or_by_a_form() {
    let world = World::new();
    let (_, client) = world.protect_by_api("ada").await;
    let before = world.host.value(&client.browser.cookie.clone().unwrap());
    for path in posts() {
        for (header, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
        ] {
            let mut forged = client.window();
            forged.browser = forged.browser.with("sec-fetch-site", "").with(header, value);
            let refused = forged.post(&path, json!({ "attempt": 7 })).await;
            assert_eq!(refused.refused(), (403, "cross_site"), "{path} {header}: {value}");
        }
        let mut bare = client.window();
        bare.browser = bare.browser.with("sec-fetch-site", "").with("origin", "");
        assert_eq!(bare.post(&path, json!({})).await.refused(), (403, "cross_site"), "{path}");
        // What a form can send, from whatever site.
        for kind in ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", ""] {
            let mut form = client.window();
            form.browser = form.browser.with("content-type", kind);
            let body = "{\"attempt\":7,\"a\":\"=\"}".to_owned();
            let refused = form.send(Method::POST, &path, body).await;
            assert_eq!(refused.refused(), (415, "content_type"), "{path} {kind}");
        }
    }
    assert_eq!(world.host.value(&client.browser.cookie.clone().unwrap()), before);
}

#[tokio::test]
async fn bodies_are_bounded_and_no_answer_repeats_what_was_typed() {
    let world = World::new();
    let (_, mut client) = world.protect_by_api("ada").await;
    for path in posts() {
        let long = client.post(&path, json!({ "code": "9".repeat(5000) })).await;
        assert_eq!(long.refused(), (413, "body_too_large"), "{path}");
        for body in ["", "{", "null", "[]", "\"987654\"", "{\"987654\":987654}", "{}{}", "\u{0}"] {
            let refused = client.send(Method::POST, &path, body.to_owned()).await;
            assert_eq!(refused.refused(), (400, "body_malformed"), "{path} {body}");
            assert!(!refused.body.to_string().contains("987654"), "{refused:?}");
        }
    }
    let deep = "[".repeat(4000);
    let refused = client.send(Method::POST, "/challenge", deep).await;
    assert_eq!(refused.refused(), (400, "body_malformed"));
}

#[tokio::test]
async fn an_api_answers_in_json_whatever_is_accepted_and_is_no_place_to_go_back_to() {
    let world = World::new();
    let mut nobody = Client::of(world.browser());
    nobody.browser = nobody.browser.with("accept", "text/html");
    let signed_out = nobody.get("/status").await;
    assert_eq!(signed_out.refused(), (401, "signed_out"));
    assert_eq!(signed_out.text("location"), "/sign-in?to=%2Fdashboard");
    nobody.browser = nobody.browser.with("referer", "https://app.example/profile?tab=2");
    let signed_out = nobody.get("/status").await;
    assert_eq!(signed_out.text("location"), "/sign-in?to=%2Fprofile%3Ftab%3D2");
    nobody.browser = nobody.browser.with("origin", "https://evil.example");
    assert_eq!(nobody.post("/codes", json!({})).await.status, 403);
}

#[tokio::test]
async fn when_sessions_fail_nobody_passes_and_nothing_is_said_of_it() {
    let world = World::new();
    let (_, mut client) = world.protect_by_api("ada").await;
    world.host.break_down();
    for path in ["/status", "/setup", "/challenge", "/factors"] {
        let failed = client.get(path).await;
        assert_eq!(failed.refused(), (500, "host"), "{path}");
        assert!(!failed.body.to_string().contains("store"), "{failed:?}");
    }
}

#[tokio::test]
async fn codes_and_secrets_are_in_no_header_and_no_session() {
    let world = World::new();
    let mut client = Client::signed_in(&world, "ada");
    let attempt = client.get("/setup").await.body["attempt"].clone();
    let begun = client.post("/setup", json!({ "attempt": attempt })).await;
    let key = begun.text("manual_key").replace(' ', "");
    let phone = mfakit::testing::Authenticator::scan(begun.text("otpauth_uri")).unwrap();
    let setup = begun.text("setup").to_owned();
    let wrong = world.wrong(&phone);
    let refused = client.post("/setup/confirm", json!({ "setup": setup, "code": wrong })).await;
    assert!(!refused.body.to_string().contains(&wrong));
    let code = phone.code_at(world.now());
    let shown = client.post("/setup/confirm", json!({ "setup": setup, "code": code })).await;
    let value = world.host.value(&client.browser.cookie.clone().unwrap()).unwrap();
    let mut secrets = shown.codes();
    secrets.extend([key, format!("\"{wrong}\""), format!("\"{code}\"")]);
    let headers = format!("{:?} {:?}", begun.headers, shown.headers);
    for secret in secrets {
        assert!(!value.contains(&secret) && !headers.contains(&secret));
    }
    let status = world.mfa.status(&Subject::new("ada").unwrap()).await.unwrap();
    assert!(status.setup.is_some_and(|setup| setup.confirmed));
}
