//! What stands in front of the host's routes.

use chrono::TimeDelta;
use mfakit::organization::{
    Acknowledgement, GracePeriod, OrgAuthority, OrgId, PolicyScope, PolicyTerms, ProposedPolicy,
};
use mfakit::{Strength, Subject};
use serde_json::Value;

use crate::world::{Browser, World};

pub(crate) fn northwind() -> OrgId {
    OrgId::new("northwind").expect("id")
}

/// Makes MFA required of everybody in northwind, by an administrator who has it on.
pub(crate) async fn require(world: &World, scope: PolicyScope, days: i64, members: &[&str]) {
    require_strength(world, Strength::Standard, scope, days, members).await;
}

/// The same for factors of a strength.
pub(crate) async fn require_strength(
    world: &World,
    strength: Strength,
    scope: PolicyScope,
    days: i64,
    members: &[&str],
) {
    let (admin, mut browser) = world.protect("admin").await;
    let org = northwind();
    for name in members.iter().chain(&["admin"]) {
        let subject = Subject::new(*name).unwrap();
        world.mfa.join_organization(&org, &subject, world.now()).await.unwrap();
    }
    assert_eq!(browser.get("/dashboard").await.status, 200);
    let value = world.host.value(&browser.cookie.clone().unwrap()).unwrap();
    let session: mfakit_axum::Session = serde_json::from_str(&value).unwrap();
    let actor = Subject::new(admin.name).unwrap();
    let authority = OrgAuthority::grant(org, actor, "audit").unwrap();
    let terms = PolicyTerms { grace: GracePeriod::days(days).unwrap(), scope };
    let assurance = session.assurance().unwrap();
    world
        .mfa
        .set_policy(
            assurance,
            &authority,
            ProposedPolicy::Required(strength, terms),
            (strength > Strength::Standard).then_some(Acknowledgement::ActorIsWeaker),
        )
        .await
        .unwrap();
}

fn api(browser: Browser) -> Browser {
    browser.with("accept", "application/json")
}

#[tokio::test]
async fn nobody_is_sent_to_sign_in_and_comes_back() {
    let world = World::new();
    let mut browser = world.browser();
    let stopped = browser.get("/invoices?page=2&x=%2F").await;
    assert_eq!(stopped.location(), "/sign-in?to=%2Finvoices%3Fpage%3D2%26x%3D%252F");
    let form = browser.post("/invoices", &[]).await;
    assert_eq!(form.location(), "/sign-in?to=%2Fdashboard");
    let mut form = world.browser().with("referer", "https://app.example/invoices?page=3");
    assert_eq!(form.post("/payout", &[]).await.location(), "/sign-in?to=%2Finvoices%3Fpage%3D3");
    let mut form = world.browser().with("referer", "https://evil.example/x");
    assert_eq!(form.post("/payout", &[]).await.location(), "/sign-in?to=%2Fdashboard");
}

