//! What an administrator sees and does.

use chrono::TimeDelta;
use web::PASSWORD;

use crate::world::{ADA, ADMIN, BOB, World};

const BOBS: &str = "/organization/members/u-1002";

#[tokio::test]
async fn nobody_else_administers() {
    let world = World::new().await;
    let mut ada = world.protected(ADA).await;
    for path in ["/organization", BOBS, "/organization/proposal?days=1"] {
        let shown = ada.get(path).await;
        assert_eq!(shown.status, 403, "{path}");
        shown.shows("This page is not for you").lacks(BOB);
    }
    let fields = [("days", "0"), ("reason", "x"), ("acknowledged", "yes")];
    let posts = ["/organization/proposal", "/organization/policy", "/organization/voluntary"];
    for path in posts.into_iter().chain([&*format!("{BOBS}/reset"), &*format!("{BOBS}/exempt")]) {
        assert_eq!(ada.post(path, &fields).await.status, 403, "{path}");
    }
    let mut owner = world.protected("owner@example.org").await;
    assert_eq!(owner.get(BOBS).await.status, 404, "of another organization");
}

#[tokio::test]
async fn the_forecast_comes_before_the_policy_and_nothing_changes_until_it_is_confirmed() {
    let world = World::new().await;
    let mut admin = world.protected(ADMIN).await;
    for odd in ["", "-1", "366", "1.5", "many"] {
        let shown = admin.post("/organization/proposal", &[("days", odd)]).await;
        assert_eq!(shown.status, 422, "{odd}");
    }
    let forecast = admin.post("/organization/proposal", &[("days", "14")]).await;
    assert_eq!(forecast.to(), "/organization/proposal?days=14");
    let forecast = admin.get(forecast.to()).await;
    forecast
        .shows("1 member protected already")
        .shows("3 members with a transition period that runs")
        .shows("On 29 January 2027, 3 members would have to set it up");
    admin.get("/organization").await.shows("Two-factor authentication is voluntary.");
    let unexplained = admin.submit(&forecast, "/organization/policy", &[("reason", " ")]).await;
    assert_eq!(unexplained.status, 422);
    let done = admin.submit(&forecast, "/organization/policy", &[("reason", "audit")]).await;
    assert_eq!(done.to(), "/organization");
    let overview = admin.get("/organization?show=period").await;
    overview.shows("with a transition period of 14 days").shows(BOB).shows("14 days left");
    admin.get("/audit").await.shows("made required in Northwind").shows("Reason: audit");
}

#[tokio::test]
async fn a_policy_that_somebody_else_has_changed_is_looked_at_again() {
    let world = World::new().await;
    let mut admin = world.protected(ADMIN).await;
    let early = admin.get("/organization/proposal?days=14").await;
    let late = admin.get("/organization/proposal?days=7").await;
    admin.submit(&late, "/organization/policy", &[("reason", "audit")]).await;
    let shown = admin.submit(&early, "/organization/policy", &[("reason", "audit")]).await;
    shown.shows("Somebody else has changed the policy meanwhile.");
    admin.get("/organization").await.shows("transition period of 7 days");
}

#[tokio::test]
async fn an_administrator_without_a_second_factor_says_so_explicitly_and_can_do_nothing_more() {
    let world = World::new().await;
    let mut admin = world.signed_in(ADMIN).await;
    let forecast = admin.get("/organization/proposal?days=14").await;
    forecast.shows("I have not set it up for myself");
    let fields = [("reason", "audit"), ("acknowledged", "yes")];
    let silent = admin.submit(&forecast, "/organization/policy", &fields[..1]).await;
    silent.shows("Set up two-factor authentication for yourself first.");
    world.wait(TimeDelta::minutes(11));
    let stale = admin.submit(&forecast, "/organization/policy", &fields).await;
    assert_eq!(stale.to(), "/sign-in?to=%2Forganization%2Fproposal%3Fdays%3D14");
    admin.sign_in(ADMIN, PASSWORD, "").await;
    let done = admin.submit(&forecast, "/organization/policy", &fields).await;
    assert_eq!(done.to(), "/organization");
    for path in ["/organization/voluntary".to_owned(), format!("{BOBS}/exempt")] {
        assert_eq!(admin.get(&path).await.to(), "/mfa/setup", "{path}");
        assert_eq!(admin.post(&path, &[("reason", "x")]).await.to(), "/mfa/setup", "{path}");
    }
}

