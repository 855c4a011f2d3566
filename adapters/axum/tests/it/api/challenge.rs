//! Answering a challenge by the API.

use mfakit::{HostAuthority, Subject};
use serde_json::json;

use super::client::Client;
use crate::world::World;

#[tokio::test]
async fn a_right_code_raises_the_session_and_says_where_to_go_on() {
    let world = World::new();
    let (ada, _) = world.protect_by_api("ada").await;
    let mut client = Client::signed_in(&world, "ada");
    client.browser = client.browser.with("referer", "https://app.example/invoices?page=2");
    let waits = client.get("/status").await;
    assert_eq!(waits.refused(), (401, "second_factor_awaited"));
    assert_eq!(waits.text("location"), "/mfa/challenge");
    let asked = client.get("/challenge").await;
    assert_eq!(asked.text("purpose"), "sign_in");
    assert_eq!(asked.body["takes"], json!(["code", "recovery_code"]));
    assert_eq!(asked.body["answers_left"], 5);
    let before = client.browser.cookie.clone().unwrap();
    let code = ada.phone.code_at(world.now());
    let answer = json!({ "challenge": asked.body["challenge"], "code": code });
    for _ in 0..3 {
        let passed = client.post("/challenge", answer.clone()).await;
        assert_eq!(passed.body, json!({ "to": "/invoices?page=2" }), "repeated, it goes on");
    }
    assert!(!world.host.knows(&before), "the token is renewed");
    assert_eq!(client.browser.get("/invoices").await.status, 200);
    assert_eq!(client.get("/challenge").await.refused(), (404, "no_challenge"));
    let foreign = json!({ "challenge": "00000000000000000000000000000000", "code": code });
    assert_eq!(client.post("/challenge", foreign).await.refused(), (409, "no_challenge"));
}