#[tokio::test]
async fn an_api_gets_problem_details_and_the_challenge() {
    let world = World::new();
    let (_, mut known) = world.protect("ada").await;
    let mut nobody = api(world.browser());
    let mut pending = api(world.signed_in("ada"));
    world.wait(301);
    let mut aged = api(known.window());
    for (browser, path, code, header) in [
        (&mut nobody, "/dashboard", "signed_out", "Bearer"),
        (&mut pending, "/dashboard", "second_factor_awaited", "insufficient_user_authentication"),
        (&mut aged, "/payout", "step_up_required", "max_age=\"300\""),
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        let problem: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((&problem["code"], &problem["status"]), (&code.into(), &401.into()));
        assert!(answer.headers["www-authenticate"].to_str().unwrap().contains(header));
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
    assert_eq!(known.get("/api/me").await.status, 200);
    let forced = world.browser().get("/api/me").await;
    assert_eq!(forced.status, 401, "an API answers so whatever is accepted");
}

#[tokio::test]
async fn a_step_up_by_rule_leads_through_what_is_missing_and_back() {
    let world = World::new();
    let (ada, mut browser) = world.protect("ada").await;
    assert_eq!(browser.get("/payout").await.status, 200);
    world.wait(301);
    // Both factors are too old: the password first, then the code.
    let stopped = browser.get("/payout?to=me").await;
    assert_eq!(stopped.location(), "/mfa/sign-in-again?to=%2Fpayout%3Fto%3Dme");
    let stopped = browser.follow(&stopped).await;
    assert_eq!(stopped.location(), "/sign-in/again?to=%2Fpayout%3Fto%3Dme");
    world.sign_in_again(&mut browser, "ada");
    let stopped = browser.get("/payout?to=me").await;
    assert_eq!(stopped.location(), "/mfa/step-up?action=payout&to=%2Fpayout%3Fto%3Dme");
    let asked = browser.follow(&stopped).await;
    let page = browser.follow(&asked).await;
    page.shows("Confirm that it’s you");
    let before = browser.cookie.clone().unwrap();
    let code = ada.phone.code_at(world.now());
    let back = browser.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
    assert_eq!(back.location(), "/payout?to=me");
    assert!(!world.host.knows(&before), "the token is renewed");
    assert_eq!(browser.follow(&back).await.status, 200);
}

#[tokio::test]
async fn a_guard_reads_the_stamps_once_and_nothing_within_the_recheck() {
    let world = World::new();
    let (_, mut browser) = world.protect("ada").await;
    for (path, first) in [("/dashboard", 1), ("/payout", 0), ("/export", 0), ("/profile", 0)] {
        world.wait(61);
        let (stamps, accounts) = world.counted.reads();
        assert_eq!(browser.get(path).await.status, 200, "{path}");
        let after = world.counted.reads();
        // The account is read once for what the organizations say, which holds as long as the stamps.
        assert_eq!((after.0 - stamps, after.1 - accounts), (1, first), "{path}");
        world.wait(4);
        assert_eq!(browser.get(path).await.status, 200, "{path}");
        assert_eq!(world.counted.reads(), after, "{path} within the recheck");
    }
}

#[tokio::test]
async fn an_extractor_asks_for_the_same_and_takes_a_recovery_code_where_the_rule_does() {
    let world = World::new();
    let (ada, mut browser) = world.protect("ada").await;
    assert_eq!(browser.get("/export").await.body, "ada");
    world.wait(301);
    let stopped = browser.get("/export").await;
    assert_eq!(stopped.location(), "/mfa/step-up?action=export&to=%2Fexport&recovery=1");
    browser.follow(&stopped).await;
    browser.get("/mfa/challenge").await.shows("Use a recovery code");
    let page = browser.get("/mfa/challenge/recovery").await;
    let paper = [("code", &*ada.codes[0])];
    let back = browser.submit(&page, "/mfa/challenge/recovery", &paper).await;
    assert_eq!(browser.follow(&back).await.body, "ada");
}

#[tokio::test]
async fn a_recovery_code_is_not_spent_where_it_would_not_help() {
    let world = World::new();
    let (ada, mut browser) = world.protect("ada").await;
    world.wait(301);
    world.sign_in_again(&mut browser, "ada");
    let stopped = browser.get("/payout").await;
    browser.follow(&stopped).await;
    browser.get("/mfa/challenge").await.lacks("Use a recovery code");
    let paper = [("code", &*ada.codes[0])];
    let forced = browser.post("/mfa/challenge/recovery", &paper).await;
    assert_eq!(forced.location(), "/mfa/challenge");
    let status = world.mfa.status(&Subject::new("ada").unwrap()).await.unwrap();
    assert_eq!(status.recovery_left, Some(10));
}

#[tokio::test]
async fn a_name_without_a_rule_and_a_route_without_a_guard_serve_nobody() {
    let world = World::new();
    let (_, mut browser) = world.protect("ada").await;
    assert_eq!(browser.get("/unruled").await.status, 500);
    assert_eq!(browser.get("/unguarded").await.status, 500);
    assert_eq!(browser.get("/mfa/step-up?action=no-such-rule&to=/x").await.location(), "/x");
}

#[tokio::test]
async fn in_the_transition_period_members_are_reminded_and_after_it_they_set_up_first() {
    let world = World::new();
    require(&world, PolicyScope::WholeAccount, 14, &["bob"]).await;
    let mut bob = world.signed_in("bob");
    bob.get("/dashboard").await.shows("bob Some(1)");
    world.wait(TimeDelta::days(14).num_seconds());
    world.sign_in_again(&mut bob, "bob");
    let walled = bob.get("/dashboard").await;
    assert_eq!(walled.location(), "/mfa/setup");
    let page = bob.follow(&walled).await;
    page.shows("northwind Inc. requires two-factor authentication").shows("Start setup");
    assert_eq!(bob.get("/profile").await.status, 200, "the profile stays open");
    let mut wall = api(bob.window());
    let refused = wall.get("/dashboard").await;
    assert_eq!(refused.status, 403);
    refused.shows("set_up_first");

    let phone = bob.start_setup().await.scan();
    let page = bob.get("/mfa/setup/confirm").await;
    let code = phone.code_at(world.now());
    let shown = bob.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
    bob.submit(&shown, "/mfa/setup/finish", &[]).await;
    assert_eq!(bob.get("/dashboard").await.status, 200);
}

#[tokio::test]
async fn an_organization_closes_its_own_resources_to_members_without_mfa_and_to_strangers() {
    let world = World::new();
    require(&world, PolicyScope::OrganizationResources, 0, &["bob"]).await;
    let mut bob = world.signed_in("bob");
    assert_eq!(bob.get("/dashboard").await.status, 200, "elsewhere he is reminded");
    // A layer asks, and an extractor asks the same.
    for route in ["/org", "/member"] {
        let path = |org: &str| format!("{route}/{org}");
        assert_eq!(bob.get(&path("northwind")).await.location(), "/mfa/setup");
        let stranger = bob.get(&path("contoso")).await;
        assert_eq!(stranger.status, 403);
        stranger.shows("not for you");
        let refused = api(bob.window()).get(&path("contoso")).await;
        assert_eq!(refused.status, 403);
        refused.shows("not_a_member");
        assert_eq!(bob.get(&path("%00")).await.status, 403, "no organization at all");
    }
}

#[tokio::test]
async fn a_member_with_mfa_reaches_what_an_organization_closes() {
    let world = World::new();
    require(&world, PolicyScope::OrganizationResources, 0, &["ada"]).await;
    let (_, mut ada) = world.protect("ada").await;
    assert_eq!(ada.get("/org/northwind").await.status, 200);
    let reached = ada.get("/member/northwind").await;
    assert_eq!(reached.status, 200);
    reached.shows("northwind");
    assert_eq!(ada.get("/member/contoso").await.status, 403);
}
