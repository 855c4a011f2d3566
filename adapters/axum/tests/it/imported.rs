//! An account that came from another system: its codes work, and have to be replaced.

use mfakit::testing::Authenticator;
use mfakit::{HostAuthority, Import, ImportedCodes, ImportedFactor, Seed, Subject};

use crate::world::World;

const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const CODES: [&str; 4] = ["KK557-DW5CM", "M8RVG-TM388", "45G98-T37MV", "G5K28-J3DGV"];

async fn moved_in(world: &World) -> Authenticator {
    let seed = Seed::from_base32(SEED).expect("seed");
    let import = Import::new()
        .factor(ImportedFactor::totp("Authenticator app", seed).expect("factor"))
        .codes(ImportedCodes::plain(CODES).expect("codes"))
        .accept_codes_under_64_bits();
    let (ada, job) = (Subject::new("ada").expect("subject"), Subject::new("job").expect("subject"));
    let authority = HostAuthority::grant(ada, job, "moved in").expect("authority");
    let _ = world.mfa.import(&authority, import).await.expect("imported");
    world.wait(90);
    let uri = format!("otpauth://totp/x?secret={SEED}&algorithm=SHA1&digits=6&period=30");
    Authenticator::scan(&uri).expect("scan")
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
    let page = browser.get("/mfa/setup").await;
    let begun = browser.submit(&page, "/mfa/setup", &[("label", "Tablet")]).await;
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
