//! Attacks that hit others, by the API. The numbers are those of SECURITY.md.

use mfakit::Subject;
use serde_json::{Value, json};

use super::client::{Client, DOCUMENT};
use crate::world::World;

async fn state(world: &World, name: &str) -> (usize, Option<usize>, bool) {
    let status = world.mfa.status(&Subject::new(name).unwrap()).await.unwrap();
    (status.factors.len(), status.recovery_left, status.setup.is_some())
}

async fn factor(client: &mut Client) -> String {
    let list = client.get("/factors").await;
    list.body["factors"][0]["factor"].as_str().expect("a factor").to_owned()
}

/// A request that would do something, were it let.
fn body(path: &str) -> Value {
    let id = "00000000000000000000000000000000";
    match path {
        "/setup" => json!({ "attempt": 1, "label": "Thief" }),
        "/setup/confirm" => json!({ "setup": id, "code": "123456" }),
        "/setup/reissue" => json!({ "setup": id, "attempt": 1 }),
        "/setup/finish" | "/setup/cancel" => json!({ "setup": id }),
        "/step-up" => json!({ "action": "mfa.manage" }),
        "/codes" | "/disable" => json!({ "attempt": 1 }),
        path if path.ends_with("/rename") => json!({ "label": "Thief" }),
        _ => json!({}),
    }
}

/// 11 (CVE-2026-62232)
#[tokio::test]
async fn a_pending_sign_in_reaches_nothing_but_the_challenge() {
    let world = World::new();
    let (ada, mut owner) = world.protect_by_api("ada").await;
    let factor = factor(&mut owner).await;
    let mut thief = Client::signed_in(&world, "ada");
    let mut tried = 0;
    for (path, methods) in DOCUMENT["paths"].as_object().unwrap() {
        if path.starts_with("/challenge") || path == "/openapi.json" {
            continue;
        }
        let path = path.replace("{factor}", &factor);
        for method in methods.as_object().unwrap().keys() {
            let refused = match method.as_str() {
                "get" => thief.get(&path).await,
                "post" => thief.post(&path, body(&path)).await,
                _ => continue,
            };
            assert_eq!(refused.refused(), (401, "second_factor_awaited"), "{method} {path}");
            tried += 1;
        }
    }
    assert_eq!(tried, 14);
    assert_eq!(state(&world, "ada").await, (1, Some(10), false));
    // Nor does it by a header, a cookie of another name or a session that it makes up.
    let mut forged = Client::of(world.browser());
    forged.browser.cookie = Some("t999".to_owned());
    assert_eq!(forged.get("/factors").await.refused(), (401, "signed_out"));
    assert_eq!(thief.answer("code", ada.phone.code_at(world.now())).await.status, 200);
    assert_eq!(thief.get("/factors").await.status, 200, "the challenge is the only way");
}

/// 12
#[tokio::test]
async fn a_forged_request_regenerates_no_codes() {
    let world = World::new();
    let (ada, client) = world.protect_by_api("ada").await;
    let mut forged = client.window();
    forged.browser = forged.browser.with("origin", "https://evil.example");
    assert_eq!(forged.post("/codes", json!({ "attempt": 1 })).await.refused(), (403, "cross_site"));
    let mut form = client.window();
    form.browser = form.browser.with("content-type", "text/plain");
    assert_eq!(form.post("/codes", json!({ "attempt": 1 })).await.refused(), (415, "content_type"));
    let mut other = Client::signed_in(&world, "ada");
    assert_eq!(other.answer("recovery_code", &*ada.codes[0]).await.status, 200);
}

/// 13
#[tokio::test]
async fn what_is_one_users_counts_for_no_other() {
    let world = World::new();
    world.protect_by_api("ada").await;
    let (mallory, mut own) = world.protect_by_api("mallory").await;
    let factor = factor(&mut own).await;
    // Mallory knows Ada's password. He answers Ada's challenge with his own phone and paper, and
    // his own challenge in Ada's session.
    let mut thief = Client::signed_in(&world, "ada");
    let challenge = thief.challenge().await;
    let code = mallory.phone.code_at(world.now());
    let refused =
        thief.post("/challenge", json!({ "challenge": challenge, "code": code, "factor": factor }));
    assert_eq!(refused.await.refused(), (422, "code_rejected"));
    let refused = thief.answer("recovery_code", &*mallory.codes[0]).await;
    assert_eq!(refused.refused(), (422, "code_rejected"));
    let mut again = Client::signed_in(&world, "mallory");
    let his = again.challenge().await;
    let refused = thief.post("/challenge", json!({ "challenge": his, "code": code })).await;
    assert_eq!(refused.refused(), (409, "no_challenge"));
    assert_eq!(thief.get("/status").await.status, 401);
    // A factor of another account is none.
    for verb in ["prefer", "remove"] {
        let mut ada = Client::signed_in(&world, "bob");
        let refused = ada.post(&format!("/factors/{factor}/{verb}"), json!({})).await;
        assert_ne!(refused.status, 200);
    }
    assert_eq!(state(&world, "mallory").await, (1, Some(10), false));
    // A session that changes hands takes nothing of the other's along.
    world.sign_in_again(&mut own.browser, "ada");
    assert_eq!(own.get("/factors").await.refused(), (401, "second_factor_awaited"));
}

