//! Safe without anybody asking.

use axum::http::Method;

use crate::world::World;

const POSTS: [&str; 12] = [
    "/mfa/setup",
    "/mfa/setup/confirm",
    "/mfa/setup/reissue",
    "/mfa/setup/finish",
    "/mfa/setup/cancel",
    "/mfa/challenge",
    "/mfa/challenge/recovery",
    "/mfa/challenge/enrollment",
    "/mfa/challenge/cancel",
    "/mfa/codes",
    "/mfa/disable",
    "/mfa/factors/00000000000000000000000000000000/remove",
];

#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    let world = World::new();
    let (_, mut browser) = world.protect("ada").await;
    let before = world.host.value(&browser.cookie.clone().unwrap());
    for path in POSTS {
        for (header, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "https://app.example.evil.example"),
        ] {
            let answer = browser.window().with(header, value).post(path, &[("code", "1")]).await;
            assert_eq!(answer.status, 403, "{path} {header}: {value}");
        }
        let bare = browser.window().with("origin", "").with("sec-fetch-site", "");
        let mut bare = bare;
        assert_eq!(bare.post(path, &[]).await.status, 403, "{path} without either header");
        assert_eq!(browser.send(Method::PUT, path, String::new()).await.status, 405, "{path}");
    }
    assert_eq!(world.host.value(&browser.cookie.clone().unwrap()), before);
    // The host's own routes have the same layer.
    let mut forged = browser.window().with("origin", "https://evil.example");
    assert_eq!(forged.post("/invoices", &[]).await.status, 403);
}

#[tokio::test]
async fn what_only_changes_by_a_post_is_not_reached_by_a_get() {
    let world = World::new();
    let (_, mut browser) = world.protect("ada").await;
    for path in POSTS {
        let answer = browser.get(path).await;
        assert!([200, 303, 405, 422].contains(&answer.status), "{path} {}", answer.status);
    }
    let status = world.mfa.status(&mfakit::Subject::new("ada").unwrap()).await.unwrap();
    assert!(status.enabled && status.setup.is_none());
    assert_eq!((status.factors.len(), status.recovery_left), (1, Some(10)));
    assert_eq!(browser.get("/dashboard").await.status, 200);
}

#[tokio::test]
async fn every_answer_has_the_headers() {
    let world = World::new();
    let (ada, mut browser) = world.protect("ada").await;
    let mut answers = Vec::new();
    for path in ["/mfa/setup", "/mfa/setup/done", "/mfa/factors", "/mfa/codes", "/mfa/nowhere"] {
        answers.push(browser.get(path).await);
    }
    answers.push(world.browser().get("/mfa/setup").await);
    answers.push(world.browser().get("/dashboard").await);
    let mut pending = world.signed_in(ada.name);
    answers.push(pending.get("/mfa/challenge").await);
    answers.push(pending.post("/mfa/challenge", &[("code", "0")]).await);
    answers.push(pending.with("origin", "https://evil.example").post("/mfa/challenge", &[]).await);
    for answer in answers {
        let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "same-origin");
        assert_eq!(header("x-frame-options"), "DENY");
        let csp = header("content-security-policy");
        assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'"));
        assert!(!csp.contains("unsafe"), "{csp}");
        for inline in ["<style", " style=", " onclick=", "javascript:"] {
            answer.lacks(inline);
        }
        assert!(!answer.body.contains("<script>"));
    }
    let style = browser.get("/mfa/assets/mfa.css").await;
    assert_eq!(style.headers["content-type"], "text/css; charset=utf-8");
    assert_eq!(style.headers["cache-control"], "private, max-age=3600");
    assert_eq!(browser.get("/mfa/assets/mfa.js").await.status, 200);
}

#[tokio::test]
async fn bodies_are_bounded_and_forms_only() {
    let world = World::new();
    let (_, mut browser) = world.protect("ada").await;
    let long = "9".repeat(5000);
    let answer = browser.post("/mfa/setup/confirm", &[("code", &long)]).await;
    assert_eq!(answer.status, 413);
    answer.lacks("99999");
    let mut json = browser.window().with("content-type", "application/json");
    let answer = json.post("/mfa/codes", &[]).await;
    assert_eq!(answer.status, 415);
}

#[tokio::test]
async fn what_a_session_keeps_holds_no_code_and_no_secret() {
    let world = World::new();
    let mut browser = world.signed_in("ada");
    let scan = browser.start_setup().await;
    let phone = scan.scan();
    let (_, key) = scan.body.split_once("readonly").unwrap();
    let key = key.split_once('>').unwrap().1.split_once('<').unwrap().0.replace(' ', "");
    let wrong = world.wrong(&phone);
    let page = browser.get("/mfa/setup/confirm").await;
    browser.submit(&page, "/mfa/setup/confirm", &[("code", &wrong)]).await;
    let value = world.host.value(&browser.cookie.clone().unwrap()).unwrap();
    assert_eq!(key.len(), 32);
    assert!(!value.contains(&key) && !value.contains(&format!("\"{wrong}\"")), "{value}");
    let session: mfakit_axum::Session = serde_json::from_str(&value).unwrap();
    let debug = format!("{session:?}");
    assert!(!debug.contains(&wrong) && !debug.contains(&key), "{debug}");
}

#[tokio::test]
async fn when_sessions_fail_nobody_passes_and_the_host_can_log_why() {
    let world = World::new();
    let (_, mut browser) = world.protect("ada").await;
    world.host.break_down();
    for path in ["/dashboard", "/mfa/setup", "/mfa/challenge", "/mfa/factors", "/payout"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 500, "{path}");
        assert!(answer.failed, "{path}");
        answer.lacks("the store is down");
    }
}

/// A newer process may have written it, and reads it again at the next request.
#[tokio::test]
async fn a_session_that_cannot_be_read_whole_is_not_signed_in_and_no_cookie_is_cleared() {
    let world = World::new();
    let (_, mut browser) = world.protect("ada").await;
    assert_eq!(browser.get("/dashboard").await.status, 200);
    let cookie = browser.cookie.clone().unwrap();
    let whole: serde_json::Value =
        serde_json::from_str(&world.host.value(&cookie).unwrap()).unwrap();
    let places = ["", "/state/signed_in", "/state/signed_in/held/full"];
    for place in places {
        let mut later = whole.clone();
        later.pointer_mut(place).unwrap()["later"] = serde_json::json!(true);
        world.host.put_value(&cookie, &later.to_string());
        let answer = browser.get("/dashboard").await;
        assert_ne!(answer.status, 200, "{place}");
        assert_eq!(browser.cookie.as_ref(), Some(&cookie), "{place}");
    }
    world.host.put_value(&cookie, &whole.to_string());
    assert_eq!(browser.get("/dashboard").await.status, 200, "a process that knows it");
}
