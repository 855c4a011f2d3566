//! What a visitor can send that no page of ours would.

use axum::http::Method;
use mfakit::Subject;
use mfakit_axum::ReturnPath;

use crate::world::{Browser, World};

#[tokio::test]
async fn no_form_passes_that_could_come_from_another_page() {
    let world = World::new();
    let (_, browser) = world.protect("ada").await;
    let sent = |origin: &str, site: &str| {
        browser.window().with("origin", origin).with("sec-fetch-site", site)
    };
    for (origin, site, passes) in [
        ("https://app.example", "same-origin", true),
        ("https://app.example", "", true),
        ("", "same-origin", true),
        ("null", "same-origin", true),
        ("null", "", false),
        ("null", "cross-site", false),
        ("", "", false),
        ("", "none", false),
        ("", "same-site", false),
        ("https://app.example:8443", "same-site", false),
        ("https://app.example:8443", "", false),
        ("https://login.app.example", "same-site", false),
        ("https://app.example.", "", false),
        ("https://app.example@evil.example", "", false),
        ("https://evil.example/app.example", "", false),
        ("file://", "cross-site", false),
        ("chrome-extension://app.example", "", false),
        ("app.example", "", false),
    ] {
        let answer = sent(origin, site).post("/mfa/setup/cancel", &[]).await;
        assert_eq!(answer.status, if passes { 303 } else { 403 }, "{origin:?} {site:?}");
    }
    // From the same name without TLS it is another site to every browser that says so.
    let answer = sent("http://app.example", "cross-site").post("/mfa/setup/cancel", &[]).await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn looking_and_asking_what_is_allowed_change_nothing() {
    let world = World::new();
    let (_, mut browser) = world.protect("ada").await;
    let kept = world.host.value(&browser.cookie.clone().unwrap());
    for path in ["/mfa/setup", "/mfa/codes", "/mfa/disable", "/mfa/factors", "/mfa/challenge"] {
        let head = browser.send(Method::HEAD, path, String::new()).await;
        assert!([200, 303].contains(&head.status), "{path} {}", head.status);
        assert!(head.body.is_empty(), "{path}");
        assert_eq!(head.headers["cache-control"], "no-store", "{path}");
        let options = browser.send(Method::OPTIONS, path, String::new()).await;
        assert_eq!(options.status, 405, "{path}");
        assert!(options.headers["allow"].to_str().unwrap().contains("GET"), "{path}");
        assert!(!options.headers.contains_key("access-control-allow-origin"), "{path}");
    }
    for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::TRACE] {
        let answer = browser.send(method.clone(), "/mfa/codes", String::new()).await;
        assert_eq!(answer.status, 405, "{method}");
        answer.shows("There is no such page");
    }
    assert_eq!(world.host.value(&browser.cookie.clone().unwrap()), kept);
    let status = world.mfa.status(&Subject::new("ada").unwrap()).await.unwrap();
    assert_eq!((status.factors.len(), status.recovery_left), (1, Some(10)));
}

