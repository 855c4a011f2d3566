//! Attacks that hit others, over HTTP. The numbers are those of SECURITY.md.

use mfakit::Subject;
use mfakit::organization::PolicyScope;
use mfakit::testing::Authenticator;

use crate::world::{Browser, World};

async fn factors_of(world: &World, name: &str) -> (usize, Option<usize>) {
    let status = world.mfa.status(&Subject::new(name).unwrap()).await.unwrap();
    (status.factors.len(), status.recovery_left)
}

fn code(world: &World, phone: &Authenticator) -> String {
    phone.code_at(world.now())
}

/// 11 (CVE-2026-62232)
#[tokio::test]
async fn a_pending_sign_in_reaches_nothing_but_the_challenge() {
    let world = World::new();
    let (_, mut owner) = world.protect("ada").await;
    let list = owner.get("/mfa/factors").await;
    let (_, factor) = list.body.split_once("replaces=").unwrap();
    let factor = &factor[..32];
    let mut thief = world.signed_in("ada");
    let (remove, rename) =
        (format!("/mfa/factors/{factor}/remove"), format!("/mfa/factors/{factor}/rename"));
    let prefer = format!("/mfa/factors/{factor}/prefer");
    for path in [
        "/dashboard",
        "/profile",
        "/payout",
        "/invoices",
        "/export",
        "/org/northwind",
        "/mfa/setup",
        "/mfa/setup/confirm",
        "/mfa/setup/done",
        "/mfa/factors",
        "/mfa/codes",
        "/mfa/disable",
        "/mfa/step-up?action=payout&to=/payout",
        &remove,
    ] {
        assert_eq!(thief.get(path).await.location(), "/mfa/challenge", "{path}");
    }
    for path in [
        "/payout",
        "/mfa/setup",
        "/mfa/setup/confirm",
        "/mfa/setup/reissue",
        "/mfa/setup/finish",
        "/mfa/setup/cancel",
        "/mfa/codes",
        "/mfa/disable",
        &remove,
        &rename,
        &prefer,
    ] {
        let answer = thief.post(path, &[("label", "Thief"), ("code", "123456")]).await;
        assert_eq!(answer.location(), "/mfa/challenge", "{path}");
    }
    assert_eq!(factors_of(&world, "ada").await, (1, Some(10)));
}

/// 12
#[tokio::test]
async fn a_forged_form_regenerates_no_codes() {
    let world = World::new();
    let (ada, browser) = world.protect("ada").await;
    let forged = browser.window().with("origin", "https://evil.example");
    let mut forged = forged.with("sec-fetch-site", "cross-site");
    assert_eq!(forged.post("/mfa/codes", &[]).await.status, 403);
    let mut other = world.signed_in("ada");
    other.get("/mfa/challenge").await;
    let page = other.get("/mfa/challenge/recovery").await;
    let paper = [("code", &*ada.codes[0])];
    assert_eq!(other.submit(&page, "/mfa/challenge/recovery", &paper).await.status, 303);
}

/// 13
#[tokio::test]
async fn what_is_one_users_counts_for_no_other() {
    let world = World::new();
    world.protect("ada").await;
    let (mallory, mut own) = world.protect("mallory").await;
    let list = own.get("/mfa/factors").await;
    let factor = list.body.split_once("replaces=").unwrap().1[..32].to_owned();
    // Mallory knows Ada's password, and answers Ada's challenge with his own phone.
    let mut thief = world.signed_in("ada");
    thief.get("/mfa/challenge").await;
    let typed = code(&world, &mallory.phone);
    let answer = [("code", &*typed), ("factor", &*factor)];
    assert_eq!(thief.post("/mfa/challenge", &answer).await.status, 422);
    let paper = [("code", &*mallory.codes[0])];
    assert_eq!(thief.post("/mfa/challenge/recovery", &paper).await.status, 422);
    // A session that changes hands takes nothing of the other's along.
    let mut swapped = own.window();
    world.sign_in_again(&mut swapped, "ada");
    assert_eq!(swapped.get("/dashboard").await.location(), "/mfa/challenge");
}