/// 14 (CVE-2026-40177)
#[tokio::test]
async fn the_second_factor_alone_signs_nobody_in() {
    let world = World::new();
    let (ada, _) = world.protect_by_api("ada").await;
    let mut pending = Client::signed_in(&world, "ada");
    let challenge = pending.challenge().await;
    let mut nobody = Client::of(world.browser());
    for (member, typed) in
        [("code", &ada.phone.code_at(world.now())), ("recovery_code", &ada.codes[0])]
    {
        let answer = json!({ "challenge": challenge, member: typed });
        assert_eq!(nobody.post("/challenge", answer).await.refused(), (401, "signed_out"));
    }
    assert_eq!(state(&world, "ada").await, (1, Some(10), false));
    assert_eq!(pending.get("/challenge").await.body["answers_left"], 5);
}

/// 15
#[tokio::test]
async fn every_way_to_sign_in_meets_the_challenge() {
    let world = World::new();
    world.protect_by_api("ada").await;
    let mut fresh = Client::signed_in(&world, "ada");
    assert_eq!(fresh.get("/factors").await.refused(), (401, "second_factor_awaited"));
    world.wait(5);
    world.sign_in_again(&mut fresh.browser, "ada");
    assert_eq!(fresh.get("/factors").await.refused(), (401, "second_factor_awaited"));
    let mut others = Client::signed_in(&world, "bob");
    assert_eq!(others.get("/factors").await.status, 200);
    world.sign_in_again(&mut others.browser, "ada");
    assert_eq!(others.get("/factors").await.refused(), (401, "second_factor_awaited"));
}

/// 16 (CVE-2023-31140)
#[tokio::test]
async fn a_session_from_before_mfa_was_enabled_is_void() {
    let world = World::new();
    let mut old = Client::signed_in(&world, "ada");
    let (setup, _) = old.begin("Thief").await;
    world.protect_by_api("ada").await;
    let token = old.browser.cookie.clone().unwrap();
    let mut window = old.window();
    let void = old.get("/factors").await;
    assert_eq!(void.refused(), (401, "sign_in_again"));
    assert!(void.headers["www-authenticate"].to_str().unwrap().contains("invalid_token"));
    assert!(!world.host.knows(&token), "it is signed out altogether");
    let finish = window.post("/setup/finish", json!({ "setup": setup })).await;
    assert_eq!(finish.refused(), (401, "signed_out"));
}

#[tokio::test]
async fn a_stolen_session_is_void_once_its_owner_removes_a_factor_or_changes_the_password() {
    let world = World::new();
    let (ada, mut owner) = world.protect_by_api("ada").await;
    let (setup, tablet) = owner.begin("Tablet").await;
    let code = tablet.code_at(world.now());
    owner.post("/setup/confirm", json!({ "setup": setup, "code": code })).await;
    world.wait(30);
    // The thief copies the cookie of a second session: every endpoint of it is void afterwards.
    let stolen = world.enter_by_api(&ada).await;
    let mut thief = stolen.window();
    let list = thief.get("/factors").await;
    let removed = list.body["factors"][1]["factor"].as_str().unwrap().to_owned();
    assert_eq!(owner.post(&format!("/factors/{removed}/remove"), json!({})).await.status, 200);
    for path in ["/codes", "/disable", "/setup", "/step-up"] {
        let refused = thief.window().post(path, body(path)).await;
        assert!(
            [(401, "sign_in_again"), (401, "signed_out")].contains(&refused.refused()),
            "{path}"
        );
    }
    assert_eq!(thief.get("/factors").await.status, 401);
    assert_eq!(owner.get("/factors").await.status, 200, "the session that did it goes on");

    let mut thief = world.enter_by_api(&ada).await.window();
    assert_eq!(thief.get("/status").await.status, 200);
    world.mfa.password_changed(&Subject::new("ada").unwrap(), None).await.unwrap();
    assert_eq!(thief.post("/disable", body("/disable")).await.refused(), (401, "sign_in_again"));
    assert_eq!(state(&world, "ada").await, (1, Some(10), false));
}