#[tokio::test]
async fn administering_wants_a_fresh_second_factor_and_comes_back() {
    let world = World::new().await;
    let mut admin = world.protected(ADMIN).await;
    world.wait(TimeDelta::minutes(11));
    let path = format!("{BOBS}/exempt");
    let asked = admin.get(&path).await;
    assert!(asked.to().starts_with("/mfa/step-up?action=administer&to="), "{}", asked.to());
    admin.get(asked.to()).await;
    assert_eq!(admin.verify().await.to(), path);
    admin.get(&path).await.shows("Exempt from the policy");
}

#[tokio::test]
async fn a_member_is_extended_exempted_and_held_to_it_again() {
    let world = World::new().await;
    let mut admin = world.protected(ADMIN).await;
    let forecast = admin.get("/organization/proposal?days=14").await;
    admin.submit(&forecast, "/organization/policy", &[("reason", "audit")]).await;
    let day = |days| (world.now() + TimeDelta::days(days)).format("%Y-%m-%d").to_string();

    let extend = format!("{BOBS}/extend");
    let early = admin.post(&extend, &[("until", &day(3)), ("reason", "leave")]).await;
    early.shows("The new deadline has to be after 29 January 2027");
    admin.post(&extend, &[("until", ""), ("reason", "leave")]).await.shows("Say until which day.");
    admin.post(&extend, &[("until", &day(29)), ("reason", "")]).await.shows("Say why");
    let done = admin.post(&extend, &[("until", &day(29)), ("reason", "leave")]).await;
    admin.get(done.to()).await.shows("Deadline 14 February 2027, 00:00 UTC: 30 days left.");

    admin.post(&format!("{BOBS}/exempt"), &[("reason", "service account")]).await;
    admin.get(BOBS).await.shows("Exempt for good.");
    admin.get("/organization?show=exempt").await.shows(BOB);
    admin.post(&format!("{BOBS}/end-exemption"), &[("reason", "hired")]).await;
    admin.get(BOBS).await.shows("In transition period");
}

#[tokio::test]
async fn a_reset_shows_an_enrollment_code_once_and_only_that_lets_the_member_in() {
    let world = World::new().await;
    let mut admin = world.protected(ADMIN).await;
    let reset = format!("{BOBS}/reset");
    admin.post(&reset, &[("reason", "lost")]).await.shows("there is nothing to reset");
    world.protected(BOB).await;
    let shown = admin.post(&reset, &[("reason", "lost his phone")]).await;
    let code = shown.between("spellcheck=\"false\">", "</textarea>");
    admin.get(BOBS).await.lacks(&code);
    admin.get("/audit").await.shows("Reason: lost his phone").lacks(&code);

    let mut bob = world.signed_in(BOB).await;
    assert_eq!(bob.get("/profile").await.to(), "/mfa/challenge");
    let page = bob.get("/mfa/challenge").await;
    let on = bob.submit(&page, "/mfa/challenge/enrollment", &[("code", &code)]).await;
    assert_eq!(on.status, 303, "{}", on.body);
    assert_eq!(bob.get("/dashboard").await.to(), "/mfa/setup");
    bob.set_up().await;
    assert_eq!(bob.get("/dashboard").await.status, 200);
}

#[tokio::test]
async fn an_account_that_another_organization_relies_on_is_not_reset() {
    let world = World::new().await;
    let mut admin = world.protected(ADMIN).await;
    let table = [
        ("u-1004", "belongs to another organization as well"),
        ("u-1005", "You cannot reset your own account."),
    ];
    for (id, why) in table {
        let path = format!("/organization/members/{id}/reset");
        let shown = admin.post(&path, &[("reason", "x")]).await;
        assert_eq!(shown.status, 422, "{id}");
        shown.shows(why);
    }
    let path = "/organization/members/u-1006/reset";
    assert_eq!(admin.post(path, &[("reason", "x")]).await.status, 404, "of another organization");
}

#[tokio::test]
async fn made_voluntary_it_asks_nobody_any_more() {
    let world = World::new().await;
    let mut admin = world.protected(ADMIN).await;
    let forecast = admin.get("/organization/proposal?days=0").await;
    admin.submit(&forecast, "/organization/policy", &[("reason", "audit")]).await;
    let mut bob = world.signed_in(BOB).await;
    assert_eq!(bob.get("/dashboard").await.to(), "/mfa/setup");
    let sure = admin.get("/organization/voluntary").await;
    let done = admin.submit(&sure, "/organization/voluntary", &[("reason", "too early")]).await;
    assert_eq!(done.to(), "/organization");
    assert_eq!(bob.get("/dashboard").await.status, 200);
}

#[tokio::test]
async fn a_cursor_that_somebody_made_up_leads_to_the_first_page() {
    let world = World::new().await;
    let mut admin = world.protected(ADMIN).await;
    let shown = admin.get("/organization?show=without&after=made-up").await;
    assert_eq!(shown.to(), "/organization?show=without");
}
