//! An account that came from another system: its codes work, and have to be replaced.

use mfakit::domain::{Algorithm, Digits, TotpParams};
use mfakit::import::{Import, ImportedCodes, ImportedFactor, Seed};
use mfakit::testing::Authenticator;
use mfakit::{HostAuthority, Subject};

use serde_json::json;

use crate::api::client::Client;
use crate::world::World;

const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const CODES: [&str; 4] = ["KK557-DW5CM", "M8RVG-TM388", "45G98-T37MV", "G5K28-J3DGV"];

async fn moved_in(world: &World) -> Authenticator {
    let codes = ImportedCodes::plain(CODES).expect("codes");
    moved_in_with(world, SEED, |import| import.codes(codes).accept_codes_under_64_bits()).await
}

async fn moved_in_with(
    world: &World,
    seed: &str,
    and: impl FnOnce(Import) -> Import,
) -> Authenticator {
    let imported = Seed::from_base32(seed).expect("seed");
    let factor = ImportedFactor::totp("Authenticator app", imported).expect("factor");
    let import = and(Import::new().factor(factor));
    let (ada, job) = (Subject::new("ada").expect("subject"), Subject::new("job").expect("subject"));
    let authority = HostAuthority::grant(ada, job, "moved in").expect("authority");
    let _ = world.mfa.import(&authority, import).await.expect("imported");
    world.wait(90);
    // An HMAC fills a key up with zeros, and so does this: totp-rs takes no seed under 128 bits.
    let seed = format!("{seed:A<26}");
    let uri = format!("otpauth://totp/x?secret={seed}&algorithm=SHA1&digits=6&period=30");
    Authenticator::scan(&uri).expect("scan")
}