#[tokio::test]
async fn a_stolen_cookie_is_worth_nothing_once_its_session_was_raised() {
    let world = World::new();
    let (ada, mut owner) = world.protect_by_api("ada").await;
    let mut thief = owner.window();
    assert_eq!(thief.get("/status").await.status, 200);
    owner.post("/step-up", json!({ "action": "payout" })).await;
    thief.browser.cookie = owner.browser.cookie.clone();
    let passed = owner.answer("code", ada.phone.code_at(world.now())).await;
    assert_eq!(passed.status, 200);
    assert_eq!(thief.get("/status").await.refused(), (401, "signed_out"));
    assert_eq!(owner.get("/status").await.status, 200);
}

/// 17 (CVE-2026-56256) is `an_organization_that_requires_mfa_is_named_and_forbids_switching_it_off`.
///
/// 20
#[tokio::test]
async fn no_return_path_leaves_the_site() {
    let world = World::new();
    let (ada, mut client) = world.protect_by_api("ada").await;
    for evil in [
        "//evil.example",
        "/\\evil.example",
        "/%2Fevil.example",
        "https://evil.example",
        "/%09/evil.example",
        "/a/..//evil.example",
        "javascript:alert(1)",
    ] {
        let refused = client.post("/step-up", json!({ "action": "payout", "to": evil })).await;
        assert_eq!(refused.refused(), (422, "foreign_path"), "{evil:?}");
        let referrer = format!("https://app.example{evil}");
        let mut pending = Client::signed_in(&world, "ada");
        pending.browser = pending.browser.with("referer", &referrer);
        let passed = pending.answer("code", ada.phone.code_at(world.now())).await;
        assert_eq!(passed.text("to"), "/dashboard", "{evil:?}");
        world.wait(30);
    }
}

/// 21
#[tokio::test]
async fn the_password_twice_is_no_second_factor() {
    let world = World::new();
    let (ada, mut client) = world.protect_by_api("ada").await;
    let mut thief = Client::signed_in(&world, "ada");
    for _ in 0..3 {
        assert_eq!(thief.get("/status").await.refused(), (401, "second_factor_awaited"));
        world.wait(1);
        world.sign_in_again(&mut thief.browser, "ada");
    }
    // Nor does it make a stale second factor fresh.
    world.wait(601);
    world.sign_in_again(&mut client.browser, "ada");
    let refused = client.post("/disable", json!({ "attempt": 1 })).await;
    assert_eq!((refused.refused(), refused.text("next")), ((401, "step_up_required"), "code"));
    drop(ada);
}

#[tokio::test]
async fn a_setup_begun_in_one_session_is_confirmed_by_no_other() {
    let world = World::new();
    let mut owner = Client::signed_in(&world, "ada");
    let (setup, phone) = owner.begin("Phone").await;
    let mut other = Client::signed_in(&world, "ada");
    assert_eq!(other.get("/setup").await.text("state"), "not_begun");
    let code = phone.code_at(world.now());
    let confirm = json!({ "setup": setup, "code": code });
    let refused = other.post("/setup/confirm", confirm.clone()).await;
    assert_eq!(refused.refused(), (409, "unknown_setup"));
    assert_eq!(owner.post("/setup/confirm", confirm).await.codes().len(), 10);
    for path in ["/setup/reissue", "/setup/finish"] {
        let mut body = body(path);
        body["setup"] = json!(setup);
        assert_eq!(other.post(path, body).await.refused(), (409, "unknown_setup"), "{path}");
    }
    // Canceling what is not there is done, and changes nothing of the owner's.
    other.post("/setup/cancel", json!({ "setup": setup })).await;
    assert_eq!(state(&world, "ada").await, (0, None, true));
    let done = owner.post("/setup/finish", json!({ "setup": setup })).await;
    assert_eq!(done.text("state"), "finished");
}

/// 5, with every answer a new one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_sent_at_once_do_not_beat_the_budget() {
    let world = World::new();
    let (ada, _) = world.protect_by_api("ada").await;
    let wrong: u32 = world.wrong(&ada.phone).parse().unwrap();
    let mut thieves = Vec::new();
    for _ in 0..10 {
        let mut thief = Client::signed_in(&world, "ada");
        let challenge = thief.challenge().await;
        thieves.push((thief, challenge));
    }
    let sending = (0..100_u32).map(|n| {
        let (thief, challenge) = &thieves[n as usize % 10];
        let (mut thief, guess) = (thief.window(), format!("{:06}", wrong + 1_000 + n));
        let body = json!({ "challenge": challenge, "code": guess });
        tokio::spawn(async move { thief.post("/challenge", body).await.status })
    });
    let mut judged = 0;
    for status in sending.collect::<Vec<_>>() {
        let status = status.await.expect("no panic");
        assert_ne!(status, 200);
        judged += usize::from(status == 422);
    }
    assert!(judged <= 20, "{judged} were judged");
    let mut owner = Client::signed_in(&world, "ada");
    let throttled = owner.answer("code", ada.phone.code_at(world.now())).await;
    assert_eq!(throttled.refused(), (429, "three_codes_wanted"));
}