#[tokio::test]
async fn the_same_answer_is_judged_and_charged_once() {
    let world = World::new();
    let (ada, _) = world.protect_by_api("ada").await;
    let mut client = Client::signed_in(&world, "ada");
    let challenge = client.challenge().await;
    let wrong = json!({ "challenge": challenge, "code": world.wrong(&ada.phone) });
    let first = client.post("/challenge", wrong.clone()).await;
    assert_eq!(first.refused(), (422, "code_rejected"));
    assert_eq!(first.body["answers_left"], 4);
    for _ in 0..20 {
        let repeated = client.post("/challenge", wrong.clone()).await;
        assert_eq!(repeated.refused(), (409, "repeated"));
        assert_eq!(repeated.body["answers_left"], 4);
    }
    // The attempt that was shown says that it was typed again.
    let mut retyped = wrong.clone();
    retyped["attempt"] = first.body["attempt"].clone();
    for expected in [(422, "code_rejected"), (409, "repeated"), (409, "repeated")] {
        assert_eq!(client.post("/challenge", retyped.clone()).await.refused(), expected);
    }
    let malformed = json!({ "challenge": challenge, "code": "what?" });
    let malformed = client.post("/challenge", malformed).await;
    assert_eq!(malformed.refused(), (422, "code_malformed"));
    assert_eq!(malformed.body["answers_left"], 3, "and is not charged");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_answer_sent_at_once_is_charged_once() {
    let world = World::new();
    let (ada, _) = world.protect_by_api("ada").await;
    let mut client = Client::signed_in(&world, "ada");
    let challenge = client.challenge().await;
    let wrong = json!({ "challenge": challenge, "code": world.wrong(&ada.phone) });
    let sending = (0..12).map(|_| {
        let (mut window, wrong) = (client.window(), wrong.clone());
        tokio::spawn(async move { window.post("/challenge", wrong).await.status })
    });
    let mut judged = 0;
    for status in sending.collect::<Vec<_>>() {
        match status.await.expect("no panic") {
            422 => judged += 1,
            status => assert_eq!(status, 409),
        }
    }
    assert_eq!(judged, 1);
    assert_eq!(client.get("/challenge").await.body["answers_left"], 4);
}

#[tokio::test]
async fn a_recovery_code_signs_in_once_and_few_are_said_to_be_left() {
    let world = World::new();
    let (ada, _) = world.protect_by_api("ada").await;
    for (spent, code) in ada.codes.iter().enumerate() {
        let mut client = Client::signed_in(&world, "ada");
        let passed = client.answer("recovery_code", code.to_lowercase()).await;
        let left = 9 - spent;
        let low = if left <= 3 { json!(left) } else { json!(null) };
        assert_eq!((passed.status, &passed.body["recovery_codes_left"]), (200, &low));
        let mut client = Client::signed_in(&world, "ada");
        let again = client.answer("recovery_code", &**code).await;
        assert_eq!(again.refused(), (422, "code_rejected"));
        world.wait(1);
    }
}

#[tokio::test]
async fn an_empty_budget_wants_three_codes_and_judges_no_single_one() {
    let world = World::new();
    let (ada, _) = world.protect_by_api("ada").await;
    let wrong: u32 = world.wrong(&ada.phone).parse().unwrap();
    let mut client = Client::signed_in(&world, "ada");
    let mut refused = client.answer("code", format!("{wrong:06}")).await;
    for n in 1..20 {
        if n % 4 == 0 {
            client = Client::signed_in(&world, "ada");
        }
        refused = client.answer("code", format!("{:06}", wrong + n)).await;
    }
    assert_eq!(refused.body["takes"], json!(["codes", "recovery_code"]), "{refused:?}");
    let right = ada.phone.code_at(world.now());
    let throttled = client.answer("code", right).await;
    assert_eq!(throttled.refused(), (429, "three_codes_wanted"));
    let wrong = client.answer("codes", json!(["000000", "000001", "000002"])).await;
    assert_eq!(wrong.refused(), (422, "code_rejected"));
    let three = json!([0, 1, 2].map(|n| ada.phone.code_after(world.now(), n)));
    assert_eq!(client.answer("codes", three).await.status, 200);
}

#[tokio::test]
async fn a_challenge_takes_five_answers_and_then_the_sign_in_is_over() {
    let world = World::new();
    let (ada, mut known) = world.protect_by_api("ada").await;
    let mut client = Client::signed_in(&world, "ada");
    let wrong: u32 = world.wrong(&ada.phone).parse().unwrap();
    for n in 0..4 {
        let refused = client.answer("code", format!("{:06}", wrong + n)).await;
        assert_eq!(refused.refused(), (422, "code_rejected"));
    }
    let token = client.browser.cookie.clone().unwrap();
    let over = client.answer("code", format!("{:06}", wrong + 4)).await;
    assert_eq!(over.refused(), (401, "challenge_over"));
    assert_eq!(over.text("location"), "/sign-in?to=%2Fdashboard");
    assert!(!world.host.knows(&token), "nothing is left of it");
    assert_eq!(client.get("/challenge").await.refused(), (401, "signed_out"));

    // A step-up can be asked for again.
    let step_up = json!({ "action": "mfa.manage", "to": "/profile" });
    known.post("/step-up", step_up.clone()).await;
    world.wait(601);
    assert_eq!(known.get("/challenge").await.refused(), (409, "challenge_over"));
    assert_eq!(known.get("/challenge").await.refused(), (404, "no_challenge"));
    assert_eq!(known.post("/step-up", step_up).await.text("purpose"), "step_up");
    assert_eq!(known.answer("code", ada.phone.code_at(world.now())).await.text("to"), "/profile");
}

#[tokio::test]
async fn cancel_ends_a_pending_sign_in_and_leaves_a_session_that_was_asked_for_more() {
    let world = World::new();
    let (_, mut known) = world.protect_by_api("ada").await;
    let mut client = Client::signed_in(&world, "ada");
    let challenge = client.challenge().await;
    let token = client.browser.cookie.clone().unwrap();
    let other = json!({ "challenge": "00000000000000000000000000000000" });
    assert_eq!(client.post("/challenge/cancel", other).await.refused(), (409, "no_challenge"));
    let canceled = client.post("/challenge/cancel", json!({ "challenge": challenge })).await;
    assert_eq!(canceled.text("to"), "/sign-in");
    assert!(!world.host.knows(&token), "nothing is left of it");

    let asked = known.post("/step-up", json!({ "action": "payout" })).await;
    let cancel = json!({ "challenge": asked.body["challenge"] });
    assert_eq!(known.post("/challenge/cancel", cancel).await.text("to"), "/profile");
    assert_eq!(known.get("/status").await.status, 200);
}

#[tokio::test]
async fn an_answer_of_a_kind_that_is_not_taken_is_not_judged() {
    let world = World::new();
    let (ada, mut known) = world.protect_by_api("ada").await;
    known.post("/step-up", json!({ "action": "payout" })).await;
    for (member, typed) in
        [("recovery_code", json!(ada.codes[0])), ("enrollment_code", json!(ada.codes[0]))]
    {
        let refused = known.answer(member, typed).await;
        assert_eq!(refused.refused(), (409, "wrong_answer_kind"), "{member}");
    }
    let challenge = known.challenge().await;
    for body in [
        json!({ "challenge": challenge }),
        json!({ "challenge": challenge, "code": "1", "recovery_code": "2" }),
        json!({ "challenge": challenge, "codes": ["1", "2"] }),
        json!({ "challenge": challenge, "code": null }),
        json!({ "challenge": challenge, "code": "1", "factor": null }),
        json!({ "challenge": challenge, "code": 123456 }),
        json!({ "challenge": challenge, "code": "1", "more": 1 }),
        json!({ "challenge": challenge, "code": "1", "factor": "phone" }),
        json!({ "challenge": challenge, "code": "1", "attempt": -1 }),
        json!([challenge]),
    ] {
        let refused = known.post("/challenge", body).await;
        assert_eq!(refused.refused(), (400, "body_malformed"));
    }
    let status = world.mfa.status(&Subject::new("ada").unwrap()).await.unwrap();
    assert_eq!(status.recovery_left, Some(10));
    assert_eq!(known.get("/challenge").await.body["answers_left"], 5);
}

#[tokio::test]
async fn after_a_reset_the_enrollment_code_leads_to_the_setup() {
    let world = World::new();
    world.protect_by_api("ada").await;
    let (admin, mut office) = world.protect_by_api("admin").await;
    assert_eq!(office.get("/status").await.status, 200);
    let value = world.host.value(office.browser.cookie.as_ref().unwrap()).unwrap();
    let session: mfakit_axum::Session = serde_json::from_str(&value).unwrap();
    let actor = Subject::new(admin.name).unwrap();
    let ada = Subject::new("ada").unwrap();
    let authority = HostAuthority::grant(ada, actor, "lost phone").unwrap();
    let issued = world.mfa.reset(session.assurance().unwrap(), &authority).await.unwrap();

    let mut client = Client::signed_in(&world, "ada");
    let asked = client.get("/challenge").await;
    assert_eq!(
        (asked.text("purpose"), &asked.body["takes"]),
        ("enroll", &json!(["enrollment_code"]))
    );
    assert_eq!(client.answer("code", "123456").await.refused(), (409, "wrong_answer_kind"));
    let wrong = client.answer("enrollment_code", "0000-0000-0000-0000").await;
    assert_eq!(wrong.refused(), (422, "code_rejected"));
    let passed = client.answer("enrollment_code", &**issued.code.reveal()).await;
    assert_eq!(passed.text("to"), "/mfa/setup");
    assert_eq!(client.get("/status").await.body["limited_to_setup"], true);
    let stopped = client.browser.get("/dashboard").await;
    assert_eq!(stopped.status, 403);
    let (setup, phone) = client.begin("New phone").await;
    let code = phone.code_at(world.now());
    client.post("/setup/confirm", json!({ "setup": setup, "code": code })).await;
    assert_eq!(client.post("/setup/finish", json!({ "setup": setup })).await.status, 200);
    assert_eq!(client.browser.get("/dashboard").await.status, 200);
}

#[tokio::test]
async fn suspended_factors_take_no_code_and_leave_the_recovery_codes() {
    let strict = mfakit::domain::Throttle::SuspendAfter { failures: 3 };
    let few = |settings: mfakit::domain::SettingsBuilder| {
        settings.throttle(strict).accept_break_ins_likelier_than_one_in_a_thousand()
    };
    let world = World::with(few, |web| web);
    let (ada, _) = world.protect_by_api("ada").await;
    let mut client = Client::signed_in(&world, "ada");
    let three = client.answer("codes", json!(["000000", "000001", "000002"])).await;
    assert_eq!(three.refused(), (409, "wrong_answer_kind"));
    let wrong: u32 = world.wrong(&ada.phone).parse().unwrap();
    for n in 0..2 {
        let refused = client.answer("code", format!("{:06}", wrong + n)).await;
        assert_eq!(refused.refused(), (422, "code_rejected"));
    }
    let challenge = client.challenge().await;
    let last = json!({ "challenge": challenge, "code": format!("{:06}", wrong + 2) });
    client.post("/challenge", last).await;
    let mut client = Client::signed_in(&world, "ada");
    assert_eq!(client.get("/challenge").await.body["takes"], json!(["recovery_code"]));
    let right = client.answer("code", ada.phone.code_at(world.now())).await;
    assert_eq!(right.refused(), (403, "factors_suspended"));
    assert_eq!(client.answer("recovery_code", &*ada.codes[0]).await.status, 200);
}