/// Somebody with an old token of eight digits, which is this, and a phone of six.
async fn moved_in_with_two(world: &World) -> Authenticator {
    let eight = TotpParams::new(Algorithm::Sha1, Digits::Eight, 30).expect("parameters");
    let factor = |label: &str, seed: &str, params: TotpParams| {
        let seed = Seed::from_base32(seed).expect("seed");
        ImportedFactor::totp(label, seed).expect("factor").params(params)
    };
    let import = Import::new().factor(factor("Old token", SEED, eight));
    let phone = factor("Phone", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", TotpParams::default());
    let (ada, job) = (Subject::new("ada").expect("subject"), Subject::new("job").expect("subject"));
    let authority = HostAuthority::grant(ada, job, "moved in").expect("authority");
    let _ = world.mfa.import(&authority, import.factor(phone)).await.expect("imported");
    world.wait(90);
    let uri = format!("otpauth://totp/x?secret={SEED}&algorithm=SHA1&digits=8&period=30");
    Authenticator::scan(&uri).expect("scan")
}

#[tokio::test]
async fn the_page_asks_for_as_many_digits_as_the_factor_shows() {
    let world = World::new();
    let token = moved_in_with_two(&world).await;
    let mut browser = world.signed_in("ada");
    let _ = browser.get("/dashboard").await;
    let page = browser.get("/mfa/challenge").await;
    page.shows("Open “Old token” and enter the 8-digit code it shows.");
    page.shows("data-digits=\"8\"").lacks("data-digits=\"6\"");
    let six = browser.submit(&page, "/mfa/challenge", &[("code", "123456")]).await;
    assert!(six.alert().expect("alert").contains("not a code of 8 digits"));

    let (_, link) = page.body.split_once("aria-current=\"true\"").expect("the one asked now");
    let (_, other) = link.split_once("?factor=").expect("the other one");
    let other = format!("/mfa/challenge?factor={}", &other[..32]);
    let phone = browser.get(&other).await;
    phone.shows("Open “Phone” and enter the 6-digit code it shows.");
    phone.shows("data-digits=\"6\"").lacks("data-digits=\"8\"");
    let eight = browser.submit(&phone, "/mfa/challenge", &[("code", "12345678")]).await;
    assert!(eight.alert().expect("alert").contains("not a code of 6 digits"));

    let code = token.code_at(world.now());
    let on = browser.submit(&six, "/mfa/challenge", &[("code", &code)]).await;
    assert_ne!(on.location(), "/mfa/challenge", "{}", on.body);
}

#[tokio::test]
async fn three_codes_in_a_row_have_as_many_digits_as_the_factor_shows() {
    let world = World::new();
    let token = moved_in_with_two(&world).await;
    for _ in 0..4 {
        let mut thief = world.signed_in("ada");
        let mut page = thief.get("/mfa/challenge").await;
        for _ in 0..5 {
            page = thief.submit(&page, "/mfa/challenge", &[("code", "00000000")]).await;
        }
    }
    let mut browser = world.signed_in("ada");
    let page = browser.get("/mfa/challenge").await;
    page.shows("Enter three codes in a row");
    assert_eq!(page.body.matches("data-digits=\"8\"").count(), 3, "{}", page.body);
    let codes: Vec<String> = (0..3).map(|n| token.code_after(world.now(), n)).collect();
    let three = [("code", &*codes[0]), ("code2", &*codes[1]), ("code3", &*codes[2])];
    let passed = browser.submit(&page, "/mfa/challenge", &three).await;
    assert_eq!(passed.status, 303, "{}", passed.body);
}

#[tokio::test]
async fn the_api_tells_the_digits_of_each_factor_and_takes_as_many() {
    let world = World::new();
    let token = moved_in_with_two(&world).await;
    let mut client = Client::signed_in(&world, "ada");
    let _ = client.answer("code", "123456".to_owned()).await;
    let asked = client.get("/challenge").await;
    let digits: Vec<_> =
        asked.body["factors"].as_array().unwrap().iter().map(|f| f["digits"].clone()).collect();
    assert_eq!(digits, [json!(8), json!(6)]);
    let passed = client.answer("code", token.code_at(world.now())).await;
    assert_eq!(passed.status, 200, "{}", passed.body);
}

#[tokio::test]
async fn an_imported_code_recovers_as_it_is_written_on_the_paper() {
    let world = World::new();
    moved_in(&world).await;
    let mut browser = world.signed_in("ada");
    let _ = browser.get("/dashboard").await;
    let page = browser.get("/mfa/challenge/recovery").await;
    let wrong = browser.submit(&page, "/mfa/challenge/recovery", &[("code", "KK557-DW5CX")]).await;
    assert_eq!(wrong.status, 422);
    let on = browser.submit(&wrong, "/mfa/challenge/recovery", &[("code", CODES[1])]).await;
    assert_eq!(on.location(), "/dashboard");
    assert_eq!(browser.get("/dashboard").await.status, 200);
}

#[tokio::test]
async fn whoever_shows_both_factors_replaces_the_weak_codes_before_anything_else() {
    let world = World::new();
    let phone = moved_in(&world).await;
    let mut browser = world.signed_in("ada");
    let _ = browser.get("/dashboard").await;
    let page = browser.get("/mfa/challenge").await;
    let code = phone.code_at(world.now());
    let on = browser.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
    assert_eq!(on.location(), "/mfa/codes");
    for path in ["/dashboard", "/payout", "/profile", "/org/acme"] {
        let turned = browser.get(path).await;
        assert_eq!((turned.status, turned.location()), (303, "/mfa/codes"), "{path}");
    }
    let api = browser.get("/api/me").await;
    assert_eq!(api.status, 403);
    api.shows("regenerate_first");
    assert_eq!(browser.get("/mfa/disable").await.location(), "/mfa/codes");
    assert_eq!(browser.get("/mfa/setup").await.location(), "/mfa/codes");
    // A form that was opened before is sent all the same.
    let begun = browser.post("/mfa/setup", &[("label", "Tablet"), ("form", "0")]).await;
    assert_eq!(begun.location(), "/mfa/codes");
    let sure = browser.get("/mfa/codes").await;
    assert_eq!(sure.status, 200);
    let shown = browser.submit(&sure, "/mfa/codes", &[]).await;
    assert_eq!(shown.codes().len(), 10);
    assert_eq!(browser.get("/dashboard").await.status, 200);
}

#[tokio::test]
async fn a_session_that_has_waited_too_long_shows_a_code_and_comes_back_to_it() {
    let world = World::new();
    let phone = moved_in(&world).await;
    let mut browser = world.signed_in("ada");
    let _ = browser.get("/dashboard").await;
    let page = browser.get("/mfa/challenge").await;
    let code = phone.code_at(world.now());
    browser.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
    world.wait(3_600);
    let sure = browser.get("/mfa/codes").await;
    let asked = browser.submit(&sure, "/mfa/codes", &[]).await;
    let challenge = browser.follow(&asked).await;
    let challenge = browser.follow(&challenge).await;
    let code = phone.code_at(world.now());
    let on = browser.submit(&challenge, "/mfa/challenge", &[("code", &code)]).await;
    assert_eq!(on.location(), "/mfa/codes");
    let sure = browser.get("/mfa/codes").await;
    assert_eq!(browser.submit(&sure, "/mfa/codes", &[]).await.codes().len(), 10);
}

#[tokio::test]
async fn the_management_page_says_what_is_to_be_replaced() {
    let world = World::new();
    moved_in(&world).await;
    let mut browser = world.signed_in("ada");
    let _ = browser.get("/dashboard").await;
    let page = browser.get("/mfa/challenge/recovery").await;
    browser.submit(&page, "/mfa/challenge/recovery", &[("code", CODES[0])]).await;
    let page = browser.get("/mfa/factors").await;
    page.shows("These codes came from another system and are too short.");
    page.lacks("to be replaced");

    let world = World::new();
    let phone =
        moved_in_with(&world, "GEZDGNBVGY3TQOJQ", Import::accept_seeds_under_128_bits).await;
    let mut browser = world.signed_in("ada");
    let _ = browser.get("/dashboard").await;
    let page = browser.get("/mfa/challenge").await;
    browser.submit(&page, "/mfa/challenge", &[("code", &phone.code_at(world.now()))]).await;
    let page = browser.get("/mfa/factors").await;
    page.shows("to be replaced");
    page.shows("Its key came from another system and is too short.");
    page.shows("You have no recovery codes.");
    let api = Client::of(browser).get("/status").await;
    let factors = world.mfa.status(&Subject::new("ada").unwrap()).await.unwrap().factors;
    let replace = json!({ "replace_factor": factors[0].factor.to_string() });
    assert_eq!(api.body["import_notices"], json!(["issue_codes", replace]));
}

#[tokio::test]
async fn a_session_that_has_to_replace_its_codes_says_so_by_the_api() {
    let world = World::new();
    let phone = moved_in(&world).await;
    let mut client = Client::signed_in(&world, "ada");
    let passed = client.answer("code", phone.code_at(world.now())).await;
    assert_eq!(passed.text("to"), "/mfa/codes");
    let status = client.get("/status").await;
    assert_eq!(status.body["limited_to_regenerating"], true);
    assert_eq!(status.body["import_notices"], json!(["regenerate_codes"]));
    let attempt = json!({ "attempt": status.body["attempt"] });
    assert_eq!(client.post("/codes", attempt).await.status, 200);
    let status = client.get("/status").await;
    assert_eq!(status.body["limited_to_regenerating"], false);
    assert_eq!(status.body.get("import_notices"), None);
}

#[tokio::test]
async fn after_twenty_wrong_codes_recovery_pauses_and_the_page_names_the_other_way() {
    let world = World::new();
    let phone = moved_in(&world).await;
    let wrong = |n: usize| format!("AAAAA-AAA{:02}", 22 + n).replace(['0', '1'], "2");
    for n in 0..19 {
        let mut client = Client::signed_in(&world, "ada");
        let refused = client.answer("recovery_code", wrong(n)).await;
        assert_eq!(refused.refused(), (422, "code_rejected"), "{n}");
    }
    let mut client = Client::signed_in(&world, "ada");
    let last = client.answer("recovery_code", wrong(19)).await;
    assert_eq!(last.refused(), (429, "recovery_paused"));
    assert_eq!(last.body["takes"], json!(["code"]));

    let mut browser = world.signed_in("ada");
    let _ = browser.get("/dashboard").await;
    let page = browser.get("/mfa/challenge/recovery").await;
    let paused = browser.submit(&page, "/mfa/challenge/recovery", &[("code", CODES[1])]).await;
    assert_eq!(paused.status, 422);
    paused.shows("Too many wrong recovery codes. Use your authenticator app");
    let page = browser.get("/mfa/challenge").await;
    let code = phone.code_at(world.now());
    let on = browser.submit(&page, "/mfa/challenge", &[("code", &code)]).await;
    assert_eq!(on.location(), "/mfa/codes");
}
