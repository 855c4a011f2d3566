//! Factors and recovery codes, managed.

use mfakit::organization::{OrgAuthority, PolicyScope, PolicyTerms, ProposedPolicy};
use mfakit::{Answer, Strength, Subject};

use crate::world::{Browser, Owner, World};

/// The path of the form behind a factor's button.
pub(crate) fn action(page: &crate::world::Answer, label: &str, verb: &str) -> String {
    let (_, row) = page.body.split_once(&format!("<p class=\"name\">{label}")).expect("a row");
    let (before, _) = row.split_once(&format!("/{verb}\"")).expect(verb);
    let (_, path) = before.rsplit_once('"').expect("its address");
    format!("{path}/{verb}")
}

pub(crate) async fn two_factors(world: &World) -> (Owner, Browser) {
    let (ada, mut browser) = world.protect("ada").await;
    let page = browser.get("/mfa/setup").await;
    let begun = browser.submit(&page, "/mfa/setup", &[("label", "Tablet")]).await;
    let tablet = browser.follow(&begun).await.scan();
    let page = browser.get("/mfa/setup/confirm").await;
    let code = tablet.code_at(world.now());
    browser.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
    world.wait(30);
    (ada, browser)
}

#[tokio::test]
async fn a_factor_is_preferred_renamed_and_removed() {
    let world = World::new();
    let (_, mut browser) = two_factors(&world).await;
    let list = browser.get("/mfa/factors").await;
    list.shows("10 recovery codes left").shows("preferred");
    let prefer = action(&list, "Tablet", "prefer");
    assert_eq!(browser.submit(&list, &prefer, &[]).await.location(), "/mfa/factors");
    let list = browser.get("/mfa/factors").await;
    assert!(list.body.find("Tablet") < list.body.find("Authenticator app"), "preferred first");

    let rename = action(&list, "Tablet", "rename");
    let taken = browser.submit(&list, &rename, &[("label", "authenticator app")]).await;
    assert_eq!(
        taken.alert().expect("alert"),
        "Another method has that name. Choose a different one."
    );
    assert_eq!(browser.submit(&list, &rename, &[("label", "iPad")]).await.status, 303);
    let list = browser.get("/mfa/factors").await;
    list.shows("iPad").lacks("Tablet");

    let remove = action(&list, "iPad", "remove");
    let sure = browser.get(&remove).await;
    sure.shows("Remove “iPad”?");
    let before = browser.cookie.clone().unwrap();
    assert_eq!(browser.submit(&sure, &remove, &[]).await.location(), "/mfa/factors");
    assert!(!world.host.knows(&before), "the token is renewed");
    browser.get("/mfa/factors").await.lacks("iPad").shows("Authenticator app");
    let again = browser.submit(&sure, &remove, &[]).await;
    assert_eq!(again.location(), "/mfa/factors", "the same form goes on");
    let other_form = browser.post(&remove, &[("form", "7")]).await;
    other_form.shows("That method is gone already");
}

#[tokio::test]
async fn new_codes_are_shown_once_and_the_old_ones_stop_working() {
    let world = World::new();
    let (ada, mut browser) = world.protect("ada").await;
    let sure = browser.get("/mfa/codes").await;
    let shown = browser.submit(&sure, "/mfa/codes", &[]).await;
    assert_eq!(shown.codes().len(), 10);
    shown.shows(">Done<").lacks("I have saved my codes");
    let repeated = browser.submit(&sure, "/mfa/codes", &[]).await;
    assert_eq!(repeated.location(), "/mfa/codes", "a reload makes no third set");

    let mut other = world.signed_in("ada");
    other.get("/mfa/challenge").await;
    let page = other.get("/mfa/challenge/recovery").await;
    let old = [("code", &*ada.codes[0])];
    assert_eq!(other.submit(&page, "/mfa/challenge/recovery", &old).await.status, 422);
    let new = [("code", &*shown.codes()[0])];
    assert_eq!(other.submit(&page, "/mfa/challenge/recovery", &new).await.status, 303);
}

#[tokio::test]
async fn a_change_wants_the_code_again_after_ten_minutes_and_leads_back_to_it() {
    let world = World::new();
    let (ada, mut browser) = world.protect("ada").await;
    world.wait(601);
    for route in ["/mfa/codes", "/mfa/disable"] {
        let stopped = browser.get(route).await;
        let asked = browser.follow(&stopped).await;
        assert_eq!(asked.location(), "/mfa/challenge");
        let page = browser.get("/mfa/challenge").await;
        page.shows("Confirm that it’s you").lacks("Use a recovery code");
        let code = ada.phone.code_at(world.now());
        let back = browser.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
        assert_eq!(back.location(), route);
        assert_eq!(browser.follow(&back).await.status, 200);
        world.wait(601);
    }
    let unasked = browser.post("/mfa/codes", &[]).await;
    assert!(unasked.location().starts_with("/mfa/step-up?action=mfa.manage"));
    let status = world.mfa.status(&Subject::new("ada").unwrap()).await.unwrap();
    assert_eq!((status.enabled, status.recovery_left), (true, Some(10)));
}