#[tokio::test]
async fn a_path_in_disguise_is_no_path() {
    let world = World::with(|s| s, |web| web.prefix("/account/2fa"));
    let mut pending = {
        world.signed_in("ada").start_setup_under("/account/2fa").await;
        world.signed_in("ada")
    };
    for path in [
        "/mfa/setup",
        "/account/2fa",
        "/account/2fa/",
        "/account/2fa//setup",
        "/account/2fa/./setup",
        "/account/2fa/x/../setup",
        "/account/2fa/%73etup",
        "/account/2fa/setup/",
        "/account/2fa/SETUP",
        "/account/2fa/setup%00",
        "/account/2fa/setup;x",
        "/account/2fa/assets/../setup",
        "/account/2fa/assets/..%2fsetup",
        "/account//2fa/setup",
        "/ACCOUNT/2fa/setup",
    ] {
        assert_eq!(pending.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn odd_forms_are_refused_in_words_or_read_by_their_first_field() {
    let world = World::new();
    let (ada, _) = world.protect("ada").await;
    let mut browser = world.signed_in("ada");
    browser.get("/mfa/challenge").await;
    for kind in ["text/plain", "multipart/form-data; boundary=x", "application/json", "\"", ""] {
        let mut odd = browser.window().with("content-type", kind);
        if kind.is_empty() {
            odd.headers.push(("content-type", String::new()));
        }
        let answer = odd.send(Method::POST, "/mfa/challenge", "code=123456".to_owned()).await;
        assert_eq!(answer.status, 415, "{kind}");
        answer.shows("Something went wrong").lacks("123456");
    }
    for body in
        ["&&&", "=", "code", "code=%", "code=%FF%FE", "%00=%00", "code=123456%00", "a=b;c=d"]
    {
        let answer = browser.send(Method::POST, "/mfa/challenge", body.to_owned()).await;
        assert_eq!(answer.status, 422, "{body}");
    }
    // A query is read like a form: none is an error.
    let twice = "/mfa/challenge?factor=1&factor=2&factor[]=3&%FF=%FF&to=//evil.example";
    assert_eq!(browser.get(twice).await.status, 200);
    let code = ada.phone.code_at(world.now());
    let passed = browser.post("/mfa/challenge", &[("code", &code), ("code", "000000")]).await;
    assert_eq!(passed.location(), "/dashboard");
    let twice = "/mfa/step-up?action=mfa.manage&action=none&to=/a&to=//evil.example";
    assert_eq!(browser.get(twice).await.location(), "/mfa/challenge");
}

#[tokio::test]
async fn a_body_that_does_not_end_is_cut_off_everywhere() {
    let world = World::new();
    let (_, mut browser) = world.protect("ada").await;
    for path in ["/mfa/setup", "/mfa/setup/confirm", "/mfa/codes", "/mfa/disable"] {
        let answer = browser.post(path, &[("x", &"9".repeat(1 << 20))]).await;
        assert_eq!(answer.status, 413, "{path}");
        answer.shows("Something went wrong").lacks("9999");
    }
    let pending = &mut world.signed_in("ada");
    pending.get("/mfa/challenge").await;
    for path in ["/mfa/challenge", "/mfa/challenge/recovery"] {
        assert_eq!(pending.post(path, &[("code", &"9".repeat(5000))]).await.status, 413, "{path}");
    }
}

#[tokio::test]
async fn what_others_have_named_is_text_on_every_page() {
    const EVIL: &str = "\"><script>alert(1)</script>";
    let world = World::with(|s| s, |web| web.product(EVIL));
    let mut browser = world.signed_in("ada");
    let mut pages = vec![browser.get("/mfa/setup").await, browser.start_setup().await];
    let phone = pages[1].scan();
    let page = browser.get("/mfa/setup/confirm").await;
    let code = phone.code_at(world.now());
    let shown = browser.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
    browser.submit(&shown, "/mfa/setup/finish", &[]).await;
    world.wait(30);
    let add = browser.get("/mfa/setup").await;
    let begun = browser.submit(&add, "/mfa/setup", &[("label", EVIL)]).await;
    let second = browser.follow(&begun).await.scan();
    let page = browser.get("/mfa/setup/confirm").await;
    let code = second.code_at(world.now());
    browser.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
    let list = browser.get("/mfa/factors").await;
    let (before, _) = list.body.rsplit_once("/remove\"").unwrap();
    let remove = format!("{}/remove", before.rsplit_once('"').unwrap().1);
    pages.extend([add, page, shown, list, browser.get(&remove).await]);
    let mut pending = world.signed_in("ada");
    let heading = "/invoices?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    let stopped = pending.get(heading).await;
    pages.push(pending.follow(&stopped).await);
    world.wait(601);
    pages.push(pending.get("/mfa/challenge").await);
    pages.push(browser.get("/mfa/no/such/page").await);
    assert_eq!(pages.len(), 10);
    for page in &pages {
        assert!(page.body.contains("<main"), "{}", page.body);
        page.lacks("<script>").lacks("\"><script").shows("&#60;script&#62;alert(1)");
    }
    let to = pages.iter().find_map(|page| page.body.split_once("href=\"/sign-in?to=")).unwrap().1;
    assert!(to.starts_with("%2Finvoices%3Fq%3D%2522%253E"), "{to}");
}

#[tokio::test]
async fn nothing_that_is_sent_comes_back_in_a_header() {
    let world = World::new();
    for to in ["/a%0d%0aset-cookie:%20x=y", "/a%250d%250ax:%20y", "/%E2%80%AE", "/a%00", "/a%09b"] {
        let mut browser = world.browser();
        let answer = browser.get(&format!("/mfa/challenge?to={to}")).await;
        assert_eq!(answer.location(), "/sign-in?to=%2Fdashboard", "{to}");
        assert!(!answer.headers.contains_key("x") && !answer.headers.contains_key("set-cookie"));
    }
    for evil in ["/\"x", "/<x", "/x>", "/a?b=\"><script>", "/a\u{202e}"] {
        assert!(ReturnPath::parse(evil).is_none(), "{evil}");
    }
}

#[tokio::test]
async fn without_a_cookie_or_with_a_strange_one_everything_leads_to_sign_in() {
    let world = World::new();
    world.protect("ada").await;
    for cookie in [None, Some(""), Some("t999"), Some("../t1"), Some("t1; sid=t2"), Some("\"t1\"")]
    {
        let mut browser = world.browser();
        browser.cookie = cookie.map(str::to_owned);
        for path in ["/dashboard", "/mfa/setup", "/mfa/factors", "/mfa/challenge", "/mfa/step-up"] {
            let answer = browser.window().get(path).await;
            assert!(answer.location().starts_with("/sign-in?to="), "{cookie:?} {path}");
        }
        let answer = browser.post("/mfa/codes", &[]).await;
        assert!(answer.location().starts_with("/sign-in?to="), "{cookie:?}");
    }
}

#[tokio::test]
async fn codes_that_another_window_has_replaced_do_not_switch_it_on() {
    let world = World::new();
    let mut browser = world.signed_in("ada");
    let phone = browser.start_setup().await.scan();
    let page = browser.get("/mfa/setup/confirm").await;
    let code = phone.code_at(world.now());
    let shown = browser.submit(&page, "/mfa/setup/confirm", &[("code", &code)]).await;
    let mut other = browser.window();
    let lost = other.get("/mfa/setup").await;
    let counts = other.submit(&lost, "/mfa/setup/reissue", &[]).await;
    // The first window's list stopped working when the second got its own.
    let refused = browser.submit(&shown, "/mfa/setup/finish", &[]).await;
    refused.shows("Show new codes");
    assert!(!world.mfa.status(&Subject::new("ada").unwrap()).await.unwrap().enabled);
    let done = other.submit(&counts, "/mfa/setup/finish", &[]).await;
    assert_eq!(done.location(), "/mfa/setup/done");
    let late = browser.submit(&shown, "/mfa/setup/finish", &[]).await;
    assert!(late.location().starts_with("/sign-in"), "its token was renewed");
}

#[tokio::test]
async fn two_windows_of_a_pending_sign_in_share_one_challenge() {
    let world = World::new();
    let (ada, _) = world.protect("ada").await;
    let mut one = world.signed_in("ada");
    let first = one.get("/invoices").await;
    let first = one.follow(&first).await;
    let mut two: Browser = one.window();
    let second = two.get("/mfa/challenge").await;
    let wrong = world.wrong(&ada.phone);
    for window in [&mut one, &mut two] {
        let answer = window.post("/mfa/challenge", &[("code", &wrong), ("form", "0")]).await;
        assert_eq!(answer.status, 422);
    }
    let canceled = two.submit(&second, "/mfa/challenge/cancel", &[]).await;
    assert_eq!(canceled.location(), "/sign-in");
    let code = ada.phone.code_at(world.now());
    let late = one.submit(&first, "/mfa/challenge", &[("code", &code)]).await;
    assert!(late.location().starts_with("/sign-in"), "canceled is canceled in every window");
}