/// 14 (CVE-2026-40177)
#[tokio::test]
async fn the_second_factor_alone_signs_nobody_in() {
    let world = World::new();
    let (ada, _) = world.protect("ada").await;
    let mut nobody = world.browser();
    let typed = code(&world, &ada.phone);
    for (path, typed) in [("/mfa/challenge", &typed), ("/mfa/challenge/recovery", &ada.codes[0])] {
        let answer = nobody.post(path, &[("code", typed)]).await;
        assert!(answer.location().starts_with("/sign-in?"), "{path}");
    }
    assert_eq!(factors_of(&world, "ada").await, (1, Some(10)));
}

/// 15
#[tokio::test]
async fn every_way_to_sign_in_meets_the_challenge() {
    let world = World::new();
    world.protect("ada").await;
    // A new session, the same one again, one that was another user's: the host only says who.
    let mut fresh = world.signed_in("ada");
    assert_eq!(fresh.get("/dashboard").await.location(), "/mfa/challenge");
    world.wait(5);
    world.sign_in_again(&mut fresh, "ada");
    assert_eq!(fresh.get("/dashboard").await.location(), "/mfa/challenge");
    let mut others = world.signed_in("bob");
    assert_eq!(others.get("/dashboard").await.status, 200);
    world.sign_in_again(&mut others, "ada");
    assert_eq!(others.get("/dashboard").await.location(), "/mfa/challenge");
}

/// 16 (CVE-2023-31140)
#[tokio::test]
async fn a_session_from_before_mfa_was_enabled_is_void() {
    let world = World::new();
    let mut old = world.signed_in("ada");
    assert_eq!(old.get("/dashboard").await.status, 200);
    world.protect("ada").await;
    let token = old.cookie.clone().unwrap();
    assert_eq!(old.get("/dashboard").await.location(), "/sign-in?to=%2Fdashboard");
    assert!(!world.host.knows(&token), "it is signed out altogether");
}

#[tokio::test]
async fn a_stolen_session_is_void_once_its_owner_removes_a_factor_or_changes_the_password() {
    let world = World::new();
    let (ada, mut owner) = crate::manage::two_factors(&world).await;
    for (ask, change) in [("/remove", "removed a factor"), ("/mfa/codes", "replaced the codes")] {
        let mut thief = world.enter(&ada).await;
        assert_eq!(thief.get("/dashboard").await.status, 200);
        let list = owner.get("/mfa/factors").await;
        let action = match ask {
            "/remove" => crate::manage::action(&list, "Tablet", "remove"),
            other => other.to_owned(),
        };
        let sure = owner.get(&action).await;
        assert!(owner.submit(&sure, &action, &[]).await.status < 400, "{change}");
        for path in ["/dashboard", "/mfa/factors", "/mfa/setup", "/payout"] {
            let answer = thief.window().get(path).await;
            assert!(answer.location().starts_with("/sign-in?"), "{change}: {path}");
        }
        assert!(!world.host.knows(&thief.cookie.unwrap()), "{change}: it is signed out");
    }
    assert_eq!(factors_of(&world, "ada").await, (1, Some(10)));
    let mut thief = world.enter(&ada).await;
    assert_eq!(thief.get("/dashboard").await.status, 200);
    world.mfa.password_changed(&Subject::new("ada").unwrap(), None).await.unwrap();
    assert!(thief.get("/payout").await.location().starts_with("/sign-in?"));
}

/// 17 (CVE-2026-56256)
#[tokio::test]
async fn an_organizations_policy_holds_for_pages_and_apis_alike() {
    let world = World::new();
    crate::guards::require(&world, PolicyScope::WholeAccount, 0, &["bob"]).await;
    let mut bob = world.signed_in("bob");
    bob.get("/profile").await;
    let mut api = bob.window().with("accept", "application/json");
    for path in ["/dashboard", "/invoices", "/payout", "/export", "/org/northwind", "/api/me"] {
        let answer = api.get(path).await;
        assert_eq!(answer.status, 403, "{path}");
        answer.shows("set_up_first");
    }
    for path in ["/invoices", "/payout"] {
        assert_eq!(api.post(path, &[]).await.status, 403, "{path}");
        assert_eq!(bob.post(path, &[]).await.location(), "/mfa/setup", "{path}");
    }
    let status = api.get("/mfa/api/status").await;
    status.shows("\"access\":\"set_up_first\"").shows("northwind Inc.");
}