#[tokio::test]
async fn a_form_that_was_refused_can_be_sent_again_once_it_may() {
    let world = World::new();
    let (ada, mut browser) = world.protect("ada").await;
    let sure = browser.get("/mfa/codes").await;
    world.wait(601);
    let stopped = browser.submit(&sure, "/mfa/codes", &[]).await;
    browser.follow(&stopped).await;
    let page = browser.get("/mfa/challenge").await;
    let code = ada.phone.code_at(world.now());
    browser.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
    let shown = browser.submit(&sure, "/mfa/codes", &[]).await;
    assert_eq!(shown.codes().len(), 10);
}

#[tokio::test]
async fn canceling_a_step_up_leaves_the_session_as_it_was() {
    let world = World::new();
    let (_, mut browser) = world.protect("ada").await;
    world.wait(601);
    let stopped = browser.get("/mfa/codes").await;
    browser.follow(&stopped).await;
    let page = browser.get("/mfa/challenge").await;
    assert_eq!(browser.submit(&page, "/mfa/challenge/cancel", &[]).await.location(), "/profile");
    assert_eq!(browser.get("/dashboard").await.status, 200);
    assert_eq!(browser.get("/mfa/challenge").await.status, 303, "nothing is asked any more");
}

#[tokio::test]
async fn switching_off_is_refused_where_an_organization_requires_it() {
    let world = World::new();
    let (_, mut browser) = world.protect("ada").await;
    let sure = browser.get("/mfa/disable").await;
    let org = crate::guards::northwind();
    let ada = Subject::new("ada").unwrap();
    world.mfa.join_organization(&org, &ada, world.now()).await.unwrap();
    let token = browser.cookie.clone().unwrap();
    let kept: mfakit_axum::Session =
        serde_json::from_str(&world.host.value(&token).unwrap()).unwrap();
    let authority = OrgAuthority::grant(org, ada.clone(), "audit").unwrap();
    let days = mfakit::organization::GracePeriod::days(14).unwrap();
    let terms = PolicyTerms { grace: days, scope: PolicyScope::WholeAccount };
    let actor = kept.assurance().unwrap();
    world
        .mfa
        .set_policy(actor, &authority, ProposedPolicy::Required(Strength::Standard, terms), None)
        .await
        .unwrap();
    let refused = browser.submit(&sure, "/mfa/disable", &[]).await;
    assert!(refused.alert().expect("alert").starts_with("northwind Inc. requires"));
    assert!(world.mfa.status(&ada).await.unwrap().enabled);
}

#[tokio::test]
async fn switched_off_the_password_is_enough_again() {
    let world = World::new();
    let (_, mut browser) = world.protect("ada").await;
    let sure = browser.get("/mfa/disable").await;
    assert_eq!(browser.submit(&sure, "/mfa/disable", &[]).await.location(), "/mfa/factors");
    browser.get("/mfa/factors").await.shows("Off.");
    assert_eq!(browser.get("/dashboard").await.status, 200);
    assert_eq!(world.signed_in("ada").get("/dashboard").await.status, 200);
}

#[tokio::test]
async fn a_lost_phone_is_replaced_with_a_recovery_code() {
    let world = World::new();
    let (ada, _) = world.protect("ada").await;
    let mut browser = world.signed_in("ada");
    browser.get("/mfa/challenge").await;
    let page = browser.get("/mfa/challenge/recovery").await;
    let paper = [("code", &*ada.codes[3])];
    browser.submit(&page, "/mfa/challenge/recovery", &paper).await;
    let list = browser.get("/mfa/factors").await;
    let (_, after) = list.body.split_once("href=\"/mfa/setup?replaces=").expect("a link");
    let factor = after.split_once('"').expect("its end").0.to_owned();
    let page = browser.get(&format!("/mfa/setup?replaces={factor}")).await;
    page.shows("Replace a lost method").shows("“Authenticator app”");
    let begun = browser.submit(&page, "/mfa/setup", &[("label", "New phone")]).await;
    let phone = browser.follow(&begun).await.scan();
    let page = browser.get("/mfa/setup/confirm").await;
    let code = phone.code_at(world.now());
    let shown = browser.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
    assert_eq!(shown.codes().len(), 10);
    shown.shows("Your previous codes no longer work").shows(">Done<");
    let list = browser.get("/mfa/factors").await;
    list.shows("New phone").lacks("Authenticator app<");

    world.wait(30);
    let old = world
        .mfa
        .sign_in(mfakit::FirstFactor::password(Subject::new(ada.name).unwrap(), world.now()));
    let mfakit::SignIn::Challenge(challenge) = old.await.unwrap() else { panic!("MFA is off") };
    let old = Answer::code(&ada.phone.code_at(world.now()));
    let verdict = world.mfa.answer(&challenge, old).await.unwrap();
    assert!(matches!(verdict, mfakit::Verdict::Rejected(_)), "{verdict:?}");
}