/// 20
#[tokio::test]
async fn no_return_path_leaves_the_site() {
    let world = World::new();
    let (ada, _) = world.protect("ada").await;
    for evil in [
        "//evil.example",
        "/\\evil.example",
        "/%2Fevil.example",
        "/%5Cevil.example",
        "https://evil.example",
        "/%09/evil.example",
        "/a/..//evil.example",
        "javascript:alert(1)",
        "%2F%2Fevil.example",
        "/\u{7}/evil.example",
    ] {
        let encoded: String = form_urlencoded::byte_serialize(evil.as_bytes()).collect();
        let mut browser = world.enter(&ada).await;
        let step = browser.get(&format!("/mfa/step-up?action=mfa.manage&to={encoded}")).await;
        let page = browser.follow(&step).await;
        let typed = code(&world, &ada.phone);
        let back = browser.submit(&page, "/mfa/challenge", &[("code", &typed)]).await;
        assert_eq!(back.location(), "/dashboard", "{evil:?}");
        world.wait(30);

        let unknown = browser.get(&format!("/mfa/step-up?action=none&to={encoded}")).await;
        assert_eq!(unknown.location(), "/dashboard", "{evil:?}");
    }
    let mut browser = world.browser();
    assert_eq!(browser.get("//evil.example/invoices").await.status, 404);
}

/// 21
#[tokio::test]
async fn the_password_twice_is_no_second_factor() {
    let world = World::new();
    world.protect("ada").await;
    let mut thief = world.signed_in("ada");
    for _ in 0..3 {
        assert_eq!(thief.get("/payout").await.location(), "/mfa/challenge");
        world.wait(1);
        world.sign_in_again(&mut thief, "ada");
    }
    let mut bob = world.signed_in("bob");
    bob.get("/dashboard").await;
    world.wait(1);
    world.sign_in_again(&mut bob, "bob");
    assert_eq!(bob.get("/payout").await.location(), "/mfa/setup", "MFA is off: set it up");
}

#[tokio::test]
async fn a_setup_begun_in_one_session_is_confirmed_by_no_other() {
    let world = World::new();
    let mut owner = world.signed_in("ada");
    let phone = owner.start_setup().await.scan();
    let page = owner.get("/mfa/setup/confirm").await;
    let typed = code(&world, &phone);
    let form = page.form("/mfa/setup/confirm", &[("code", &typed)]);
    let fields: Vec<(&str, &str)> = form.iter().map(|(n, v)| (&**n, &**v)).collect();
    let mut other = world.signed_in("ada");
    other.get("/dashboard").await;
    let answer = other.post("/mfa/setup/confirm", &fields).await;
    answer.lacks("recovery codes</").shows("Start setup");
    assert!(answer.codes().is_empty());
    let shown = owner.submit(&page, "/mfa/setup/confirm", &[("code", &typed)]).await;
    assert_eq!(shown.codes().len(), 10);
    other.post("/mfa/setup/finish", &[]).await;
    assert_eq!(factors_of(&world, "ada").await, (0, None));
}

/// 5, with every form a new one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_sent_at_once_do_not_beat_the_budget() {
    let world = World::new();
    world.protect("ada").await;
    let mut thieves: Vec<Browser> = Vec::new();
    for _ in 0..10 {
        let mut thief = world.signed_in("ada");
        thief.get("/mfa/challenge").await;
        thieves.push(thief);
    }
    let sending = (0..100_u32).map(|n| {
        let mut thief = thieves[n as usize % 10].window();
        let guess = format!("{:06}", 424_242 + n);
        tokio::spawn(async move { thief.post("/mfa/challenge", &[("code", &guess)]).await.status })
    });
    for status in sending.collect::<Vec<_>>() {
        assert_ne!(status.await.expect("no panic"), 500);
    }
    let mut browser = world.signed_in("ada");
    browser.get("/mfa/challenge").await.shows("Enter three codes in a row");
}
